"""The kernels against what PyTorch and Keras answered (references/make_references.py); neither is needed here."""

from pathlib import Path

import numpy as np
import pytest

from helpers import attention, birnn, clipping, dense, gru, interop, losses, lstm, multi_head, optimizers, rnn

FILES = Path(__file__).parent / "references"


def load(name):
    with np.load(FILES / f"{name}.npz", allow_pickle=False) as archive:
        return dict(archive)


def close(found, wanted):
    """Compare to ten digits; shapes too."""
    assert np.shape(found) == np.shape(wanted)
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("lengths", ["", "_lengths"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_rnn(activation, lengths):
    case = load(f"rnn_{activation}{lengths}")
    params = {key: case[key] for key in ("W_in", "W", "b")}
    outputs, last, cache = rnn.forward(
        params, case["x"], case["state"], lengths=case.get("lengths"), activation=activation
    )
    grads, dx, dstate = rnn.backward(cache, case["doutputs"], case["dlast"])
    close(outputs, case["outputs"])
    close(last, case["last"])
    close(dx, case["dx"])
    close(dstate, case["dstate"])
    for key in params:
        close(grads[key], case[f"d{key}"])


def ours(case, prefix, order):
    """Return PyTorch's weights, or their gradients, with the blocks of rows in our order."""
    found = {}
    for key, name in {"W_in": "weight_ih_l0", "W": "weight_hh_l0", "b_in": "bias_ih_l0", "b": "bias_hh_l0"}.items():
        blocks = np.split(case[prefix + name], len(order))
        rows = np.concatenate([blocks[k] for k in order])
        found[key] = rows if rows.ndim == 2 else rows[:, None]
    return found


@pytest.mark.parametrize("lengths", ["", "_lengths"])
def test_lstm(lengths):
    case = load(f"lstm{lengths}")
    weights, wanted = (ours(case, prefix, [0, 1, 3, 2]) for prefix in ("", "d"))  # i, f, g, o there
    params = {"W_in": weights["W_in"], "W": weights["W"], "b": weights["b_in"] + weights["b"]}
    outputs, last, cache = lstm.forward(params, case["x"], tuple(case["state"]), lengths=case.get("lengths"))
    grads, dx, dstate = lstm.backward(cache, case["doutputs"], tuple(case["dlast"]))
    close(outputs, case["outputs"])
    close(last, case["last"])
    close(dx, case["dx"])
    close(dstate, case["dstate"])
    for key in params:
        close(grads[key], wanted[key])


@pytest.mark.parametrize("lengths", ["", "_lengths"])
def test_gru(lengths):
    case = load(f"gru{lengths}")
    params, wanted = (ours(case, prefix, [0, 1, 2]) for prefix in ("", "d"))
    outputs, last, cache = gru.forward(
        params, case["x"], case["state"][0], lengths=case.get("lengths"), reset_after=True
    )
    grads, dx, dstate = gru.backward(cache, case["doutputs"], case["dlast"][0])
    close(outputs, case["outputs"])
    close(last, case["last"][0])
    close(dx, case["dx"])
    close(dstate, case["dstate"][0])
    for key in params:
        close(grads[key], wanted[key])


@pytest.mark.parametrize(("kind", "cell", "options"), [("lstm", lstm, {}), ("gru", gru, {"reset_after": True})])
def test_birnn(kind, cell, options):
    case = load(f"birnn_{kind}")

    def state(name):  # (parts, 2, H, N) as a pair of directions, each an array or the pair (h, c)
        ends = zip(*case[name], strict=True)
        return tuple(tuple(end) if cell is lstm else end[0] for end in ends)

    def weights(prefix):
        named = {key[len(prefix) :]: case[key] for key in case if key.startswith(f"{prefix}weight_")}
        named |= {key[len(prefix) :]: case[key] for key in case if key.startswith(f"{prefix}bias_")}
        if prefix and cell is lstm:  # both of torch's biases have the gradient of our one
            named |= {key: np.zeros_like(named[key]) for key in named if key.startswith("bias_hh")}
        return {name: interop.from_torch(kind, named, reverse=name == "backward") for name in birnn.DIRECTIONS}

    params, x = weights(""), case["x"]
    outputs, last, cache = birnn.forward(params, x, state("state"), cell=cell, lengths=case["lengths"], **options)
    grads, dx, dstate = birnn.backward(cache, case["doutputs"], state("dlast"))
    close(outputs, case["outputs"])
    close(np.array(last), np.array(state("last")))
    close(dx, case["dx"])
    close(np.array(dstate), np.array(state("dstate")))
    for name, wanted in weights("d").items():
        for key in wanted:
            close(grads[name][key], wanted[key])


KERAS = {
    "rnn_tanh": {},
    "rnn_relu": {"activation": "relu"},
    "rnn_sigmoid": {"activation": "sigmoid"},
    "rnn_linear": {"activation": "linear"},
    "lstm": {},
    "lstm_bare": {},
    "gru_after": {},
    "gru_before": {},
    "gru_after_bare": {"reset_after": True},
    "gru_before_bare": {"reset_after": False},
}


def keras_case(name):
    """Return a case, its weights as Keras gives them and True where a step is real, (T, 1, N)."""
    case = load(f"keras_{name}")
    arrays = [case[key] for key in sorted(case) if key.startswith("weights_")]
    return case, arrays, np.arange(len(case["x"]))[:, None, None] < case["lengths"]


def near(found, wanted):
    """Compare to five digits, as Keras computes in float32; shapes and dtype too."""
    assert np.shape(found) == np.shape(wanted) and found.dtype == wanted.dtype == np.float32
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", KERAS)
def test_keras(name):
    (case, arrays, real), kind = keras_case(name), name.split("_")[0]
    params, options = interop.from_keras(kind, arrays, **KERAS[name])
    cell = {"rnn": rnn, "lstm": lstm, "gru": gru}[kind]
    start = tuple(case["state"]) if kind == "lstm" else case["state"][0]
    outputs, last, _ = cell.forward(params, case["x"], start, **options)
    near(outputs, case["outputs"])
    near(np.array(last), case["last"] if kind == "lstm" else case["last"][0])
    outputs, last, _ = cell.forward(params, case["x"], start, lengths=case["lengths"], **options)
    near(outputs, np.where(real, case["outputs_lengths"], 0))  # there the last output goes on past the end
    near(np.array(last), case["last_lengths"] if kind == "lstm" else case["last_lengths"][0])


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_keras_in_both_directions(kind):
    case, arrays, real = keras_case(f"{kind}_both")
    halves = [interop.from_keras(kind, half) for half in (arrays[:3], arrays[3:])]
    params, options = dict(zip(birnn.DIRECTIONS, (half[0] for half in halves), strict=True)), halves[0][1]
    options["cell"] = {"rnn": rnn, "lstm": lstm, "gru": gru}[kind]
    h, c = case["state"][:2], case["state"][2:]
    start = tuple(h) if kind != "lstm" else (tuple(h), tuple(c))
    outputs, last, _ = birnn.forward(params, case["x"], start, **options)
    near(outputs, case["outputs"])
    near(np.array(last).reshape(case["last"].shape), case["last"])
    outputs, last, _ = birnn.forward(params, case["x"], start, lengths=case["lengths"], **options)
    near(outputs, np.where(real, case["outputs_lengths"], 0))
    near(np.array(last).reshape(case["last"].shape), case["last_lengths"])


def test_attention():
    case = load("attention")
    context, _, cache = attention.forward({}, case["query"], case["key"], case["value"], mask=case["mask"])
    _, dquery, dkey, dvalue = attention.backward(cache, case["dcontext"])
    close(context, case["context"])
    close(dquery, case["dquery"])
    close(dkey, case["dkey"])
    close(dvalue, case["dvalue"])


def test_multi_head():
    case = load("multi_head")

    def matrices(prefix):
        parts = [*np.split(case[f"{prefix}in_proj_weight"], 3), case[f"{prefix}out_proj.weight"]]
        return dict(zip(multi_head.NAMES, parts, strict=True))

    y, weights, cache = multi_head.forward(
        matrices(""), case["x"], case["memory"], heads=int(case["heads"]), mask=case["mask"]
    )
    grads, dx, dmemory = multi_head.backward(cache, case["dy"])
    close(y, case["y"])
    close(weights, case["weights"])
    close(dx, case["dx"])
    close(dmemory, case["dmemory"])
    for key, wanted in matrices("d").items():
        close(grads[key], wanted)


def test_dense():
    case = load("dense")
    v, cache = dense.forward({"W_out": case["W_out"], "b_out": case["b_out"]}, case["h"])
    grads, dh = dense.backward(cache, case["dv"])
    close(v, case["v"])
    close(dh, case["dh"])
    close(grads["W_out"], case["dW_out"])
    close(grads["b_out"], case["db_out"])


@pytest.mark.parametrize("mask", ["whole", "masked"])
@pytest.mark.parametrize("name", ["squared_error", "binary_cross_entropy", "softmax_cross_entropy"])
def test_losses(name, mask):
    case = load("losses")
    target = case["labels" if name == "softmax_cross_entropy" else "target"]
    loss, gradient = getattr(losses, name)(case["value"], target, case["mask"] if mask == "masked" else None)
    close(loss, case[f"{name}_{mask}"])
    close(gradient, case[f"{name}_{mask}_gradient"])


@pytest.mark.parametrize(
    "optimizer",
    [optimizers.SGD(0.1), optimizers.Momentum(0.1, 0.8), optimizers.Adam(0.1, 0.8, 0.95, 1e-6)],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_optimizers(optimizer):
    case = load("optimizers")
    params = {"p": case["start"]}
    for gradient, wanted in zip(case["gradients"], case[type(optimizer).__name__], strict=True):
        optimizer.step(params, {"p": gradient})
        close(params["p"], wanted)


@pytest.mark.parametrize("name", ["below", "above"])
def test_clipping(name):
    case = load("clipping")
    clipped, norm = clipping.clip_by_global_norm({"a": case["a"], "b": case["b"]}, float(case[f"{name}_threshold"]))
    close(norm, case[f"{name}_norm"])
    theirs = norm / (norm + 1e-6) if name == "below" else 1  # PyTorch adds 1e-6 to the norm that it divides by
    for key in ("a", "b"):
        close(clipped[key] * theirs, case[f"{name}_{key}"])


def test_the_files_are_small_and_finite():
    files = sorted(FILES.glob("*.npz"))
    assert len(files) >= 32
    for file in files:
        assert file.stat().st_size < 20_000
        assert all(np.isfinite(array).all() for array in load(file.stem).values())
