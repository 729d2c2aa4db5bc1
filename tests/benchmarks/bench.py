"""Time the kernels against PyTorch and against their own matrix products: make bench, or bench.py rnn.

One thread each, float32, forward and backward with the gradient of the input. Equal results are asserted first;
then ours, theirs and the floor take turns, so that a busy machine slows all three, and the medians of the ratios
are printed.

What bounds a size: at H = 16 NumPy's calls, for an LSTM some fifteen a step of about 0.4 µs each, and for T = 8 also
what is done once a call; at H = 32 and 64 the passes over arrays, tanh above all, beside products that already take
half to three quarters of the time; from H = 128 on the products. PyTorch's LSTM is one compiled loop, its RNN and GRU
are many calls: so the LSTM is a little faster here than there, and the other two are much faster.
A further kernel is one more row in KERNELS. `seq2seq` is a training step of the attention model (training_step.py).
"""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is loaded

import numpy as np  # noqa: E402

from helpers import gru, interop, lstm, rnn  # noqa: E402

try:
    import torch
except ModuleNotFoundError:
    sys.exit(
        "The bench compares with PyTorch, which is not installed here: `make bench` installs it beside the course."
    )

import training_step  # noqa: E402 (it needs torch)

SIZES = [(8, 64, 2, 16), (20, 32, 32, 32), (50, 32, 64, 64), (50, 32, 64, 128), (100, 64, 128, 256), (200, 64, 8, 16)]


class Kernel(NamedTuple):
    """A module of ours, its options, its gate blocks in W, and the layer of PyTorch that does the same, if one does."""

    module: object
    options: dict
    gates: int
    layer: type | None


KERNELS = {
    "rnn": Kernel(rnn, {}, 1, torch.nn.RNN),
    "lstm": Kernel(lstm, {}, 4, torch.nn.LSTM),
    "gru": Kernel(gru, {"reset_after": True}, 3, torch.nn.GRU),
    "gru_before": Kernel(gru, {"reset_after": False}, 3, None),
}
NAMES = [*KERNELS, "seq2seq"]


def setup(kernel: Kernel, T: int, N: int, D: int, H: int) -> list[Callable]:
    """Return ours, the floor and theirs, each a call of one forward and one backward pass on the same numbers."""
    rng = np.random.default_rng(0)
    params = kernel.module.init(rng, D, H, dtype=np.float32)
    x, doutputs = (rng.standard_normal(shape, np.float32) for shape in ((T, D, N), (T, H, N)))

    def ours():
        outputs, _, cache = kernel.module.forward(params, x, **kernel.options)
        grads, dx, _ = kernel.module.backward(cache, doutputs)
        return {"outputs": outputs, "x": dx} | grads

    G = kernel.gates * H
    W_in, W = params["W_in"], params["W"]
    h, u, delta = np.ones((T, H, N), np.float32), np.empty((T, G, N), np.float32), np.ones((T, G, N), np.float32)
    dx, flat_delta = np.empty_like(x), np.ones((G, T * N), np.float32)
    flat_x, flat_h = np.ones((T * N, D), np.float32), np.ones((T * N, H), np.float32)

    def floor():
        """Take the products of the equations and nothing else: no activation, no sum, no copy."""
        np.matmul(W_in, x, out=u)
        for t in range(T):
            np.matmul(W, h[t], out=u[t])
        for t in range(T):
            np.matmul(W.T, delta[t], out=h[t])
        np.matmul(W_in.T, delta, out=dx)
        return flat_delta @ flat_x, flat_delta @ flat_h

    if kernel.layer is None:
        return [ours, floor]
    kind = kernel.layer.__name__.lower()
    layer = kernel.layer(D, H)
    layer.load_state_dict({name: torch.tensor(array) for name, array in interop.to_torch(kind, params).items()})
    x_rows = torch.tensor(np.swapaxes(x, 1, 2).copy(), requires_grad=True)
    doutputs_rows = torch.tensor(np.swapaxes(doutputs, 1, 2).copy())

    def theirs():
        layer.zero_grad(set_to_none=True)
        x_rows.grad = None
        outputs, _ = layer(x_rows)
        outputs.backward(doutputs_rows)
        return outputs

    def answer():
        """Return what they found, as ours does; of two equal gradients for our one bias the first."""
        found = {"outputs": theirs().detach().mT.numpy(), "x": x_rows.grad.mT.numpy()}
        grads = {name: p.grad for name, p in layer.named_parameters()}
        if kind != "gru":
            grads["bias_hh_l0"] = torch.zeros_like(grads["bias_hh_l0"])
        return found | interop.from_torch(kind, grads)

    assert_equal(ours(), answer())
    return [ours, floor, theirs]


