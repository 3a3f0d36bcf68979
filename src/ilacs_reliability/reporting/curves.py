"""Pictures of what changes along a line: with the reliability, or with each inspection."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._checks.arguments import check_number, told
from ilacs_reliability._results.wording import level
from ilacs_reliability.error.repeat_grades import repeat_grade_probability
from ilacs_reliability.planning.sequential import AgreementSequence
from ilacs_reliability.reporting.axes import bare, new_axes, whole_ticks
from ilacs_reliability.reporting.captions import (
    RELIABILITY,
    SAME_GRADE,
    repeats_in_words,
    same_side,
)
from ilacs_reliability.reporting.lettering import literal
from ilacs_reliability.reporting.palette import INKS, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_POINTS = 41
WIDE = 40
"""Of what shows a single inspection, in points."""
LABELLED = 0.4
"""Reliability up to which a curve passes below its name."""


def repeat_plot(
    source: Any,
    *,
    at_least: Hashable | None = None,
    allowed: Sequence[float] | None = None,
    required: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often a second grading would give the same grade, against the reliability.

    Parameters
    ----------
    source : mapping or array_like
        How many units have each grade, as in `repeat_grade_probability`.
    at_least : hashable, optional
        A cut: also how often both gradings lie on the same side of it.
    allowed : pair of float, optional
        The reliabilities that the evidence allows, 0 to 1, shaded.
    required : float, optional
        A share that a claim requires, 0 to 1, drawn as a line across.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The picture. Its label (`get_label`) is alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If `allowed` or `required` is not made of numbers.
    ValueError
        If a number is not within 0 to 1, or as from `repeat_grade_probability`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import repeat_plot
    >>> grades = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}
    >>> ax = repeat_plot(grades, at_least="good", allowed=(0.5, 0.8))
    >>> ax.get_label()[:75]
    'With a reliability of 0.5 to 0.8 the same grade comes again in 44.0% to 59.'
    """
    span = None if allowed is None else _span(allowed)
    if required is not None:
        _share(required, "required")
    # what is no grade is refused before it is named
    _shares(source, [1.0], at_least, SAME_GRADE)
    events = [SAME_GRADE] + ([] if at_least is None else [same_side(at_least)])
    # closer together where the curves are steep
    places = 1.0 - np.linspace(1.0, 0.0, N_POINTS) ** 2
    shares = {event: _shares(source, places, at_least, event) for event in events}
    ax = new_axes(ax, height=3.4)
    if span is not None:
        ax.axvspan(*span, color=SHADE, linewidth=0)
    for (event, share), (ink, dashes) in zip(shares.items(), INKS, strict=False):
        ax.plot(places, share, color=ink, linestyle=dashes, linewidth=2)
        beyond = float(np.interp(LABELLED, places, share))
        ax.text(0.02, beyond + 0.02, literal(event), color=ink, va="bottom")
    if required is not None:
        ax.axhline(float(required), color="0.35", linestyle=":", linewidth=1.5)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=RELIABILITY, ylabel="share of units")
    ax.set_label(_told_again(source, span, at_least, events))
    bare(ax, "top", "right")
    return ax


def sequence_plot(followed: AgreementSequence, *, ax: Axes | None = None) -> Axes:
    """Draw double inspections one after another: the limits after each, and the threshold.

    Parameters
    ----------
    followed : AgreementSequence
        What `agreement_sequence` returned.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The picture. Its label (`get_label`) is alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If something else was given.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import sequence_plot
    >>> ax = sequence_plot(ilr.agreement_sequence([True] * 40, threshold=0.8))
    >>> ax.get_label()[:46]
    'After 40 double inspections, 40 with the same '
    """
    if not isinstance(followed, AgreementSequence):
        raise TypeError(f"`followed` must be an AgreementSequence, but got {told(followed)}.")
    ax = new_axes(ax, height=3.4)
    places = np.arange(1, len(np.atleast_1d(followed.low)) + 1)
    ax.fill_between(places, followed.low, followed.high, color=SHADE, linewidth=0, step="mid")
    if len(places) == 1:  # which has no step to be seen by
        ax.vlines(places, followed.low, followed.high, color=SHADE, linewidth=WIDE)
    look: Any = {"marker": "_", "ms": WIDE, "mew": 1.5} if len(places) == 1 else {}
    for limit in (followed.low, followed.high):
        ax.step(places, limit, where="mid", color=INKS[0][0], linewidth=1.5, **look)
    ax.axhline(followed.threshold, color=INKS[1][0], linestyle="--", linewidth=1.5)
    if followed.settled_at is not None:
        ax.axvline(followed.settled_at, color="0.35", linestyle=":", linewidth=1.5)
    if len(places) < 2:
        ax.set_xlim(0.5, 1.5)
    if not len(places):
        ax.text(1, 0.4, "none yet: the share may be anything", ha="center", va="center")
    whole_ticks(ax.xaxis)
    sure = level(followed.confidence_level)
    ax.set(ylim=(0, 1.02), xlabel="double inspections", ylabel=f"share that agrees ({sure} limits)")
    ax.set_label(followed.describe())
    bare(ax, "top", "right")
    return ax


def _span(allowed: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = allowed
    except (TypeError, ValueError):
        raise TypeError(f"`allowed` must be a pair of numbers, but got {told(allowed)}.") from None
    for end in (low, high):
        _share(end, "allowed")
    if low > high:
        raise ValueError(f"`allowed` must have its low end first, but got {told(allowed)}.")
    return float(low), float(high)


def _share(value: Any, name: str) -> None:
    check_number(value, name)
    if not 0 <= value <= 1:
        raise ValueError(f"`{name}` must lie within 0 to 1, but got {told(value)}.")


def _shares(source: Any, places: Any, at_least: Hashable | None, event: str) -> list[float]:
    return [
        repeat_grade_probability(source, reliability=float(place), at_least=at_least)[event].value
        for place in places
    ]


def _told_again(
    source: Any, span: tuple[float, float] | None, at_least: Hashable | None, events: list[str]
) -> str:
    low, high = span or (0.0, 1.0)
    ends = [(event, *_shares(source, (low, high), at_least, event)) for event in events]
    return repeats_in_words((low, high), ends, "units")  # type: ignore[arg-type]
