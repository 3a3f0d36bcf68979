"""Checks of what the tests within strata are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

# numpy's hypergeometric draws take no more units of a kind
MOST_DRAWN = 10**9


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


def check_text(value: object, name: str) -> None:
    """Raise unless an option is text.

    Parameters
    ----------
    value : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is no text.
    """
    if not isinstance(value, str):
        raise TypeError(f"`{name}` must be text, but got {value!r}.")


def check_drawable(counts: Any) -> None:
    """Raise where a stratum has too many units for tables to be drawn.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, n_groups, n_grades)
        Units.

    Raises
    ------
    ValueError
        If a stratum has a thousand million units or more.
    """
    most = int(counts.sum(axis=(1, 2)).max(initial=0))
    if most >= MOST_DRAWN:
        raise ValueError(
            f"`grades` has a stratum of {most} units, of which no table can be drawn: use "
            "`method='asymptotic'`, which such numbers bear."
        )
