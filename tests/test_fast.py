"""What makes the cells fast changes no answer: blocks of steps, products in parts, everything a step reads in one."""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_cells import every_cell, named, parts, problem

from helpers import _fast

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.filterwarnings("error")


def run(cell, options, arguments, lengths):
    params, x, state, doutputs, dstate = arguments
    outputs, last, cache = cell.forward(params, x, state, lengths=lengths, **options)
    return {"outputs": outputs, "last": np.array(parts(last))} | named(*cell.backward(cache, doutputs, dstate))


@every_cell
@pytest.mark.parametrize("columns", [1, 4, 8, 12, 1000])
@pytest.mark.parametrize("lengths", [None, [7, 1, 4, 6]])
def test_blocks_of_steps_change_nothing(cell, options, columns, lengths, monkeypatch):
    """T·N = 28 columns in blocks of 1 to 7 steps, the first of them shorter."""
    arguments = problem(cell, 7, 2, 4, 3)
    wanted = run(cell, options, arguments, lengths)
    monkeypatch.setattr(_fast, "COLUMNS", columns)
    monkeypatch.setattr(_fast, "NUMBERS", 1)
    for key, array in run(cell, options, arguments, lengths).items():
        np.testing.assert_allclose(array, wanted[key], rtol=1e-12, atol=1e-13, err_msg=key)


@every_cell
def test_products_in_parts_change_nothing(cell, options, monkeypatch):
    arguments = problem(cell, 2, 32, 3, 64)
    wanted = run(cell, options, arguments, None)
    monkeypatch.setattr(_fast, "APART", not _fast.APART)
    monkeypatch.setattr(_fast, "SMALL", 8 * 97 * 3)
    for key, array in run(cell, options, arguments, None).items():
        np.testing.assert_allclose(array, wanted[key], rtol=1e-10, atol=1e-12, err_msg=key)


