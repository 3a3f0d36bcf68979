"""23 outstanding, 58 good, 52 requiring improvement, 17 inadequate (national director, 2022)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.states import NOTHING_CAN, at_state, by_grade

DAY = "2022-07-08"
# worst first
SAID = (17, 52, 58, 23)


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="state_2022",
        statement="More than half of authorities were good or outstanding in July 2022.",
        words="23 outstanding, 58 good, 52 requiring improvement, 17 inadequate",
        whose="Ofsted's national director, speech of 8 July 2022; the sentence is ours",
        estimand="share of authorities whose latest overall grade was good or better",
        kind="share",
        coefficient="good_or_better",
        threshold=rules.majority,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="81 of 150 good or outstanding (speech to the directors' conference, 2022)",
        source="Ofsted, speech to the ADCS conference, 8 July 2022, by a copy of 19 July 2022",
        would_settle=NOTHING_CAN,
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the latest grades of reports published by the day of the speech."""
    return at_state(claim, evidence, DAY)


def recompute(evidence: Evidence) -> Recomputed:
    """Set the speech's four counts beside those of the records."""
    note = "The records lack one authority of the 150, which requires improvement."
    return by_grade(SAID, evidence, DAY, note)


ENTRY = Entry(declare, assess, recompute)
