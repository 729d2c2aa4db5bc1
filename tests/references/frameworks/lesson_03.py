"""Ask PyTorch and Keras about their LSTM: order of the gates, shapes, biases, starts, states, padding."""

import inspect
from itertools import permutations

import keras
import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

T, N, D, H = 6, 2, 3, 5


def sigmoid(u):
    """Return σ(u)."""
    return 1 / (1 + np.exp(-u))


def ours(order, bias, h, c):
    """Take the step of the lesson, without weights, where the rows of the bias (4H,) are in this order."""
    u = dict(zip(order, np.split(bias, 4), strict=True))
    c = sigmoid(u["f"]) * c + sigmoid(u["i"]) * np.tanh(u["g"])
    return sigmoid(u["o"]) * np.tanh(c), c


def torch_step(bias, h, c):
    """Take one step of PyTorch's cell with this bias and no weights."""
    cell = torch.nn.LSTMCell(D, H).double()
    with torch.no_grad():
        for weight in cell.parameters():
            weight.zero_()
        cell.bias_ih.copy_(torch.tensor(bias))
        found = cell(torch.zeros(1, D).double(), (torch.tensor(h)[None], torch.tensor(c)[None]))
    return [value[0].numpy() for value in found]


def keras_step(bias, h, c):
    """Take one step of Keras's cell with this bias and no weights."""
    cell = keras.layers.LSTMCell(H, dtype="float64")
    cell.build((1, D))
    cell.set_weights([np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), bias])
    _, found = cell(np.zeros((1, D)), [h[None], c[None]])
    return [keras.ops.convert_to_numpy(value)[0] for value in found]


def order_of(step):
    """Return the one order of the blocks for which a step is the lesson's."""
    rng = np.random.default_rng(0)
    bias, h, c = rng.normal(size=4 * H), rng.normal(size=H), rng.normal(size=H)
    told = step(bias, h, c)
    (order,) = [p for p in permutations("ifog") if np.allclose(told, ours(p, bias, h, c), atol=1e-6)]
    return ", ".join(order)


def default(function, name):
    """Return the default of an argument as Python writes it."""
    return repr(inspect.signature(function).parameters[name].default)


def keras_layer(**options):
    """Return a layer of Keras that is built for x (N, T, D)."""
    layer = keras.layers.LSTM(H, **options)
    layer.build((N, T, D))
    return layer


def shapes(named):
    """Write names with their shapes."""
    return ", ".join(f"`{name}` ({', '.join(map(str, shape))})" for name, shape in named.items())


def letters(shape):
    """Write a shape in letters: the sizes all differ."""
    known = {T: "T", N: "N", D: "D", H: "H", 4 * H: "4H", 1: "1"}
    return tuple(known[size] for size in shape)


def order():
    """The order of the blocks, and that a wrong one has the same shapes."""
    of_torch, of_keras = order_of(torch_step), order_of(keras_step)
    assert of_torch != "i, f, o, g" and of_keras == of_torch
    return (
        "blocks in the order i, f, o, g",
        f"{of_torch}",
        f"{of_keras}",
        "copied as they are, o and g change places: no shape tells; `helpers/interop.py` sorts them",
    )


def weights():
    """Names and shapes of the weights."""
    layer = torch.nn.LSTM(D, H)
    of_torch = {name: letters(w.shape) for name, w in layer.named_parameters() if name.startswith("weight")}
    of_keras = {w.name: letters(w.shape) for w in keras_layer().weights if "kernel" in w.name}
    assert list(of_torch.values()) == [("4H", "D"), ("4H", "H")]
    assert list(of_keras.values()) == [("D", "4H"), ("H", "4H")]
    return (
        "`W_in` (4H, D), `W` (4H, H)",
        shapes(of_torch),
        shapes(of_keras),
        "Keras's are transposed; where D = 4H the shapes of the input weights do not tell",
    )


def biases():
    """One bias or two; no peepholes, by the count."""
    layer = torch.nn.LSTM(D, H)
    of_torch = {name: letters(w.shape) for name, w in layer.named_parameters() if name.startswith("bias")}
    of_keras = {w.name: letters(w.shape) for w in keras_layer().weights if "kernel" not in w.name}
    assert len(of_torch) == 2 and len(of_keras) == 1
    assert sum(w.numel() for w in layer.parameters()) == 4 * H * (D + H + 2)
    assert keras_layer().count_params() == 4 * H * (D + H + 1)
    rng = np.random.default_rng(1)
    bias, h, c = rng.normal(size=4 * H), rng.normal(size=H), rng.normal(size=H)
    assert not np.allclose(torch_step(bias, h, c), torch_step(2 * bias, h, c))
    return (
        "one bias `b` (4H, 1); no peepholes",
        f"two, {shapes(of_torch)}, which are added; no peepholes",
        f"one, {shapes(of_keras)}; no peepholes",
        "the same bias written into both of PyTorch's counts twice; a forget bias of 1 then is 2",
    )


def forget_bias():
    """Where the forget gate starts."""
    torch.manual_seed(0)
    layer = torch.nn.LSTM(D, 400)
    both = (layer.bias_ih_l0 + layer.bias_hh_l0).detach().numpy()
    forget, bound = both[400:800], 1 / np.sqrt(400)
    assert abs(forget.mean()) < 0.01 and np.abs(layer.bias_ih_l0.detach().numpy()).max() <= bound
    assert np.abs(forget).max() <= 2 * bound
    bias = np.split(keras_layer().get_weights()[2], 4)
    assert (bias[1] == 1).all() and not np.any([bias[0], bias[2], bias[3]])
    return (
        "forget bias 1 (`forget_bias=1.0`), the other biases 0",
        r"all biases uniform in $\pm1/\sqrt H$: the forget gate starts near σ(0) = 0.5",
        f"`unit_forget_bias={default(keras.layers.LSTM, 'unit_forget_bias')}`: 1, the other biases 0",
        "PyTorch has no option for it: set `bias_ih_l0[H:2*H]` yourself",
    )


