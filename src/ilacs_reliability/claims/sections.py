"""What a report says beside its claims: a heading, and lines of text."""

from __future__ import annotations

from dataclasses import dataclass

from ilacs_reliability._results.records import Record


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Section(Record):
    """A block of a report that is about no single claim.

    Attributes
    ----------
    title : str
        Its heading.
    lines : tuple of str
        Its sentences, a line of the report each.
    picture : str
        An SVG element for a page; "" for none.
    """

    title: str
    lines: tuple[str, ...]
    picture: str = ""
