"""Data: bits against Python's own integers, temperatures against what is known of them."""

import subprocess
import sys

import numpy as np
import pytest

from helpers import data, rnn

pytestmark = pytest.mark.filterwarnings("error")

FIRST = ["lsb", "msb"]


# --- bits --------------------------------------------------------------------------------------------------------


def test_bits_by_hand():
    """6 is 110 and 1 is 001."""
    assert data.to_bits([6, 1], 3, "msb").tolist() == [[1, 0], [1, 0], [0, 1]]
    assert data.to_bits([6, 1], 3, "lsb").tolist() == [[0, 1], [1, 0], [1, 0]]
    assert data.to_bits([6, 1], 3).dtype == np.float64
    assert data.from_bits([[1, 0], [1, 0], [0, 1]], "msb") == [6, 1]
    assert data.from_bits([[1, 0], [1, 0], [0, 1]]) == [3, 4]


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("bits", [1, 2, 8, 63, 64, 65, 1000])
def test_there_and_back(bits, first):
    rng = np.random.default_rng(bits)
    numbers = [0, 1, 2**bits - 1] + [int.from_bytes(rng.bytes(130), "big") % 2**bits for _ in range(20)]
    written = data.to_bits(numbers, bits, first)
    assert written.shape == (bits, len(numbers))
    assert data.from_bits(written, first) == numbers
    np.testing.assert_array_equal(written, data.to_bits(numbers, bits, FIRST[first == "lsb"])[::-1])
    assert [format(n, f"0{bits}b") for n in numbers] == [
        "".join(str(int(bit)) for bit in column) for column in data.to_bits(numbers, bits, "msb").T
    ]


def test_bits_of_other_types():
    assert data.to_bits(np.array([5, 2], np.uint8), 3).T.tolist() == [[1, 0, 1], [0, 1, 0]]
    assert data.to_bits([], 3).shape == (3, 0)
    assert data.from_bits(np.array([[True], [False]])) == [1]
    assert data.from_bits(np.zeros((2, 0))) == []


@pytest.mark.parametrize("bad", [-1, 8, 2.5, np.nan, np.inf, "1", None, 2**70])
def test_to_bits_refuses_numbers(bad):
    with pytest.raises(ValueError, match=r"^numbers: expected whole numbers from 0 to 2\*\*3 − 1, got "):
        data.to_bits([1, bad], 3)


def test_to_bits_refuses_the_rest():
    with pytest.raises(ValueError, match=r"^numbers: expected a list of whole numbers, got 5"):
        data.to_bits(5, 3)
    with pytest.raises(ValueError, match=r"^bits: expected a whole number of at least 1, got 0"):
        data.to_bits([0], 0)
    with pytest.raises(ValueError, match=r"^first: expected one of 'lsb', 'msb', got 'LSB'"):
        data.to_bits([0], 3, "LSB")


BAD_BITS = {
    "a two": np.array([[0], [2]]),
    "a half": np.array([[0.5]]),
    "NaN": np.array([[np.nan]]),
    "text": np.array([["1"]]),
    "1 dimension": np.array([0, 1]),
    "3 dimensions": np.zeros((2, 1, 3)),
    "no bits": np.zeros((0, 2)),
}


@pytest.mark.parametrize("case", BAD_BITS)
def test_only_zeros_and_ones_are_read(case):
    told = r"^{}: expected zeros and ones of shape \(T, N\), got \S+ of shape \("
    with pytest.raises(ValueError, match=told.format("bits")):
        data.from_bits(BAD_BITS[case])
    with pytest.raises(ValueError, match=told.format("a")):
        data.add_bits(BAD_BITS[case], np.zeros((2, 1)))
    with pytest.raises(ValueError, match=told.format("b")):
        data.add_bits(np.zeros((2, 1)), BAD_BITS[case])


# --- additions ---------------------------------------------------------------------------------------------------


def sums_hold(x, target, first):
    """Tell whether each target is the sum of its two numbers, in Python's integers."""
    a, b = data.from_bits(x[:, 0], first), data.from_bits(x[:, 1], first)
    return [i + j for i, j in zip(a, b, strict=True)] == data.from_bits(target[:, 0], first)


