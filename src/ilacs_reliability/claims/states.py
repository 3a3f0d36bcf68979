"""Claims about how many authorities were at a grade on some day."""

from __future__ import annotations

from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability._results.wording import listed, whole
from ilacs_reliability.claims.assessing import Assessment, Recomputed, nothing
from ilacs_reliability.claims.evidence import GOOD, Evidence, share
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import with_level
from ilacs_reliability.claims.reproducing import Figure
from ilacs_reliability.claims.statements import Claim

NOTHING_CAN = (
    "as a count, nothing more; as a rate nothing can: all authorities are in it, and grades say "
    "what was found, not what a second team would have found."
)
LIMITS = "whether the grades were right, or the authorities better"
OUTSTANDING = OFSTED_SCALE.code("outstanding")
COUNTED = ("inadequate", "requiring improvement", "good", "outstanding")
FROM = {"good_or_better": GOOD, "outstanding": OUTSTANDING}


def at_state(claim: Claim, evidence: Evidence, day: str, *also: str) -> Assessment:
    """Judge the share of authorities that were at a grade or above on a day."""
    counts = evidence.states.get(day, ())
    total = sum(counts)
    if not total:
        return nothing(claim)
    reached = sum(counts[FROM[claim.coefficient] :])
    label = claim.coefficient.replace("_", " ")
    found = share(reached, total, name=claim.coefficient, label=f"share {label}", limits=LIMITS)
    parts = [
        f"{whole(count)} {grade}"
        for count, grade in zip(counts[::-1], COUNTED[::-1], strict=True)
        if count
    ]
    absent = (
        ("Authorities since abolished are not in the records.",)
        if evidence.is_bundled and day < "2023"
        else ()
    )
    return Assessment(
        claim=claim,
        recomputed=f"{whole(reached)} of {whole(total)}, {with_level(found, claim)}",
        verdict=judge(claim, found),
        details=(f"By grade {listed(parts, 9)}.", *absent, *also),
    )


def by_grade(published: tuple[int, ...], evidence: Evidence, day: str, note: str) -> Recomputed:
    """Set published counts of each grade, worst first, beside those of the records."""
    figures = tuple(
        # authorities that the records lack are at some grade
        Figure(str(grade), float(count), float(found), float(max(missing, 0)))
        for grade, count, found, missing in zip(
            OFSTED_SCALE.labels,
            published,
            evidence.states[day],
            [sum(published) - sum(evidence.states[day])] * len(published),
            strict=True,
        )
    )
    return figures, note
