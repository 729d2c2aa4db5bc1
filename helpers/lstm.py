"""Long short-term memory: a cell that keeps, three gates that decide, forward and backward through time.

(1) u[t] = W_in x[t] + W h[t−1] + b                     4H rows, in blocks i, f, o, g
(2) i, f, o = σ(u_i), σ(u_f), σ(u_o),   g = tanh(u_g)
(3) c[t] = f ⊙ c[t−1] + i ⊙ g                           what is kept and what is written
(4) h[t] = o ⊙ tanh(c[t])                               what is shown

(5) dh[t] = doutputs[t] + Wᵀ delta[t+1]
(6) dc[t] = f[t+1] ⊙ dc[t+1] + dh[t] ⊙ o (1 − tanh²(c[t]))
(7) delta_i = dc ⊙ g i(1 − i)           delta_f = dc ⊙ c[t−1] f(1 − f)          delta[t] is ∂E/∂u[t]
    delta_o = dh ⊙ tanh(c) o(1 − o)     delta_g = dc ⊙ i (1 − g²)
(8) dW_in = Σ_t delta[t] x[t]ᵀ    (9) dW = Σ_t delta[t] h[t−1]ᵀ    (10) db = Σ_t delta[t]
(11) dx[t] = W_inᵀ delta[t]
"""

from typing import Any, NamedTuple

import numpy as np

from helpers._validation import Array, Params, cell_gradients, cell_inputs, is_number, pair, positive_int
from helpers.initializers import chrono_bias, draw

GATES = ("i", "f", "o", "g")
SYMBOLS = {"W_in": "4H D", "W": "4H H", "b": "4H 1"}

State = tuple[Array, Array]


class Cache(NamedTuple):
    """What `backward` needs of `forward`, by its name in the equations."""

    W_in: Array
    W: Array
    x: Array  # (T, D, N)
    h0: Array  # (H, N)
    c0: Array  # (H, N)
    gates: Array  # (T, 4H, N), the values i, f, o, g
    c: Array  # (T, H, N)
    tanh_c: Array  # (T, H, N)
    h: Array  # (T, H, N)
    real: Array | None  # (T, 1, N), True where a step counts; None when all do

    @property
    def i(self) -> Array:
        """The input gate, shape (T, H, N); like f, o and g a view of `gates`."""
        return blocks(self.gates)[0]

    @property
    def f(self) -> Array:
        """The forget gate, shape (T, H, N)."""
        return blocks(self.gates)[1]

    @property
    def o(self) -> Array:
        """The output gate, shape (T, H, N)."""
        return blocks(self.gates)[2]

    @property
    def g(self) -> Array:
        """The candidate for the cell, shape (T, H, N)."""
        return blocks(self.gates)[3]


def blocks(array: Array) -> list[Array]:
    """Split the rows into the blocks i, f, o, g.

    Parameters
    ----------
    array : numpy.ndarray
        Gates or their gradients, shape (T, 4H, N) or (4H, N), or a parameter, shape (4H, D).

    Returns
    -------
    list of numpy.ndarray
        Four views with H rows each, in the order of `GATES`.
    """
    return np.split(array, 4, axis=-2)