def test_addition_by_hand():
    """3 + 1 = 4: the carry runs through two places."""
    x, target = data.add_bits(data.to_bits([3], 3), data.to_bits([1], 3))
    assert x[:, :, 0].tolist() == [[1, 1], [1, 0], [0, 0]] and target.ravel().tolist() == [0, 0, 1]
    x, target = data.add_bits(data.to_bits([3], 3, "msb"), data.to_bits([1], 3, "msb"), "msb")
    assert x[:, :, 0].tolist() == [[0, 0], [1, 0], [1, 1]] and target.ravel().tolist() == [1, 0, 0]


@pytest.mark.parametrize("kind", [bool, np.uint8, int, np.float32, list])
def test_bits_of_any_type_add_up(kind):
    """Booleans too, where True + True would be True."""
    a, b = data.to_bits([3], 3), data.to_bits([3], 3)
    a, b = (a.tolist(), b.tolist()) if kind is list else (a.astype(kind), b.astype(kind))
    x, target = data.add_bits(a, b)
    assert data.from_bits(target[:, 0]) == [6] and x.dtype == target.dtype == np.float64


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("bits", [2, 3, 8, 33, 70])
def test_random_additions(bits, first):
    x, target = data.binary_addition(np.random.default_rng(bits), bits, 500, first)
    assert x.shape == (bits, 2, 500) and target.shape == (bits, 1, 500)
    assert x.dtype == target.dtype == np.float64
    assert set(np.unique(x)) == {0, 1} and set(np.unique(target)) == {0, 1}
    assert not x[-1 if first == "lsb" else 0].any()  # room for the sum
    assert sums_hold(x, target, first)


@pytest.mark.parametrize("first", FIRST)
def test_sums_of_1000_bits(first):
    assert sums_hold(*data.binary_addition(np.random.default_rng(0), 1000, 20, first), first)


def test_the_longest_carry():
    x, target = data.add_bits(data.to_bits([2**999 - 1], 1000), data.to_bits([1], 1000))
    assert data.from_bits(target[:, 0]) == [2**999] and x.shape == (1000, 2, 1)


def test_msb_first_is_lsb_first_backwards():
    forward = data.binary_addition(np.random.default_rng(5), 9, 50, "lsb")
    backward = data.binary_addition(np.random.default_rng(5), 9, 50, "msb")
    for one, two in zip(forward, backward, strict=True):
        np.testing.assert_array_equal(one, two[::-1])


def test_summands_are_uniform():
    x, _ = data.binary_addition(np.random.default_rng(0), 4, 16000)
    pairs = np.array([data.from_bits(x[:, 0]), data.from_bits(x[:, 1])])
    counts = np.bincount(8 * pairs[0] + pairs[1], minlength=64)
    assert counts.size == 64 and 180 < counts.min() and counts.max() < 330  # 250 ± 16 each