def assert_equal(ours: dict, theirs: dict) -> None:
    """Compare outputs and all gradients, each relative to its largest element."""
    for name, other in theirs.items():
        error = np.abs(ours[name] - other).max() / np.abs(other).max()
        if not (ours[name].shape == other.shape and ours[name].dtype == np.float32 and error < 1e-4):
            sys.exit(f"{name} differs from PyTorch by {error:.1e}: no use in timing it")


def measure(calls: list[Callable], seconds: float) -> list[list[float]]:
    """Return the seconds of each call, round by round, the calls taking turns."""
    for call in calls:
        call()
    start = time.perf_counter()
    calls[0]()
    repeats = max(1, int(0.004 / (time.perf_counter() - start)))  # a round long enough for the clock
    rounds, end = [], time.perf_counter() + seconds
    while len(rounds) < 5 or time.perf_counter() < end:
        took = []
        for call in calls:
            start = time.perf_counter()
            for _ in range(repeats):
                call()
            took.append((time.perf_counter() - start) / repeats)
        rounds.append(took)
    return rounds


def training(seconds: float) -> None:
    """Print what a training step of the attention model takes; both have to lose the same along the way."""
    calls, ours, theirs = training_step.setup()
    error = np.max(np.abs(np.divide(ours, theirs) - 1))
    if not (error < 1e-3 and ours[-1] < 0.7 * ours[0]):
        sys.exit(f"the losses differ from PyTorch's by {error:.1e}: no use in timing it")
    rounds = measure(calls, seconds)
    mine, other = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(b / a for a, b in rounds)
    print(f"{'seq2seq':12}{'GRU-64, dates, Adam':20}{mine:11.3f}{other:11.3f}{ratio:12.2f}{'–':>12}")


def cpu() -> str:
    """Return the processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Time the kernels against PyTorch on one thread.")
    parser.add_argument("kernels", nargs="*", metavar="kernel", help=f"of {', '.join(NAMES)}; all when left out")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each size, all calls together (6)")
    arguments = parser.parse_args()
    chosen = arguments.kernels or NAMES
    if unknown := set(chosen) - set(NAMES):
        parser.error(f"no such kernel: {', '.join(sorted(unknown))} (there is {', '.join(NAMES)})")
    torch.set_num_threads(1)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    print(f"{platform.system()}, {cpu()}; Python {platform.python_version()}")
    print(f"NumPy {np.__version__} with {blas['name']} {blas['version']}, PyTorch {torch.__version__}")
    print("one thread, float32, forward + backward")
    print("torch/ours over 1: ours is faster; ours/floor: against its matrix products alone\n")
    heads = {"T": 5, "N": 5, "D": 5, "H": 5, "ours ms": 11, "torch ms": 11, "torch/ours": 12, "ours/floor": 12}
    print(f"{'kernel':12}" + "".join(f"{head:>{width}}" for head, width in heads.items()))
    for name in chosen:
        if name == "seq2seq":
            training(arguments.seconds)
            continue
        ratios, floors = [], []
        for sizes in SIZES:
            rounds = measure(setup(KERNELS[name], *sizes), arguments.seconds)
            ours, _, *theirs = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
            floors.append(statistics.median(ours / floor for ours, floor, *_ in rounds))
            row = f"{name:12}" + "".join(f"{size:5}" for size in sizes) + f"{ours:11.3f}"
            if theirs:
                ratios.append(statistics.median(theirs / ours for ours, _, theirs in rounds))
            row += f"{theirs[0]:11.3f}{ratios[-1]:12.2f}" if theirs else f"{'–':>11}{'–':>12}"
            print(row + f"{floors[-1]:12.2f}", flush=True)
        mean = f"{statistics.geometric_mean(ratios):12.2f}" if ratios else f"{'–':>12}"
        print(f"{name:12}{'geometric mean':20}{'':22}{mean}{statistics.geometric_mean(floors):12.2f}")


if __name__ == "__main__":
    main()
