"""Do short inspections leave the grade no lower? Our question; no count is published."""

from __future__ import annotations

from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, Entry, both_ways, nothing
from ilacs_reliability.claims.evidence import GOOD, Evidence, moves, share
from ilacs_reliability.claims.phrases import some, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the question."""
    return Claim(
        name="short_kept",
        statement="Short inspections leave the grade no lower than it was.",
        estimand="share of short inspections that kept or raised the overall grade",
        kind="shift",
        coefficient="kept",
        threshold=rules.kept,
        confidence_level=rules.level_of("at least"),
        published="no count found",
        would_settle="a published type for each inspection: short, made standard, or standard.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge without and with the inspections of unclear kind."""
    clear = evidence.tables["short_transitions"]
    unclear = evidence.tables["unclear_kind_transitions"]
    n_unclear = int(unclear.sum())
    if not clear.sum():
        return nothing(claim, _no_short(n_unclear))
    ways = [clear, clear + unclear] if n_unclear else [clear]
    kept = [_kept(table) for table in ways]
    texts = [
        f"{whole(moves(table)[2])} of {whole(table.sum())} lost a grade, "
        f"{with_level(one, claim)} did not"
        for table, one in zip(ways, kept, strict=True)
    ]
    return Assessment(
        claim=claim,
        recomputed=f"; with the {whole(n_unclear)} of unclear kind ".join(texts),
        verdict=both_ways(claim, kept, n_unclear),
        details=(_went_to(int(clear.sum()), int(clear[GOOD:].sum())),),
        moves=moves(ways[-1]),
    )


def _went_to(surely: int, good: int) -> str:
    had = "went to an authority that had been good or outstanding."
    if surely == 1:
        return f"The one that was surely short {had if good else had.replace('had', 'had not')}"
    who = (
        f"All {whole(surely)}"
        if good == surely
        else f"{some(good).capitalize()} of the {whole(surely)}"
    )
    return f"{who} that were surely short {had}"


def _no_short(n_unclear: int) -> str:
    why = "the records hold no short inspection with a grade before and after"
    return f"{why}, apart from {whole(n_unclear)} of unclear kind" if n_unclear else why


def _kept(table: IntArray) -> Estimate:
    up, same, down = moves(table)
    return share(
        up + same,
        up + same + down,
        name="kept",
        label="share that kept or raised the grade",
        limits="whether the grade was right",
    )


ENTRY = Entry(declare, assess)