def test_seeds():
    one, again, other = (data.binary_addition(np.random.default_rng(seed), 8, 10)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


@pytest.mark.parametrize("first", FIRST)
def test_all_additions_of_8_bits(first):
    x, target = data.all_additions(8, first)
    assert x.shape == (8, 2, 16384) and target.shape == (8, 1, 16384)
    pairs = set(zip(data.from_bits(x[:, 0], first), data.from_bits(x[:, 1], first), strict=True))
    assert len(pairs) == 16384 and pairs == {(a, b) for a in range(128) for b in range(128)}
    assert sums_hold(x, target, first)


@pytest.mark.parametrize("bits", [2, 3, 5])
def test_all_additions_of_few_bits(bits):
    x, target = data.all_additions(bits)
    assert x.shape == (bits, 2, 4 ** (bits - 1)) and sums_hold(x, target, "lsb")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: data.add_bits(np.ones((2, 1)), np.ones((2, 1))),
            r"^a, b: expected sums of at most T = 2 bits, got one of 3",
        ),
        (
            lambda: data.add_bits(np.ones((2, 3)), np.ones((2, 1))),
            r"^b: expected the shape of a, \(T, N\) = \(2, 3\), got \(2, 1",
        ),
        (
            lambda: data.add_bits(np.zeros((2, 1)), np.zeros((2, 1)), "top"),
            r"^first: expected one of 'lsb', 'msb', got 'top'",
        ),
        (lambda: data.binary_addition(np.random.default_rng(0), 1, 5), r"^bits: expected .* at least 2, got 1"),
        (lambda: data.binary_addition(np.random.default_rng(0), 0, 5), r"^bits: .* at least 2, got 0"),
        (lambda: data.binary_addition(np.random.default_rng(0), 8.0, 5), r"^bits: expected a whole number .* got 8\.0"),
        (lambda: data.binary_addition(np.random.default_rng(0), 8, 0), r"^examples: .* at least 1, got 0"),
        (lambda: data.binary_addition(np.random.default_rng(0), 8, 5, None), r"^first: .* got None"),
        (lambda: data.binary_addition(0, 8, 5), r"^rng: expected a np\.random\.Generator .* got int"),
        (lambda: data.all_additions(1), r"^bits: expected a whole number of at least 2, got 1"),
        (lambda: data.all_additions(11), r"^bits: expected at most 10, .* got 11"),
        (lambda: data.all_additions(8, "big"), r"^first: .* got 'big'"),
        (lambda: data.from_bits(np.zeros((2, 1)), ""), r"^first: .* got ''"),
    ],
)
def test_additions_refuse(call, told):
    with pytest.raises(ValueError, match=told):
        call()


# --- sequences of one's own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("D", [1, 3])
@pytest.mark.parametrize("steps", [(4, 1, 2), (1,), (3, 3)])
def test_pad_and_unpad(steps, D):
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(T, D)) for T in steps]
    for given in (sequences, tuple(sequences), (s for s in sequences), [s.tolist() for s in sequences]):
        x, lengths = data.pad(given)
        assert x.shape == (max(steps), D, len(steps)) and lengths.tolist() == list(steps) and x.dtype == np.float64
        assert lengths.dtype.kind == "i"
        for n, sequence in enumerate(sequences):
            assert np.array_equal(x[: len(sequence), :, n], sequence) and not x[len(sequence) :, :, n].any()
    found = data.unpad(x, lengths)
    assert all(np.array_equal(one, other) for one, other in zip(found, sequences, strict=True))
    found[0][:] = 9
    assert not (x == 9).any()


def test_pad_of_one_number_a_step_and_of_other_types():
    x, lengths = data.pad([[1, 2, 3], np.array([[True]])])
    assert x[:, 0].T.tolist() == [[1, 2, 3], [1, 0, 0]] and x.dtype == np.float64 and lengths.tolist() == [3, 1]
    small, large = np.ones(2, np.float32), np.ones(1)
    assert data.pad([small])[0].dtype == np.float32 and data.pad([small, large])[0].dtype == np.float64
    assert [part.shape for part in data.unpad(np.ones((3, 2, 2), np.float32), None)] == [(3, 2)] * 2
    assert data.unpad(np.ones((3, 2, 2), np.float32), [2, 1])[0].dtype == np.float32


