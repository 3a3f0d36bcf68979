"""The first year of ILACS: 34 councils (CYP Now, January 2019)."""

from __future__ import annotations

from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed, figures_of, nothing
from ilacs_reliability.claims.evidence import GOOD, Evidence, moves
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import improved, moved, rose_against_fell, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.datasets.loading import load_dataset


def published_counts() -> tuple[int, int, int]:
    """Return improved, maintained and downgraded councils, as published: 19, 12 and 3."""
    up, kept, fell = map(int, load_dataset("year_one").columns["count"])  # type: ignore[arg-type]
    return up, kept, fell


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="year_one",
        statement="More than half of councils improved in the first year of ILACS.",
        words="56% improved, 35% maintained, three downgraded",
        whose='CYP Now, January 2019; its standfirst says half, "more than half" is ours',
        estimand="share of first-year inspections that raised the overall grade",
        kind="shift",
        coefficient="improved",
        threshold=rules.majority,
        direction="more than",
        confidence_level=rules.level_of("more than"),
        published="56% of 34 improved, 35% kept, 3 fell; 62% good or better (CYP Now, 2019)",
        source="CYP Now, New inspections reveal progress, January 2019",
        url="https://www.cypnow.co.uk/content/analysis/new-inspections-reveal-progress",
        would_settle="as a count, nothing more; as a rate, the first ILACS inspections made since.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the share that improved."""
    table = evidence.tables["year_one_transitions"]
    tally, aside = moves(table), list[str]()
    if evidence.is_bundled:
        tally = published_counts()
        held = f"{whole(table.sum())} of the {whole(sum(tally))}"
        aside = [f"The records hold {held}: {moved(moves(table))}."]
    if not sum(tally):
        return nothing(claim)
    share = improved(tally)
    return Assessment(
        claim=claim,
        recomputed=f"{moved(tally)} of {whole(sum(tally))}; improved {with_level(share, claim)}",
        verdict=judge(claim, share),
        details=(*rose_against_fell(tally, claim), *aside, *_since(evidence, claim)),
        moves=tally,
    )


def _since(evidence: Evidence, claim: Claim) -> list[str]:
    """Say what every first ILACS inspection has shown since."""
    tally = moves(evidence.tables["sif_to_first_ilacs"])
    if not sum(tally):
        return []
    absent = " (authorities since abolished are not among them)" if evidence.is_bundled else ""
    return [
        f"Of first ILACS grades after a SIF one {whole(tally[0])} of {whole(sum(tally))} rose, "
        f"{with_level(improved(tally), claim)}{absent}."
    ]


def recompute(evidence: Evidence) -> Recomputed:
    """Set the published shares beside those of the counts."""
    up, kept, fell = published_counts()
    total = up + kept + fell
    table = evidence.tables["year_one_transitions"]
    found = {
        "n_councils": total,
        "downgraded": fell,
        "improved_share": up / total,
        "maintained_share": kept / total,
        "good_or_better_share": int(table[:, GOOD:].sum()) / total,
    }
    tally = moves(table)
    rose, same, down = map(whole, tally)
    note = (
        f"The records hold {whole(sum(tally))} of the {whole(total)}: {rose} improved, {same} "
        f"kept, {down} fell; the one they lack kept a grade below good."
    )
    return figures_of(load_dataset("year_one"), "published", found), note


ENTRY = Entry(declare, assess, recompute)
