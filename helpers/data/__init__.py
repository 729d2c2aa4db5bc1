"""Data of the course: generated with a seed, or read from an installed package. Nothing is downloaded.

Arrays are time first with one column per example, as the kernels take them: x (T, D, N).
"""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from helpers._checks import Array, array_of, generator, one_of, whole

REGIONS = {"nino12": 2, "nino3": 4, "nino4": 6, "nino34": 8}  # columns of the temperature table


def to_bits(numbers: list[int], bits: int, first: str = "lsb") -> Array:
    """Write whole numbers in binary, one column per number.

    Parameters
    ----------
    numbers : list of int
        Numbers from 0 to 2**bits − 1, of any length.
    bits : int
        T, the number of bits.
    first : {"lsb", "msb"}
        Whether the least or the most significant bit comes first.

    Returns
    -------
    numpy.ndarray
        Bits as floats 0.0 and 1.0, shape (T, N).

    Raises
    ------
    ValueError
        If a number is negative, is no whole number, or needs more bits.
    """
    bits, step = whole("bits", bits), _direction(first)
    if not isinstance(numbers, Iterable):
        raise ValueError(f"numbers: expected a list of whole numbers, got {numbers!r}")
    for number in numbers:
        if not isinstance(number, int | np.integer) or not 0 <= number < 2**bits:
            raise ValueError(f"numbers: expected whole numbers from 0 to 2**{bits} − 1, got {number!r}")
    columns = [[(int(number) >> t) & 1 for t in range(bits)] for number in numbers]
    return np.array(columns, np.float64).reshape(len(columns), bits).T[::step].copy()


def from_bits(bits: Array, first: str = "lsb") -> list[int]:
    """Read the numbers that columns of bits stand for.

    Parameters
    ----------
    bits : numpy.ndarray
        Zeros and ones, shape (T, N).
    first : {"lsb", "msb"}
        Whether the least or the most significant bit comes first.

    Returns
    -------
    list of int
        N numbers.

    Raises
    ------
    ValueError
        If the shape is not (T, N), or a value is neither 0 nor 1.
    """
    bits, step = _zeros_and_ones("bits", bits), _direction(first)
    return [int("".join(str(int(bit)) for bit in column[::-1]), 2) for column in bits[::step].T]


def add_bits(a: Array, b: Array, first: str = "lsb") -> tuple[Array, Array]:
    """Pose additions: two rows of bits in, the bits of the sum out.

    Parameters
    ----------
    a, b : numpy.ndarray
        The summands' bits, shape (T, N) each. Their most significant bit is 0, so that the sum fits.
    first : {"lsb", "msb"}
        Whether the least or the most significant bit comes first.

    Returns
    -------
    x : numpy.ndarray
        Inputs, shape (T, 2, N).
    target : numpy.ndarray
        Bits of a + b, shape (T, 1, N).

    Raises
    ------
    ValueError
        If the shapes differ, a value is neither 0 nor 1, or a sum needs more than T bits.
    """
    a, b, step = _zeros_and_ones("a", a), _zeros_and_ones("b", b), _direction(first)
    if a.shape != b.shape:
        raise ValueError(f"b: expected the shape of a, (T, N) = {a.shape}, got {b.shape}")
    carry, total = np.zeros(a.shape[1]), np.empty(a.shape)
    for t in range(len(a))[::step]:  # school addition, least significant bit first
        column = a[t] + b[t] + carry
        total[t], carry = column % 2, column // 2
    if carry.any():
        raise ValueError(f"a, b: expected sums of at most T = {len(a)} bits, got one of {len(a) + 1}")
    return np.stack([a, b], axis=1), total[:, None]


