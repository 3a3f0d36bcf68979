"""Moving out of inadequate is similar to about 60% (LGA First, before mid-2019)."""

from __future__ import annotations

from ilacs_reliability._results.wording import counted, level
from ilacs_reliability.claims.assessing import Assessment, Entry, at_every_date, nothing
from ilacs_reliability.claims.evidence import Evidence
from ilacs_reliability.claims.judging import judge
from ilacs_reliability.claims.leaving import left_inadequate
from ilacs_reliability.claims.outcomes import is_true
from ilacs_reliability.claims.phrases import from_first_to_last, with_level
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.published.about_60_percent import BEFORE_MID_2019
from ilacs_reliability.claims.statements import Claim


def declare(rules: Protocol) -> Claim:
    """Declare the claim."""
    return Claim(
        name="inadequate_left_similarly",
        statement="About 60% of inadequate authorities were so no longer when inspected again.",
        words="moving out of inadequate at re-inspection is similar (to about 60%)",
        whose="a senior Ofsted author in LGA First, undated, before mid-2019",
        estimand="share of re-inspected inadequate authorities that were no longer inadequate",
        kind="shift",
        coefficient="left_inadequate",
        threshold=(round(0.6 - rules.about, 10), round(0.6 + rules.about, 10)),
        direction="within",
        confidence_level=rules.level_of("within"),
        published="similar to about 60% (LGA First, undated, before mid-2019)",
        source="LGA First, article by a senior Ofsted author, before mid-2019",
        url="https://www.lgafirst.co.uk/comment/inspecting-childrens-services/",
        would_settle="for the count, its date and its areas; the rate takes more than there are.",
    )


def assess(claim: Claim, evidence: Evidence, rules: Protocol) -> Assessment:
    """Judge the share on every day that the article may be of."""
    by_date = {day: pair for day, pair in evidence.left_by_date.items() if sum(pair)}
    days = [day for day in by_date if day <= BEFORE_MID_2019]
    if not days:
        return nothing(claim)
    shares = {day: left_inadequate(*by_date[day], by=day) for day in days}
    pairs = list(dict.fromkeys(by_date[day] for day in days))
    inside = sum(is_true(claim, left / (left + still)) for left, still in pairs)
    low, high = claim.margins
    return Assessment(
        claim=claim,
        recomputed=f"{from_first_to_last(by_date, days)}: {with_level(shares[days[-1]], claim)}",
        verdict=at_every_date([judge(claim, one) for one in shares.values()]),
        details=(
            f"As a count it was {level(low)} to {level(high)} in {inside} of "
            f"{counted(len(pairs), 'count')} that the article may rest on.",
        ),
    )


ENTRY = Entry(declare, assess)
