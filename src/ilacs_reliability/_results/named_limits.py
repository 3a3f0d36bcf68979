"""Limits that name the method they are by, where it is not the one that was asked for."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Limits: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


class Instead(tuple[npt.ArrayLike, npt.ArrayLike]):
    """Two limits with the name of the method that gave them, where it is not the one asked for."""

    method: str


def instead(found: Limits, other: Limits, gone: npt.ArrayLike, method: str, why: str) -> Limits:
    """Take other limits where a method has none, and say whose they are.

    Parameters
    ----------
    found, other : pair of float or ndarray, shape (...)
        The limits of the method asked for, and of the one that stands in.
    gone : bool or ndarray of bool, shape (...)
        Where the method asked for has none.
    method, why : str
        The name of the one that stands in, and why it does.

    Returns
    -------
    pair of ndarray
        The limits; `found` itself where none is gone.

    Examples
    --------
    >>> from ilacs_reliability._results.named_limits import instead
    >>> limits = instead((0.2, 0.2), (0.1, 0.6), True, "score", "t has no width")
    >>> limits.method
    'score, since t has no width'
    """
    gone = np.asarray(gone)
    if not gone.any():
        return found
    name = f"{name_of(other) or method}, {'since' if gone.all() else 'where'} {why}"
    low, high = (np.where(gone, *pair) for pair in zip(other, found, strict=True))
    return under_name(low, high, name)


def under_name(low: npt.ArrayLike, high: npt.ArrayLike, method: str) -> Limits:
    """Return limits that say by which method they were found; "" where by the one asked for.

    Parameters
    ----------
    low, high : float or ndarray, shape (...)
        The limits.
    method : str
        The method, or what `name_of` says of the limits that these were made from.

    Returns
    -------
    pair of float or ndarray
        The same.

    Examples
    --------
    >>> from ilacs_reliability._results.named_limits import name_of, under_name
    >>> name_of(under_name(0.1, 0.6, "score")), name_of((0.1, 0.6))
    ('score', '')
    """
    if not method:
        return low, high
    limits = Instead((low, high))
    limits.method = method
    return limits


def name_of(limits: Limits) -> str:
    """Return the name that limits carry: that of another method than was asked for, or "".

    Parameters
    ----------
    limits : pair of float or ndarray
        The limits.

    Returns
    -------
    str
        The name.

    Examples
    --------
    >>> from ilacs_reliability._results.named_limits import name_of
    >>> name_of((0.1, 0.6))
    ''
    """
    return limits.method if isinstance(limits, Instead) else ""
