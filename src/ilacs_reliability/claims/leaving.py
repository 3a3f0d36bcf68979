"""The share of inadequate authorities that were inadequate no longer."""

from __future__ import annotations

from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.claims.evidence import share
from ilacs_reliability.claims.phrases import WHY_MOVED


def left_inadequate(left: int, still: int, *, by: str = "") -> Estimate:
    """Estimate the share that left inadequate; at least one was inspected again."""
    when = f" by {by}" if by else ""
    return share(
        left,
        left + still,
        name="left_inadequate",
        label=f"share no longer inadequate{when}",
        limits=WHY_MOVED,
    )
