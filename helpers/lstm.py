"""Long short-term memory: a cell that keeps, three gates that decide, forward and backward through time.

(1) u[t] = W_in x[t] + b + W h[t−1] = [W_in b W] [x[t]; 1; h[t−1]]      4H rows, in blocks i, f, o, g
(2) i, f, o = σ(u_i), σ(u_f), σ(u_o),   g = tanh(u_g)                   σ(u) = ½ + ½ tanh(u/2)
(3) c[t] = f ⊙ c[t−1] + i ⊙ g                                           what is kept and what is written
(4) h[t] = o ⊙ tanh(c[t])                                               what is shown

(5) dh[t] = doutputs[t] + Wᵀ delta[t+1],   dx[t] = W_inᵀ delta[t]
(6) dc[t] = f[t+1] ⊙ dc[t+1] + dh[t] ⊙ s[t],   s = ∂h/∂c
(7) delta_i = dc ⊙ s_i,  delta_f = dc ⊙ s_f,  delta_o = dh ⊙ s_o,  delta_g = dc ⊙ s_g      delta is ∂E/∂u
(8) each gate stands beside what it meets, i beside g, f beside c[t−1], o beside tanh c; their slopes are
    s_i, s_f, s_o = gate (1 − gate) ⊙ what it meets       σ′ = σ (1 − σ)
    s_g, –,   s   = gate ⊙ (1 − what it meets²)           tanh′ = 1 − tanh²
(9) [dW_in db dW] = Σ_t delta[t] [x[t]; 1; h[t−1]]ᵀ
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract, tanh  # in the loops: add(a, b, out)

from helpers._checks import Array, Params, cell_gradients, cell_inputs, is_number, pair, whole
from helpers._fast import in_blocks, product_with, side_by_side, spans_back, stacked, sum_of_products, without_copies
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
    reads: Array  # (T, D+1+H, N), what a step reads: x[t], 1, h[t−1]
    values: Array  # (T+1, 6H, N): i, f, o of step t beside g, c[t−1], tanh c[t]

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
    return in_blocks(array, len(GATES))


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
    input_size, hidden_size = whole("input_size", input_size), whole("hidden_size", hidden_size)
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
    Costs 8·T·N·H·(D + H) operations. No peepholes. The ½ of σ's tanh stands in the weights, so that one
    tanh serves all blocks. The cache is about seven times the outputs.

    References
    ----------
    Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9.
    Gers, Schmidhuber & Cummins (2000), Learning to forget, Neural Computation 12 (the forget gate).
    """
    h0, c0 = pair("state", state)
    weights, x, (h0, c0), real = cell_inputs(params, SYMBOLS, x, {"state[0]": h0, "state[1]": c0}, lengths)
    W_in, W, b = weights
    (T, _, N), H = x.shape, W.shape[1]
    reads, h = stacked(x, h0)
    values, written = np.empty((T + 1, 6 * H, N), W.dtype), np.empty((2 * H, N), W.dtype)
    gates, c, tanh_c = values[:T, : 4 * H], values[:, 4 * H : 5 * H], values[:T, 5 * H :]
    c[0] = c0
    half = np.array(0.5, W.dtype)
    W_all = np.concatenate([W_in, b, W], axis=1)
    W_all[: 3 * H] *= half
    product, shaped = product_with(W_all, N)
    views = shaped(gates), gates[:, : 3 * H], gates[:, : 2 * H], values[:, 3 * H : 5 * H], blocks(gates)[2], tanh_c
    ig, fc = in_blocks(written, 2)
    h_old, c_old = h[0], c[0]
    steps = zip(reads, *views, h[1:], c[1:], strict=False)
    for t, (read, u, sigma, i_and_f, g_and_c, o, shown, h_new, c_new) in enumerate(steps):
        product(read, u)  # (1)
        tanh(u, u)  # (2)
        multiply(sigma, half, sigma)
        add(sigma, half, sigma)
        multiply(i_and_f, g_and_c, written)
        add(ig, fc, c_new)  # (3)
        tanh(c_new, shown)
        multiply(o, shown, h_new)  # (4)
        if real is not None:
            np.copyto(h_new, h_old, where=~real[t])
            np.copyto(c_new, c_old, where=~real[t])
            h_old, c_old = h_new, c_new
    outputs = h[1:] if real is None else np.where(real, h[1:], 0)
    cache = Cache(W_in, W, x, h0, c0, gates, c[1:], tanh_c, outputs, real, reads[:T], values)
    return outputs, (h[T].copy(), c[T].copy()), cache


