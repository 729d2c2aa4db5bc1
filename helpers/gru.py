"""The gated recurrent unit: one gate resets, one updates, forward and backward through time; lesson 5.

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

`params` holds W_in (3H, D), W (3H, H), b_in and b (3H, 1), rows in the order of `GATES`. Forward costs
6·T·N·H·(D + H) operations, three quarters of an LSTM, backward twice that, in blocks of steps as the LSTM does.
The letters follow Cho et al., where z keeps the old state; papers that write h = (1 − z) h + z n call 1 − z what is z
here. reset_after=False, too, is as in Cho et al.; True as in cuDNN, PyTorch and Keras.

Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, EMNLP, equations 5 to 8; (2) is their (8).
Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, section 2: the chrono start.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply, subtract, tanh  # in the loops: add(a, b, out)

from helpers._checks import Array, Params, cell_gradients, cell_inputs, flag, own_cache, whole
from helpers._fast import in_blocks, product_with, side_by_side, spans_back, stacked, sum_of_products, without_copies
from helpers.activations import sigmoid
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
    reads: Array  # (T, D+1+H, N), what a step reads: x[t], 1, h[t−1]

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
    """Split the rows of an array into the blocks r, z, n, three views: (T, 3H, N) or (3H, N) into H rows each."""
    return in_blocks(array, len(GATES))


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, *, scheme: str = "xavier", chrono: int | None = None,
    dtype: Any = np.float64,
) -> Params:  # fmt: skip
    """Draw W_in (3H, D) and W (3H, H) by the scheme; both biases (3H, 1) start at 0.

    D is input_size, H is hidden_size; scheme is "xavier", "he" or "normal", see `helpers.initializers`. chrono is
    T_max, the longest dependency looked for, in steps, from 3: it draws the update gate's biases, log U(1, T_max − 1).
    """
    input_size, hidden_size = whole("input_size", input_size), whole("hidden_size", hidden_size)
    W_in, W = (draw(rng, 3 * hidden_size, columns, scheme, dtype) for columns in (input_size, hidden_size))
    b_in, b = np.zeros((2, 3 * hidden_size, 1), dtype)
    if chrono is not None:
        blocks(b)[1][:] = chrono_bias(rng, hidden_size, chrono, dtype)
    return {"W_in": W_in, "W": W, "b_in": b_in, "b": b}


def step(params: Params, x: Array, h: Array, reset_after: bool = False) -> Array:
    """Take one step as the equations have it: x (D, N), h (H, N) before and after.

    reset_after: r acts on h, equation (2), or with True on W_n h + b_n, equation (3). `forward` is faster.
    """
    (W_r, W_z, W_n), (b_r, b_z, b_n) = blocks(params["W"]), blocks(params["b"])
    u_r, u_z, u_n = blocks(params["W_in"] @ x + params["b_in"])
    r, z = sigmoid(u_r + W_r @ h + b_r), sigmoid(u_z + W_z @ h + b_z)  # (1)
    s = r * (W_n @ h + b_n) if reset_after else W_n @ (r * h) + b_n  # (3) or (2)
    n = np.tanh(u_n + s)
    return (1 - z) * n + z * h  # (4)


def forward(
    params: Params, x: Array, state: Array | None = None, *, lengths: Any = None, reset_after: bool = False
) -> tuple[Array, Array, Cache]:
    """Run the network over a batch of sequences, equations (1) to (4).

    reset_after: r acts on h, equation (2), or with True on W_n h + b_n, equation (3). Returns outputs (T, H, N), each
    example's last state (H, N) and the cache, for `backward` and to plot.
    """
    reset_after = flag("reset_after", reset_after)
    (W_in, W, b_in, b), x, (h0,), real = cell_inputs(params, SYMBOLS, x, {"state": state}, lengths)
    (T, D, N), H = x.shape, W.shape[1]
    reads, h = stacked(x, h0)
    gates, s = np.empty((T, 3 * H, N), W.dtype), np.empty((T, H, N), W.dtype)
    rz, n = gates[:, : 2 * H], gates[:, 2 * H :]
    outside = b_in + b
    if reset_after:
        outside[2 * H :] = b_in[2 * H :]
    np.matmul(np.concatenate([W_in, outside], axis=1)[2 * H :], reads[:T, : D + 1], out=n)  # the part of u_n without h
    half = np.array(0.5, W.dtype)  # σ(u) = ½ + ½ tanh(u/2)
    product, shaped = product_with(half * np.concatenate([W_in, outside, W], axis=1)[: 2 * H], N)
    product_n, shaped_n = product_with(np.concatenate([b, W], axis=1)[2 * H :] if reset_after else W[2 * H :], N)
    more, h_old = np.empty((H, N), W.dtype), h[0]
    steps = zip(reads, reads[:, D:], shaped(rz), rz, n, s, shaped_n(s), h[1:], strict=False)
    for t, (read, read_h, rz_parts, rz_t, n_t, s_t, s_parts, h_new) in enumerate(steps):
        product(read, rz_parts)  # (1)
        tanh(rz_t, rz_t)
        multiply(rz_t, half, rz_t)
        add(rz_t, half, rz_t)
        r, z = rz_t[:H], rz_t[H:]
        if reset_after:
            product_n(read_h, s_parts)  # (3)
            multiply(r, s_t, more)
        else:
            multiply(r, h_old, s_t)  # (2)
            product_n(s_t, shaped_n(more))
        add(n_t, more, n_t)
        tanh(n_t, n_t)
        subtract(h_old, n_t, h_new)  # (4)
        multiply(h_new, z, h_new)
        add(h_new, n_t, h_new)
        if real is not None:
            np.copyto(h_new, h_old, where=~real[t])
        h_old = h_new
    outputs = h[1:] if real is None else np.where(real, h[1:], 0)
    cache = Cache(W_in.copy(), W.copy(), x, h0, gates, s, outputs, real, reset_after, reads[:T])
    return outputs, h_old.copy(), cache


@without_copies
def backward(cache: Cache, doutputs: Array | None, dstate: Array | None = None) -> tuple[Params, Array, Array]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (5) to (15).

    Returns the gradients of the parameters, dx (T, D, N), 0 past an example's length, and ∂E/∂h0 (H, N).
    """
    W_in, W, _, _, gates, s, outputs, real, reset_after, reads = own_cache(cache, Cache)
    doutputs, (dh,) = cell_gradients(outputs, real, doutputs, {"dstate": dstate})
    (T, H, N), D, dtype = outputs.shape, W_in.shape[1], dh.dtype
    W_in, W = np.roll(W_in, H, axis=0), W.astype(dtype, copy=False)  # W_in in the order n, r, z of delta's blocks
    product, shaped = product_with((W if reset_after else W[: 2 * H]).T, N)
    product_n, shaped_n = product_with(W[2 * H :].T, N)
    dx, carried = np.empty((T, D, N), dtype), np.empty((H, N), dtype)
    grad_in, grad = np.zeros((3 * H, D + 1), dtype), np.zeros((3 * H, 1 + H), dtype)  # of [W_in b_in] and [b W]
    spans = spans_back(T, 4 * H, N, D + 1 + H)
    buffer = np.empty((spans[0].stop - spans[0].start, 4 * H, N), dtype)
    for span in spans:
        h, (r, z, n) = reads[span, D + 1 :], blocks(gates[span])
        delta = buffer[: span.stop - span.start]  # n, r, z and s: at first what dh, delta_n or ds is multiplied by
        d_n, d_r, d_z, d_s = in_blocks(delta, 4)
        rz, d_rz = gates[span, : 2 * H], delta[:, H : 3 * H]
        subtract(1, rz, d_rz)
        multiply(d_z, 1 - n * n, d_n)  # (5)
        multiply(d_rz, rz, d_rz)  # σ′
        multiply(d_z, h - n, d_z)  # (6)
        multiply(d_r, s[span] if reset_after else h, d_r)  # (8) or (11)
        keep = z
        if real is not None:  # padding is a step that keeps everything
            np.copyto(delta[:, : 3 * H], 0, where=~real[span])
            keep = np.where(real[span], z, 1)
        recurrent = delta[:, H:] if reset_after else d_rz
        views = d_n, d_r, d_z, d_s, shaped_n(d_s), recurrent, doutputs[span], r, keep
        steps = zip(*(view[::-1] for view in views), strict=True)
        for delta_n, delta_r, delta_z, ds, ds_parts, recurrent_t, dout, r_t, z_t in steps:
            add(dh, dout, dh)
            multiply(delta_n, dh, delta_n)  # (5): at first each holds what it is multiplied by
            multiply(delta_z, dh, delta_z)  # (6)
            multiply(dh, z_t, dh)
            if reset_after:
                multiply(r_t, delta_n, ds)  # (10)
                multiply(delta_r, delta_n, delta_r)  # (11)
            else:
                product_n(delta_n, ds_parts)  # (7)
                multiply(delta_r, ds, delta_r)  # (8)
                multiply(ds, r_t, ds)
                add(dh, ds, dh)
            product(recurrent_t, shaped(carried))
            add(dh, carried, dh)  # (9) or (12)
        np.matmul(W_in.T, delta[:, : 3 * H], out=dx[span])  # (13)
        flat = side_by_side(delta)
        grad_in += sum_of_products(flat[: 3 * H], reads[span, : D + 1])
        if reset_after:
            grad += sum_of_products(flat[H:], reads[span, D:])  # (14), (15)
        else:
            grad[: 2 * H] += sum_of_products(flat[H : 3 * H], reads[span, D:])  # (14)
            grad[2 * H :, 1:] += sum_of_products(flat[:H], s[span])  # (15)
    grad_in = np.roll(grad_in, -H, axis=0)
    if not reset_after:
        grad[2 * H :, 0] = grad_in[2 * H :, D]  # (15), where both biases do the same
    grads = {"W_in": grad_in[:, :D], "W": grad[:, 1:], "b_in": grad_in[:, D:], "b": grad[:, :1]}
    return grads, dx, dh
