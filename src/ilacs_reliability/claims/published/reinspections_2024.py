"""From the first to the latest ILACS grade, 65 authorities (Ofsted, August 2024)."""

from __future__ import annotations

from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed, figures_of
from ilacs_reliability.claims.evidence import GOOD, Evidence, moves
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.rising import more_rose
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.datasets.loading import load_dataset


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="reinspections_2024",
        statement="More authorities rose than fell from their first to their latest ILACS grade.",
        words="26 (40%) improved, 12 (18%) declined",
        whose="Ofsted, August 2024; the sentence is ours",
        estimand="share that rose, of the authorities whose grade moved",
        kind="shift",
        coefficient="improved_of_moved",
        threshold=0.5,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="of 65: 40% rose, 23% kept good or better, 18% fell (Ofsted, August 2024)",
        source=(
            "Ofsted, Main findings: local authority inspection outcomes as at 31 March 2024, 30 "
            "August 2024"
        ),
        url=(
            "https://www.gov.uk/government/statistics/"
            "local-authority-inspection-outcomes-as-at-31-march-2024"
        ),
        would_settle="for the grades, nothing more; for the services, two teams at re-inspections.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the share that rose of those that moved."""
    return more_rose(claim, evidence.tables["first_to_latest_ilacs_2024"])


def recompute(evidence: Evidence) -> Recomputed:
    """Set the official shares beside those of the records."""
    table = evidence.tables["first_to_latest_ilacs_2024"]
    up, _, down = moves(table)
    total = int(table.sum())
    found = {
        "n_authorities": total,
        "improved_share": up / total,
        "kept_share": int(table.diagonal()[GOOD:].sum()) / total,
        "declined_share": down / total,
    }
    return figures_of(load_dataset("reinspections_2024"), "published", found), ""


ENTRY = Entry(declare, assess, recompute)
