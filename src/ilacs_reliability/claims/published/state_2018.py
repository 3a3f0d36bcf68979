"""43% of authorities were good or outstanding (Ofsted's statistics, autumn 2018)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed
from ilacs_reliability.claims.evidence import GOOD, Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.reproducing import Figure
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.states import NOTHING_CAN, at_state

DAY = "2018-09-30"
AUTHORITIES = 152


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="state_2018",
        statement="About 43% of authorities were good or outstanding in September 2018.",
        words="43% good or outstanding, 36% after each first SIF inspection",
        whose="Ofsted's official statistics, autumn 2018",
        estimand="share of authorities whose latest overall grade was good or better",
        kind="share",
        coefficient="good_or_better",
        threshold=(round(0.43 - rules.about, 4), round(0.43 + rules.about, 4)),
        direction="within",
        confidence_level=rules.level_of("within"),
        published="43% at 30 September 2018 (Ofsted, autumn 2018)",
        source="Ofsted, children's social care in England, autumn 2018",
        would_settle=NOTHING_CAN,
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the latest grades of inspections that had ended."""
    also = (
        "The annual report of December 2018, by a press account, had 42% good or outstanding, 45% "
        "requiring improvement and 13% inadequate; we have not seen it."
    )
    return at_state(claim, evidence, DAY, *([also] if evidence.is_bundled else []))


def recompute(evidence: Evidence) -> Recomputed:
    """Set the published share beside that of all authorities there were."""
    counts = evidence.states[DAY]
    note = (
        f"Of all {AUTHORITIES} authorities, if none of the {AUTHORITIES - sum(counts)} that the "
        "records lack was good or better."
    )
    share = sum(counts[GOOD:]) / AUTHORITIES
    return (Figure("good or better share", 0.43, share, 0.005),), note


ENTRY = Entry(declare, assess, recompute)
