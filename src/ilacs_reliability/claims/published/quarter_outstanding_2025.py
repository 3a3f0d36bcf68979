"""A quarter of authorities are outstanding (Community Care's count, 2025)."""

from __future__ import annotations

from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.reproducing import Figure
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.states import NOTHING_CAN, at_state
from ilacs_reliability.datasets.loading import load_dataset

DAY = "2025-09-30"
QUARTER, SAID = 0.25, (39, 153)


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="quarter_outstanding_2025",
        statement="A quarter of authorities or more were outstanding in 2025.",
        words="a quarter outstanding: 39 of 153",
        whose="Community Care, 2025, its own count",
        estimand="share of authorities whose latest overall grade was outstanding",
        kind="share",
        coefficient="outstanding",
        threshold=QUARTER,
        direction="at least",
        confidence_level=rules.level_of("at least"),
        published="39 of 153 (Community Care, 2025)",
        source="Community Care, 2025, by a copy on narrativecare.org",
        would_settle=NOTHING_CAN,
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the latest grades of reports published by the end of September."""
    return at_state(claim, evidence, DAY, *([_by_year()] if evidence.is_bundled else []))


def _by_year() -> str:
    """Say what else was counted, and what the records hold of it."""
    inspections, found = load_dataset("inspections"), []
    for year in (2024, 2023):
        reports = inspections.where(framework="ILACS", year=year)
        best = reports.where(overall="outstanding").n_units
        found.append(f"{whole(best)} of {whole(reports.n_units)} of {year}")
    return (
        "The day of the count is not known; from the end of August to that of October it is the "
        "same. The magazine adds that 10 of 23 reports of that year gave the grade, 17 of 48 of "
        f"the year before and 8 of 43 of 2023; in the records it is {' and '.join(found)}."
    )


def recompute(evidence: Evidence) -> Recomputed:
    """Set the magazine's count beside that of the records."""
    counts = evidence.states[DAY]
    pairs = zip(("outstanding", "authorities"), SAID, (counts[-1], sum(counts)), strict=True)
    return tuple(Figure(name, float(said), float(found), 0.0) for name, said, found in pairs), ""


ENTRY = Entry(declare, assess, recompute)
