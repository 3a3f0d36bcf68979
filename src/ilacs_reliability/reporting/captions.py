"""What pictures say in words and write on their scales, in a notebook and on the report's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ilacs_reliability._results.wording import percent, significant, whole, with_interval

RELIABILITY, SAME_GRADE = "reliability", "same grade"
# marks of a scale that goes from 0 to 1
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# and of one that goes from -1
HALVES = (-1.0, -0.5, 0.0, 0.5, 1.0)


def same_side(cut: object) -> str:
    """Call the event that both gradings lie on the same side of a cut."""
    return f"same side of {cut}"


def moved_in_words(counts: Sequence[int]) -> str:
    """Say how many units rose, stayed and fell."""
    rose, stayed, fell = map(whole, counts)
    return f"{rose} rose, {stayed} stayed and {fell} fell"


def interval_in_words(name: str, value: float, limits: Iterable[float], says: str) -> str:
    """Say an estimate with its interval."""
    return f"{name} {with_interval(value, *limits, says=says)}"


def held_in_words(bars: Sequence[str]) -> str:
    """Say what estimates are held to."""
    return f"Held to: {', '.join(bars)}."


def repeats_in_words(
    reliabilities: tuple[float, float], ends: Sequence[tuple[str, float, float]], of: str
) -> str:
    """Say how often each event comes again at the ends of a range of reliabilities."""
    low, high = (significant(end) for end in reliabilities)
    parts = []
    for event, least, most in ends:
        what = "grade" if event == SAME_GRADE else event.removeprefix("same ")
        parts.append(f"the same {what} comes again in {percent(least)} to {percent(most)} of {of}")
    return f"With a reliability of {low} to {high} {' and '.join(parts)}."