def test_padding_is_what_the_kernels_take():
    rng = np.random.default_rng(0)
    sequences, params = [rng.normal(size=(T, 2)) for T in (4, 1, 3)], rnn.init(rng, 2, 3)
    x, lengths = data.pad(sequences)
    for sequence, outputs in zip(
        sequences, data.unpad(rnn.forward(params, x, lengths=lengths)[0], lengths), strict=True
    ):
        alone = rnn.forward(params, data.pad([sequence])[0])[0]
        np.testing.assert_allclose(outputs, alone[:, :, 0], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: data.pad([]), "sequences: expected at least one, got none"),
        (lambda: data.pad(3), r"sequences: expected a list of arrays \(steps, D\), one an example, got 3"),
        (lambda: data.pad("abc"), "sequences: expected a list .* got 'abc'"),
        (lambda: data.pad({"a": [1.0]}), "sequences: expected a list"),
        (lambda: data.pad(np.ones((5, 2))), r"sequences: expected a list .* got one array of shape \(5, 2\)"),
        (lambda: data.pad([1.0, 2.0]), r"sequences\[0\]: expected shape \(steps, D\) .* got \(\)"),
        (lambda: data.pad([[1.0], []]), r"sequences\[1\]: expected at least one step, got none: leave it out"),
        (lambda: data.pad([np.ones((0, 2)), [1.0]]), r"sequences\[0\]: expected at least one step, .* leave it out"),
        (lambda: data.pad([np.ones((2, 0))]), r"sequences\[0\]: expected shape .* at least 1"),
        (lambda: data.pad([np.ones((2, 3)), np.ones((3, 2))]), r"sequences\[1\]: .* with D = 3, got \(3, 2\)"),
        (lambda: data.pad([np.ones((2, 3, 1))]), r"sequences\[0\]: expected shape \(steps, D\)"),
        (lambda: data.pad([[1.0], np.ma.ones(3)]), r"sequences\[1\]: expected a plain array, got a masked one"),
        (lambda: data.pad([[[1], [1, 2]]]), r"sequences\[0\]: expected an array, got a ragged list"),
        (lambda: data.pad([["a"]]), r"sequences\[0\]: expected real numbers"),
        (lambda: data.pad([[1j]]), r"sequences\[0\]: expected real numbers"),
        (lambda: data.unpad(np.ones((3, 2)), [1, 2]), r"outputs: expected shape \(T, H, N\)"),
        (lambda: data.unpad(np.ma.ones((3, 2, 2)), [1, 2]), "outputs: expected a plain array"),
        (lambda: data.unpad(np.ones((3, 2, 2)), [0, 2]), "lengths: expected values from 1 to T = 3"),
        (lambda: data.unpad(np.ones((3, 2, 2)), [1, 2, 3]), r"lengths: expected integers of shape \(N,\) = \(2,\)"),
    ],
)
def test_pad_and_unpad_refuse(call, told):
    with pytest.raises(ValueError, match=told):
        call()


def test_bits_of_a_generator_and_masked_bits():
    assert data.to_bits((n for n in (5, 2)), 3).T.tolist() == [[1, 0, 1], [0, 1, 0]]
    with pytest.raises(ValueError, match="bits: expected a plain array"):
        data.from_bits(np.ma.array([[1]]))
    with pytest.raises(ValueError, match="numbers: expected whole numbers"):
        data.to_bits(np.ma.masked_equal([5, 2], 2), 3)


# --- what is loaded ----------------------------------------------------------------------------------------------


def test_kernels_load_no_package_of_data_and_none_that_draws():
    code = "import sys; from helpers import data, decoding, seq2seq, word2vec; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "helpers.word2vec" in loaded and not {"babel", "pywt", "matplotlib", "ipywidgets"} & set(loaded)


# --- temperatures ------------------------------------------------------------------------------------------------


def test_temperatures():
    months, temperatures = data.sea_surface_temperatures()
    assert months.shape == temperatures.shape == (800,)
    assert months.dtype == temperatures.dtype == np.float64
    assert np.isfinite(temperatures).all() and 15 < temperatures.min() and temperatures.max() < 32
    np.testing.assert_allclose(np.diff(months), 1 / 12, rtol=1e-9)  # regular: no month is missing or twice there
    assert months[0] == pytest.approx(1950 + 0.5 / 12) and months[-1] == pytest.approx(2016 + 7.5 / 12)
    centred = temperatures - temperatures.mean()
    assert np.mean(centred[12:] * centred[:-12]) / centred.var() > 0.1  # a year later it is the same season
    assert (temperatures[0], temperatures[-1]) == (23.30, 21.41)  # as the table itself has it for the sea off Peru


def test_the_result_is_the_callers_own():
    data.sea_surface_temperatures()[1][:] = 0
    assert data.sea_surface_temperatures()[1].all()


MISSING = r"PyWavelets.* Install it with: python -m pip install pywavelets"


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=MISSING):
        data.sea_surface_temperatures()


def test_a_package_without_its_table_counts_as_missing(monkeypatch, tmp_path):
    (tmp_path / "pywt").mkdir()
    (tmp_path / "pywt" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "pywt", raising=False)
    with pytest.raises(ModuleNotFoundError, match=MISSING):
        data.sea_surface_temperatures()
