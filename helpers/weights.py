"""Weights on disk: a dict of arrays, nested or not, as one .npz file that needs no trust to be read; lessons 6, 7, 9.

The name of an array joins its keys by a slash, ``encoder/W_in``; no key has one. Nothing but floats is stored or read.
"""

import io
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from helpers._checks import Array


def save(path: str | Path, params: dict) -> None:
    """Write params into path, which ends in .npz; an old file is replaced only when the new one is complete."""
    path, arrays = _npz(path), _flat(params)
    beside = path.with_name(f".{path.name}.part.npz")
    try:
        np.savez_compressed(beside, allow_pickle=False, **arrays)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: str | Path) -> dict:
    """Read from path what `save` wrote, nested as it was; a file that is damaged or holds something else is refused."""
    path = _npz(path)
    data = io.BytesIO(path.read_bytes())  # from here on an OSError is the file's content, not the disk
    try:
        with zipfile.ZipFile(data) as archive:
            flat = {name.removesuffix(".npy"): _read(archive, name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
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
    return params


def _read(archive: zipfile.ZipFile, name: str) -> Array:
    """Return one array; zipfile compares its checksum."""
    with archive.open(name) as file:
        array = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind != "f":
        raise ValueError(f"{name} holds {array.dtype}, not floats")
    return array


def _npz(path: str | Path) -> Path:
    """Return the path; `np.savez` would add the ending itself and leave the caller with another name."""
    if not isinstance(path, str | os.PathLike) or Path(path).suffix != ".npz":
        raise ValueError(f"path: expected a name that ends in .npz, got {path!r}")
    return Path(path)


def _flat(params: dict, above: str = "") -> dict[str, Array]:
    """Return the arrays by their joined names."""
    if not isinstance(params, dict):
        raise ValueError(f"params: expected a dict of arrays, got {type(params).__name__}")
    found: dict[str, Array] = {} if params or not above else {above: np.empty(0)}
    for key, value in params.items():
        if not isinstance(key, str) or not key or "/" in key:
            raise ValueError(f"params: expected names without a slash, got {key!r}")
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{key}/")
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
            found[above + key] = value
        else:
            raise ValueError(f"params: expected an array of floats as {above + key!r}, got {type(value).__name__}")
    return found
