"""Are ILACS judgements consistent and reliable? The main question."""

from __future__ import annotations

import numpy as np

from ilacs_reliability._data.ratings import Ratings, ratings_from_table
from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability._results.wording import percent, together, whole
from ilacs_reliability.agreement.coefficients import percent_agreement
from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.choices import computed, kappa_beside
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim

NOWHERE = "We found no double inspection of children's services in any public text."


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="consistent_and_reliable",
        statement="ILACS judgements are consistent and reliable.",
        words="secure",
        whose="Ofsted's blog of 26 September 2019, as quoted to us; we read its opening only",
        estimand="share of authorities that a second team would grade alike; kappa beside it",
        kind="consistency",
        coefficient="percent_agreement",
        threshold=rules.agreement,
        floor=rules.coefficient,
        confidence_level=rules.level_of("at least"),
        published="no agreement figure found in any public text",
        source="Ofsted, ILACS implementation review, 26 September 2019",
        url=(
            "https://socialcareinspection.blog.gov.uk/2019/09/26/"
            "ilacs-implementation-review-how-are-our-childrens-services-inspections-working/"
        ),
        would_settle=(
            "two teams grading the same authorities at the same time, apart, and the cross-table "
            "of their grades published."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge double gradings where there are any; repeats cannot stand for them."""
    if evidence.double is not None:
        return _of_two_teams(claim, evidence.double)
    table = evidence.tables["ilacs_to_next_ilacs"]
    details = (NOWHERE,) if evidence.is_bundled else ()
    if not table.sum():
        return nothing(claim, details=details)
    ratings = ratings_from_table(
        table, scale=OFSTED_SCALE, raters=("earlier", "later"), design="repeat"
    )
    agreement = percent_agreement(ratings)
    same = f"{whole(np.trace(table))} of {whole(table.sum())} ({percent(agreement.value, 0)})"
    return Assessment(
        claim=claim,
        recomputed=f"repeats only: the next ILACS grade is the same in {same}",
        verdict=judge(claim, agreement),
        details=details,
    )


def _of_two_teams(claim: Claim, double: Ratings) -> Assessment:
    agreement = percent_agreement(double)
    kappa = computed(kappa_beside(double), double)
    said = f"two teams: {with_level(agreement, claim)} graded alike of {whole(agreement.n_units)}"
    beside = "kappa is undefined"
    if kappa.status == "ok":
        value, low, high = together(
            kappa.value, *kappa.confidence_interval(claim.confidence_level), decimals=2
        )
        beside = f"kappa {value} ({low} to {high})"
    return Assessment(claim=claim, recomputed=f"{said}; {beside}", verdict=judge(claim, double))


ENTRY = Entry(declare, assess)
