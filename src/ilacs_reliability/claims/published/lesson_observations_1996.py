"""Paired lesson observations: 66% the same of seven grades (England, 1996)."""

from __future__ import annotations

from dataclasses import replace

from ilacs_reliability._data.ratings import ratings_from_table
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._results.wording import fixed, whole
from ilacs_reliability.agreement.coefficients import cohen_kappa, percent_agreement
from ilacs_reliability.claims.allowed import tables_consistent_with
from ilacs_reliability.claims.assessing import Assessment, Entry
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.identified import identified_range
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.phrases import with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim

PAIRS = 173
SAME, FAR, UNSATISFACTORY = "66%", "3%", "88%"
SCALE = Scale(("differs", "same"))
TWO = Scale(("unsatisfactory", "satisfactory or better"))


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="lesson_observations_1996",
        statement="Two inspectors give a lesson the same of seven grades.",
        words="identical in 66%, within one grade in all but 3%",
        whose="the press on a study by Matthews and others, and a letter of Ofsted's, 1998",
        estimand="share of lessons that both grade alike; kappa beside it",
        kind="consistency",
        coefficient="percent_agreement",
        threshold=rules.agreement,
        floor=rules.coefficient,
        confidence_level=rules.level_of("at least"),
        published="66% the same, 3% more than one grade apart, of 173 (press, 1998)",
        source=(
            "Times Educational Supplement, Research shows inspections work, 28 August 1998, and "
            "Consistency defies the critics, undated; the study itself was not read"
        ),
        would_settle="for lessons of 1996 the seven-by-seven table; for inspections of councils "
        "nothing of it can.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge by the more favourable of the counts that the printed shares allow."""
    allowed = tables_consistent_with(PAIRS, kind="counts", cells=[[SAME, None, FAR]]).counts
    same, far = (sorted(set(allowed[:, 0, place].tolist())) for place in (0, 2))
    agreement = percent_agreement(
        ratings_from_table([[same[-1], PAIRS - same[-1]], [0, 0]], scale=SCALE)
    )
    tables = tables_consistent_with(PAIRS, scale=TWO, figures={"same": UNSATISFACTORY})
    kappa = identified_range(cohen_kappa, tables)
    verdict = replace(judge(replace(claim, kind="share"), agreement), claim=claim)
    return Assessment(
        claim=claim,
        recomputed=(
            f"{' or '.join(map(whole, same))} of {whole(PAIRS)} the same; "
            f"{whole(same[-1])} are {with_level(agreement, claim)}"
        ),
        verdict=verdict,
        details=(
            f"{' or '.join(map(whole, far))} were more than one grade apart. We have "
            f"not seen the seven-by-seven table. That {UNSATISFACTORY} agreed on what is "
            f"unsatisfactory leaves Cohen's kappa anywhere from {fixed(kappa.low, 2)} to "
            f"{fixed(kappa.high, 2)}.",
            "Lessons in schools, thirty years ago, on seven grades: not four grades of councils.",
        ),
    )


ENTRY = Entry(declare, assess)
