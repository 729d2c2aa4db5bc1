"""The gated recurrent unit: one gate resets, one updates, forward and backward through time.

(1) r, z = σ(u_r), σ(u_z),   u_k = W_in_k x[t] + b_in_k + W_k h[t−1] + b_k for k = r, z    3H rows: r, z, n
(2) s[t] = r ⊙ h[t−1],            n = tanh(W_in_n x[t] + b_in_n + W_n s[t] + b_n)          reset_after=False
(3) s[t] = W_n h[t−1] + b_n,      n = tanh(W_in_n x[t] + b_in_n + r ⊙ s[t])                reset_after=True
(4) h[t] = (1 − z) ⊙ n + z ⊙ h[t−1]                           z keeps the old state

(5) delta_n = dh ⊙ (1 − z)(1 − n²)       (6) delta_z = dh ⊙ (h[t−1] − n) z(1 − z)
with reset_after=False, where r acts on h:
(7) ds = W_nᵀ delta_n                    (8) delta_r = ds ⊙ h[t−1] r(1 − r)
(9) dh[t−1] = doutputs[t−1] + z ⊙ dh + r ⊙ ds + W_rᵀ delta_r + W_zᵀ delta_z
with reset_after=True, where r acts on W_n h + b_n:
(10) ds = r ⊙ delta_n                    (11) delta_r = delta_n ⊙ s r(1 − r)
(12) dh[t−1] = doutputs[t−1] + z ⊙ dh + W_rᵀ delta_r + W_zᵀ delta_z + W_nᵀ ds
and then
(13) dW_in = Σ_t delta[t] x[t]ᵀ,   db_in = Σ_t delta[t],   dx[t] = W_inᵀ delta[t]
(14) dW_r, dW_z = Σ_t delta[t] h[t−1]ᵀ,   db_r, db_z = Σ_t delta[t]
(15) dW_n = Σ_t delta_n s[t]ᵀ,  db_n = Σ_t delta_n  (False);   dW_n = Σ_t ds h[t−1]ᵀ,  db_n = Σ_t ds  (True)
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._validation import Array, Params, cell_gradients, cell_inputs, positive_int
from helpers.initializers import chrono_bias, draw

GATES = ("r", "z", "n")
SYMBOLS = {"W_in": "3H D", "W": "3H H", "b_in": "3H 1", "b": "3H 1"}


class Cache(NamedTuple):
    """What `backward` needs of `forward`, by its name in the equations."""

    W_in: Array
    W: Array
    x: Array  # (T, D, N)
    h0: Array  # (H, N)
    gates: Array  # (T, 3H, N), the values r, z, n
    s: Array  # (T, H, N)
    h: Array  # (T, H, N)
    real: Array | None  # (T, 1, N), True where a step counts; None when all do
    reset_after: bool

    @property
    def r(self) -> Array:
        """The reset gate, shape (T, H, N); like z and n a view of `gates`."""
        return blocks(self.gates)[0]

    @property
    def z(self) -> Array:
        """The update gate, shape (T, H, N): the share of the old state."""
        return blocks(self.gates)[1]

    @property
    def n(self) -> Array:
        """The candidate for the state, shape (T, H, N)."""
        return blocks(self.gates)[2]


def blocks(array: Array) -> list[Array]:
    """Split the rows into the blocks r, z, n.

    Parameters
    ----------
    array : numpy.ndarray
        Gates or their gradients, shape (T, 3H, N) or (3H, N), or a parameter, shape (3H, D).

    Returns
    -------
    list of numpy.ndarray
        Three views with H rows each, in the order of `GATES`.
    """
    return np.split(array, 3, axis=-2)


def init(
    rng: np.random.Generator,
    input_size: int,
    hidden_size: int,
    *,
    scheme: str = "xavier",
    chrono: int | None = None,
    dtype: Any = np.float64,
) -> Params:
    """Draw initial parameters; the biases start at 0.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    input_size : int
        D, the size of x.
    hidden_size : int
        H, the size of h.
    scheme : {"xavier", "he", "normal"}
        See `helpers.initializers`.
    chrono : int, optional
        T_max, the longest dependency looked for, in steps, at least 3. Draws the update gate's biases in
        ``b`` as log U(1, T_max − 1): a large z keeps the old state.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_in`` (3H, D), ``W`` (3H, H), ``b_in`` and ``b`` (3H, 1), rows in the order of `GATES`.

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, `chrono` is below 3, `dtype` holds no floats, or `rng`
        is no Generator.

    References
    ----------
    Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, section 2; their z is 1 − z here.
    """
    input_size, hidden_size = positive_int("input_size", input_size), positive_int("hidden_size", hidden_size)
    W_in = draw(rng, 3 * hidden_size, input_size, scheme, dtype)
    W = draw(rng, 3 * hidden_size, hidden_size, scheme, dtype)
    b_in, b = np.zeros((2, 3 * hidden_size, 1), dtype)
    if chrono is not None:
        blocks(b)[1][:] = chrono_bias(rng, hidden_size, chrono, dtype)
    return {"W_in": W_in, "W": W, "b_in": b_in, "b": b}


def forward(
    params: Params, x: Array, state: Array | None = None, *, lengths: Any = None, reset_after: bool = False
) -> tuple[Array, Array, Cache]:
    """Run the network over a batch of sequences, equations (1) to (4).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        ``W_in`` (3H, D), ``W`` (3H, H), ``b_in`` and ``b`` (3H, 1), rows in the order of `GATES`.
    x : numpy.ndarray
        Inputs, shape (T, D, N): time first, one column per example.
    state : numpy.ndarray, optional
        Initial hidden state h0, shape (H, N). Zero when left out.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T. Past its length an example's output is 0, its
        state stays frozen and its x is not looked at.
    reset_after : bool
        False: r acts on h before W, as in Cho et al. (2014), equation (2). True: r acts on W_n h + b_n,
        as in cuDNN, PyTorch and Keras, equation (3).

    Returns
    -------
    outputs : numpy.ndarray
        Hidden states, shape (T, H, N). The cache holds the same array: copy it before writing to it.
    state : numpy.ndarray
        Each example's last hidden state, shape (H, N).
    cache : Cache
        For `backward`, and to plot.

    Raises
    ------
    ValueError
        If a shape does not fit, a key is missing, a length is outside 1..T or `reset_after` is no bool.

    Notes
    -----
    Costs 6·T·N·H·(D + H) operations, three quarters of an LSTM. The letters r, z follow Cho et al., where
    z keeps the old state; papers that write h = (1 − z) h + z n call 1 − z what is z here.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, EMNLP, eq. 5 to 8.
    """
    if not isinstance(reset_after, bool | np.bool_):
        raise ValueError(f"reset_after: expected True or False, got {reset_after!r}")
    weights, x, (h0,), real = cell_inputs(params, SYMBOLS, x, {"state": state}, lengths)
    W_in, W, b_in, b = weights
    (T, _, N), H = x.shape, W.shape[1]

    half = np.full_like(b, 0.5)  # σ(u) = ½ + ½ tanh(u/2)
    half[2 * H :] = 1  # n is a tanh already
    outside = b_in + b
    if reset_after:
        outside[2 * H :] = b_in[2 * H :]
    gates = np.matmul(half * W_in, x) + half * outside
    W_half = half * W
    s, h = (np.empty((T, H, N), W.dtype) for _ in range(2))
    before = h0
    for t in range(T):
        rz, n = gates[t, : 2 * H], gates[t, 2 * H :]
        r, z = rz[:H], rz[H:]
        rz += W_half[: 2 * H] @ before
        np.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5  # (1)
        if reset_after:
            np.add(W[2 * H :] @ before, b[2 * H :], out=s[t])
            n += r * s[t]
        else:
            np.multiply(r, before, out=s[t])
            n += W[2 * H :] @ s[t]
        np.tanh(n, out=n)  # (2) or (3)
        np.subtract(before, n, out=h[t])
        h[t] *= z
        h[t] += n  # (4)
        if real is not None:
            np.copyto(h[t], before, where=~real[t])
        before = h[t]
    last = before.copy()
    if real is not None:
        np.copyto(h, 0, where=~real)
    return h, last, Cache(W_in, W, x, h0, gates, s, h, real, bool(reset_after))


def backward(cache: Cache, doutputs: Array | None, dstate: Array | None = None) -> tuple[Params, Array, Array]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (5) to (15).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    doutputs : numpy.ndarray or None
        ∂E/∂outputs, shape (T, H, N); None is zero. Not looked at past an example's length.
    dstate : numpy.ndarray, optional
        ∂E/∂state, shape (H, N); None is zero.

    Returns
    -------
    grads : dict of str to numpy.ndarray
        ``W_in``, ``W``, ``b_in`` and ``b``, shaped like the parameters.
    dx : numpy.ndarray
        ∂E/∂x, shape (T, D, N), 0 past an example's length.
    dstate : numpy.ndarray
        ∂E/∂h0, shape (H, N).

    Raises
    ------
    ValueError
        If a shape does not fit, or both gradients are None.

    Notes
    -----
    Costs 12·T·N·H·(D + H) operations, twice the forward pass.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, EMNLP, eq. 5 to 8.
    """
    W_in, W, x, h0, gates, s, h, real, reset_after = cache
    doutputs, (dh,) = cell_gradients(h, real, doutputs, {"dstate": dstate})
    (T, H, N), dtype = h.shape, dh.dtype
    W_rz, W_n = W[: 2 * H], W[2 * H :]
    r, z, n = blocks(gates)
    h_before = np.concatenate([h0[None], h[:-1]])

    delta = np.empty((T, 3 * H, N), dtype)  # at first only what dh (for r: delta_n or ds) is to be multiplied by
    delta_r, delta_z, delta_n = blocks(delta)
    delta_r[:] = (s if reset_after else h_before) * r * (1 - r)
    delta_z[:] = (h_before - n) * z * (1 - z)
    delta_n[:] = (1 - z) * (1 - n * n)
    keep = z
    if real is not None:  # padding is a step that keeps everything
        np.copyto(delta, 0, where=~real)
        keep = np.where(real, z, 1)
    ds = np.empty((T, H, N), dtype)
    for t in reversed(range(T)):
        if doutputs is not None:
            dh += doutputs[t]
        delta_n[t] *= dh  # (5)
        delta_z[t] *= dh  # (6)
        dh *= keep[t]
        if reset_after:
            np.multiply(r[t], delta_n[t], out=ds[t])  # (10)
            delta_r[t] *= delta_n[t]  # (11)
            dh += W_n.T @ ds[t]  # (12)
        else:
            np.matmul(W_n.T, delta_n[t], out=ds[t])  # (7)
            delta_r[t] *= ds[t]  # (8)
            dh += r[t] * ds[t]  # (9)
        dh += W_rz.T @ delta[t, : 2 * H]
    recurrent, seen = (ds, h_before) if reset_after else (delta_n, s)
    dW_rz = np.tensordot(delta[:, : 2 * H], h_before, axes=([0, 2], [0, 2]))  # (14)
    dW_n = np.tensordot(recurrent, seen, axes=([0, 2], [0, 2]))  # (15)
    db_in = delta.sum(axis=(0, 2))[:, None]
    db = db_in.copy()
    db[2 * H :] = recurrent.sum(axis=(0, 2))[:, None]
    grads = {
        "W_in": np.tensordot(delta, x, axes=([0, 2], [0, 2])),  # (13) the sum over t and over the batch
        "W": np.concatenate([dW_rz, dW_n]),
        "b_in": db_in,
        "b": db,
    }
    return grads, np.matmul(W_in.T, delta), dh  # (13)
