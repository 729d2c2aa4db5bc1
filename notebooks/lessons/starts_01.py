"""What a tanh or ReLU network of the notes' set-up needs in order to learn: shorter gradients, or other first weights?

The networks are those of `notes_01`: 16 units, no biases, plain descent, 10,000 updates of one pair each. Every row has
the same 40 random initialisations with standard deviation 1; what a row changes is scaled, not drawn anew. An
orthogonal W is the Q of the drawn W's QR factors, with the signs that make R's diagonal positive.
"""

from typing import Any

import numpy as np

from helpers._checks import Array, Params
from helpers.data import binary_addition
from lessons import notes_01, write

_SEEDS, _UPDATES, _RATE = 40, 10_000, 0.1
_ACTIVATIONS = ("tanh", "relu")

# A row: its name, what W becomes, whether W_in and W_out are scaled to Xavier's, options of the training.
ROWS: list[tuple[str, str, bool, dict[str, Any]]] = [
    ("standard deviation 1", "drawn", False, {}),
    ("clipped at 1", "drawn", False, {"threshold": 1.0}),
    ("clipped at 0.1", "drawn", False, {"threshold": 0.1}),
    ("learning rate 0.03", "drawn", False, {"learning_rate": 0.03}),
    ("learning rate 0.01", "drawn", False, {"learning_rate": 0.01}),
    ("W_in and W_out Xavier", "drawn", True, {}),
    ("W Xavier", "xavier", False, {}),
    ("W orthogonal", "orthogonal", False, {}),
    ("W identity", "identity", False, {}),
    ("all Xavier", "xavier", True, {}),
]


def recurrent(W: Array, kind: str) -> Array:
    """Turn the drawn W (E, H, H) of standard deviation 1 into "xavier", "orthogonal", "identity"; "drawn" keeps it."""
    if kind == "xavier":
        return W / np.sqrt(W.shape[-1])
    if kind == "orthogonal":
        Q, R = np.linalg.qr(W)
        return Q * np.sign(np.diagonal(R, axis1=1, axis2=2))[:, None]
    return np.broadcast_to(np.eye(W.shape[-1]), W.shape).copy() if kind == "identity" else W


def start(drawn: Params, kind: str, narrow: bool) -> Params:
    """Return the networks `drawn` with another W, and with W_in and W_out scaled to Xavier's when `narrow`."""
    scale = {"W_in": 2**-0.5, "W_out": drawn["W"].shape[-1] ** -0.5} if narrow else {}
    return {name: scale.get(name, 1.0) * array for name, array in drawn.items()} | {"W": recurrent(drawn["W"], kind)}


def growth(rng: np.random.Generator, scheme: str, networks: int = 200) -> float:
    """Measure by which factor a small difference between two states grows over 7 steps of tanh, at the median.

    Each network reads a random pair of numbers; scheme is one of `helpers.initializers`; nothing is trained.
    """
    x = binary_addition(rng, 8, networks)[0].transpose(0, 2, 1)[..., None]  # (T, E, 2, 1)
    params = notes_01.init(rng, networks, scheme=scheme)
    h, _ = notes_01.forward(params, x, "tanh")
    difference = rng.standard_normal((networks, params["W"].shape[-1], 1))
    first = np.linalg.norm(difference, axis=1)
    for t in range(1, 8):
        difference = (1 - h[t] ** 2) * (params["W"] @ difference)
    return float(np.median(np.linalg.norm(difference, axis=1) / first))


def _starts() -> None:
    """Count for each row the networks that are right on all 16,384 pairs at the end, by activation and gradient."""
    rows: list[dict[str, Any]] = []
    drawn = notes_01.init(np.random.default_rng(1), _SEEDS)  # the first 40 of 01_solved.csv
    for slope in ("shipped", "corrected"):
        for activation in _ACTIVATIONS:
            for name, kind, narrow, options in ROWS:
                chosen: dict[str, Any] = {"activation": activation, "slope": slope, "updates": _UPDATES}
                chosen |= {"learning_rate": _RATE} | options
                trained, _ = notes_01.train(start(drawn, kind, narrow), np.random.default_rng(2), **chosen)
                nan = np.isnan(trained["W"]).any(axis=(1, 2)).sum()
                rows.append({"slope": slope, "activation": activation, "start": name, "seeds": _SEEDS,
                             "solved": notes_01.solved(trained, activation).sum(), "nan": nan})  # fmt: skip
                print(*rows[-1].values(), flush=True)
    write("01_starts.csv", rows)


TABLES = {"starts_01": _starts}
