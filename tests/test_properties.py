"""Every kernel on shapes, lengths, masks and dtypes that hypothesis looks for: what must hold whatever they are."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from helpers import attention, birnn, dense, embedding, gru, losses, lstm, multi_head, rnn, seq2seq

# The same examples in every run, so that a failure is nobody's bad luck; no database is written.
settings.register_profile("course", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("course")

CELLS = {"rnn": (rnn, {}), "relu": (rnn, {"activation": "relu"}), "lstm": (lstm, {}), "gru": (gru, {})}
CELLS |= {"gru_after": (gru, {"reset_after": True})}
CELLS |= {f"birnn_{name}": (birnn, {"cell": cell} | options) for name, (cell, options) in CELLS.items()}
SIZE, DTYPE = st.integers(1, 5), st.sampled_from([np.float64, np.float32])
every_cell = pytest.mark.parametrize("name", CELLS)


def parts(state):
    """Return the arrays of a state, however its pairs are nested."""
    return [array for part in state for array in parts(part)] if isinstance(state, tuple) else [state]


@st.composite
def batches(draw, sizes=3):
    """Draw T, N, so many other sizes, lengths or None, a dtype and a generator."""
    T, N, *others = (draw(SIZE) for _ in range(2 + sizes))
    lengths = draw(st.none() | st.lists(st.integers(1, T), min_size=N, max_size=N))
    return T, N, others, lengths, draw(DTYPE), np.random.default_rng(draw(st.integers(0, 99)))


def close(a, b, dtype):
    np.testing.assert_allclose(
        a, b, rtol=1e-9 if dtype == np.float64 else 1e-4, atol=1e-9 if dtype == np.float64 else 1e-5
    )


@every_cell
@given(batch=batches())
def test_cells(name, batch):
    """Types and shapes; an example alone gives what it gives in a batch; padding may hold anything."""
    (cell, options), (T, N, (D, H, _), lengths, dtype, rng) = CELLS[name], batch
    start = {"cell": options["cell"]} if cell is birnn else {}
    params, x = cell.init(rng, D, H, dtype=dtype, **start), rng.normal(size=(T, D, N)).astype(dtype)
    outputs, state, cache = cell.forward(params, x, lengths=lengths, **options)
    doutputs = rng.normal(size=outputs.shape).astype(dtype)
    grads, dx, _ = cell.backward(cache, doutputs)
    assert outputs.shape == (T, (1 + (cell is birnn)) * H, N) and dx.shape == x.shape
    assert {outputs.dtype, dx.dtype, *(part.dtype for part in parts(state))} == {np.dtype(dtype)}
    for n, steps in enumerate(lengths or [T] * N):
        alone, last, own = cell.forward(params, x[:steps, :, [n]], **options)
        close(outputs[:steps, :, [n]], alone, dtype)
        assert not outputs[steps:, :, n].any() and not dx[steps:, :, n].any()
        close(dx[:steps, :, [n]], cell.backward(own, doutputs[:steps, :, [n]])[1], dtype)
        for whole, part in zip(parts(state), parts(last), strict=True):
            close(whole[:, [n]], part, dtype)
    if lengths:
        past = np.arange(T)[:, None, None] >= np.array(lengths)
        again = cell.forward(params, np.where(past, np.nan, x).astype(dtype), lengths=lengths, **options)
        np.testing.assert_array_equal(again[0], outputs)
        np.testing.assert_array_equal(cell.backward(again[2], np.where(past, np.nan, doutputs))[1], dx)


def slope(loss, arrays, grads, rng):
    """Compare the directional derivative of a loss with its gradients, float64."""
    ways = [rng.normal(size=array.shape) for array in arrays]
    wanted = sum(np.sum(grad * way) for grad, way in zip(grads, ways, strict=True))
    ends = []
    for sign in (1, -1):
        for array, way in zip(arrays, ways, strict=True):
            array += sign * 1e-6 * way
        ends.append(loss())
        for array, way in zip(arrays, ways, strict=True):
            array -= sign * 1e-6 * way
    np.testing.assert_allclose((ends[0] - ends[1]) / 2e-6, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("score", attention.SCORES)
@given(batch=batches(4), masked=st.booleans(), seed=st.integers(0, 9))
def test_attention(score, batch, masked, seed):
    Tk, N, (Tq, d, d_v, units), lengths, dtype, rng = batch
    params = attention.init(rng, d, d, units, score=score, dtype=dtype)
    q, k, v = (rng.normal(size=s).astype(dtype) for s in ((N, Tq, d), (N, Tk, d), (N, Tk, d_v)))
    mask = np.random.default_rng(seed).random((N, Tq, Tk)) < 0.6 if masked else None
    context, weights, cache = attention.forward(params, q, k, v, score=score, mask=mask, lengths=lengths)
    assert context.shape == (N, Tq, d_v) and {context.dtype, weights.dtype} == {np.dtype(dtype)}
    may = np.ones((N, Tq, Tk), bool) if mask is None else mask.copy()
    may &= np.arange(Tk) < np.array(lengths or [Tk] * N)[:, None, None]
    assert not weights[~may].any()
    close(weights.sum(axis=-1), may.any(axis=-1).astype(dtype), dtype)
    if dtype == np.float64:
        dcontext, dweights = rng.normal(size=context.shape), rng.normal(size=weights.shape)
        grads, *others = attention.backward(cache, dcontext, dweights)

        def loss():
            c, w, _ = attention.forward(params, q, k, v, score=score, mask=mask, lengths=lengths)
            return np.sum(c * dcontext) + np.sum(w * dweights)

        slope(loss, [*params.values(), q, k, v], [*(grads[key] for key in params), *others], rng)


@given(batch=batches(), heads=st.integers(1, 3))
def test_multi_head(batch, heads):
    Tk, N, (Tq, size, _), lengths, dtype, rng = batch
    params = multi_head.init(rng, size * heads, heads, dtype=dtype)
    x, memory = (rng.normal(size=(N, T, size * heads)).astype(dtype) for T in (Tq, Tk))
    y, weights, cache = multi_head.forward(params, x, memory, heads=heads, lengths=lengths)
    assert y.shape == x.shape and weights.shape == (N, heads, Tq, Tk) and y.dtype == dtype
    if dtype == np.float64:
        dy = rng.normal(size=y.shape)
        grads, dx, dmemory = multi_head.backward(cache, dy)
        slope(lambda: np.sum(multi_head.forward(params, x, memory, heads=heads, lengths=lengths)[0] * dy),
              [*params.values(), x, memory], [*(grads[key] for key in params), dx, dmemory], rng)  # fmt: skip


@given(batch=batches())
def test_layers_and_losses(batch):
    T, N, (V, D, K), lengths, dtype, rng = batch
    table, out = embedding.init(rng, V, D, dtype=dtype), dense.init(rng, D, K, dtype=dtype)
    tokens, labels = rng.integers(0, V, (T, N)), rng.integers(0, K, (T, N))
    mask = None if lengths is None else np.arange(T)[:, None] < lengths

    def run():
        h, looked_up = embedding.forward(table, tokens, lengths)
        v, cache = dense.forward(out, h)
        loss, dv = losses.softmax_cross_entropy(v, labels, mask)
        grads, dh = dense.backward(cache, dv)
        return loss, [embedding.backward(looked_up, dh)["E"], *grads.values()], v

    loss, grads, v = run()
    assert v.shape == (T, K, N) and {v.dtype, *(g.dtype for g in grads)} == {np.dtype(dtype)} and loss >= 0
    if dtype == np.float64:
        slope(lambda: run()[0], [table["E"], *out.values()], grads, rng)


@pytest.mark.parametrize("score", [None, "dot", "additive"])
@pytest.mark.parametrize("cell", [rnn, lstm, gru])
@settings(max_examples=15)
@given(batch=batches(), steps=st.integers(1, 4))
def test_seq2seq(score, cell, batch, steps):
    S, N, (H, D, V), lengths, _, rng = batch
    params = seq2seq.init(rng, V + 3, V + 3, 2 * H, D, cell=cell, attention=score, bidirectional=True)
    source, target = (rng.integers(3, V + 3, (T, N)) for T in (S, steps))
    ends = rng.integers(1, steps + 1, N)
    options = {"cell": cell, "attention": score}
    _, grads = seq2seq.loss_and_grads(params, source, lengths, target, ends, **options)

    def leaves(nest):
        return [
            leaf for key in sorted(nest) for leaf in (leaves(nest[key]) if isinstance(nest[key], dict) else [nest[key]])
        ]

    slope(
        lambda: seq2seq.loss_and_grads(params, source, lengths, target, ends, **options)[0],
        leaves(params),
        leaves(grads),
        rng,
    )
