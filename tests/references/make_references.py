"""Store what PyTorch and Keras answer, for test_references.py to compare with: make references.

Every file holds the inputs, the results and the gradients of one case in float64, in the layout of the course (time
first, one column per example); Keras's are in float32, without gradients. Inputs come from NumPy's generator, so that
running this twice writes the same bytes. A new kind of cell is one function that yields its cases, entered in CASES.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import keras  # make references has it run on PyTorch
import numpy as np
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = Path(__file__).parent
T, N, D, H, K = 6, 4, 3, 5, 2
LENGTHS = [6, 1, 4, 3]

Arrays = dict[str, np.ndarray]


def tensor(array: np.ndarray) -> torch.Tensor:
    """Return a float64 tensor that gradients are wanted for; columns per example become PyTorch's rows."""
    return torch.tensor(np.swapaxes(array, -1, -2).copy(), requires_grad=True)


def column(value: torch.Tensor) -> np.ndarray:
    """Return an array in the layout of the course."""
    return np.swapaxes(value.detach().numpy(), -1, -2)


def run(layer: torch.nn.RNNBase, states: int, lengths: list[int] | None, rng: np.random.Generator) -> Arrays:
    """Run a layer forward and backward from an initial state; a state is one array or the LSTM's two, stacked."""
    given = {"x": rng.normal(size=(T, D, N)), "state": rng.normal(size=(states, H, N))}
    wanted = {"doutputs": rng.normal(size=(T, H, N)), "dlast": rng.normal(size=(states, H, N))}
    x, *begun = (tensor(array) for array in (given["x"], *given["state"]))
    start = begun[0][None] if states == 1 else tuple(part[None] for part in begun)
    if lengths is None:
        outputs, last = layer(x, start)
    else:
        packed, last = layer(pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False), start)
        outputs, _ = pad_packed_sequence(packed, total_length=T)
    last = torch.cat([last] if states == 1 else list(last))
    ((outputs * tensor(wanted["doutputs"])).sum() + (last * tensor(wanted["dlast"])).sum()).backward()
    found = {"outputs": column(outputs), "last": column(last), "dx": column(x.grad)}
    found["dstate"] = np.array([column(part.grad) for part in begun])
    return given | wanted | ({} if lengths is None else {"lengths": np.array(lengths)}) | found


def rnn() -> Iterator[tuple[str, Arrays]]:
    """Run torch.nn.RNN with and without lengths; its second bias is 0, because the course has one."""
    for activation in ("tanh", "relu"):
        for lengths in (None, LENGTHS):
            rng = np.random.default_rng(0)
            layer = torch.nn.RNN(D, H, nonlinearity=activation, dtype=torch.float64)
            params = {"W_in": rng.normal(size=(H, D)), "W": 0.5 * rng.normal(size=(H, H)), "b": rng.normal(size=(H, 1))}
            with torch.no_grad():
                layer.weight_ih_l0.copy_(torch.tensor(params["W_in"]))
                layer.weight_hh_l0.copy_(torch.tensor(params["W"]))
                layer.bias_ih_l0.copy_(torch.tensor(params["b"][:, 0]))
                layer.bias_hh_l0.zero_()
            found = run(layer, 1, lengths, rng)
            found |= {key: found[key][0] for key in ("state", "dlast", "last", "dstate")}
            found |= {"dW_in": layer.weight_ih_l0.grad.numpy(), "dW": layer.weight_hh_l0.grad.numpy()}
            found["db"] = layer.bias_ih_l0.grad.numpy()[:, None]
            yield f"rnn_{activation}" + ("_lengths" if lengths else ""), params | found


def fill(layer: torch.nn.Module, rng: np.random.Generator) -> Arrays:
    """Draw every weight and bias of a layer from NumPy's generator; return them by torch's names."""
    weights = {name: 0.5 * rng.normal(size=tuple(value.shape)) for name, value in layer.named_parameters()}
    layer.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return weights


