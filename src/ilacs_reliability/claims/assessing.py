"""Each claim of the ledger with its evidence: one record, and what makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import counted
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.judging import Verdict, judge
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.reproducing import Figure, Reproduction
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.datasets.dataset import Dataset


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Assessment(Record):
    """One claim of the ledger with its evidence.

    Attributes
    ----------
    claim : Claim
        The claim, with its words, published figure and threshold.
    recomputed : str
        The same figure recomputed, with its interval.
    verdict : Verdict
        Both readings, the evidence, why, and what would settle it.
    details : tuple of str
        Further facts that a reader needs, a sentence each.
    reproduction : Reproduction or None
        Published figures beside recomputed ones; None for someone's own records.
    moves : tuple of int or None
        Improved, unchanged and declined, where the claim is about a shift.
    noise : str
        What of the shift error alone gives, under the assumptions that the report names; "" where
        that is not asked.
    """

    claim: Claim
    recomputed: str
    verdict: Verdict
    details: tuple[str, ...] = ()
    reproduction: Reproduction | None = None
    moves: tuple[int, int, int] | None = None
    noise: str = ""

    def __repr__(self) -> str:
        return f"Assessment({self.claim.name}: {self.verdict.outcome})"


NOTHING_FOUND = "nothing to recompute"
Recomputed: TypeAlias = tuple[tuple[Figure, ...], str]


def nothing_published(evidence: Evidence) -> Recomputed:
    """Recompute the figures of a claim that has none."""
    return (), ""


class Entry(NamedTuple):
    """A claim of the ledger: how a protocol declares it, how evidence assesses it, its figures."""

    declare: Callable[[Protocol], Claim]
    assess: Callable[[Claim, Evidence, Protocol], Assessment]
    recompute: Callable[[Evidence], Recomputed] = nothing_published


def nothing(
    claim: Claim,
    why: str = "the records hold no inspection that bears on it",
    *,
    details: tuple[str, ...] = (),
    recomputed: str = NOTHING_FOUND,
) -> Assessment:
    """Assess a claim on which there is no evidence."""
    verdict = replace(judge(claim, None), reason=f"{why}.")
    return Assessment(claim=claim, recomputed=recomputed, verdict=verdict, details=details)


def at_every_date(verdicts: list[Verdict]) -> Verdict:
    """Keep the last verdict where all agree; a reading that hangs on the date is not shown."""
    last = verdicts[-1]
    if len({verdict.as_count for verdict in verdicts}) > 1:
        last = replace(last, as_count="cannot be checked")
    if len({verdict.outcome for verdict in verdicts}) == 1:
        return last
    reason = "the date of the count is not known, and the reading hangs on it."
    return replace(last, outcome="not shown", reason=reason)


def both_ways(claim: Claim, ways: list[Estimate], n_unclear: int) -> Verdict:
    """Judge without and with the inspections of unclear kind; a verdict must hold both ways."""
    verdicts = [judge(claim, way) for way in ways]
    first, last = verdicts[0], verdicts[-1]
    if first.as_count != last.as_count:
        last = replace(last, as_count="cannot be checked")
        first = replace(first, as_count="cannot be checked")
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


def unanswerable(name: str, *, why: str, **texts: Any) -> Entry:
    """Enter something that was said and that nothing published bears on."""

    def declare(rules: Protocol) -> Claim:
        return Claim(
            name=name,
            kind="share",
            threshold=rules.majority,
            direction="more than",
            confidence_level=rules.level_of("more than"),
            **texts,
        )

    def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
        return nothing(claim, why, recomputed="")

    return Entry(declare, assess)


def figures_of(
    study: Dataset, by: str, found: dict[str, float], names: dict[str, str] | None = None
) -> tuple[Figure, ...]:
    """Set each published number of a table beside the one that was found."""
    given: Any = study.expected[by]
    labels = names or {name: name.replace("_", " ").removeprefix("n ") for name in found}
    return tuple(
        Figure(labels[name], float(given[name].value), value, given[name].tolerance)
        for name, value in found.items()
    )