def binary_addition(rng: np.random.Generator, bits: int, examples: int, first: str = "lsb") -> tuple[Array, Array]:
    """Draw random additions, each summand uniform in 0..2**(bits−1) − 1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the numbers come from.
    bits : int
        T, at least 2; the top bit is left to the sum.
    examples : int
        N.
    first : {"lsb", "msb"}
        Whether the least or the most significant bit comes first.

    Returns
    -------
    x : numpy.ndarray
        Inputs, shape (T, 2, N).
    target : numpy.ndarray
        Bits of the sums, shape (T, 1, N).

    Raises
    ------
    ValueError
        If a size is too small, `first` is unknown, or `rng` is no Generator.
    """
    bits, examples, step = _width(bits), whole("examples", examples), _direction(first)
    summands = generator(rng).integers(0, 2, (2, bits, examples)).astype(np.float64)
    summands[:, -1] = 0
    a, b = summands[:, ::step]
    return add_bits(a, b, first)


def all_additions(bits: int, first: str = "lsb") -> tuple[Array, Array]:
    """Pose every addition of two numbers from 0 to 2**(bits−1) − 1: 16,384 of them for 8 bits.

    Parameters
    ----------
    bits : int
        T, at least 2 and at most 10.
    first : {"lsb", "msb"}
        Whether the least or the most significant bit comes first.

    Returns
    -------
    x : numpy.ndarray
        Inputs, shape (T, 2, N) with N = 4**(bits−1).
    target : numpy.ndarray
        Bits of the sums, shape (T, 1, N).

    Raises
    ------
    ValueError
        If `bits` is out of its range or `first` is unknown.
    """
    bits = _width(bits)
    if bits > 10:
        raise ValueError(f"bits: expected at most 10, as there are 4**(bits−1) additions, got {bits}")
    numbers = to_bits(list(range(2 ** (bits - 1))), bits, first)
    n = numbers.shape[1]
    return add_bits(np.repeat(numbers, n, axis=1), np.tile(numbers, n), first)


def _width(bits: int) -> int:
    """Return a number of bits that leaves room for a sum."""
    if whole("bits", bits) < 2:
        raise ValueError(f"bits: expected at least 2, as the top bit is left to the sum, got {bits}")
    return int(bits)


def _zeros_and_ones(name: str, value: Array) -> Array:
    """Return bits of shape (T, N) as floats; booleans would not add up."""
    bits = array_of(name, value)
    if bits.ndim != 2 or not len(bits) or not np.isin(bits, (0, 1)).all():
        raise ValueError(f"{name}: expected zeros and ones of shape (T, N), got {bits.dtype} of shape {bits.shape}")
    return bits.astype(np.float64)


def _direction(first: str) -> int:
    """Return the slice step that puts the least significant bit first."""
    return {"lsb": 1, "msb": -1}[one_of("first", first, ("lsb", "msb"))]


def sea_surface_temperatures(region: str = "nino12") -> tuple[Array, Array]:
    """Read monthly sea-surface temperatures of the tropical Pacific, January 1950 to August 2016.

    Parameters
    ----------
    region : {"nino12", "nino3", "nino4", "nino34"}
        Niño 1+2 lies off Peru, Niño 3, 3.4 and 4 further west along the equator.

    Returns
    -------
    months : numpy.ndarray
        Middle of each month in years, such as 1950.04, shape (800,).
    temperatures : numpy.ndarray
        Monthly means in °C, shape (800,).

    Raises
    ------
    ValueError
        If the region is unknown.
    ModuleNotFoundError
        If PyWavelets, which carries the table, is not installed.

    References
    ----------
    NOAA Climate Prediction Center, ERSST monthly Niño indices; shipped with PyWavelets as sst_nino3.npz.
    """
    column = REGIONS[one_of("region", region, REGIONS)]
    package = find_spec("pywt")
    path = Path(package.origin).parent / "data" / "sst_nino3.npz" if package and package.origin else None
    if path is None or not path.is_file():
        raise ModuleNotFoundError(
            "The temperatures are read from the package PyWavelets, which is not there. "
            "Install it with: python -m pip install pywavelets"
        )
    with np.load(path, allow_pickle=False) as archive:
        (table,) = archive.values()  # one array, whatever its key
    return table[:, 0] + (table[:, 1] - 0.5) / 12, table[:, column].copy()
