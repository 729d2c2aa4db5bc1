"""The sea temperatures of lesson 1 cut into windows, and the two simple forecasts that stand beside the network's."""

from typing import NamedTuple

import numpy as np

from helpers._checks import Array

AHEAD = (1, 6)  # months


class Windows(NamedTuple):
    """Windows of a series, scaled by the mean and standard deviation of its first 80 %."""

    months: Array  # (T, 1, windows): T months, one a step
    future: Array  # (2, windows): 1 and 6 months after the window
    known: Array  # (windows,) True where all of it lies in the first 80 %
    unseen: Array  # (windows,) True where the months to forecast lie in the last 20 %
    spread: float  # standard deviation of the whole series, so scaled


def windows(celsius: Array, length: int = 24) -> Windows:
    """Cut a series (months,) into all windows of this length that have six months after them."""
    split = int(0.8 * len(celsius))
    scaled = (celsius - celsius[:split].mean()) / celsius[:split].std()
    now = np.arange(length, len(scaled) - AHEAD[1] + 1)  # the first month after each window
    months = np.stack([scaled[i - length : i] for i in now], axis=1)[:, None]
    future = np.stack([scaled[now + ahead - 1] for ahead in AHEAD])
    return Windows(months, future, now + AHEAD[1] - 1 < split, now >= split, float(scaled.std()))


def rmse(forecast: Array, data: Windows) -> Array:
    """Return the root mean square errors (2,) of a forecast (2, unseen windows), as a share of the spread."""
    return np.sqrt(np.mean((forecast - data.future[:, data.unseen]) ** 2, axis=1)) / data.spread


def simple(data: Windows) -> dict[str, Array]:
    """Return the errors (2,) of the two simple forecasts by their names."""
    return {"persistence": rmse(persistence(data), data), "linear AR(24)": rmse(linear(data), data)}


def persistence(data: Windows) -> Array:
    """Forecast (2, unseen windows) that nothing changes: the last month of each window."""
    return np.tile(data.months[-1, 0, data.unseen], (2, 1))


def linear(data: Windows) -> Array:
    """Forecast (2, unseen windows) by a linear formula of the window's months, fitted to what is known."""
    past = np.vstack([data.months[:, 0], np.ones(data.months.shape[2])])
    coefficients, *_ = np.linalg.lstsq(past[:, data.known].T, data.future[:, data.known].T)
    return coefficients.T @ past[:, data.unseen]
