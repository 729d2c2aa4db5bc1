"""Weights on disk: what was saved comes back, and what is no weight file is refused."""

import numpy as np
import pytest

from helpers import gru, seq2seq, weights

PARAMS = {"a": np.arange(6.0).reshape(2, 3), "b": {"c": np.float32([[1.5]]), "d": {"e": np.array(2.0)}}, "f": {}}


def flat(params, above=""):
    found = {}
    for key, value in params.items():
        found |= flat(value, f"{above}{key}/") if isinstance(value, dict) else {above + key: value}
    return found


@pytest.mark.parametrize("params", [PARAMS, {"b": {"d": {}}, "a": np.ones(2)}])
def test_there_and_back(tmp_path, params):
    path = tmp_path / "some.npz"
    weights.save(path, params)
    found = weights.load(str(path))
    assert list(tmp_path.iterdir()) == [path]
    assert found.keys() == params.keys() and flat(found).keys() == flat(params).keys()
    for name, array in flat(params).items():
        assert array.dtype == flat(found)[name].dtype and np.array_equal(array, flat(found)[name])


def test_a_model_comes_back_and_an_old_file_is_replaced(tmp_path):
    path, options = tmp_path / "model.npz", {"cell": gru, "attention": "general"}
    path.write_bytes(b"old")
    params = seq2seq.init(np.random.default_rng(0), 6, 5, 4, 3, bidirectional=True, **options)
    weights.save(path, params)
    batch = np.array([[3, 5], [4, 3]]), [2, 1], np.array([[3, 4]]), [1, 1]
    loss, _ = seq2seq.loss_and_grads(weights.load(path), *batch, **options)
    assert loss == seq2seq.loss_and_grads(params, *batch, **options)[0]


def damaged(tmp_path, change):
    path = tmp_path / "damaged.npz"
    weights.save(path, PARAMS)
    path.write_bytes(change(path.read_bytes()))
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"not a zip file",
        lambda data: data[: len(data) // 2],
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],  # inside the first array: the checksum tells
    ],
    ids=["empty", "text", "cut", "flipped"],
)
def test_a_damaged_file_is_refused(tmp_path, change):
    with pytest.raises(ValueError, match=r"path: expected a complete \.npz file of weights, got damaged\.npz"):
        weights.load(damaged(tmp_path, change))


def test_any_flipped_bit_gives_the_weights_or_a_clear_error(tmp_path):
    path = tmp_path / "damaged.npz"
    weights.save(path, PARAMS)
    data, refused = path.read_bytes(), 0
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :])
        try:
            weights.load(path)
        except ValueError as error:  # any other error fails the test
            assert str(error).startswith("path: ")
            refused += 1
    assert refused > len(data) / 3  # dates, permissions and the like are not looked at


@pytest.mark.parametrize("array", [np.array([None, 1]), np.array(["text"]), np.arange(3)], ids=str)
def test_what_is_no_array_of_floats_is_refused(tmp_path, array):
    path = tmp_path / "other.npz"
    np.savez(path, a=array)
    with pytest.raises(ValueError, match=r"path: expected a complete \.npz file of weights, got other\.npz"):
        weights.load(path)


def test_a_name_that_is_both_is_refused(tmp_path):
    path = tmp_path / "both.npz"
    np.savez(path, **{"a": np.ones(1), "a/b": np.ones(1)})
    with pytest.raises(ValueError, match="path: expected one value for a name, got two for 'a'"):
        weights.load(path)


def test_no_file():
    with pytest.raises(FileNotFoundError):
        weights.load("there_is_no_such_file.npz")


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("a.txt", PARAMS, r"path: expected a name that ends in \.npz, got 'a\.txt'"),
        (3, PARAMS, "path: expected a name"),
        ("a.npz", 3, "params: expected a dict of arrays, got int"),
        ("a.npz", {"a/b": np.ones(1)}, "params: expected names without a slash, got 'a/b'"),
        ("a.npz", {"": np.ones(1)}, "params: expected names"),
        ("a.npz", {"a": {"b": [1.0]}}, "params: expected an array of floats as 'a/b', got list"),
        ("a.npz", {"a": np.array(["x"])}, "params: expected an array of floats as 'a'"),
    ],
)
def test_bad_input_is_named_and_writes_nothing(tmp_path, monkeypatch, path, params, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        weights.save(path, params)
    assert not list(tmp_path.iterdir())
