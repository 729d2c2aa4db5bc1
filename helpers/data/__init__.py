"""Where sequences come from: generated with a seed, or read from an installed package. Nothing is downloaded.

Here are bits, temperatures and `pad` for one's own; `tasks` need a memory, `dates` and `texts` are language as strings,
`characters` and `words` turn strings into numbers. What is the same in the folder:

    steps, examples  T and N of what is drawn
    bits, first      T binary digits; "lsb" or "msb", the least or the most significant one, comes first
    day              a datetime.date
    locale, style    how a day is written: one of `dates.LOCALES`, one of `dates.STYLES`
    strings          N strings, none of them empty; for `characters` lists of words as well
    vocabulary       a `words.Vocabulary`: the words or characters that are known
    vectors          (V, d), a row for each word of the vocabulary
"""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from helpers._checks import Array, array_of, floats, generator, listed, one_of, real_steps, shaped, whole


def pad(sequences: Iterable[Array]) -> tuple[Array, Array]:
    """Put sequences of different lengths side by side: x (T, D, N), 0 past the lengths, and lengths (N,).

    Each is an array (steps, D), or (steps,) for D = 1, of at least one step; T is the most steps. Floats keep their
    dtype, of several the widest; whole numbers and booleans become float64.
    """
    if isinstance(sequences, str | np.ndarray) or not isinstance(sequences, Iterable):
        got = f"one array of shape {np.shape(sequences)}" if isinstance(sequences, np.ndarray) else repr(sequences)
        raise ValueError(f"sequences: expected a list of arrays (steps, D), one an example, got {got:.80}")
    arrays = [floats(f"sequences[{n}]", sequence) for n, sequence in enumerate(listed("sequences", sequences))]
    columns = [array[:, None] if array.ndim == 1 else array for array in arrays]
    for n, array in enumerate(columns):
        if array.ndim == 2 and len(array) == 0:
            raise ValueError(f"sequences[{n}]: expected at least one step, got none: leave it out, its target too")
        shaped(f"sequences[{n}]", array, "steps D", {"D": columns[0].shape[-1]} if n else {})
    if not columns:
        raise ValueError("sequences: expected at least one, got none")
    lengths = np.array([len(array) for array in columns])
    x = np.zeros((lengths.max(), columns[0].shape[1], len(columns)), np.result_type(*columns))
    for n, array in enumerate(columns):
        x[: len(array), :, n] = array
    return x, lengths


def unpad(outputs: Array, lengths: Array | None) -> list[Array]:
    """Take outputs (T, H, N) apart: an array (steps, H) for each example, a copy of its real steps, lengths (N,)."""
    outputs = shaped("outputs", array_of("outputs", outputs), "T H N", {})
    real = real_steps(lengths, len(outputs), outputs.shape[2])
    return [outputs[slice(None) if real is None else real[:, 0, n], :, n].copy() for n in range(outputs.shape[2])]


def to_bits(numbers: list[int], bits: int, first: str = "lsb") -> Array:
    """Write numbers, whole ones from 0 to 2**bits − 1 of any length, in binary: floats 0.0 and 1.0 (T, N)."""
    bits, step, columns = whole("bits", bits), _direction(first), []
    if not isinstance(numbers, Iterable):
        raise ValueError(f"numbers: expected a list of whole numbers, got {numbers!r}")
    for number in numbers:
        if not isinstance(number, int | np.integer) or not 0 <= number < 2**bits:
            raise ValueError(f"numbers: expected whole numbers from 0 to 2**{bits} − 1, got {number!r}")
        columns.append([(int(number) >> t) & 1 for t in range(bits)])
    return np.array(columns, np.float64).reshape(len(columns), bits).T[::step].copy()


def from_bits(bits: Array, first: str = "lsb") -> list[int]:
    """Read the N numbers that columns of bits (T, N), zeros and ones, stand for."""
    bits, step = _zeros_and_ones("bits", bits), _direction(first)
    return [int("".join(str(int(bit)) for bit in column[::-1]), 2) for column in bits[::step].T]


def add_bits(a: Array, b: Array, first: str = "lsb") -> tuple[Array, Array]:
    """Pose additions of a and b (T, N): x (T, 2, N), target (T, 1, N); a sum of more than T bits is refused."""
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
    """Draw additions as `add_bits` poses them, each summand uniform in 0..2**(bits−1) − 1; bits is at least 2."""
    bits, examples, step = whole("bits", bits, 2), whole("examples", examples), _direction(first)
    summands = generator(rng).integers(0, 2, (2, bits, examples)).astype(np.float64)
    summands[:, -1] = 0  # the top bit is left to the sum
    a, b = summands[:, ::step]
    return add_bits(a, b, first)


def all_additions(bits: int, first: str = "lsb") -> tuple[Array, Array]:
    """Pose all N = 4**(bits−1) additions of numbers from 0 to 2**(bits−1) − 1, 16,384 for 8 bits; bits is 2 to 10."""
    if whole("bits", bits, 2) > 10:
        raise ValueError(f"bits: expected at most 10, as there are 4**(bits−1) additions, got {bits}")
    numbers = to_bits(list(range(2 ** (bits - 1))), bits, first)
    return add_bits(np.repeat(numbers, numbers.shape[1], axis=1), np.tile(numbers, numbers.shape[1]), first)


def sea_surface_temperatures() -> tuple[Array, Array]:
    """Read the sea's temperatures off Peru (Niño 1+2): NOAA CPC, ERSST monthly Niño indices, shipped with PyWavelets.

    Returns the middle of each month, January 1950 to August 2016, in years, and its mean in °C, both (800,).
    """
    with np.load(packaged("PyWavelets", "pywt", "data/sst_nino3.npz"), allow_pickle=False) as archive:
        (table,) = archive.values()  # one array, whatever its key: year, month, the regions
    return table[:, 0] + (table[:, 1] - 0.5) / 12, table[:, 2].copy()


def packaged(package: str, module: str, path: str) -> Path:
    """Return the place of what an installed package carries, at path beside its module, which is not imported."""
    spec = find_spec(module)
    place = Path(spec.origin).parent / path if spec and spec.origin else None
    if place is None or not place.exists():
        raise ModuleNotFoundError(f"{package} is missing. Install it with: python -m pip install {package.lower()}")
    return place


def _zeros_and_ones(name: str, value: Array) -> Array:
    """Return bits (T, N) as floats; booleans would not add up."""
    bits = array_of(name, value)
    if bits.ndim != 2 or not len(bits) or not np.isin(bits, (0, 1)).all():
        raise ValueError(f"{name}: expected zeros and ones of shape (T, N), got {bits.dtype} of shape {bits.shape}")
    return bits.astype(np.float64)


def _direction(first: str) -> int:
    """Return the slice step that puts the least significant bit first."""
    return {"lsb": 1, "msb": -1}[one_of("first", first, ("lsb", "msb"))]
