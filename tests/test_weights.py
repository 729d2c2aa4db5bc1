"""Weights and settings on disk: what was saved comes back, and what is no weight file is refused."""

import enum
import math
import os
import subprocess
import sys
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import pytest

from helpers import attention, birnn, decoding, gru, lstm, rnn, seq2seq, weights
from helpers.data import characters, words

ROOT = Path(__file__).parents[1]
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
    found, settings = weights.load(str(path))
    assert settings == {}
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
    loss, _ = seq2seq.loss_and_grads(weights.load(path)[0], *batch, **options)
    assert loss == seq2seq.loss_and_grads(params, *batch, **options)[0]


def test_lists_and_tuples_come_back_as_they_were(tmp_path):
    path = tmp_path / "layers.npz"
    layers = [{"W": np.full((2, 2), float(k))} for k in range(12)]
    for params in ({"cells": layers, "out": (np.ones(1), [np.zeros(2)], {})}, layers, ({"a": np.ones(1)},)):
        weights.save(path, params)
        found, _ = weights.load(path)
        assert type(found) is type(params)
        np.testing.assert_equal(found, params)
    weights.save(path, {"cells": layers, "out": (np.ones(1), [np.zeros(2)], {})})
    found, _ = weights.load(path)
    assert [type(found[key]) for key in found] == [list, tuple] and type(found["out"][1]) is list
    assert [layer["W"][0, 0] for layer in found["cells"]] == list(range(12))


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
    weights.save(path, PARAMS, {"activation": "relu", "scales": np.ones(3)})
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
    with pytest.raises(ValueError, match=r"path: expected a complete \.npz file of weights, got both\.npz"):
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
        ("a.npz", {"a/b": np.ones(1)}, "params: expected names without a slash, no bracket at first, got 'a/b'"),
        ("a.npz", {"": np.ones(1)}, "params: expected names"),
        ("a.npz", {"a": {"b": [1.0]}}, r"params: expected an array of floats as 'a/b/\[0\]', got float"),
        (
            "a.npz",
            {"a": {"[0]": np.ones(1)}},
            r"params: expected names without a slash, no bracket at first, got '\[0\]'",
        ),
        ("a.npz", {"a": {"(x": np.ones(1)}}, "params: expected names without a slash, no bracket at first"),
        ("a.npz", {"a": []}, "params: expected a dict of arrays, got list as 'a/'"),
        ("a.npz", {"a": [np.ones(1), None]}, r"params: expected an array of floats as 'a/\[1\]', got NoneType"),
        ("a.npz", {"a": np.array(["x"])}, "params: expected an array of floats as 'a'"),
        ("a.npz", {"a\\b": np.ones(1)}, "params: expected names without a slash"),  # Windows' zipfile makes it a slash
        ("a.npz", {"a\0b": np.ones(1)}, "params: expected names without a slash"),  # zipfile cuts it there
        ("a.npz", {"\ud800": np.ones(1)}, "params: expected names without a slash"),
        ("a.npz", {"a": {"b": np.ma.ones(1)}}, r"params\['a/b'\]: expected a plain array, got a masked one"),
    ],
)
def test_bad_input_is_named_and_writes_nothing(tmp_path, monkeypatch, path, params, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        weights.save(path, params)
    assert not list(tmp_path.iterdir())


def same(one, other):
    """Tell whether two values are alike to the type, the dtype and the order of keys; NaN is like NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, words.Vocabulary):
        return same(vars(one), vars(other))
    return repr(one) == repr(other) if isinstance(one, float) else one == other


SETTINGS = {
    "plain": {"a": None, "b": True, "c": 3, "d": -0.1, "e": "é \ud800 \0 名", "f": [1, [2.0, "x"], []], "g": {}},
    "tuples": {"a": (1, (2, [3])), "b": [()]},
    "huge": {"a": 10**40, "b": 5e-324, "c": 0.1 + 0.2, "d": -0.0},
    "not finite": {"a": math.nan, "b": [math.inf, -math.inf], "c": np.float32(np.nan)},
    "kind": {"kind": "lstm", "a": {"kind": "tuple", "items": [1]}, "b": {"kind": {"kind": None}}},
    "keys": {"a": {1: "one", "1": "text", None: 0, False: (), 2.5: 1, (1, "x"): [2]}, 3: {"b": {}}},
    "numbers of NumPy": {"a": np.float32(0.1), "b": np.int64(-3), "c": np.bool_(True), "d": np.str_("x")},
    "more numbers of NumPy": {"a": np.float64(2), "b": np.float16(np.inf)},
    "arrays": {"a": np.arange(6.0).reshape(2, 3), "b": np.float32([0.1, np.inf]), "c": np.zeros((0, 3), np.int8),
               "d": np.array(7), "e": np.array(["a", "bc"]), "f": np.array([2**64 - 1], np.uint64), "g": np.eye(2) > 0,
               "h": np.array([1.5], ">f4"), "i": np.asfortranarray(np.arange(6).reshape(2, 3))},
    "cells": {"cell": lstm, "all": [rnn, gru, (lstm,)]},
    "vocabularies": {"a": words.build_vocabulary(["kind", "kind", "é", "a b"], 1), "b": characters.vocabulary(["ñ\n"])},
    "names of files": {"settings": 1, "settings.json": 2, "params": 3, "file": 4},
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_come_back_as_they_were(tmp_path, name):
    path = tmp_path / "model.npz"
    weights.save(path, PARAMS, SETTINGS[name])
    params, found = weights.load(path)
    assert same(found, SETTINGS[name]), found
    assert same(params, PARAMS)


def test_settings_without_weights_and_weights_without_settings(tmp_path):
    path = tmp_path / "model.npz"
    weights.save(path, attention.init(np.random.default_rng(0), 3, 3, 2, score="dot"), {"score": "dot"})
    assert weights.load(path) == ({}, {"score": "dot"})
    for settings in (None, {}):
        weights.save(path, {}, settings)
        assert weights.load(path) == ({}, {})
        assert zipfile.ZipFile(path).namelist() == []


@pytest.mark.parametrize("name", ["settings", "settings.json", "file", "allow_pickle", "arr_0", "a.npy", "self"])
def test_a_weight_may_have_any_name(tmp_path, name):
    path = tmp_path / "model.npz"
    params = {name: np.ones(2), "more": {name: np.zeros(1)}}
    weights.save(path, params, {name: 1})
    assert same(weights.load(path), (params, {name: 1}))


def test_the_file_is_npz_and_json_and_the_same_each_time(tmp_path):
    for name in ("one", "two"):
        weights.save(tmp_path / f"{name}.npz", PARAMS, SETTINGS["cells"])
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert {info.date_time for info in zipfile.ZipFile(tmp_path / "one.npz").infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(tmp_path / "one.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["a"], PARAMS["a"])
        assert archive["settings.json"].startswith(b'{"cell": {"kind": "cell", "name": "lstm"}')


@pytest.mark.parametrize("options", [{"activation": "relu"}, {"reset_after": True}, {"cell": gru, "reset_after": True}])
def test_options_travel_with_the_weights(tmp_path, options):
    module = birnn if "cell" in options else gru if "reset_after" in options else rnn
    init = {"cell": gru} if module is birnn else {}
    params = module.init(np.random.default_rng(0), 3, 4, **init)
    weights.save(tmp_path / "model.npz", params, options)
    found, settings = weights.load(tmp_path / "model.npz")
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    np.testing.assert_array_equal(module.forward(found, x, **settings)[0], module.forward(params, x, **options)[0])


READ = """
import sys
from helpers import decoding, weights
from helpers.data import characters
params, settings = weights.load(sys.argv[1])
source, lengths = characters.encode(["10 May", "2 June 1999"], settings["source"])
found = decoding.greedy(params, source, lengths, **settings["options"], **settings["decoding"])
print(repr(characters.decode(found.tokens, settings["target"])), found.tokens.tolist())
"""


def test_a_whole_model_decodes_the_same_in_a_new_process(tmp_path):
    texts = ["10 May", "2 June 1999"]
    source, target = characters.vocabulary(texts), characters.vocabulary(["1999-06-02"])
    options = {"cell": gru, "attention": "dot", "reset_after": True}
    params = seq2seq.init(np.random.default_rng(3), len(source), len(target), 6, 8, cell=gru, attention="dot")
    settings = {"options": options, "source": source, "target": target, "decoding": {"steps": 12}}
    weights.save(tmp_path / "model.npz", params, settings)
    ran = subprocess.run(
        [sys.executable, "-c", READ, tmp_path / "model.npz"], cwd=ROOT, capture_output=True, encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1", "PYTHONPATH": str(Path(weights.__file__).parents[1])},
    )  # fmt: skip
    assert not ran.returncode, ran.stderr
    found = decoding.greedy(params, *characters.encode(texts, source), steps=12, **options)
    assert ran.stdout.strip() == f"{characters.decode(found.tokens, target)!r} {found.tokens.tolist()}"
    assert any(characters.decode(found.tokens, target))


class Choice(enum.IntEnum):
    ONE = 1


WANTED = (
    "expected None, a boolean, a number, text, a list, tuple, dict or array of such, a vocabulary, or rnn, lstm or gru"
)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ([("a", 1)], "settings: expected a dict, got list"),
        ("relu", "settings: expected a dict, got str"),
        (0, "settings: expected a dict, got int"),
        (OrderedDict(a=1), f"settings: {WANTED}, got OrderedDict"),
        ({"a": {"b": [1, {2}]}}, rf"settings\['a'\]\['b'\]\[1\]: {WANTED}, got set"),
        ({"a": Counter("ab")}, r"settings\['a'\]: .* got Counter"),
        ({"a": len}, r"settings\['a'\]: .* got builtin_function_or_method"),
        ({"cell": birnn}, r"settings\['cell'\]: .* got module"),
        ({"cell": gru.forward}, r"settings\['cell'\]: .* got function"),
        ({"rng": np.random.default_rng(0)}, r"settings\['rng'\]: .* got Generator"),
        ({"a": Choice.ONE}, r"settings\['a'\]: .* got Choice"),
        ({"a": 1j}, r"settings\['a'\]: .* got complex"),
        ({"a": b"x"}, r"settings\['a'\]: .* got bytes"),
        ({"a": Path("x")}, r"settings\['a'\]: .* got "),
        ({"a": np.array([1j])}, r"settings\['a'\]: .* got ndarray"),
        ({"a": np.array([None])}, r"settings\['a'\]: .* got ndarray"),
        ({"a": np.longdouble(1)}, r"settings\['a'\]: .* got longdouble"),
        ({"a": np.datetime64("2020")}, r"settings\['a'\]: .* got datetime64"),
        ({"a": np.ma.ones(2)}, r"settings\['a'\]: .* got MaskedArray"),
        ({"a": {b"x": 1}}, r"a key of settings\['a'\]: .* got bytes"),
        ({"a": words.Vocabulary(("x",), {"x": 0}, {1})}, r"settings\['a'\]\['counts'\]: .* got set"),
    ],
)
def test_settings_that_would_not_come_back_are_refused_and_write_nothing(tmp_path, settings, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        weights.save(tmp_path / "model.npz", PARAMS, settings)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "3", '{"a": {"kind": "function"}}', '{"a": {"kind": "cell", "name": "os"}}',
     '{"a": {"kind": "tuple"}}', '{"a": {"kind": "dict", "items": [1]}}',
     '{"a": {"kind": "array", "dtype": "?!", "shape": [], "values": 1}}',
     '{"a": {"kind": "array", "dtype": "i1", "shape": [1], "values": [1e999]}}', '{"a": {"kind": []}}',
     '{"a": {"kind": "Vocabulary", "what": 1}}', '{"kind": "tuple", "items": []}', "[" * 100_000],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_settings_that_nobody_wrote_are_refused(tmp_path, text):
    path = tmp_path / "other.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("settings.json", text)
    with pytest.raises(ValueError, match=r"path: expected a complete \.npz file of weights, got other\.npz"):
        weights.load(path)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks/results").glob("0[679]*.npz")), ids=lambda path: path.stem)
def test_the_files_of_the_lessons_have_weights_and_no_settings(path):
    params, settings = weights.load(path)
    assert flat(params) and settings == {}
