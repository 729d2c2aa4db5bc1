"""Weights and settings on disk, as one .npz file that needs no trust to be read; lessons 6, 7, 9.

Weights are nested dicts, lists or tuples of arrays of floats; the name of an array joins its keys by a slash,
``encoder/W_in``, where the k-th part of a list is called [k], that of a tuple (k), ``layers/[0]/W_in``. Settings
are what the arrays do not tell, such as options, vocabularies and scales: ``settings.json`` in the same file, where
{"kind": "cell", "name": "gru"} and its like are what JSON has no word for.
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
from helpers._checks import Array, Nest, array_of
from helpers.data.words import Vocabulary

_CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}
_SETTINGS = "settings.json"


def save(path: str | Path, params: Nest, settings: dict | None = None) -> None:
    """Write params and settings into path, which ends in .npz; an old file is replaced when the new one is complete.

    settings is a dict of None, booleans, numbers, text, lists, tuples and dicts of such, NumPy's arrays and numbers,
    vocabularies, and the modules `rnn`, `lstm` and `gru` for cell=; anything else is refused.
    """
    path, arrays = _npz(path), _flat(params)
    if not isinstance(settings, dict | None):
        raise ValueError(f"settings: expected a dict, got {type(settings).__name__}")
    text = json.dumps(_written("settings", settings or {}))
    beside = path.with_name(f".{path.name}.part.npz")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:  # np.savez has arguments that are names
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)
            if settings:
                archive.writestr(zipfile.ZipInfo(_SETTINGS), text, zipfile.ZIP_DEFLATED)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: str | Path) -> tuple[Any, dict]:
    """Read from path what `save` wrote: (params, settings), {} where none were; a damaged or other file is refused."""
    path = _npz(path)
    data, params = path.read_bytes(), dict[str, Any]()  # from here on an error is the file's content, not the disk
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = {name: archive.read(name) for name in archive.namelist()}  # zipfile compares their checksums
        settings = json.loads(files.pop(_SETTINGS, "{}"), object_hook=_taken)
        if not isinstance(settings, dict):
            raise ValueError(f"{_SETTINGS} holds {type(settings).__name__}, not a dict")
        for name, content in files.items():
            array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
            if array.dtype.kind != "f":
                raise ValueError(f"{name} holds {array.dtype}, not floats")
            *outer, key = name.removesuffix(".npy").split("/")
            place = params
            for part in outer:
                place = place.setdefault(part, {})
            if key:  # no name after the slash stands for a dict without arrays
                place[key] = array
    except Exception as error:  # broken content leads to nearly every one
        raise ValueError(f"path: expected a complete .npz file of weights, got {path.name}: {error}") from error
    return _listed(params), settings


def _listed(found: dict) -> Any:
    """Return lists and tuples where the names say so."""
    parts = {key: _listed(part) if isinstance(part, dict) else part for key, part in found.items()}
    kind = {"[": list, "(": tuple}.get(next(iter(parts), "")[:1])
    return kind(parts.values()) if kind else parts


def _npz(path: str | Path) -> Path:
    """Return the path; another ending would hide what the file is."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix != ".npz":
        raise ValueError(f"path: expected a name that ends in .npz, got {path!r}")
    return Path(path)


def _flat(params: Any, above: str = "") -> dict[str, Array]:
    """Return the arrays by their joined names."""
    own, odd = params, re.compile(r"$|[\[(]|.*[/\\\0\ud800-\udfff]", re.DOTALL)  # zipfile changes the last
    if isinstance(params, list | tuple) and params:
        own = {f"[{k}]" if isinstance(params, list) else f"({k})": part for k, part in enumerate(params)}
    elif not isinstance(params, dict):
        raise ValueError(f"params: expected a dict of arrays, got {type(params).__name__} as {above!r}")
    elif bad := [key for key in params if not isinstance(key, str) or odd.match(key)]:
        raise ValueError(f"params: expected names without a slash, no bracket at first, got {bad[0]!r}")
    found: dict[str, Array] = {} if params or not above else {above: np.empty(0)}
    for key, value in own.items():
        if isinstance(value, Nest):
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
    if names := [cell for cell, module in _CELLS.items() if value is module]:
        return {"kind": "cell", "name": names[0]}
    wanted = "None, a boolean, a number, text, a list, tuple, dict or array of such, a vocabulary, or rnn, lstm or gru"
    raise ValueError(f"{name}: expected {wanted}, got {type(value).__name__}")


def _taken(found: dict) -> Any:
    """Return what `_written` was given, of one object of JSON, whose parts are taken already."""
    match found:
        case {"kind": "tuple", "items": items}:
            return tuple(items)
        case {"kind": "dict", "items": items}:
            return dict(items)
        case {"kind": "array" | "number" as kind, "dtype": dtype, "shape": shape, "values": values}:
            array = np.array(values, dtype).reshape(shape)
            return array if kind == "array" else array[()]
        case {"kind": "Vocabulary", **parts}:
            return Vocabulary(**parts)
        case {"kind": "cell", "name": name}:
            return _CELLS[name]
        case {"kind": kind}:
            raise ValueError(f"{_SETTINGS} holds the unknown kind {kind!r}")
    return found
