"""The vast majority of authorities are improving (national director, autumn 2022)."""

from __future__ import annotations

from ilacs_reliability._results.wording import level, whole
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import Evidence, moves
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import improved, moved, rose_against_fell, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="vast_majority_improving",
        statement="By October 2022 the vast majority of authorities had risen since SIF.",
        words="the vast majority of authorities are improving",
        whose="Ofsted's national director in CYP Now, autumn 2022 by its text; undated",
        estimand="share whose latest ILACS grade is above their last SIF grade",
        kind="shift",
        coefficient="improved",
        threshold=rules.vast_majority,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="no count found; 56% good or outstanding, from 36% after first SIF inspections",
        source="CYP Now, Inspections clinic: children's services inspections",
        would_settle=(
            "what was meant by improving where the grade stays, and how it was found; of grades, "
            "nothing more."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the latest ILACS grade against the last under SIF."""
    tally = moves(evidence.tables["last_sif_to_latest_ilacs_2022"])
    if not sum(tally):
        return nothing(claim)
    share = improved(tally)
    return Assessment(
        claim=claim,
        recomputed=f"{moved(tally)} of {whole(sum(tally))}; improved {with_level(share, claim)}",
        verdict=judge(claim, share),
        details=(
            f'"Vast majority" is read as more than {level(rules.vast_majority)}, which is ours. '
            "The speaker adds that authorities that keep a grade have made steps; grades cannot "
            "show that.",
            *rose_against_fell(tally, claim),
        ),
        moves=tally,
    )


ENTRY = Entry(declare, assess)
