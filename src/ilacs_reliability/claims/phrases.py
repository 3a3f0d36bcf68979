"""How an assessment writes its shares, moves and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.wording import NOISE, level, percent, together, whole
from ilacs_reliability.claims.evidence import share
from ilacs_reliability.claims.statements import Claim

Tally = tuple[int, int, int]
WHY_MOVED = "why grades moved: better work, error, or who was inspected when"


def with_level(estimate: Any, claim: Claim, *, how: str = "") -> str:
    """Write a share in per cent with its interval at the claim's level."""
    shares = (estimate.value, *estimate.confidence_interval(claim.confidence_level))
    numbers = together(*(100 * float(one) for one in shares), decimals=1, edge=100.0)
    value, low, high = (f"{number}%" for number in numbers)
    return f"{value} ({how}{level(claim.confidence_level)} {low} to {high})"


def chance(value: float, limits: Any) -> str:
    """Write a chance with its interval."""
    shown, low, high = together(value, *limits, decimals=2)
    return f"{shown} ({level(limits.confidence_level)} {low} to {high})"


def moved(moves: Tally) -> str:
    """Write how many improved, kept and fell."""
    up, same, down = map(whole, moves)
    return f"{up} improved, {same} kept, {down} fell"


def some(number: int) -> str:
    """Write a count, none where there is none."""
    return whole(number) if number else "none"


def signed(value: float) -> str:
    """Write a change in points of per cent with its sign."""
    sign = "+" if value > NOISE else ""
    return f"{sign}{percent(value)}"


def improved(tally: Tally, *, by: str = "") -> Estimate:
    """Estimate the share that improved."""
    label = f"share improved{f' by {by}' if by else ''}"
    return share(tally[0], sum(tally), name="improved", label=label, limits=WHY_MOVED)


def improved_of_moved(up: int, down: int) -> Estimate:
    """Estimate the share that rose among those that moved; at least one did."""
    return share(
        up,
        up + down,
        name="improved_of_moved",
        label="share that rose of those that moved",
        limits=WHY_MOVED,
    )


def rose_against_fell(tally: Tally, claim: Claim) -> list[str]:
    """Say whether more rose than fell beyond chance; nothing where none moved."""
    up, _, down = tally
    if not up + down:
        return []
    limits = improved_of_moved(up, down).confidence_interval(claim.confidence_level)
    beyond = "within what chance gives" if 0.5 in limits else "beyond chance"
    return [f"{up or 'None'} rose against {down or 'none'} that fell, {beyond}."]


def counted_by(day: str, tally: tuple[int, ...]) -> str:
    """Write the first of some counts as a share of all, on a day."""
    first, total = tally[0], sum(tally)
    return f"{whole(first)} of {whole(total)} by {day} ({percent(first / total, 0)})"


def from_first_to_last(by_date: Mapping[str, tuple[int, ...]], days: list[str]) -> str:
    """Say the count on the first and on the last of several days, and which way it went."""
    first, last = by_date[days[0]], by_date[days[-1]]
    if first == last:
        return counted_by(days[0], first) + (f", and still by {days[-1]}" if days[1:] else "")
    # as they are shown, to a whole percent
    shown = [round(100 * tally[0] / sum(tally)) for tally in (first, last)]
    way = "and likewise" if shown[0] == shown[1] else "up to" if shown[0] < shown[1] else "down to"
    return f"{counted_by(days[0], first)}, {way} {counted_by(days[-1], last)}"