def gated() -> Iterator[tuple[str, Arrays]]:
    """Run torch.nn.LSTM and torch.nn.GRU with and without lengths; weights and gradients by torch's names."""
    for name, kind, states in (("lstm", torch.nn.LSTM, 2), ("gru", torch.nn.GRU, 1)):
        for lengths in (None, LENGTHS):
            rng = np.random.default_rng(5)
            layer = kind(D, H, dtype=torch.float64)
            weights = fill(layer, rng)
            found = run(layer, states, lengths, rng)
            found |= {f"d{key}": value.grad.numpy() for key, value in layer.named_parameters()}
            yield name + ("_lengths" if lengths else ""), weights | found


def stacked() -> Iterator[tuple[str, Arrays]]:
    """Run two layers of each kind in both directions, for interop to take apart; the LSTM without biases."""
    for name, kind in (("rnn", torch.nn.RNN), ("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        rng = np.random.default_rng(6)
        layer = kind(D, 2, num_layers=2, bidirectional=True, bias=name != "lstm", dtype=torch.float64)
        weights = fill(layer, rng)
        x = rng.normal(size=(T, D, N))
        yield f"stacked_{name}", weights | {"x": x, "outputs": column(layer(tensor(x))[0])}


def both_directions() -> Iterator[tuple[str, Arrays]]:
    """Run torch.nn.LSTM and torch.nn.GRU in both directions over packed sequences, from initial states."""
    for name, kind, parts in (("lstm", torch.nn.LSTM, 2), ("gru", torch.nn.GRU, 1)):
        rng = np.random.default_rng(7)
        layer = kind(D, H, bidirectional=True, dtype=torch.float64)
        weights = fill(layer, rng)
        shapes = {"x": (T, D, N), "state": (parts, 2, H, N), "doutputs": (T, 2 * H, N), "dlast": (parts, 2, H, N)}
        given = {key: rng.normal(size=shape) for key, shape in shapes.items()}
        x, state = tensor(given["x"]), tensor(given["state"])
        packed = pack_padded_sequence(x, torch.tensor(LENGTHS), enforce_sorted=False)
        packed, last = layer(packed, tuple(state) if parts == 2 else state[0])
        outputs, _ = pad_packed_sequence(packed, total_length=T)
        last = torch.stack(list(last) if parts == 2 else [last])
        ((outputs * tensor(given["doutputs"])).sum() + (last * tensor(given["dlast"])).sum()).backward()
        found = {"outputs": column(outputs), "last": column(last), "dx": column(x.grad), "dstate": column(state.grad)}
        found |= {f"d{key}": value.grad.numpy() for key, value in layer.named_parameters()}
        yield f"birnn_{name}", weights | given | {"lengths": np.array(LENGTHS)} | found


def attention() -> Iterator[tuple[str, Arrays]]:
    """Run scaled_dot_product_attention and MultiheadAttention, with a mask that leaves every query something."""
    rng = np.random.default_rng(8)
    mask = rng.random((N, 3, T)) < 0.5
    mask[:, :, 0] = True
    shapes = {"query": (N, 3, D), "key": (N, T, D), "value": (N, T, H), "dcontext": (N, 3, H)}
    given = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    q, k, v = (torch.tensor(given[key], requires_grad=True) for key in ("query", "key", "value"))
    context = functional.scaled_dot_product_attention(q, k, v, torch.tensor(mask))
    (context * torch.tensor(given["dcontext"])).sum().backward()
    found = {"context": context.detach().numpy(), "dquery": q.grad.numpy(), "dkey": k.grad.numpy()}
    yield "attention", given | {"mask": mask} | found | {"dvalue": v.grad.numpy()}
    size, heads = 6, 2
    layer = torch.nn.MultiheadAttention(size, heads, bias=False, batch_first=True, dtype=torch.float64)
    weights = fill(layer, rng)
    shapes = {"x": (N, 3, size), "memory": (N, T, size), "dy": (N, 3, size)}
    given = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    x, memory = (torch.tensor(given[key], requires_grad=True) for key in ("x", "memory"))
    hidden = torch.tensor(~mask).repeat_interleave(heads, dim=0)  # True where a key is hidden, once a head
    y, read = layer(x, memory, memory, attn_mask=hidden, average_attn_weights=False)
    (y * torch.tensor(given["dy"])).sum().backward()
    found = {"y": y.detach().numpy(), "weights": read.detach().numpy(), "dx": x.grad.numpy()}
    found |= {"dmemory": memory.grad.numpy()} | {f"d{key}": p.grad.numpy() for key, p in layer.named_parameters()}
    yield "multi_head", weights | given | {"mask": mask, "heads": np.array(heads)} | found


def dense() -> Iterator[tuple[str, Arrays]]:
    """Run torch.nn.functional.linear over all steps."""
    rng = np.random.default_rng(1)
    W_out, b_out = (torch.tensor(rng.normal(size=shape), requires_grad=True) for shape in ((K, H), (K,)))
    given, dv = rng.normal(size=(T, H, N)), rng.normal(size=(T, K, N))
    h = tensor(given)
    v = functional.linear(h, W_out, b_out)
    (v * tensor(dv)).sum().backward()
    yield (
        "dense",
        {
            "W_out": W_out.detach().numpy(),
            "b_out": b_out.detach().numpy()[:, None],
            "h": given,
            "dv": dv,
            "v": column(v),
            "dW_out": W_out.grad.numpy(),
            "db_out": b_out.grad.numpy()[:, None],
            "dh": column(h.grad),
        },
    )


def losses() -> Iterator[tuple[str, Arrays]]:
    """Run the three losses, whole and masked; PyTorch has no ½ in its squared error."""
    rng = np.random.default_rng(2)
    value, target = 3 * rng.normal(size=(T, K, N)), rng.random((T, K, N))
    labels, mask = rng.integers(0, K, size=(T, N)), rng.random((T, N)) < 0.6
    arrays = {"value": value, "target": target, "labels": labels, "mask": mask}
    for name, counted in (("whole", np.ones((T, N), bool)), ("masked", mask)):
        weight = torch.tensor(np.broadcast_to(counted[:, :, None], (T, N, K)).astype(np.float64))
        wanted = torch.tensor(np.swapaxes(target, 1, 2).copy())
        chosen = torch.tensor(np.where(counted, labels, -1))
        for loss in ("squared_error", "binary_cross_entropy", "softmax_cross_entropy"):
            v = tensor(value)
            if loss == "squared_error":
                found = 0.5 * (weight * functional.mse_loss(v, wanted, reduction="none")).sum() / weight.sum()
            elif loss == "binary_cross_entropy":
                total = functional.binary_cross_entropy_with_logits(v, wanted, weight=weight, reduction="sum")
                found = total / weight.sum()
            else:
                found = functional.cross_entropy(v.reshape(T * N, K), chosen.reshape(T * N), ignore_index=-1)
            found.backward()
            arrays |= {f"{loss}_{name}": np.array(found.item()), f"{loss}_{name}_gradient": column(v.grad)}
    yield "losses", arrays


def optimizers() -> Iterator[tuple[str, Arrays]]:
    """Take five steps with each optimiser."""
    rng = np.random.default_rng(3)
    start, gradients = rng.normal(size=(H, D)), rng.normal(size=(5, H, D))
    arrays = {"start": start, "gradients": gradients}
    for name, make in {
        "SGD": lambda p: torch.optim.SGD([p], lr=0.1),
        "Momentum": lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.8),
        "Adam": lambda p: torch.optim.Adam([p], lr=0.1, betas=(0.8, 0.95), eps=1e-6),
    }.items():
        p = torch.tensor(start, requires_grad=True)
        optimizer, path = make(p), []
        for gradient in gradients:
            p.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(p.detach().numpy().copy())
        arrays[name] = np.array(path)
    yield "optimizers", arrays


def clipping() -> Iterator[tuple[str, Arrays]]:
    """Clip two arrays by their global norm, to a threshold below it and to one above it."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(H, D)), rng.normal(size=(H, 1))
    arrays = {"a": a, "b": b}
    for name, threshold in (("below", 0.5), ("above", 50.0)):
        tensors = [torch.zeros(array.shape, dtype=torch.float64, requires_grad=True) for array in (a, b)]
        for held, array in zip(tensors, (a, b), strict=True):
            held.grad = torch.tensor(array)
        norm = torch.nn.utils.clip_grad_norm_(tensors, threshold)
        clipped = [held.grad.numpy() for held in tensors]
        arrays |= {f"{name}_threshold": np.array(threshold), f"{name}_norm": np.array(norm.item())}
        arrays |= {f"{name}_a": clipped[0], f"{name}_b": clipped[1]}
    yield "clipping", arrays


def keras_layers() -> Iterator[tuple[str, Arrays]]:
    """Run Keras's SimpleRNN, LSTM and GRU, from a state and with a mask, and in both directions with a mask.

    The arrays of get_weights() are stored by their place; what they do not tell stands in the file's name. All is
    float32: on PyTorch, Keras has no products in float64.
    """
    layers, how = keras.layers, {"return_sequences": True, "return_state": True}
    for name, layer in {
        "rnn_tanh": layers.SimpleRNN(H, **how),
        "rnn_relu": layers.SimpleRNN(H, activation="relu", use_bias=False, **how),
        "rnn_sigmoid": layers.SimpleRNN(H, activation="sigmoid", **how),
        "rnn_linear": layers.SimpleRNN(H, activation="linear", **how),
        "lstm": layers.LSTM(H, **how),
        "lstm_bare": layers.LSTM(H, use_bias=False, **how),
        "gru_after": layers.GRU(H, **how),
        "gru_before": layers.GRU(H, reset_after=False, **how),
        "gru_after_bare": layers.GRU(H, use_bias=False, **how),
        "gru_before_bare": layers.GRU(H, use_bias=False, reset_after=False, **how),
        "rnn_both": layers.Bidirectional(layers.SimpleRNN(H, **how)),
        "lstm_both": layers.Bidirectional(layers.LSTM(H, **how)),
        "gru_both": layers.Bidirectional(layers.GRU(H, **how)),
    }.items():
        rng = np.random.default_rng(9)
        layer.build((N, T, D))
        layer.set_weights([0.5 * rng.normal(size=array.shape).astype(np.float32) for array in layer.get_weights()])
        found = {f"weights_{k}": array for k, array in enumerate(layer.get_weights())}
        parts = (2 if name.startswith("lstm") else 1) * (2 if name.endswith("both") else 1)
        for key, shape in {"x": (T, D, N), "state": (parts, H, N)}.items():
            found[key] = rng.normal(size=shape).astype(np.float32)
        x, state = torch.tensor(found["x"].transpose(2, 0, 1).copy()), [tensor(part) for part in found["state"]]
        mask = torch.arange(T) < torch.tensor(LENGTHS)[:, None]
        for end, masked in {"": None, "_lengths": mask}.items():
            outputs, *last = layer(x, mask=masked, initial_state=state)
            found["outputs" + end] = outputs.detach().numpy().transpose(1, 2, 0)
            found["last" + end] = np.array([column(part) for part in last])
        yield f"keras_{name}", found | {"lengths": np.array(LENGTHS)}


CASES = [rnn, gated, stacked, both_directions, attention, dense, losses, optimizers, clipping, keras_layers]


def save(path: Path, arrays: Arrays) -> None:
    """Write an .npz file without the time of day that np.savez puts into it."""
    with zipfile.ZipFile(path, "w") as archive:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, np.asarray(array, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0)), buffer.getvalue())


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in CASES:
        for name, arrays in make():
            save(HERE / f"{name}.npz", arrays)
            print(f"{name}.npz  {(HERE / f'{name}.npz').stat().st_size / 1024:.1f} kB")