def starts():
    """How the weights are drawn."""
    torch.manual_seed(0)
    spread = [w.detach().numpy() for n, w in torch.nn.LSTM(300, 400).named_parameters() if n.startswith("weight")]
    for w in spread:
        assert np.abs(w).max() <= 1 / 20 and np.isclose(w.std(), 1 / 20 / np.sqrt(3), rtol=0.02)
    W = keras_layer().get_weights()[1]
    assert np.allclose(W @ W.T, np.eye(H), atol=1e-5)
    kernel, recurrent = (default(keras.layers.LSTM, f"{name}_initializer") for name in ("kernel", "recurrent"))
    return (
        r"Xavier: normal, standard deviation $1/\sqrt{\text{columns}}$",
        r"uniform in $\pm1/\sqrt H$, both matrices",
        f"`W_in` {kernel.strip(chr(39))}, `W` {recurrent.strip(chr(39))}",
        "a comparison between libraries compares initialisations too",
    )


def states():
    """What a call returns, and in which order of axes."""
    layer = torch.nn.LSTM(D, H)
    out, (h, c) = layer(torch.zeros(T, N, D))
    assert letters(out.shape) == ("T", "N", "H") and letters(h.shape) == letters(c.shape) == ("1", "N", "H")
    last = keras_layer()(np.zeros((N, T, D), "float32"))
    every, h_keras, c_keras = keras_layer(return_sequences=True, return_state=True)(np.zeros((N, T, D), "float32"))
    assert letters(last.shape) == ("N", "H") and letters(every.shape) == ("N", "T", "H")
    assert letters(h_keras.shape) == letters(c_keras.shape) == ("N", "H")
    first, sequences = default(torch.nn.RNNBase, "batch_first"), default(keras.layers.LSTM, "return_sequences")
    return (
        "outputs (T, H, N), state `(h, c)`, each (H, N)",
        f"outputs (T, N, H), state `(h_n, c_n)`, each (1, N, H); `batch_first={first}`",
        f"(N, H), the last step only: `return_sequences={sequences}`; state (N, H) each with `return_state=True`",
        "with N = T a batch given in the other order runs, and mixes examples with steps",
    )


def padding():
    """The state of a padded example."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(T, N, D)).astype("float32")
    lengths, mask = [T, 3], np.arange(T) < np.array([[T], [3]])
    layer = torch.nn.LSTM(D, H)
    plain, (end, _) = layer(torch.tensor(x))
    packed, (right, _) = layer(pack_padded_sequence(torch.tensor(x), lengths))
    out, _ = pad_packed_sequence(packed)
    assert torch.allclose(right[0, 1], plain[2, 1]) and not torch.allclose(end[0, 1], right[0, 1])
    assert not out[3:, 1].any()
    own = keras_layer(return_sequences=True)
    rows = keras.ops.convert_to_numpy(own(x.transpose(1, 0, 2), mask=torch.tensor(mask)))
    free = keras.ops.convert_to_numpy(own(x.transpose(1, 0, 2)))
    assert np.allclose(rows[1, 3:], rows[1, 2]) and np.allclose(rows[1, :3], free[1, :3], atol=1e-6)
    assert not np.allclose(free[1, -1], rows[1, -1])
    return (
        "`lengths=`: the state stops at each example's end, outputs after it are 0",
        "`pack_padded_sequence(x, lengths)`: the same, outputs after it are 0",
        "a mask (`Masking`, `mask=`): the state stops, outputs after it **repeat** the last one",
        "without either, `out[-1]` and the final state have read the padding",
    )


def squash():
    """The functions of gates and candidate."""
    candidate, gate = default(keras.layers.LSTM, "activation"), default(keras.layers.LSTM, "recurrent_activation")
    assert (candidate, gate) == ("'tanh'", "'sigmoid'")
    cell = keras.layers.LSTMCell(1, activation="linear", use_bias=False)
    cell.build((1, 1))
    cell.set_weights([np.zeros((1, 4)), np.zeros((1, 4))])  # the gates are 1/2, the candidate is 0
    _, (h, c) = cell(np.ones((1, 1)), [np.zeros((1, 1)), np.full((1, 1), 8.0)])
    assert float(c[0, 0]) == 4 and float(h[0, 0]) == 2  # o · c and not o · tanh(c)
    cell.set_weights([np.array([[0.0, 0.0, 6.0, 0.0]]), np.zeros((1, 4))])
    assert float(cell(np.ones((1, 1)), [np.zeros((1, 1))] * 2)[1][1][0, 0]) == 3  # i · u_g
    return (
        "σ for the gates, tanh for the candidate and for what is shown",
        "the same, fixed",
        f"`recurrent_activation={gate}`, `activation={candidate}`",
        "`activation=` of Keras changes **both** tanh, that of $g$ and that of $c$",
    )


HEADER = ["this lesson", "PyTorch", "Keras", "the trap"]
ROWS = [order, weights, biases, forget_bias, starts, states, padding, squash]
