"""About 60% of areas improved (LGA First, before mid-2019)."""

from __future__ import annotations

from dataclasses import replace

from ilacs_reliability._results.wording import counted, level, percent
from ilacs_reliability.claims.assessing import (
    Assessment,
    Entry,
    Recomputed,
    at_every_date,
    figures_of,
    nothing,
)
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.outcomes import is_true
from ilacs_reliability.claims.phrases import counted_by, from_first_to_last, improved, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.reach import reachable_outcomes
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.datasets.loading import load_dataset

BEFORE_MID_2019 = "2019-05-31"
AUTHORITIES = 153


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    claim = Claim(
        name="about_60_percent",
        statement="About 60% of areas inspected so far improved.",
        words="about 60%",
        whose="a senior Ofsted author in LGA First, undated, before mid-2019",
        estimand="share of ILACS inspections so far that raised the overall grade",
        kind="shift",
        coefficient="improved",
        threshold=(round(0.6 - rules.about, 10), round(0.6 + rules.about, 10)),
        direction="within",
        confidence_level=rules.level_of("within"),
        published="about 60% (LGA First, undated, before mid-2019)",
        source="LGA First, article by a senior Ofsted author, before mid-2019",
        url="https://www.lgafirst.co.uk/comment/inspecting-childrens-services/",
    )
    return replace(claim, would_settle=_settles(claim))


def _settles(claim: Claim) -> str:
    needed = reachable_outcomes(claim, AUTHORITIES).settles_from
    listing = "for the count, its date and the list of areas;"
    if needed is None or needed <= AUTHORITIES:
        return f"{listing} for the rate, the reports since."
    low, high = claim.margins
    return (
        f"{listing} for the rate nothing can, since a share so near {percent((low + high) / 2, 0)} "
        f"takes {needed} areas to show and England has {AUTHORITIES}."
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the share on every day that the article may be of."""
    by_date = {day: tally for day, tally in evidence.by_date.items() if sum(tally)}
    days = [day for day in by_date if day <= BEFORE_MID_2019]
    if not days:
        return nothing(claim)
    verdicts = [judge(claim, improved(by_date[day], by=day)) for day in days]
    tallies = list(dict.fromkeys(by_date[day] for day in days))
    inside = sum(is_true(claim, tally[0] / sum(tally)) for tally in tallies)
    later = next((day for day in reversed(by_date) if day > BEFORE_MID_2019), None)
    since = f"; later {counted_by(later, by_date[later])}" if later else ""
    low, high = claim.margins
    last = improved(by_date[days[-1]], by=days[-1])
    return Assessment(
        claim=claim,
        recomputed=f"{from_first_to_last(by_date, days)}: {with_level(last, claim)}",
        verdict=at_every_date(verdicts),
        details=(
            f"The article has no date. As a count it was {level(low)} to {level(high)} in {inside} "
            f"of {counted(len(tallies), 'count')} that it may rest on{since}.",
        ),
        moves=by_date[days[-1]],
    )


def recompute(evidence: Evidence) -> Recomputed:
    """Set the published share beside the one on the first day."""
    shares = {day: counts[0] / sum(counts) for day, counts in evidence.by_date.items()}
    first, late = next(iter(shares)), BEFORE_MID_2019
    note = f"That was on {first}; by {late} it was {percent(shares[late])}."
    found = {"improved_share": shares[first]}
    return figures_of(load_dataset("about_60_percent"), "published", found), note


ENTRY = Entry(declare, assess, recompute)