def init(
    rng: np.random.Generator,
    input_size: int,
    hidden_size: int,
    *,
    scheme: str = "xavier",
    forget_bias: float = 1.0,
    chrono: int | None = None,
    dtype: Any = np.float64,
) -> Params:
    """Draw initial parameters; the biases start at 0, the forget gate's at `forget_bias` or at chrono's.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    input_size : int
        D, the size of x.
    hidden_size : int
        H, the size of h and c.
    scheme : {"xavier", "he", "normal"}
        See `helpers.initializers`.
    forget_bias : float
        Bias of the forget gate; 1 lets the cell keep σ(1) = 73 % of its content a step.
    chrono : int, optional
        T_max, the longest dependency looked for, in steps, at least 3. Draws the forget gate's biases as
        log U(1, T_max − 1) in place of `forget_bias` and gives the input gate their negative.
    dtype : numpy.dtype
        Type of the parameters.

    Returns
    -------
    dict of str to numpy.ndarray
        ``W_in`` (4H, D), ``W`` (4H, H) and ``b`` (4H, 1), rows in the order of `GATES`.

    Raises
    ------
    ValueError
        If a size is below 1, the scheme is unknown, `forget_bias` is no finite number, `chrono` is below
        3, `dtype` holds no floats, or `rng` is no Generator.

    References
    ----------
    Gers, Schmidhuber & Cummins (2000), Learning to forget, Neural Computation 12, section 4.
    Jozefowicz, Zaremba & Sutskever (2015), An empirical exploration of recurrent network architectures.
    Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, eq. 16.
    """
    input_size, hidden_size = positive_int("input_size", input_size), positive_int("hidden_size", hidden_size)
    if not is_number(forget_bias) or not np.isfinite(forget_bias):
        raise ValueError(f"forget_bias: expected a finite number, got {forget_bias!r}")
    W_in = draw(rng, 4 * hidden_size, input_size, scheme, dtype)
    W = draw(rng, 4 * hidden_size, hidden_size, scheme, dtype)
    b = np.zeros((4 * hidden_size, 1), dtype)
    b_i, b_f, _, _ = blocks(b)
    b_f[:] = forget_bias
    if chrono is not None:
        b_f[:] = chrono_bias(rng, hidden_size, chrono, dtype)
        b_i[:] = -b_f
    return {"W_in": W_in, "W": W, "b": b}


def forward(params: Params, x: Array, state: State | None = None, *, lengths: Any = None) -> tuple[Array, State, Cache]:
    """Run the network over a batch of sequences, equations (1) to (4).

    Parameters
    ----------
    params : dict of str to numpy.ndarray
        ``W_in`` (4H, D), ``W`` (4H, H) and ``b`` (4H, 1), rows in the order of `GATES`.
    x : numpy.ndarray
        Inputs, shape (T, D, N): time first, one column per example.
    state : pair of numpy.ndarray, optional
        Initial (h0, c0), each of shape (H, N). Zero when left out; None in a pair is zero too.
    lengths : array_like of int, optional
        Steps of each example, shape (N,), from 1 to T. Past its length an example's output is 0, its
        state stays frozen and its x is not looked at.

    Returns
    -------
    outputs : numpy.ndarray
        Hidden states, shape (T, H, N). The cache holds the same array: copy it before writing to it.
    state : pair of numpy.ndarray
        Each example's last (h, c), each of shape (H, N).
    cache : Cache
        For `backward`, and to plot.

    Raises
    ------
    ValueError
        If a shape does not fit, a key is missing or a length is outside 1..T.

    Notes
    -----
    Costs 8·T·N·H·(D + H) operations. No peepholes. σ(u) is taken as ½ + ½ tanh(u/2), so that one tanh
    serves all blocks; the ½ before u stands in the weights. The cache is about six times the outputs.

    References
    ----------
    Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9.
    Gers, Schmidhuber & Cummins (2000), Learning to forget, Neural Computation 12 (the forget gate).
    """
    h0, c0 = pair("state", state)
    weights, x, (h0, c0), real = cell_inputs(params, SYMBOLS, x, {"state[0]": h0, "state[1]": c0}, lengths)
    W_in, W, b = weights
    (T, _, N), H = x.shape, W.shape[1]

    half = np.full_like(b, 0.5)
    half[3 * H :] = 1  # g is a tanh already
    gates = np.matmul(half * W_in, x) + half * b
    W_half = half * W
    h, c, tanh_c = (np.empty((T, H, N), W.dtype) for _ in range(3))
    h_before, c_before = h0, c0
    for t in range(T):
        u = gates[t]
        u += W_half @ h_before  # (1)
        np.tanh(u, out=u)  # (2)
        u[: 3 * H] *= 0.5
        u[: 3 * H] += 0.5
        i, f, o, g = blocks(u)
        np.multiply(f, c_before, out=c[t])  # (3)
        c[t] += i * g
        np.tanh(c[t], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=h[t])  # (4)
        if real is not None:
            np.copyto(h[t], h_before, where=~real[t])
            np.copyto(c[t], c_before, where=~real[t])
        h_before, c_before = h[t], c[t]
    last = h_before.copy(), c_before.copy()
    if real is not None:
        np.copyto(h, 0, where=~real)
    return h, last, Cache(W_in, W, x, h0, c0, gates, c, tanh_c, h, real)


