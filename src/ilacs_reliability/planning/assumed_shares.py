"""Shares that a plan assumes of a table of grades, and the cut they are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_count, float_array, naming, told
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, Scale, numbered_scale
from ilacs_reliability._data.tables import Transitions, as_transitions


def square(shares: Any) -> tuple[FloatArray, Scale]:
    """Return shares of a square table, adding up to 1, and the grades: 1 to `n_grades` if plain."""
    if isinstance(shares, (Ratings, Transitions)):
        with naming("shares", instead="table"):
            seen = as_transitions(shares)
        return seen.counts / seen.n_units, seen.scale
    cells = table_of(in_grade_order(shares, None, "shares"), "grades before")
    if cells.shape[0] != cells.shape[1]:
        raise ValueError(f"`shares` must be a square table, but got shape {cells.shape}.")
    return cells / cells.sum(), numbered_scale(len(cells))


def table_of(shares: Any, rows: str) -> FloatArray:
    """Return the shares as a table, checked."""
    cells = numbers(shares, "shares")
    if cells.ndim != 2 or min(cells.shape) < 2:
        raise ValueError(f"`shares` must be a table of {rows}, but got shape {cells.shape}.")
    if not (np.isfinite(cells) & (cells >= 0)).all() or not cells.sum(axis=1).any():
        raise ValueError("`shares` must be 0 or more, and not all 0.")
    return cells


def numbers(given: Any, name: str) -> FloatArray:
    """Return what was given as numbers, or say what is none."""
    try:
        return float_array(given)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`{name}` must be numbers, but got {told(given)}.") from None


def place(at_least: Any, n_grades: int) -> int:
    """Return the cut, checked."""
    place = check_count(at_least, "at_least")
    if place >= n_grades:
        raise ValueError(f"`at_least` must be below {n_grades}, but got {told(at_least)}.")
    return place


def cut_in_two(cells: FloatArray, at_least: Any) -> FloatArray:
    """Return a two-by-two table of units below the cut and at or above it."""
    cut = place(at_least, len(cells))
    parts = np.split(cells, [cut], axis=0)
    return np.array([[half.sum() for half in np.split(part, [cut], axis=1)] for part in parts])


def moves(cells: FloatArray) -> FloatArray:
    """Put all units that kept their grade into one cell: only moves count."""
    return np.array([[np.trace(cells), np.triu(cells, 1).sum()], [np.tril(cells, -1).sum(), 0.0]])
