"""What of each claim's shift error alone gives, and from what reliability on it may be all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._data.scales import OFSTED_SCALE, IntArray, Scale
from ilacs_reliability._data.tables import Transitions, transitions_from_table
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import counted, fixed, percent, whole
from ilacs_reliability.claims.evidence import GOOD, Evidence, moves
from ilacs_reliability.claims.published.about_60_percent import BEFORE_MID_2019
from ilacs_reliability.error.noise import noise_only_transitions
from ilacs_reliability.error.tipping import TippingPoint, tipping_point, tipping_point_of_falls

BY_GRADE = {
    "year_one": "year_one_transitions",
    "reinspections_2024": "first_to_latest_ilacs_2024",
    "already_improving": "review_transitions",
    "vast_majority_improving": "last_sif_to_latest_ilacs_2022",
}
LEFT = {
    "two_thirds_left_inadequate": "sif_to_next_sif",
    "none_still_inadequate": "worst_sif_to_state_2022",
}
WHY_NONE = {
    "two_inspectors": "two inspectors at one time differ by error alone, whatever they found",
    "lesson_observations_1996": "two inspectors at one time differ by error alone",
    "lesson_visits_2019": "two inspectors at one time differ by error alone",
    "state_2018": "grades of one day have none before them",
    "state_2022": "grades of one day have none before them",
    "quarter_outstanding_2025": "grades of one day have none before them",
    "about_60_percent": "an article without a date has no table of grades before and after",
    "short_against_standard": "error that both kinds share sets neither above the other",
    "consistent_and_reliable": "it asks for the reliability itself",
    "bigger_authorities": "no figure was claimed that error could give",
}


class Noise(NamedTuple):
    """What error alone gives of a claim's shift.

    Attributes
    ----------
    tip : TippingPoint
        From what reliability on error alone may give as much.
    said : str
        The same in a sentence, with what it gives at the least reliability that repeats allow.
    """

    tip: TippingPoint
    said: str


class _Shift(NamedTuple):
    counts: IntArray
    scale: Scale
    shares: Any
    kind: str = "net"

    @property
    def table(self) -> Transitions:
        """The counts with their scale; there must be some."""
        return transitions_from_table(self.counts, scale=self.scale)


def noise_of_claims(evidence: Evidence, last: Any, least: float) -> dict[str, Noise]:
    """Say of each claim about a shift what error alone gives.

    Parameters
    ----------
    evidence : Evidence
        The tables of grades before and after.
    last : array_like, shape (4,)
        Units by latest grade, which thresholds rest on.
    least : float
        The least reliability that repeats allow.

    Returns
    -------
    dict of str to Noise
        By the claim's name; those of whom as many rose as fell, and those that began at a grade
        which none of the latest is, are left out.
    """
    found = {}
    for name, shift in _shifts(evidence, np.asarray(last)).items():
        first = shift.counts.sum(axis=1)
        if _moved(shift) and (shift.shares[first > 0] > 0).all():
            with left_unsaid():
                found[name] = _noise(shift, least)
    return found


def _moved(shift: _Shift) -> bool:
    """Whether there is anything that error would have to give."""
    up, _, down = moves(shift.counts)
    return down > 0 if shift.kind == "falls" else up != down


def why_none(name: str) -> str:
    """Say why a claim has no tipping point; "" where it may have one."""
    return WHY_NONE.get(name, "")


def _shifts(evidence: Evidence, last: IntArray) -> dict[str, _Shift]:
    tables = evidence.tables
    shifts = {name: _Shift(tables[table], OFSTED_SCALE, last) for name, table in BY_GRADE.items()}
    short = tables["short_transitions"] + tables["unclear_kind_transitions"]
    shifts["short_kept"] = _Shift(short, OFSTED_SCALE, last, "falls")
    shifts["effectiveness_improving"] = _cut(tables["first_sif_to_state_2019"], last, GOOD)
    for name, table in LEFT.items():
        shifts[name] = _left(tables[table][0], last)
    days = [day for day in evidence.left_by_date if day <= BEFORE_MID_2019]
    if days:
        left, still = evidence.left_by_date[max(days)]
        shifts["inadequate_left_similarly"] = _left(np.array([still, left]), last)
    return shifts


def _cut(table: IntArray, last: IntArray, at: int) -> _Shift:
    """Return grades below a cut and from it on, before and after."""
    halves = np.add.reduceat(np.add.reduceat(table, [0, at], axis=0), [0, at], axis=1)
    scale = Scale(["below", "at or above"])
    return _Shift(halves, scale, np.add.reduceat(last, [0, at]))


def _left(row: IntArray, last: IntArray) -> _Shift:
    """Return those that began inadequate, still so or no longer."""
    table = np.zeros((2, 2), dtype=np.int64)
    table[0] = row[0], row[1:].sum()
    return _Shift(
        table,
        Scale(["inadequate", "better"]),
        np.array([last[0], last[1:].sum()]),
        "left",
    )


def _noise(shift: _Shift, least: float) -> Noise:
    noise = noise_only_transitions(
        shift.table, reliability=least, shares=shift.shares, given="first"
    )
    rose, fell = (float(half(noise.expected).sum()) for half in (_above, _below))
    lowered = "" if shift.kind == "left" else f" and lowers {fixed(fell, 0)}"
    units = counted(shift.table.n_units, "unit")
    tip, what = _tip(shift)
    said = (
        f"At a reliability of {fixed(least, 2)}, the least that repeats allow under the "
        f"assumptions named below, error alone lifts {fixed(rose, 0)}{lowered} of {units}."
    )
    return Noise(tip, f"{said} {_tipped(tip, what)}")


def _above(table: Any) -> Any:
    return np.triu(table, 1)


def _below(table: Any) -> Any:
    return np.tril(table, -1)


def _tip(shift: _Shift) -> tuple[TippingPoint, str]:
    """Return where a shift tips, and in words what it is that error alone then gives."""
    up, _, down = moves(shift.counts)
    if shift.kind == "falls":
        tip = tipping_point_of_falls(shift.table, shares=shift.shares)
        return tip, f"{whole(down)} falls or more"
    tip = tipping_point(shift.table, shares=shift.shares)
    if shift.kind == "left":
        least = f"all {whole(up)}" if up == shift.table.n_units else f"{whole(up)} or more"
        return tip, f"{least} no longer inadequate"
    ways = ("rises", "falls") if up > down else ("falls", "rises")
    return tip, f"{whole(abs(up - down))} or more {ways[0]} beyond the {ways[1]}"


def _tipped(tip: TippingPoint, what: str) -> str:
    if np.isnan(tip.reliability):
        return (
            f"At no reliability does it give {what} with a probability of {percent(tip.level, 0)}."
        )
    return (
        f"It gives {what} with a probability of {percent(tip.level, 0)} or more where the "
        f"reliability is {fixed(tip.reliability, 2)} or less."
    )


def tips_in_order(found: Mapping[str, Noise]) -> dict[str, float]:
    """Return the reliabilities at which claims tip, those that do, by rising reliability."""
    tips = {name: noise.tip.reliability for name, noise in found.items()}
    kept = {name: tip for name, tip in tips.items() if not np.isnan(tip)}
    return dict(sorted(kept.items(), key=lambda pair: round(pair[1], 9)))
