"""The simple recurrent network of Elman (1990), forward and backward through time; lessons 1 and 2.

(1) u[t] = W_in x[t] + b + W h[t−1] = [W_in b W] [x[t]; 1; h[t−1]]
(2) h[t] = f(u[t])

(3) dh[t]    = doutputs[t] + Wᵀ delta[t+1],   dx[t] = W_inᵀ delta[t]
(4) delta[t] = dh[t] ⊙ f′(u[t])                                         delta[t] is ∂E/∂u[t]
(5) [dW_in db dW] = Σ_t delta[t] [x[t]; 1; h[t−1]]ᵀ

`params` holds W_in (H, D), W (H, H) and b (H, 1). Forward costs 2·T·N·H·(D + H) operations, backward twice that. W_in
x[t] could leave the loop; in the step's one product it saves going through u two times more. Backward goes through
blocks of steps that stay in the processor's cache: slopes come before a block's loop, weight gradients after it.

Elman (1990), Finding structure in time, Cognitive Science 14, Figure 2. Werbos (1990), Backpropagation through time:
what it does and how to do it, Proc. IEEE 78, section III.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, multiply  # in the loops: add(a, b, out)

from helpers._checks import Array, Params, cell_gradients, cell_inputs, own_cache, whole
from helpers._fast import product_with, side_by_side, spans_back, stacked, sum_of_products, without_copies
from helpers.activations import named
from helpers.initializers import draw

SYMBOLS = {"W_in": "H D", "W": "H H", "b": "H 1"}


class Cache(NamedTuple):
    """What `backward` needs of `forward`, by its name in the equations."""

    W_in: Array
    W: Array
    x: Array  # (T, D, N)
    h0: Array  # (H, N)
    u: Array  # (T, H, N)
    h: Array  # (T, H, N)
    real: Array | None  # (T, 1, N), True where a step counts; None when all do
    activation: str
    reads: Array  # (T, D+1+H, N), what a step reads: x[t], 1, h[t−1]


def init(
    rng: np.random.Generator, input_size: int, hidden_size: int, *, scheme: str = "xavier", dtype: Any = np.float64
) -> Params:
    """Draw W_in (H, D) and W (H, H) by the scheme; the bias starts at 0.

    D is input_size, H is hidden_size; scheme is "xavier", "he" or "normal", see `helpers.initializers`.
    """
    input_size, hidden_size = whole("input_size", input_size), whole("hidden_size", hidden_size)
    W_in, W = (draw(rng, hidden_size, columns, scheme, dtype) for columns in (input_size, hidden_size))
    return {"W_in": W_in, "W": W, "b": np.zeros((hidden_size, 1), dtype)}


def step(params: Params, x: Array, h: Array, activation: str = "tanh") -> Array:
    """Take one step as the equations have it: x (D, N), h (H, N) before and after.

    activation is f: "tanh", "sigmoid", "relu" or "identity". `forward` takes many steps, faster.
    """
    u = params["W_in"] @ x + params["W"] @ h + params["b"]  # (1)
    return named(activation).function(u)  # (2)


def forward(
    params: Params, x: Array, state: Array | None = None, *, lengths: Any = None, activation: str = "tanh"
) -> tuple[Array, Array, Cache]:
    """Run the network over a batch of sequences, equations (1) and (2).

    activation is f as in `step`. Returns outputs (T, H, N), each example's last state (H, N) and the cache.
    """
    function = named(activation).function
    (W_in, W, b), x, (h0,), real = cell_inputs(params, SYMBOLS, x, {"state": state}, lengths)
    reads, h = stacked(x, h0)
    u = np.empty((len(x), *h0.shape), h0.dtype)
    W_all = np.concatenate([W_in, b, W], axis=1)  # a copy: the cache keeps its views, whatever becomes of params
    W_in, W = W_all[:, : W_in.shape[1]], W_all[:, W_in.shape[1] + 1 :]
    product, shaped = product_with(W_all, h0.shape[1])
    h_old = h[0]
    for t, (read, u_parts, u_t, h_new) in enumerate(zip(reads, shaped(u), u, h[1:], strict=False)):
        product(read, u_parts)  # (1)
        function(u_t, out=h_new)  # (2)
        if real is not None:
            np.copyto(h_new, h_old, where=~real[t])
        h_old = h_new
    outputs = h[1:] if real is None else np.where(real, h[1:], 0)
    return outputs, h_old.copy(), Cache(W_in, W, x, h0, u, outputs, real, activation, reads[:-1])


@without_copies
def backward(cache: Cache, doutputs: Array | None, dstate: Array | None = None) -> tuple[Params, Array, Array]:
    """Go back through time from ∂E/∂outputs and ∂E/∂state, equations (3) to (5).

    Returns the gradients of the parameters, dx (T, D, N), 0 past an example's length, and ∂E/∂h0 (H, N).
    """
    W_in, W, _, _, _, h, real, activation, reads = own_cache(cache, Cache)
    doutputs, (dh,) = cell_gradients(h, real, doutputs, {"dstate": dstate})
    (T, H, N), D, dtype = h.shape, W_in.shape[1], dh.dtype
    dreads = np.empty((T + 1, H + D, N), dtype)  # the gradients of h[t−1] and x[t]
    dreads[T, :H] = dh
    grad = np.zeros((H, D + 1 + H), dtype)  # of [W_in b W]
    product, shaped = product_with(np.concatenate([W, W_in], axis=1, dtype=dtype).T, N)
    slope = named(activation).slope
    for span in spans_back(T, H, N, D + 1 + H):
        delta = slope(h[span]).astype(dtype, copy=False)  # at first f′ alone
        if real is not None:
            np.copyto(delta, 0, where=~real[span])
        after, before = dreads[span.start + 1 : span.stop + 1, :H], dreads[span]
        views = delta, doutputs[span], after, before[:, :H], shaped(before)
        steps = zip(*(view[::-1] for view in views), strict=True)
        for back, (delta_t, dout, dh_after, dh_before, dread) in enumerate(steps, 1):
            add(dh_after, dout, dh)  # (3)
            multiply(delta_t, dh, delta_t)  # (4)
            product(delta_t, dread)  # (3)
            if real is not None:  # past its end an example only hands the gradient of its frozen state back
                np.copyto(dh_before, dh, where=~real[span.stop - back])
        grad += sum_of_products(side_by_side(delta), reads[span])  # (5)
    grads = {"W_in": grad[:, :D], "W": grad[:, D + 1 :], "b": grad[:, D : D + 1]}
    return grads, dreads[:T, H:], dreads[0, :H].copy()
