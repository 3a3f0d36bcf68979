"""What would settle each claim beyond what the records in hand hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.wording import counted
from ilacs_reliability.claims.assessing import NOTHING_FOUND, Assessment
from ilacs_reliability.claims.evidence import GOOD, Evidence
from ilacs_reliability.claims.judging import Verdict, judge
from ilacs_reliability.claims.statements import Claim

Settles: TypeAlias = Callable[[Assessment, Evidence], str]
DECIDED = ("supported", "contradicted")
COUNT_ALONE, AS_A_RATE = "as a count, nothing more", "as a rate"
FOR_THESE = "for inspections such as these, nothing more."
# studies of so many times those in hand are looked at
MOST_TIMES = 1 << 10


def with_settling(one: Assessment, evidence: Evidence) -> Assessment:
    """Say of an assessment what would settle its claim beyond these records."""
    settles = SETTLES.get(one.claim.name)
    if settles is None:
        return one
    return replace(one, verdict=replace(one.verdict, would_settle=settles(one, evidence)))


def _by_more(
    needed: str, *, rate: str, also: str = "", thing: str = "inspection", things: str = ""
) -> Settles:
    """Settle a count by the inspections that it is about, and say what a rate takes beside them."""

    def settles(one: Assessment, evidence: Evidence) -> str:
        is_settled = one.verdict.outcome in DECIDED
        if evidence.is_bundled:
            return _as_declared(one.verdict, is_settled=is_settled)
        has_any = one.recomputed != NOTHING_FOUND
        what = "authorities whose grade moved" if has_any else needed
        parts = [f"{what}, of which these records hold none"]
        if one.verdict.evidence is not None:
            size = counted(_size(one), thing, things)
            parts = [f"as a count of the {size} in these records, nothing more"]
            parts += ["as a count of all, those that the records lack"]
        if not is_settled:
            parts.append(f"{AS_A_RATE}{rate}")
        return f"{'; '.join([*parts, *([also] if also else [])])}."

    return settles


def _size(one: Assessment) -> float:
    # a share of those that moved rests on fewer than were inspected
    return sum(one.moves) if one.moves else one.verdict.evidence.n_units


def _as_declared(verdict: Verdict, *, is_settled: bool) -> str:
    if is_settled and verdict.would_settle.startswith(f"{COUNT_ALONE}; {AS_A_RATE}"):
        return f"as a count and {AS_A_RATE}, nothing more."
    return verdict.would_settle


def _by_its_date(one: Assessment, evidence: Evidence) -> str:
    count, _, _ = one.claim.would_settle.partition(";")
    return f"{count}." if one.verdict.outcome in DECIDED else one.claim.would_settle


def _by_kinds(one: Assessment, evidence: Evidence) -> str:
    unclear = int(evidence.tables["unclear_kind_transitions"].sum())
    if evidence.is_bundled:
        return one.claim.would_settle
    if unclear:
        return (
            f"the kind (short, made standard, or standard) of the {counted(unclear, 'inspection')} "
            "with a grade before and after of which these records do not state it."
        )
    return _BY_SHORT(one, evidence)


_BY_SHORT = _by_more(
    "short inspections with a grade before and after",
    rate=", more of them",
    thing="short inspection",
)


def _by_lot(one: Assessment, evidence: Evidence) -> str:
    if evidence.chosen != "by lot":
        return one.claim.would_settle
    tables = {kind: evidence.tables[f"{kind}_transitions"][GOOD] for kind in ("short", "standard")}
    missing = [kind for kind, counts in tables.items() if not counts.sum()]
    unclear = int(evidence.tables["unclear_kind_transitions"][GOOD].sum())
    if missing:
        return (
            f"{' and '.join(missing)} inspections of authorities that had been good: the kind was "
            "drawn by lot, and these records hold none."
        )
    if one.verdict.outcome in DECIDED:
        return FOR_THESE
    stated = f", and the kind of the {counted(unclear, 'inspection')} that state none"
    return (
        "more inspections of authorities that had been good, their kind drawn by lot as in these "
        f"records{stated if unclear else ''}."
    )


def _by_two_teams(one: Assessment, evidence: Evidence) -> str:
    double = evidence.double
    if double is None:
        return one.claim.would_settle
    if one.verdict.outcome in DECIDED:
        return FOR_THESE
    more = _more_alike(one.claim, double)
    if not more:
        return "more authorities graded by two teams at the same time, apart."
    return (
        f"about {counted(more, 'more authority', 'more authorities')} graded by two teams at the "
        "same time, apart, if they turn out as those in hand."
    )


def _more_alike(claim: Claim, double: Ratings) -> int:
    """Return how many more units of the same make settle a claim; 0 where that is not known."""

    def is_decided(times: int) -> bool:
        many = double.with_frequencies(double.frequencies * times)
        return judge(claim, many).outcome in DECIDED

    if double.clusters is not None or is_decided(1):
        return 0
    times = next((2**k for k in range(1, 20) if 2**k > MOST_TIMES or is_decided(2**k)), 0)
    if times > MOST_TIMES:
        return 0
    low, high = times // 2, times
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_decided(middle) else (middle, high)
    return int((high - 1) * double.frequencies.sum())


def _beside_double(one: Assessment, evidence: Evidence) -> str:
    if evidence.double is None:
        return one.claim.would_settle
    return "the survey with its numbers, to set beside the double inspections in hand."


TWO_TEAMS = "for the services, two teams at re-inspections"
IN_IT = "authorities are in it"
MORE_MOVED = ", more authorities whose grade moved"
_STATE = _by_more(
    "the latest grades of authorities on that day",
    rate=(
        f" nothing can once all {IN_IT}: grades say what was found, not what a second team would "
        "have found"
    ),
    thing="authority",
    things="authorities",
)
SETTLES: dict[str, Settles] = {
    "year_one": _by_more(
        "ILACS inspections of the first year, with a grade before",
        rate=", the first ILACS inspections made since",
    ),
    "about_60_percent": _by_its_date,
    "reinspections_2024": _by_more(
        "authorities with two ILACS grades", rate=MORE_MOVED, also=TWO_TEAMS
    ),
    "short_kept": _by_kinds,
    "short_against_standard": _by_lot,
    "consistent_and_reliable": _by_two_teams,
    "already_improving": _by_more(
        "ILACS inspections by then with a grade before",
        rate=MORE_MOVED,
        also="for the services, outcomes of children",
    ),
    "effectiveness_improving": _by_more(
        "authorities that crossed into or out of good",
        rate=", more of them",
        also=TWO_TEAMS,
        thing="authority that crossed",
        things="authorities that crossed",
    ),
    "two_thirds_left_inadequate": _by_more(
        "authorities that were inadequate and inspected again under SIF",
        rate=f" nothing can once all such {IN_IT}",
        thing="authority",
        things="authorities",
    ),
    "inadequate_left_similarly": _by_its_date,
    "none_still_inadequate": _by_more(
        "authorities that were inadequate under SIF",
        rate=(" nothing can: no number of cases without a relapse shows that there will be none"),
        thing="authority",
        things="authorities",
    ),
    "vast_majority_improving": _by_more(
        "ILACS grades of authorities graded under SIF",
        rate=", more of them",
        also=(
            "for the words, what was meant by improving where the grade stays, and how it was found"
        ),
        thing="authority",
        things="authorities",
    ),
    "state_2018": _STATE,
    "state_2022": _STATE,
    "quarter_outstanding_2025": _STATE,
    "confident": _beside_double,
}
