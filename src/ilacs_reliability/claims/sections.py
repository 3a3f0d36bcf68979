"""What a report says beside its claims: a heading, lines of text, and what a picture shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.records import Record


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ErrorRange(Record):
    """How often a second grading gives the same, against the reliability, and what is known of it.

    Attributes
    ----------
    reliabilities : ndarray, shape (n_points,)
        From 0 to 1.
    same, side : ndarray, shape (n_points,)
        Chance of the same grade, and of one on the same side of the cut.
    cut : str
        The grade from which on the other side begins.
    allowed : tuple of float
        The least and the largest reliability that repeats allow under the assumptions.
    required : float
        The share that a protocol asks to agree.
    tips : mapping of str to float
        Reliabilities at which claims tip, by their names, rising.
    """

    reliabilities: FloatArray
    same: FloatArray
    side: FloatArray
    cut: str
    allowed: tuple[float, float]
    required: float
    tips: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Section(Record):
    """A block of a report that is about no single claim.

    Attributes
    ----------
    title : str
        Its heading.
    lines : tuple of str
        Its sentences, a line of the report each.
    shown : ErrorRange or None
        What a page draws of it.
    """

    title: str
    lines: tuple[str, ...]
    shown: ErrorRange | None = None
