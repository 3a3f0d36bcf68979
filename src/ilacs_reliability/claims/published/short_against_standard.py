"""Do short inspections judge like standard ones? Our question; no comparison is published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ilacs_reliability._data.scales import OFSTED_SCALE, IntArray
from ilacs_reliability._data.tables import grades_from_table
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.wording import percent, whole
from ilacs_reliability.claims.assessing import Assessment, Entry, both_ways, nothing
from ilacs_reliability.claims.evidence import GOOD, Evidence
from ilacs_reliability.claims.outcomes import deciding_limits
from ilacs_reliability.claims.phrases import chance
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.comparison.effects import relative_effect

NOT_BY_CHANCE = "nothing shows that chance decided who had which kind"
WHY_NOT = {
    "by lot": "",
    "by rule": "a rule decided who had which kind",
    "not stated": NOT_BY_CHANCE,
}


def declare(rules: Protocol) -> Claim:
    """Declare the question."""
    margin = rules.superiority_margin
    return Claim(
        name="short_against_standard",
        statement="Short inspections judge like standard ones.",
        estimand=(
            "chance that a standard inspection's grade is above a short one's, ties half, where "
            "both were good before"
        ),
        kind="comparison",
        coefficient="relative_effect",
        threshold=(0.5 - margin, 0.5 + margin),
        direction="within",
        confidence_level=rules.level_of("within"),
        selection=NOT_BY_CHANCE,
        published="no comparison found",
        would_settle=(
            "short or standard drawn by lot among good authorities, or both by two teams in each."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Compare within the previous grade good, without and with those of unclear kind."""
    claim = replace(claim, selection=WHY_NOT[evidence.chosen])
    short = evidence.tables["short_transitions"]
    standard = evidence.tables["standard_transitions"]
    unclear = evidence.tables["unclear_kind_transitions"]
    # those of other previous grades change nothing
    n_unclear = int(unclear[GOOD].sum())
    by_grade = _kinds_by_grade(short, standard)
    if not (short[GOOD].sum() and standard[GOOD].sum()):
        return nothing(claim, _no_overlap(short, standard), details=by_grade)
    ways = [short, short + unclear] if n_unclear else [short]
    effects = [_compared(table, standard) for table in ways]
    parts = [
        f"{name} {int(table[GOOD, :GOOD].sum())} of {int(table[GOOD].sum())} fell"
        for name, table in (("short", short), ("standard", standard))
    ]
    texts = [chance(effect.value, deciding_limits(claim, effect)) for effect in effects]
    return Assessment(
        claim=claim,
        recomputed=(
            f"previously good: {', '.join(parts)}; relative effect of standard over short (0.5 is "
            f"alike) {f', with the {whole(n_unclear)} of unclear kind '.join(texts)}"
        ),
        verdict=both_ways(claim, effects, n_unclear),
        details=by_grade,
    )


def _kinds_by_grade(short: IntArray, standard: IntArray) -> tuple[str, ...]:
    """Say how many of either kind there are by previous grade; nothing where there are none."""
    total, inside = int((short + standard).sum()), int((short + standard)[GOOD].sum())
    if not total:
        return ()
    counts = zip(OFSTED_SCALE.labels, short.sum(axis=1), standard.sum(axis=1), strict=True)
    parts = [f"{grade} {whole(a)} and {whole(b)}" for grade, a, b in counts if a + b]
    good = f"{whole(inside)} of {whole(total)} ({percent(inside / total, 0)}) had been good"
    return (
        f"{good}, the grade at which the kinds are compared. Short and standard by the grade "
        f"before: {', '.join(parts)}.",
    )


def _no_overlap(short: IntArray, standard: IntArray) -> str:
    missing = [
        name for name, table in (("short", short), ("standard", standard)) if not table[GOOD].sum()
    ]
    return (
        f"the records hold no {' and no '.join(missing)} inspection of an authority that had been "
        "good, so there is no comparison"
    )


def _compared(short: IntArray, standard: IntArray) -> Estimate:
    """Compare within the previous grade good; one outstanding authority is no stratum."""
    tables = np.stack([short[GOOD], standard[GOOD]])
    grades = grades_from_table(tables, scale=OFSTED_SCALE, groups=("short", "standard"))
    return relative_effect(grades)


ENTRY = Entry(declare, assess)
