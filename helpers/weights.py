"""Weights and settings on disk, as one .npz file that needs no trust to be read; lessons 6, 7, 9.

Weights are a dict of arrays of floats, nested or not. The name of an array joins its keys by a slash,
``encoder/W_in``; no key has one. Settings are what the arrays do not tell, such as options, vocabularies and scales:
``settings.json`` in the same file, where {"kind": "cell", "name": "gru"} and its like are what JSON has no word for.
"""

import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from helpers import gru, lstm, rnn
from helpers._checks import Array, array_of
from helpers.data.words import Vocabulary

_CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}
_SETTINGS = "settings.json"


def save(path: str | Path, params: dict, settings: dict | None = None) -> None:
    """Write params and settings into path, which ends in .npz; an old file is replaced when the new one is complete.

    settings is a dict of None, booleans, numbers, text, lists, tuples and dicts of such, NumPy's arrays and numbers,
    vocabularies, and the modules `rnn`, `lstm` and `gru` for cell=; anything else is refused.
    """
    path, arrays = _npz(path), _flat(params)
    if not isinstance(settings, dict | None):
        raise ValueError(f"settings: expected a dict, got {type(settings).__name__}")
    text = json.dumps(_written("settings", settings)) if settings else ""
    beside = path.with_name(f".{path.name}.part.npz")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:  # np.savez has arguments that are names
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
            if text:
                archive.writestr(zipfile.ZipInfo(_SETTINGS), text, zipfile.ZIP_DEFLATED)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: str | Path) -> tuple[dict, dict]:
    """Read from path what `save` wrote: (params, settings), {} where none were; a damaged or other file is refused."""
    path = _npz(path)
    data = io.BytesIO(path.read_bytes())  # from here on an error is the file's content, not the disk
    try:
        with zipfile.ZipFile(data) as archive:
            names = [name for name in archive.namelist() if name != _SETTINGS]
            settings = _taken(json.loads(archive.read(_SETTINGS))) if len(names) < len(archive.namelist()) else {}
            if not isinstance(settings, dict):
                raise ValueError(f"{_SETTINGS} holds {type(settings).__name__}, not a dict")
            flat = {name.removesuffix(".npy"): _read(archive, name) for name in names}
    except Exception as error:  # broken content leads to nearly every one
        raise ValueError(f"path: expected a complete .npz file of weights, got {path.name}: {error}") from error
    params: dict = {}
    for name, array in flat.items():
        *outer, key = name.split("/")
        place = params
        for part in outer:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise ValueError(f"path: expected one value for a name, got two for {part!r} in {path.name}")
        if key:  # no name after the slash stands for a dict without arrays
            place[key] = array
    return params, settings


def _read(archive: zipfile.ZipFile, name: str) -> Array:
    """Return one array; zipfile compares its checksum."""
    with archive.open(name) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind != "f":
        raise ValueError(f"{name} holds {array.dtype}, not floats")
    return array


def _npz(path: str | Path) -> Path:
    """Return the path; another ending would hide what the file is."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix != ".npz":
        raise ValueError(f"path: expected a name that ends in .npz, got {path!r}")
    return Path(path)


def _flat(params: dict, above: str = "") -> dict[str, Array]:
    """Return the arrays by their joined names."""
    if not isinstance(params, dict):
        raise ValueError(f"params: expected a dict of arrays, got {type(params).__name__}")
    found: dict[str, Array] = {} if params or not above else {above: np.empty(0)}
    for key, value in params.items():
        if not isinstance(key, str) or not key or re.search(r"[/\\\0\ud800-\udfff]", key):  # zipfile changes the last
            raise ValueError(f"params: expected names without a slash, got {key!r}")
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{key}/")
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
            found[above + key] = array_of(f"params[{above + key!r}]", value)
        else:
            raise ValueError(f"params: expected an array of floats as {above + key!r}, got {type(value).__name__}")
    return found


def _written(name: str, value: Any) -> Any:
    """Return a value in JSON's words, so that `_taken` gives it back; name says where in settings it stands."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) in (list, tuple):
        parts = [_written(f"{name}[{k}]", part) for k, part in enumerate(value)]
        return parts if type(value) is list else {"kind": "tuple", "items": parts}
    if type(value) is dict:
        if "kind" not in value and all(type(key) is str for key in value):
            return {key: _written(f"{name}[{key!r}]", part) for key, part in value.items()}
        items = [[_written(f"a key of {name}", key), _written(f"{name}[{key!r}]", value[key])] for key in value]
        return {"kind": "dict", "items": items}
    kind = "array" if type(value) is np.ndarray else "number" if isinstance(value, np.generic) else ""
    if kind and value.dtype.kind in "biufU" and value.dtype.char != "g":  # JSON has no long double
        return {"kind": kind, "dtype": value.dtype.str, "shape": value.shape, "values": value.tolist()}
    if type(value) is Vocabulary:
        return {"kind": "Vocabulary"} | _written(name, vars(value))
    for cell, module in _CELLS.items():
        if value is module:
            return {"kind": "cell", "name": cell}
    wanted = "None, a boolean, a number, text, a list, tuple, dict or array of such, a vocabulary, or rnn, lstm or gru"
    raise ValueError(f"{name}: expected {wanted}, got {type(value).__name__}")


def _taken(value: Any) -> Any:
    """Return what `_written` was given."""
    if isinstance(value, list):
        return [_taken(part) for part in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("kind")
    if kind is None:
        return {key: _taken(part) for key, part in value.items()}
    if kind == "tuple":
        return tuple(_taken(value["items"]))
    if kind == "dict":
        return {_taken(key): _taken(part) for key, part in value["items"]}
    if kind in ("array", "number"):
        array = np.array(value["values"], value["dtype"]).reshape(value["shape"])
        return array if kind == "array" else array[()]
    if kind == "Vocabulary":
        return Vocabulary(**{key: _taken(part) for key, part in value.items() if key != "kind"})
    if kind == "cell":
        return _CELLS[value["name"]]
    raise ValueError(f"{_SETTINGS} holds the unknown kind {kind!r}")
