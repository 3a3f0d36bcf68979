"""The answer of a report, in three lines."""

from __future__ import annotations

from collections.abc import Sequence

from ilacs_reliability._results.wording import listed, whole
from ilacs_reliability.claims.assessing import Assessment
from ilacs_reliability.claims.outcomes import OUTCOMES
from ilacs_reliability.claims.statements import held_to

SCHOOLS = "two_inspectors"
MAIN = "consistent_and_reliable"
RISING = ("already_improving", "reinspections_2024")


def answer_of(assessments: Sequence[Assessment], *, is_bundled: bool) -> tuple[str, ...]:
    """Answer the question in three sentences."""
    by_name = {one.claim.name: one for one in assessments}
    moved = by_name[next((name for name in RISING if by_name[name].moves), RISING[0])]
    alike = f"{_alike(by_name[MAIN], is_bundled)} {_in_schools(by_name[SCHOOLS])}"
    return alike, _rising(moved), tally(assessments)


def _alike(main: Assessment, is_bundled: bool) -> str:
    outcome = main.verdict.outcome
    if outcome == "not answerable":
        where = "in any public text" if is_bundled else "in these records"
        return (
            "Nobody can say from this evidence whether a second team would give the same grade: we "
            f"found no double inspection of children's services {where}."
        )
    said = {
        "supported": "A second team would give the same grade as often as declared",
        "contradicted": "A second team would not give the same grade as often as declared",
        "not shown": "Whether a second team would give the same grade is not shown",
    }[outcome]
    return f"{said}: {main.recomputed}."


def _in_schools(pairs: Assessment) -> str:
    claimed = held_to(pairs.claim)
    return (
        f"In schools two inspectors decided alike in {pairs.recomputed}; that {claimed} would is "
        f"{pairs.verdict.outcome}."
    )


def _rising(one: Assessment) -> str:
    if one.moves is None:
        return "Nothing can be said about grades that moved: the records hold none."
    up, same, down = map(whole, one.moves)
    return (
        f"Grades moved: {up} rose, {same} stayed and {down} fell. "
        f'"{one.claim.statement.removesuffix(".")}" is {one.verdict.outcome}, and says nothing of '
        "why they moved or whether they were right."
    )


def tally(assessments: Sequence[Assessment]) -> str:
    """Say how many claims had each outcome, as a rate and as a count."""
    outcomes = [one.verdict.outcome for one in assessments]
    counts = [one.verdict.as_count for one in assessments]
    rates = [f"{outcomes.count(one)} {one}" for one in OUTCOMES if one in outcomes]
    said = [f"{counts.count(one)} {one}" for one in ("true", "false") if one in counts]
    as_counts = f" As counts of those inspected {listed(said)}." if said else ""
    return f"Of {len(outcomes)} claims and questions, as rates: {', '.join(rates)}.{as_counts}"
