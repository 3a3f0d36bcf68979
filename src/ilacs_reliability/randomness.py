"""Where random numbers come from."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_draws(n_resamples: object) -> None:
    """Raise unless a number of draws is a whole number of at least 1.

    Parameters
    ----------
    n_resamples : int
        How many to draw.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is below 1.
    """
    message = f"`n_resamples` must be a positive whole number, but got {n_resamples!r}."
    if isinstance(n_resamples, bool) or not isinstance(n_resamples, int | np.integer):
        raise TypeError(message)
    if n_resamples < 1:
        raise ValueError(message)


def as_generator(rng: Any) -> np.random.Generator:
    """Return a source of random numbers.

    Parameters
    ----------
    rng : Generator, int or None
        A source, or a seed.

    Returns
    -------
    Generator
        The source.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If a seed is negative.
    """
    try:
        return np.random.default_rng(rng)
    except TypeError:
        raise TypeError(
            f"`rng` must be a Generator, a whole number or None, but got {rng!r}."
        ) from None
    except ValueError:
        raise ValueError(f"`rng` must be 0 or more, but got {rng!r}.") from None
