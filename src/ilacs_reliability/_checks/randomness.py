"""Where random numbers come from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_count, told

# more would take hours of any method
MOST_DRAWS = 10**8

# what NumPy knows how to make a generator of, but for the lists of numbers that it takes too
RANDOM = (
    int,
    np.integer,
    type(None),
    np.random.Generator,
    np.random.BitGenerator,
    np.random.SeedSequence,
    np.random.RandomState,
)


def check_draws(n_resamples: object) -> int:
    """Return a number of draws; raise unless it is a whole number of at least 1.

    Parameters
    ----------
    n_resamples : int
        How many to draw.

    Returns
    -------
    int
        The number, whatever kind of whole number was given: a small one could not be counted on.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is below 1, or more than any method could draw.
    """
    number = check_count(n_resamples, "n_resamples")
    if number > MOST_DRAWS:
        raise ValueError(
            f"`n_resamples` must be at most {MOST_DRAWS:,}, but got {told(n_resamples)}."
        )
    return number


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
    if isinstance(rng, (bool, np.bool_)) or not isinstance(rng, RANDOM):
        raise TypeError(f"`rng` must be a Generator, a whole number or None, but got {told(rng)}.")
    if isinstance(rng, (int, np.integer)) and rng < 0:
        raise ValueError(f"`rng` must be 0 or more, but got {told(rng)}.")
    return np.random.default_rng(rng)


def check_rng(rng: object) -> None:
    """Raise unless a source of chance is one, whether it is used or not.

    Parameters
    ----------
    rng : numpy.random.Generator, int or None
        As in `as_generator`.

    Raises
    ------
    TypeError, ValueError
        As from `as_generator`.
    """
    if rng is not None:
        as_generator(rng)


def check_chance(n_resamples: object, rng: object) -> int:
    """Return how many a test may draw; raise unless it is told that and from where.

    Parameters
    ----------
    n_resamples : int
        As in `check_draws`.
    rng : numpy.random.Generator, int or None
        As in `as_generator`.

    Returns
    -------
    int
        As from `check_draws`, whether the test draws or not.

    Raises
    ------
    TypeError, ValueError
        As from either.
    """
    number = check_draws(n_resamples)
    check_rng(rng)
    return number