@pytest.mark.parametrize(("rows", "count"), [(7, 1), (16, 2), (24, 3), (25, 1), (23, 1), (32, 4)])
def test_product_with(rows, count, monkeypatch):
    """A small limit asks for parts of 8 rows; what cannot be divided so stays whole."""
    monkeypatch.setattr(_fast, "APART", True)
    monkeypatch.setattr(_fast, "SMALL", 8 * 5 * 3)
    rng = np.random.default_rng(0)
    A, B, out = rng.normal(size=(rows, 5)), rng.normal(size=(2, 5, 3)), np.full((2, rows, 3), np.nan)
    for matrix in (A, np.asfortranarray(A)):
        product, shaped = _fast.product_with(matrix, 3)
        views = shaped(out)
        assert views.shape == ((2, rows, 3) if count == 1 else (2, count, rows // count, 3))
        for t in range(2):
            product(B[t], views[t])
        np.testing.assert_allclose(out, A @ B, rtol=1e-12, atol=1e-14)
        out[:] = np.nan


def test_parts(monkeypatch):
    """As few as possible, and none where the library has no way of its own for small products."""
    monkeypatch.setattr(_fast, "APART", True)
    assert [_fast.parts(1024, most) for most in (2000, 1024, 1023, 300, 9, 8, 7, 0)] == [1, 1, 2, 4, 128, 128, 1, 1]
    monkeypatch.setattr(_fast, "APART", False)
    assert _fast.parts(1024, 300) == 1


@pytest.mark.parametrize(
    ("blas", "found", "apart"),
    [
        ("scipy-openblas", ["X86_V3", "X86_V4"], True),
        ("openblas", ["AVX2", "AVX512_SKX"], True),  # NumPy before 2.4
        ("scipy-openblas", ["X86_V3"], False),
        ("accelerate", ["X86_V4"], False),
        ("openblas", None, False),
    ],
)
def test_only_openblas_with_avx512_multiplies_small_ones_apart(blas, found, apart, monkeypatch):
    simd = {} if found is None else {"found": found}
    config = {"Build Dependencies": {"blas": {"name": blas}}, "SIMD Extensions": simd}
    monkeypatch.setattr(np, "show_config", lambda mode: config)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert _fast._multiplies_small_ones_apart() is apart
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert _fast._multiplies_small_ones_apart() is False


def test_the_limit_of_a_small_product_is_a_million(monkeypatch):
    monkeypatch.setattr(_fast, "APART", True)
    for rows, shape in ((1000, (1000, 10)), (1024, (2, 512, 10))):
        _, shaped = _fast.product_with(np.ones((rows, 100)), 10)
        assert shaped(np.ones((rows, 10))).shape == shape


def test_without_copies_gives_the_buffer_back():
    before = np.getbufsize()
    assert _fast.without_copies(np.getbufsize)() < before
    assert np.getbufsize() == before
    with pytest.raises(ValueError, match="invalid literal"):
        _fast.without_copies(int)("one")
    assert np.getbufsize() == before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries keep freed memory in other ways")
def test_a_training_step_asks_the_system_for_no_memory():
    """In a process of its own: in this one many large arrays have been freed."""
    code = """
import resource
import numpy as np
from helpers import lstm
rng = np.random.default_rng(0)
params, x = lstm.init(rng, 2, 16), rng.normal(size=(8, 2, 64))
faults = []
for _ in range(25):
    outputs, _, cache = lstm.forward(params, x)
    lstm.backward(cache, outputs)
    del outputs, cache
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(faults[-1] - faults[4])
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 20, "page faults in 20 training steps"


def test_stacked():
    x, h0 = np.arange(12.0).reshape(3, 2, 2), np.full((4, 2), 7.0)
    reads, h = _fast.stacked(x, h0)
    assert reads.shape == (4, 7, 2) and h.shape == (4, 4, 2) and np.shares_memory(reads, h)
    np.testing.assert_array_equal(reads[:3, :2], x)
    np.testing.assert_array_equal(reads[:, 2], 1)
    np.testing.assert_array_equal(reads[0, 3:], h0)


@pytest.mark.parametrize("examples", [1, 3, 64, 1024, 5000])
@pytest.mark.parametrize("steps", [1, 2, 16, 17, 100])
@pytest.mark.parametrize("rows", [1, 96, 3000])
def test_spans_back_cover_every_step_once(steps, examples, rows):
    blocks = _fast.spans_back(steps, rows, examples, 10)
    found = [t for block in blocks for t in reversed(range(block.start, block.stop))]
    assert found == list(reversed(range(steps)))
    sizes = [block.stop - block.start for block in blocks]
    assert max(sizes) == sizes[0]
    few = min(steps, max(1, _fast.COLUMNS // examples))
    assert few <= sizes[0] <= max(few, _fast.NUMBERS / rows / examples)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("narrow", [4, 5])
@pytest.mark.parametrize("rows", [1, 8, 16, 20])
def test_sum_of_products(rows, narrow, apart, monkeypatch):
    monkeypatch.setattr(_fast, "APART", apart)
    monkeypatch.setattr(_fast, "RESULT", 40)
    monkeypatch.setattr(_fast, "NARROW", narrow)
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(3, rows, 2)), rng.normal(size=(3, 5, 2))
    wanted = sum(a @ b.T for a, b in zip(left, right, strict=True))
    np.testing.assert_allclose(_fast.sum_of_products(_fast.side_by_side(left), right), wanted, rtol=1e-12)


def test_side_by_side_and_in_blocks():
    array = np.random.default_rng(0).normal(size=(3, 4, 2))
    flat = _fast.side_by_side(array)
    np.testing.assert_array_equal(flat, np.concatenate(list(array), axis=1))
    top, bottom = _fast.in_blocks(array, 2)
    np.testing.assert_array_equal(np.concatenate([top, bottom], axis=1), array)
    assert np.shares_memory(top, array) and top.shape == bottom.shape == (3, 2, 2)