def backward(cache: Cache, doutputs: Array | None, dstate: Any = None) -> tuple[Params, Array, State]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (5) to (11).

    Parameters
    ----------
    cache : Cache
        From `forward`.
    doutputs : numpy.ndarray or None
        ∂E/∂outputs, shape (T, H, N); None is zero. Not looked at past an example's length.
    dstate : pair of numpy.ndarray, optional
        (∂E/∂h, ∂E/∂c) of the final state, each of shape (H, N); None is zero, in the pair too.

    Returns
    -------
    grads : dict of str to numpy.ndarray
        ``W_in``, ``W`` and ``b``, shaped like the parameters.
    dx : numpy.ndarray
        ∂E/∂x, shape (T, D, N), 0 past an example's length.
    dstate : pair of numpy.ndarray
        (∂E/∂h0, ∂E/∂c0), each of shape (H, N).

    Raises
    ------
    ValueError
        If a shape does not fit, or all gradients are None.

    Notes
    -----
    Costs 16·T·N·H·(D + H) operations, twice the forward pass. What (6) and (7) multiply dh and dc by
    comes before the loop, the weight gradients after it, each as one product.

    References
    ----------
    Greff et al. (2017), LSTM: a search space odyssey, IEEE TNNLS 28, section II (without peepholes).
    """
    W_in, W, x, h0, c0, gates, c, tanh_c, h, real = cache
    dh, dc = pair("dstate", dstate)
    doutputs, (dh, dc) = cell_gradients(h, real, doutputs, {"dstate[0]": dh, "dstate[1]": dc})
    (T, H, N), dtype = h.shape, dh.dtype
    i, f, o, g = blocks(gates)

    delta = np.empty((T, 4 * H, N), dtype)  # at first only what dc and dh are to be multiplied by
    delta[:, : 3 * H] = gates[:, : 3 * H] * (1 - gates[:, : 3 * H])
    delta_i, delta_f, delta_o, delta_g = blocks(delta)
    delta_i *= g
    delta_f *= np.concatenate([c0[None], c[:-1]])
    delta_o *= tanh_c
    delta_g[:] = i * (1 - g * g)
    shown = o * (1 - tanh_c * tanh_c)
    if real is not None:
        np.copyto(delta, 0, where=~real)
        np.copyto(shown, 0, where=~real)
        f = np.where(real, f, 1)
    for t in reversed(range(T)):
        if doutputs is not None:
            dh += doutputs[t]  # (5)
        dc += dh * shown[t]  # (6)
        delta_i[t] *= dc  # (7)
        delta_f[t] *= dc
        delta_o[t] *= dh
        delta_g[t] *= dc
        dc *= f[t]
        before = W.T @ delta[t]
        dh = before if real is None else np.where(real[t], before, dh)
    h_before = np.concatenate([h0[None], h[:-1]])
    grads = {
        "W_in": np.tensordot(delta, x, axes=([0, 2], [0, 2])),  # (8) the sum over t and over the batch
        "W": np.tensordot(delta, h_before, axes=([0, 2], [0, 2])),  # (9)
        "b": delta.sum(axis=(0, 2))[:, None],  # (10)
    }
    return grads, np.matmul(W_in.T, delta), (dh, dc)  # (11)
