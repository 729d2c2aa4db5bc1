"""The kernels against what PyTorch answered (references/make_references.py); PyTorch itself is not needed here."""

from pathlib import Path

import numpy as np
import pytest

from helpers import clipping, dense, losses, optimizers, rnn

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
    assert len(files) >= 8
    for file in files:
        assert file.stat().st_size < 20_000
        assert all(np.isfinite(array).all() for array in load(file.stem).values())
