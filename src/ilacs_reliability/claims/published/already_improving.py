"""An already improving sector (Ofsted's blog, 26 September 2019)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import Assessment, Entry
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.rising import more_rose
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="already_improving",
        statement="By September 2019 more authorities had risen than fallen under ILACS.",
        words="an already improving sector",
        whose="Ofsted's blog of 26 September 2019, as quoted to us; that it means grades is ours",
        estimand="share that rose, of the inspections that moved the overall grade",
        kind="shift",
        coefficient="improved_of_moved",
        threshold=0.5,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="no figure found",
        source="Ofsted, ILACS implementation review, 26 September 2019",
        would_settle="for the grades, nothing more; for the services, outcomes of children.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the reports published by the day of the blog."""
    return more_rose(claim, evidence.tables["review_transitions"])


ENTRY = Entry(declare, assess)
