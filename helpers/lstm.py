"""Long short-term memory: a cell that keeps, three gates that decide, forward and backward through time; lesson 3.

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

`params` holds W_in (4H, D), W (4H, H) and b (4H, 1), rows in the order of `GATES`; no peepholes. Forward costs
8·T·N·H·(D + H) operations, backward twice that. The ½ of σ's tanh stands in the weights, so that one tanh serves all
blocks. The cache is about seven times the outputs. Backward goes through blocks of steps that stay in the processor's
cache: the slopes of a block come before its loop, the weight gradients after it.

Hochreiter & Schmidhuber (1997), Long short-term memory, Neural Computation 9. Gers, Schmidhuber & Cummins (2000),
Learning to forget, Neural Computation 12: the forget gate and its bias. Jozefowicz, Zaremba & Sutskever
(2015), An empirical exploration of recurrent network architectures. Greff et al. (2017), LSTM: a search space odyssey,
IEEE TNNLS 28, section II. Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, eq. 16: chrono.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract, tanh  # in the loops: add(a, b, out)

from helpers._checks import Array, Params, cell_gradients, cell_inputs, is_number, own_cache, pair, whole
from helpers._fast import in_blocks, product_with, side_by_side, spans_back, stacked, sum_of_products, without_copies
from helpers.activations import sigmoid
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
    """Split the rows of an array into the blocks i, f, o, g, four views: (T, 4H, N) or (4H, N) into H rows each."""
    return in_blocks(array, len(GATES))


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, *, scheme: str = "xavier", forget_bias: float = 1.0,
    chrono: int | None = None, dtype: Any = np.float64,
) -> Params:  # fmt: skip
    """Draw W_in (4H, D) and W (4H, H) by the scheme; the biases start at 0, the forget gate's at forget_bias.

    D is input_size, H is hidden_size; scheme is "xavier", "he" or "normal", see `helpers.initializers`. A forget_bias
    of 1 lets the cell keep σ(1) = 73 % of its content a step. chrono is T_max, the longest dependency looked for, in
    steps, at least 3: the forget gate's biases are drawn as log U(1, T_max − 1), the input gate's are their negative.
    """
    input_size, hidden_size = whole("input_size", input_size), whole("hidden_size", hidden_size)
    if not is_number(forget_bias) or not np.isfinite(forget_bias):
        raise ValueError(f"forget_bias: expected a finite number, got {forget_bias!r}")
    W_in, W = (draw(rng, 4 * hidden_size, columns, scheme, dtype) for columns in (input_size, hidden_size))
    b = np.zeros((4 * hidden_size, 1), dtype)
    b_i, b_f, _, _ = blocks(b)
    b_f[:] = forget_bias
    if chrono is not None:
        b_f[:] = chrono_bias(rng, hidden_size, chrono, dtype)
        b_i[:] = -b_f
    return {"W_in": W_in, "W": W, "b": b}


def step(params: Params, x: Array, h: Array, c: Array) -> State:
    """Take one step as the equations have it: x (D, N), h and c (H, N); forward is faster."""
    i, f, o, g = blocks(params["W_in"] @ x + params["b"] + params["W"] @ h)  # (1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)  # (2)
    c = f * c + i * g  # (3)
    return o * np.tanh(c), c  # (4)


def forward(params: Params, x: Array, state: State | None = None, *, lengths: Any = None) -> tuple[Array, State, Cache]:
    """Run the network over a batch of sequences, equations (1) to (4).

    Returns outputs (T, H, N), each example's last (h, c), both (H, N), and the cache, for `backward` and to plot.
    """
    h0, c0 = pair("state", state)
    (W_in, W, b), x, (h0, c0), real = cell_inputs(params, SYMBOLS, x, {"state[0]": h0, "state[1]": c0}, lengths)
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
    for t, (read, all_gates, i_f_o, i_f, g_c, o, tanh_c_new, h_new, c_new) in enumerate(steps):
        product(read, all_gates)  # (1)
        tanh(all_gates, all_gates)  # (2)
        multiply(i_f_o, half, i_f_o)
        add(i_f_o, half, i_f_o)
        multiply(i_f, g_c, written)
        add(ig, fc, c_new)  # (3)
        tanh(c_new, tanh_c_new)
        multiply(o, tanh_c_new, h_new)  # (4)
        if real is not None:
            np.copyto(h_new, h_old, where=~real[t])
            np.copyto(c_new, c_old, where=~real[t])
            h_old, c_old = h_new, c_new
    outputs = h[1:] if real is None else np.where(real, h[1:], 0)
    cache = Cache(W_in.copy(), W.copy(), x, h0, c0, gates, c[1:], tanh_c, outputs, real, reads[:T], values)
    return outputs, (h[T].copy(), c[T].copy()), cache


@without_copies
def backward(cache: Cache, doutputs: Array | None, dstate: Any = None) -> tuple[Params, Array, State]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (5) to (9).

    Returns the gradients of the parameters, dx (T, D, N), 0 past an example's length, and ∂E/∂h0, ∂E/∂c0, both (H, N).
    """
    W_in, W, _, _, _, gates, _, _, h, real, reads, values = own_cache(cache, Cache)
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
        for back, (d_i, d_f, d_og, dc_h, delta_t, dout, f_t, dh_after, dh_before, dread) in enumerate(steps, 1):
            add(dh_after, dout, dh)  # (5)
            multiply(dc_h, dh, dc_h)
            add(dc, dc_h, dc)  # (6)
            multiply(d_i, dc, d_i)  # (7): at first each holds its slope
            multiply(d_f, dc, d_f)
            multiply(d_og, both, d_og)
            multiply(dc, f_t, dc)
            product(delta_t, dread)  # (5)
            if real is not None:
                np.copyto(dh_before, dh, where=~real[span.stop - back])
        grad += sum_of_products(side_by_side(delta), reads[span])  # (9)
    grads = {"W_in": grad[:, :D], "W": grad[:, D + 1 :], "b": grad[:, D : D + 1]}
    return grads, dreads[:T, H:], (dreads[0, :H].copy(), dc)
