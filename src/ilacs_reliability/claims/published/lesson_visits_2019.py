"""Lesson visits and workbooks: reliability of about 0.6 (Ofsted, June 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import Assessment, Entry, nothing
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="lesson_visits_2019",
        statement="Two observers judge lessons and workbooks alike.",
        words="about 0.6; inspectors of Ofsted's own about 0.65, mixed pairs about 0.55",
        whose="Schools Week, 27 June 2019, on a study by Ofsted",
        estimand="agreement of two observers on an indicator; the coefficient is not stated",
        kind="consistency",
        threshold=rules.coefficient,
        confidence_level=rules.level_of("at least"),
        published="about 0.6 in over 350 paired visits; no indicator substantial (by the press)",
        source=(
            "Ofsted, How valid and reliable is the use of lesson observation, No. 190029, "
            "June 2019 (its page); Schools Week, 27 June 2019 (numbers); the three data files were "
            "not read"
        ),
        would_settle=(
            "the three data files of the study, or any table of two observers' scores, with the "
            "name of the coefficient."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Say what is missing."""
    return nothing(
        claim,
        "neither the coefficient nor the counts behind it were found, and without them 0.6 has no "
        "interval",
        details=("Lessons and workbooks in schools: not four grades of councils.",),
    )


ENTRY = Entry(declare, assess)
