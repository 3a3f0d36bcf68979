"""What a report says of judgement error: what repeats allow, and what error alone gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import counted, fixed, percent
from ilacs_reliability.claims.protocol import Protocol
from ilacs_reliability.claims.sections import Section
from ilacs_reliability.datasets.inspections import GRADES, Inspection
from ilacs_reliability.datasets.loading import load_dataset
from ilacs_reliability.error.repeat_grades import repeat_grade_probability
from ilacs_reliability.error.repeats import reliability_from_repeats
from ilacs_reliability.error.tipping import tipping_point

TITLE = "What judgement error may be, under named assumptions"
SHIFTS = {
    "year_one_transitions": "the first year's inspections",
    "first_to_latest_ilacs_2024": "first to latest ILACS inspection by March 2024",
}


def bundled_sequences() -> Ratings | None:
    """Return the last three grades of each authority, of those that have three."""
    table = load_dataset("grade_sequences").columns
    rows = zip(table["sequence"], table["overall"], table["count"], strict=True)
    histories, times = [], []
    for _, group in groupby(rows, key=lambda row: row[0]):
        history = list(group)
        histories.append([GRADES.index(str(grade)) for _, grade, _ in history])
        times.append(int(history[0][2] or 0))
    return _last_three(histories, times)


def sequences_of_records(records: Sequence[Inspection]) -> Ratings | None:
    """Return the same of inspections in order of authority and day."""
    graded = [one for one in records if one.overall is not None]
    histories = [
        [GRADES.index(str(one.overall)) for one in history]
        for _, history in groupby(graded, key=lambda one: one.authority)
    ]
    return _last_three(histories, [1] * len(histories))


def judgement_error(
    sequences: Ratings | None, tables: Mapping[str, npt.NDArray[np.int64]], rules: Protocol
) -> tuple[Section, ...]:
    """Say how often a repeat would give the same grade, if assumptions hold, and what noise gives.

    Parameters
    ----------
    sequences : Ratings or None
        Three grades of each unit, in order; None where no unit has three.
    tables : mapping of str to ndarray
        Tables of grades before and after, by name.
    rules : Protocol
        Thresholds.

    Returns
    -------
    tuple of Section
        One, or none where too few units have three grades to tell error from change.
    """
    if sequences is None:
        return ()
    with left_unsaid():
        found = reliability_from_repeats(sequences)
    if found.status != "ok":
        return ()
    patterns: Any = sequences.patterns
    last = np.bincount(patterns[:, -1], weights=sequences.frequencies, minlength=len(GRADES))
    chances = repeat_grade_probability(last, reliability=found, at_least=3)
    same, side = (chances[event].confidence_interval() for event in _events(chances))
    low, _ = found.confidence_interval()
    if not np.isfinite([low, *same, *side]).all():
        return ()
    lines = [
        f"If {', '.join(found.assumptions[:-1])} and {found.assumptions[-1]}, a second team would "
        f"give the same grade in {percent(same.low)} to {percent(same.high)} of inspections, and "
        f"one on the same side of good in {percent(side.low)} to {percent(side.high)}: the last "
        f"three grades of {counted(int(sequences.n_units), 'authority', 'authorities')} allow a "
        f"reliability of {fixed(low, 2)} or more.",
        f"The protocol asks that {percent(rules.agreement, 0)} agree; without the assumptions the "
        "data cannot say, and the claim of consistency stays not answerable.",
        *_tipped(tables, last),
    ]
    return (Section(title=TITLE, lines=tuple(lines)),)


def _last_three(histories: Sequence[Sequence[int]], times: Sequence[int]) -> Ratings | None:
    both = zip(histories, times, strict=True)
    kept = [(history[-3:], n) for history, n in both if len(history) > 2]
    if not kept:
        return None
    codes, frequencies = zip(*kept, strict=True)
    return ratings_from_codes(
        np.array(codes), scale=OFSTED_SCALE, frequencies=frequencies, design="repeat"
    )


def _events(chances: Any) -> tuple[Any, Any]:
    names = list(chances)
    side = next(name for name in names if str(name).startswith("same side"))
    return "same grade", side


def _tipped(tables: Mapping[str, npt.NDArray[np.int64]], last: Any) -> list[str]:
    said = []
    for name, what in SHIFTS.items():
        # thresholds rest on the latest grades, which then must know each grade of the table
        if name in tables and tables[name].sum() and (last[tables[name].sum(axis=1) > 0] > 0).all():
            tip = tipping_point(tables[name], shares=last)
            said.append(f"{what[0].upper()}{what[1:]}: {_lowered(tip.describe())}")
    return said


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]
