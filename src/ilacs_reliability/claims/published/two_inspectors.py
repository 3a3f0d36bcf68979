"""Two inspectors at one school: 22 of 24 pairs reached the same decision (Ofsted, 2017)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import ratings_from_table
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.wording import fixed, percent, significant, whole
from ilacs_reliability.agreement.coefficients import cohen_kappa, gwet_ac, percent_agreement
from ilacs_reliability.claims.allowed import AllowedTables, tables_consistent_with
from ilacs_reliability.claims.assessing import Assessment, Entry, Recomputed, figures_of
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.identified import identified_range
from ilacs_reliability.claims.judging import Verdict, judge
from ilacs_reliability.claims.outcomes import SUPPORTED
from ilacs_reliability.claims.phrases import with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.trials import trial_of
from ilacs_reliability.datasets.loading import load_dataset

SCALE = Scale(("converts", "stays good"))
# how often short inspections of schools converted, from 2015 to the change of the rule
CONVERTED = (0.22, 0.47)


def agreed_pairs() -> tuple[int, int]:
    """Return the study's pairs with the same decision, and all its pairs: 22 and 24."""
    same, different = map(int, load_dataset("two_inspector_study").columns["count"])  # type: ignore[arg-type]
    return same, same + different


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="two_inspectors",
        statement="Two inspectors at one school reach the same decision.",
        words="92%",
        whose="the press on a study by Ofsted, March 2017",
        estimand="share of schools in which both decide alike; kappa beside it",
        kind="consistency",
        coefficient="percent_agreement",
        threshold=rules.agreement,
        floor=rules.coefficient,
        confidence_level=rules.level_of("at least"),
        published="92% of 24 pairs (Ofsted, March 2017; figures from the press)",
        source=(
            "Ofsted, Do two inspectors inspecting the same school make consistent decisions?, No. "
            "170004, 7 March 2017 (design); Times Educational Supplement, 7 March 2017, and SecEd, "
            "March 2017 (numbers)"
        ),
        url=(
            "https://www.gov.uk/government/publications/"
            "do-two-inspectors-inspecting-the-same-school-make-consistent-decisions"
        ),
        would_settle=(
            "the two-by-two table, and then more double inspections: without their table no number "
            "of them can show that agreement is more than chance."
        ),
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge over every table that 22 of 24 may be."""
    agreed, pairs = agreed_pairs()
    tables = tables_consistent_with(pairs, scale=SCALE, figures={"same": agreed})
    # only the diagonal's sum is known to us, and plain agreement depends on nothing else
    agreement = percent_agreement(
        ratings_from_table([[agreed, pairs - agreed], [0, 0]], scale=SCALE)
    )
    kappa, gwet = (identified_range(one, tables) for one in (cohen_kappa, gwet_ac))
    return Assessment(
        claim=claim,
        recomputed=f"{whole(agreed)} of {whole(pairs)} = {with_level(agreement, claim)}",
        verdict=_over_all(claim, agreement, tables),
        details=(
            f"We have not seen the two-by-two table. Over the {whole(len(tables))} that it may be, "
            f"Cohen's kappa runs from {_ends(kappa.low, kappa.high)}, Gwet's AC1 from "
            f"{_ends(gwet.low, gwet.high)}; {_at_known_rates(tables)}.",
            "One decision in schools, not four grades of councils. The report is quoted as having "
            '"reasonable security" that the pairs were independent, and as saying not to '
            "generalise.",
        ),
    )


def _over_all(claim: Claim, agreement: Estimate, tables: AllowedTables) -> Verdict:
    """Judge agreement by itself, and support the claim only where every allowed table does."""
    alone = replace(judge(replace(claim, kind="share"), agreement), claim=claim)
    # whatever the count, a table in which nobody converts is among those allowed
    alone = replace(alone, reachable=tuple(one for one in alone.reachable if one != "supported"))
    trial = trial_of(claim)
    if trial is None or alone.outcome != "supported":
        return alone
    codes = trial.codes(tables.counts.reshape(len(tables), -1))
    enough = int((codes == SUPPORTED).sum())
    if enough == len(tables):
        return alone
    reason = (
        f"agreement passes ({claim.bar}), but whether it is more than chance hangs on the table "
        f"that we have not seen: kappa is shown to reach {significant(claim.floor, 6)} in "
        f"{whole(enough)} of the {whole(len(tables))} it may be."
    )
    return replace(alone, outcome="not shown", reason=reason)


def _at_known_rates(tables: AllowedTables) -> str:
    """Say what kappa is where both convert as often as short inspections are known to have done."""
    counts: Any = tables.counts
    n = counts[0].sum()
    rates = np.stack([counts[:, 0].sum(axis=1), counts[:, :, 0].sum(axis=1)]) / n
    within = ((rates >= CONVERTED[0]) & (rates <= CONVERTED[1])).all(axis=0)
    low, high = CONVERTED
    span = f"{percent(low, 0)} to {percent(high, 0)}"
    if not within.any():
        return (
            f"in none of them do both make {span} of short inspections full ones, as was then done"
        )
    kappa = identified_range(cohen_kappa, tables).values[within]
    return (
        f"where both make {span} of short inspections full ones, as was done from 2015 to 2017, "
        "kappa is "
        f"{_ends(kappa.min(), kappa.max())}"
    )


def _ends(low: float, high: float) -> str:
    return " to ".join(fixed(end, 2) for end in (low, high))


def recompute(evidence: Evidence) -> Recomputed:
    """Set the press's figures beside the counts."""
    agreed, pairs = agreed_pairs()
    found = {"n_pairs": pairs, "percent_agreement": agreed / pairs}
    names = {"n_pairs": "pairs", "percent_agreement": "percent agreement"}
    return figures_of(load_dataset("two_inspector_study"), "press", found, names), ""


ENTRY = Entry(declare, assess, recompute)