@without_copies
def backward(cache: Cache, doutputs: Array | None, dstate: Any = None) -> tuple[Params, Array, State]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (5) to (9).

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
    Costs 16·T·N·H·(D + H) operations, twice the forward pass. Goes through blocks of steps that stay in
    the processor's cache: the slopes of a block come before its loop, the weight gradients after it.

    References
    ----------
    Greff et al. (2017), LSTM: a search space odyssey, IEEE TNNLS 28, section II (without peepholes).
    """
    W_in, W, _, _, _, gates, _, _, h, real, reads, values = cache
    dh_last, dc = pair("dstate", dstate)
    doutputs, (dh_last, dc) = cell_gradients(h, real, doutputs, {"dstate[0]": dh_last, "dstate[1]": dc})
    (T, H, N), D, dtype = h.shape, W_in.shape[1], dc.dtype
    dreads = np.empty((T + 1, H + D, N), dtype)  # the gradients of h[t−1] and x[t]
    dreads[T, :H] = dh_last
    grad = np.zeros((4 * H, D + 1 + H), dtype)  # of [W_in b W]
    product, shaped = product_with(np.concatenate([W, W_in], axis=1, dtype=dtype).T, N)
    both = np.array([dh_last, dc])
    dh, dc = both
    spans = spans_back(T, 6 * H, N, D + 1 + H)
    buffer = np.empty((spans[0].stop - spans[0].start, 6 * H, N), dtype)
    for span in spans:
        slopes, gate, met = buffer[: span.stop - span.start], values[span, : 3 * H], values[span, 3 * H :]
        of_gates, of_tanh = in_blocks(slopes, 2)
        multiply(gate, met, of_tanh)  # (8), at first the product of the two
        subtract(1, gate, of_gates)
        multiply(of_gates, of_tanh, of_gates)
        multiply(of_tanh, met, of_tanh)
        subtract(gate, of_tanh, of_tanh)
        keep = gates[span, H : 2 * H]
        if real is not None:  # padding is a step that keeps everything
            np.copyto(slopes, 0, where=~real[span])
            keep = np.where(real[span], keep, 1)
        delta, o_and_g = slopes[:, : 4 * H], slopes[:, 2 * H : 4 * H].reshape(-1, 2, H, N)
        s_i, s_f, _, _, _, s = in_blocks(slopes, 6)
        after, before = dreads[span.start + 1 : span.stop + 1, :H], dreads[span]
        views = s_i, s_f, o_and_g, s, delta, doutputs[span], keep, after, before[:, :H], shaped(before)
        steps = zip(*(view[::-1] for view in views), strict=True)
        for back, (i, f, og, shown, d, dout, kept, dh_after, dh_before, out) in enumerate(steps, 1):
            add(dh_after, dout, dh)  # (5)
            multiply(shown, dh, shown)
            add(dc, shown, dc)  # (6)
            multiply(i, dc, i)  # (7)
            multiply(f, dc, f)
            multiply(og, both, og)
            multiply(dc, kept, dc)
            product(d, out)  # (5)
            if real is not None:
                np.copyto(dh_before, dh, where=~real[span.stop - back])
        grad += sum_of_products(side_by_side(delta), reads[span])  # (9)
    grads = {"W_in": grad[:, :D], "W": grad[:, D + 1 :], "b": grad[:, D : D + 1]}
    return grads, dreads[:T, H:], (dreads[0, :H].copy(), dc)
