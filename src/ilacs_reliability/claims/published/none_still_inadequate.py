"""No authority judged inadequate under SIF remains inadequate (national director, July 2022)."""

from __future__ import annotations

from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import Evidence, share
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import WHY_MOVED, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="none_still_inadequate",
        statement="No authority judged inadequate under SIF was inadequate in July 2022.",
        words="no authority judged inadequate under SIF remains inadequate",
        whose="Ofsted's national director, speech of 8 July 2022",
        estimand="share still inadequate, of those that ever were under SIF",
        kind="shift",
        coefficient="still_inadequate",
        threshold=0.0,
        direction="at most",
        confidence_level=rules.level_of("at most"),
        published="none (speech to the directors' conference, 8 July 2022)",
        source="Ofsted, speech to the ADCS conference, 8 July 2022, by a copy of 19 July 2022",
        would_settle=(
            "as a count, nothing more; as a rate nothing can: no number of cases without a "
            "relapse shows that there will be none."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the latest grade of every authority that was inadequate under SIF."""
    still, *others = evidence.tables["worst_sif_to_state_2022"][0].tolist()
    total = still + sum(others)
    if not total:
        return nothing(claim)
    remaining = share(
        still, total, name="still_inadequate", label="share still inadequate", limits=WHY_MOVED
    )
    better = ", ".join(
        f"{whole(count)} {grade}"
        for count, grade in zip(
            others, ("required improvement", "good", "outstanding"), strict=True
        )
        if count
    )
    return Assessment(
        claim=claim,
        recomputed=(
            f"{whole(still)} of {whole(total)} still inadequate, {with_level(remaining, claim)}"
        ),
        verdict=judge(claim, remaining),
        details=(*([f"Of the others {better}."] if better else []), *_fell_since(evidence)),
    )


def _fell_since(evidence: Evidence) -> list[str]:
    """Say which had not been inadequate under SIF and were by then."""
    fell = int(evidence.tables["worst_sif_to_state_2022"][1:, 0].sum())
    if not fell:
        return []
    were = "authority that never was inadequate under SIF was"
    if fell > 1:
        were = "authorities that never were inadequate under SIF were"
    return [f"{whole(fell)} {were} inadequate by then."]


ENTRY = Entry(declare, assess)
