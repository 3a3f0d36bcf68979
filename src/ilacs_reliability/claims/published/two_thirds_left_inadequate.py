"""Two thirds of inadequate authorities improved at re-inspection (annual report, 2018)."""

from __future__ import annotations

from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.leaving import left_inadequate
from ilacs_reliability.claims.phrases import with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="two_thirds_left_inadequate",
        statement="Two thirds of inadequate authorities improved when inspected again under SIF.",
        words="two thirds of inadequate authorities improve at re-inspection; seven struggle",
        whose="Ofsted's annual report of December 2018, by a press account",
        estimand="share of re-inspected inadequate authorities that were no longer inadequate",
        kind="shift",
        coefficient="left_inadequate",
        threshold=(round(2 / 3 - rules.about, 4), round(2 / 3 + rules.about, 4)),
        direction="within",
        confidence_level=rules.level_of("within"),
        published="two thirds improved, seven struggle (annual report 2017/18, by the press)",
        source="Locum Today, 4 December 2018, on Ofsted's annual report 2017/18",
        would_settle=(
            "as a count, nothing more; as a rate nothing can: all authorities that were "
            "inadequate and inspected again under SIF are in it."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the re-inspections under SIF."""
    row = evidence.tables["sif_to_next_sif"][0]
    total = int(row.sum())
    if not total:
        return nothing(claim)
    share = left_inadequate(total - int(row[0]), int(row[0]))
    return Assessment(
        claim=claim,
        recomputed=(
            f"{whole(total - row[0])} of {whole(total)} were no longer inadequate, "
            f"{with_level(share, claim)}; {whole(row[0])} still were"
        ),
        verdict=judge(claim, share),
        details=("Who is lowest can only rise, and rises in part because grades err.",),
    )


ENTRY = Entry(declare, assess)
