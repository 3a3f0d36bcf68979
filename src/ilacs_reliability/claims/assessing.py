"""Each published claim with its evidence: the figure recomputed, the verdict, what to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from ilacs_reliability._data.ratings import ratings_from_table
from ilacs_reliability._data.scales import OFSTED_SCALE, IntArray, Scale
from ilacs_reliability._data.tables import grades_from_table, transitions_from_table
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import (
    NOISE,
    counted,
    fixed,
    level,
    percent,
    significant,
    together,
    whole,
)
from ilacs_reliability.agreement.coefficients import cohen_kappa, gwet_ac, percent_agreement
from ilacs_reliability.claims.allowed import tables_consistent_with
from ilacs_reliability.claims.evidence import GOOD, Evidence, moves, share
from ilacs_reliability.claims.judging import Claim, Verdict, judge
from ilacs_reliability.claims.ledger import (
    BEFORE_MID_2019,
    Reproduction,
    agreed_pairs,
    year_one_counts,
)
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.comparison.effects import relative_effect
from ilacs_reliability.shift.movement import net_shift

WHY_MOVED = "why grades moved: better work, error, or who was inspected when"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Assessment(Record):
    """One published claim with its evidence.

    Attributes
    ----------
    claim : Claim
        The claim, with its published figure and threshold.
    recomputed : str
        The same figure recomputed, with its interval.
    verdict : Verdict
        The outcome, the evidence, why, and what would settle it.
    details : tuple of str
        Further facts that a reader needs, a sentence each.
    reproduction : Reproduction or None
        Published figures beside recomputed ones; None for someone's own records.
    moves : tuple of int or None
        Improved, unchanged and declined, where the claim is about a shift.
    """

    claim: Claim
    recomputed: str
    verdict: Verdict
    details: tuple[str, ...] = ()
    reproduction: Reproduction | None = None
    moves: tuple[int, int, int] | None = None

    def __repr__(self) -> str:
        return f"Assessment({self.claim.name}: {self.verdict.outcome})"


Assess: TypeAlias = Callable[[Claim, Evidence, Protocol], Assessment]


def _two_inspectors(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    scale = Scale(("converts", "stays good"))
    agreed, pairs = agreed_pairs()
    # only the diagonal's sum was published, and agreement depends on nothing else
    table = [[agreed, pairs - agreed], [0, 0]]
    agreement = percent_agreement(ratings_from_table(table, scale=scale))
    kappas, gwets = _allowed_coefficients(agreed, pairs)
    return Assessment(
        claim=claim,
        recomputed=(
            f"{whole(agreed)} of {whole(pairs)} = {_shown(agreement, claim, how='exact ')}"
        ),
        verdict=_beyond_chance(judge(claim, agreement), kappas, rules),
        details=(
            f"Over the {whole(len(kappas.value))} two-by-two tables it may be, Cohen's kappa runs "
            f"from {_range(kappas.value)}, Gwet's AC1 from {_range(gwets.value)}.",
            "One decision in schools, not four grades; the report is moderately confident that the "
            "pairs were independent, and says not to generalise.",
        ),
    )


def _beyond_chance(verdict: Verdict, kappas: Estimate, rules: Protocol) -> Verdict:
    """Let agreement support consistency only where kappa is enough in every table it may be."""
    low = np.asarray(kappas.confidence_interval(rules.confidence_level).low)
    enough = int((low >= rules.coefficient).sum())
    if verdict.outcome != "supported" or enough == len(low):
        return verdict
    reason = (
        f"agreement passes ({verdict.claim.bar}), but Cohen's kappa is shown to reach "
        f"{significant(rules.coefficient, 6)} in only {whole(enough)} of the "
        f"{counted(len(low), 'table')} that it may be."
    )
    return replace(verdict, outcome="not shown", reason=reason)


def _allowed_coefficients(agreed: int, pairs: int) -> tuple[Estimate, Estimate]:
    """Return kappa and AC1 over every table with these totals: one batch of studies."""
    scale = Scale(("stays good", "converts"))
    batch = tables_consistent_with(pairs, scale=scale, figures={"same": agreed}).studies()
    return cohen_kappa(batch), gwet_ac(batch)


def _year_one(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    table = evidence.tables["year_one_transitions"]
    if evidence.is_bundled:
        tally = year_one_counts()
        total = sum(tally)
        held = f"{whole(table.sum())} of the {whole(total)}"
        aside = [f"The records hold {held}: {_moved(moves(table))}."]
    else:
        tally, total, aside = moves(table), int(table.sum()), []
    if not total:
        return _nothing(claim)
    improved = share(tally[0], total, name="improved", label="share improved", limits=WHY_MOVED)
    return Assessment(
        claim=claim,
        recomputed=f"{_moved(tally)} of {whole(total)}; improved {_shown(improved, claim)}",
        verdict=judge(claim, improved),
        details=(*_rose_against_fell(tally, claim), *aside, *_since(evidence, claim)),
        moves=tally,
    )


def _since(evidence: Evidence, claim: Claim) -> list[str]:
    """Say what every first ILACS inspection has shown since."""
    up, kept, fell = moves(evidence.tables["sif_to_first_ilacs"])
    if not up + kept + fell:
        return []
    every = share(up, up + kept + fell, name="improved", label="improved", limits=WHY_MOVED)
    return [
        f"Of first ILACS grades after a SIF one {whole(up)} of {whole(every.n_units)} rose, "
        f"{_shown(every, claim)}."
    ]


def _rose_against_fell(tally: tuple[int, int, int], claim: Claim) -> list[str]:
    up, _, down = tally
    if not up + down:
        return []
    moved = share(
        up,
        up + down,
        name="improved_of_moved",
        label="share improved of those that moved",
        limits=WHY_MOVED,
    )
    beyond = 0.5 not in moved.confidence_interval(claim.confidence_level)
    chance = "beyond chance" if beyond else "within what chance gives"
    return [f"{up or 'None'} rose against {down or 'none'} that fell, {chance}."]


def _about_60_percent(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    by_date = {day: tally for day, tally in evidence.by_date.items() if sum(tally)}
    candidates = [day for day in by_date if day <= BEFORE_MID_2019]
    if not candidates:
        return _nothing(claim)
    shares = [_improved_by(day, by_date[day]) for day in candidates]
    verdicts = [judge(claim, one) for one in shares]
    low, high = claim.margins
    inside = sum(low <= one.value <= high for one in shares)
    last = by_date[candidates[-1]]
    dates = counted(len(shares), "candidate date")
    later = next((day for day in reversed(by_date) if day > BEFORE_MID_2019), None)
    since = f"; later {_counted_by(later, by_date[later])}" if later else ""
    return Assessment(
        claim=claim,
        recomputed=f"{_between(by_date, candidates)}: {_shown(shares[-1], claim)}",
        verdict=_at_every_date(verdicts),
        details=(
            f"As a count it was {level(low)} to {level(high)} on {inside} of {dates}{since}.",
        ),
        moves=last,
    )


def _improved_by(day: str, tally: tuple[int, int, int]) -> Estimate:
    label = f"share improved by {day}"
    return share(tally[0], sum(tally), name="improved", label=label, limits=WHY_MOVED)


def _counted_by(day: str, tally: tuple[int, int, int]) -> str:
    up, total = tally[0], sum(tally)
    return f"{whole(up)} of {whole(total)} by {day} ({percent(up / total, 0)})"


def _between(by_date: Mapping[str, tuple[int, int, int]], days: list[str]) -> str:
    """Say the count on the first and on the last of several days, and which way it went."""
    first, last = by_date[days[0]], by_date[days[-1]]
    if first == last:
        return _counted_by(days[0], first) + (f", and still by {days[-1]}" if days[1:] else "")
    # as they are shown, to a whole percent
    shown = [round(100 * tally[0] / sum(tally)) for tally in (first, last)]
    way = "and likewise" if shown[0] == shown[1] else "up to" if shown[0] < shown[1] else "down to"
    return f"{_counted_by(days[0], first)}, {way} {_counted_by(days[-1], last)}"


def _at_every_date(verdicts: list[Verdict]) -> Verdict:
    """Keep the last verdict where all agree; a reading that hangs on the date is not shown."""
    if len({verdict.outcome for verdict in verdicts}) == 1:
        return verdicts[-1]
    reason = "the date of the count is not known, and the reading hangs on it."
    return replace(verdicts[-1], outcome="not shown", reason=reason)


def _reinspections_2024(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    table = evidence.tables["first_to_latest_ilacs_2024"]
    if not table.sum():
        return _nothing(claim)
    shift = net_shift(transitions_from_table(table, scale=OFSTED_SCALE))
    room = _room(int(shift.room_up.n_units), int(shift.room_down.n_units))
    low, high = shift.net.confidence_interval(claim.confidence_level)
    return Assessment(
        claim=claim,
        recomputed=(
            f"{_moved(moves(table))} of {whole(shift.n_units)}; net {_signed(shift.net.value)} "
            f"({_level(claim)} {_signed(low)} to {_signed(high)})"
        ),
        verdict=judge(claim, shift.net),
        details=(f"{room}; grades far from the average return to it by error alone.",),
        moves=moves(table),
    )


def _room(up: int, down: int) -> str:
    if up == down:
        return f"Room to move was equal: {whole(up)} could rise and as many could fall"
    return f"Room to move was unequal: {_some(up)} could rise and {_some(down)} could fall"


def _short_kept(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    clear = evidence.tables["short_transitions"]
    unclear = evidence.tables["unclear_kind_transitions"]
    n_unclear = int(unclear.sum())
    if not clear.sum():
        return _nothing(claim, _no_short(n_unclear))
    ways = [clear, clear + unclear] if n_unclear else [clear]
    kept = [_kept(table) for table in ways]
    texts = [
        f"{whole(moves(table)[2])} of {whole(table.sum())} lost a grade, "
        f"{_shown(one, claim)} did not"
        for table, one in zip(ways, kept, strict=True)
    ]
    return Assessment(
        claim=claim,
        recomputed=f"; with the {whole(n_unclear)} of unclear kind ".join(texts),
        verdict=_both_ways(claim, kept, n_unclear),
        details=(
            f"Of the {whole(clear.sum())} surely short, {whole(clear[GOOD:].sum())} went to an "
            "authority that had been good or outstanding.",
        ),
        moves=moves(ways[-1]),
    )


def _no_short(n_unclear: int) -> str:
    why = "the records hold no short inspection with a grade before and after"
    return f"{why}, apart from {whole(n_unclear)} of unclear kind" if n_unclear else why


def _kept(table: IntArray) -> Any:
    up, same, down = moves(table)
    return share(
        up + same,
        up + same + down,
        name="kept",
        label="share that kept or raised the grade",
        limits="whether the grade was right",
    )


def _short_against_standard(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    short = evidence.tables["short_transitions"]
    standard = evidence.tables["standard_transitions"]
    unclear = evidence.tables["unclear_kind_transitions"]
    # those of other previous grades change nothing
    n_unclear = int(unclear[GOOD].sum())
    if not (short[GOOD].sum() and standard[GOOD].sum()):
        return _nothing(
            claim, _no_overlap(short, standard), details=_kinds_by_grade(short, standard)
        )
    ways = [short, short + unclear] if n_unclear else [short]
    effects = [_compared(table, standard) for table in ways]
    parts = [
        f"{name} {int(table[GOOD, :GOOD].sum())} of {int(table[GOOD].sum())} fell"
        for name, table in (("short", short), ("standard", standard))
    ]
    texts = [_chance(effect, claim) for effect in effects]
    return Assessment(
        claim=claim,
        recomputed=(
            f"previously good: {', '.join(parts)}; relative effect of standard over short (0.5 is "
            f"alike) {f', with the {whole(n_unclear)} of unclear kind '.join(texts)}"
        ),
        verdict=_both_ways(claim, effects, n_unclear),
        details=_kinds_by_grade(short, standard),
    )


def _kinds_by_grade(short: IntArray, standard: IntArray) -> tuple[str, ...]:
    """Say how many of either kind there are by previous grade; nothing where there are none."""
    total, inside = int((short + standard).sum()), int((short + standard)[GOOD].sum())
    if not total:
        return ()
    parts = [
        f"{grade} {whole(a)} and {whole(b)}"
        for grade, a, b in zip(
            OFSTED_SCALE.labels, short.sum(axis=1), standard.sum(axis=1), strict=True
        )
        if a + b
    ]
    good = f"{whole(inside)} of {whole(total)} ({percent(inside / total, 0)}) had been good"
    return (
        f"{good}, the grade at which the kinds are compared. Short and standard by the grade "
        f"before: {', '.join(parts)}.",
    )


def _no_overlap(short: IntArray, standard: IntArray) -> str:
    missing = [
        name for name, table in (("short", short), ("standard", standard)) if not table[GOOD].sum()
    ]
    return (
        f"the records hold no {' and no '.join(missing)} inspection of an authority that had been "
        "good, so there is no comparison"
    )


def _compared(short: IntArray, standard: IntArray) -> Estimate:
    """Compare within the previous grade good; one outstanding authority is no stratum."""
    tables = np.stack([short[GOOD], standard[GOOD]])
    grades = grades_from_table(tables, scale=OFSTED_SCALE, groups=("short", "standard"))
    return relative_effect(grades)


def _consistent_and_reliable(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    table = evidence.tables["ilacs_to_next_ilacs"]
    if not table.sum():
        return _nothing(claim)
    ratings = ratings_from_table(
        table, scale=OFSTED_SCALE, raters=("earlier", "later"), design="repeat"
    )
    agreement = percent_agreement(ratings)
    n_same, total = whole(np.trace(table)), whole(table.sum())
    same = f"{n_same} of {total} ({percent(agreement.value, 0)})"
    return Assessment(
        claim=claim,
        recomputed=f"repeats only: the next ILACS grade is the same in {same}",
        verdict=judge(claim, agreement),
        details=("We found no double inspection of children's services in any public text.",),
    )


ASSESS: dict[str, Assess] = {
    "two_inspectors": _two_inspectors,
    "year_one": _year_one,
    "about_60_percent": _about_60_percent,
    "reinspections_2024": _reinspections_2024,
    "short_kept": _short_kept,
    "short_against_standard": _short_against_standard,
    "consistent_and_reliable": _consistent_and_reliable,
}


def _both_ways(claim: Claim, ways: list[Estimate], n_unclear: int) -> Verdict:
    """Judge without and with the inspections of unclear kind; a verdict must hold both ways."""
    verdicts = [judge(claim, way) for way in ways]
    first, last = verdicts[0], verdicts[-1]
    if first.outcome == last.outcome:
        return first
    them = "it" if n_unclear == 1 else "them"
    return replace(
        last,
        outcome="not shown",
        reason=(
            f"the reading hangs on {counted(n_unclear, 'inspection')} of unclear kind: without "
            f"{them} the claim is {first.outcome}, with {them} {last.outcome}."
        ),
    )


def _nothing(
    claim: Claim,
    why: str = "the records hold no inspection that bears on it",
    *,
    details: tuple[str, ...] = (),
) -> Assessment:
    verdict = replace(judge(claim, None), reason=f"{why}.")
    return Assessment(
        claim=claim, recomputed="nothing to recompute", verdict=verdict, details=details
    )


def _level(claim: Claim) -> str:
    return level(claim.confidence_level)


def _shown(estimate: Any, claim: Claim, *, how: str = "") -> str:
    shares = (estimate.value, *estimate.confidence_interval(claim.confidence_level))
    numbers = together(*(100 * float(share) for share in shares), decimals=1, edge=100.0)
    value, low, high = (f"{number}%" for number in numbers)
    return f"{value} ({how}{_level(claim)} {low} to {high})"


def _chance(estimate: Any, claim: Claim) -> str:
    limits = estimate.confidence_interval(claim.confidence_level)
    value, low, high = together(estimate.value, *limits, decimals=2)
    return f"{value} ({low} to {high})"


def _range(values: Any) -> str:
    return " to ".join(fixed(number, 2) for number in (values.min(), values.max()))


def _moved(moves: tuple[int, int, int]) -> str:
    up, same, down = map(whole, moves)
    return f"{up} improved, {same} kept, {down} fell"


def _some(number: int) -> str:
    return whole(number) if number else "none"


def _signed(value: float) -> str:
    sign = "+" if value > NOISE else ""
    return f"{sign}{percent(value)}"
