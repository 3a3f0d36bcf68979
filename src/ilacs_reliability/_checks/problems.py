"""Several things wrong with one file, said together."""

from __future__ import annotations

from collections.abc import Sequence

MOST_SHOWN = 30
"""Problems that are said one by one; of more, how many there are."""


class SeveralProblems(ValueError):  # noqa: N818
    """All that is wrong with a file, each in a line of its own."""


def refuse(wrong: Sequence[str]) -> None:
    """Raise one error for all that is wrong, a line each, if anything is."""
    if wrong:
        more = len(wrong) - MOST_SHOWN
        tail = [f"and {more} more problem{'s' * (more > 1)}"] if more > 0 else []
        raise SeveralProblems("\n".join([*wrong[:MOST_SHOWN], *tail]))
