"""What claims are held against: the published counts, and tables of inspections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import OFSTED_SCALE, IntArray
from ilacs_reliability._inference.intervals import clopper_pearson_limits
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import counted, whole
from ilacs_reliability.claims.double import Chosen, chosen_of, second_grades
from ilacs_reliability.datasets.dataset import Dataset
from ilacs_reliability.datasets.inspections import Inspection
from ilacs_reliability.datasets.loading import load_several
from ilacs_reliability.datasets.tabulation import (
    COUNTED_STATES,
    SHIFT_DATES,
    counted_states,
    declines_by_size,
    left_inadequate_by_date,
    linked_tables,
    shift_by_date,
)

TABLES = (
    "year_one_transitions",
    "sif_to_first_ilacs",
    "first_to_latest_ilacs_2024",
    "short_transitions",
    "standard_transitions",
    "unclear_kind_transitions",
    "ilacs_to_next_ilacs",
    "review_transitions",
    "sif_to_next_sif",
    "first_sif_to_state_2019",
    "worst_sif_to_state_2022",
    "last_sif_to_latest_ilacs_2022",
)
DATED = ("shift_by_date", "left_inadequate_by_date", "counted_states")
SNAPSHOT = "29 June 2026"
FROM_DATES = (
    " (taken from kinds and first days, since the records name no framework; ILACS began in "
    "January 2018)"
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence(Record):
    """Tables of inspections that claims are recomputed from.

    Attributes
    ----------
    tables : mapping of str to ndarray of int, shape (4, 4)
        Authorities by grade before and after, worst first, by the names of the bundled tables.
    by_date : mapping of str to tuple of int
        Improved, unchanged and declined ILACS inspections published by each day.
    left_by_date : mapping of str to tuple of int
        Inadequate authorities inspected again by each day: no longer and still inadequate.
    states : mapping of str to tuple of int
        Authorities at each overall grade, worst first, on days whose count was published.
    by_size : ndarray of int, shape (12, 6)
        Declines of good and outstanding authorities, as `declines_by_size` has them.
    double : Ratings or None
        Grades by two teams of the same units at the same time; None where there are none.
    chosen : {"by lot", "by rule", "not stated"}
        What decided between a short and a standard inspection.
    about : str
        What the tables are made from, as a sentence.
    is_bundled : bool
        Whether they are the library's own.
    kinds : str
        How the kind of an ILACS inspection is known, as a sentence; "" where there is none.
    credit : str
        Whose the inspections are, as a sentence.
    """

    tables: Mapping[str, IntArray]
    by_date: Mapping[str, tuple[int, int, int]]
    left_by_date: Mapping[str, tuple[int, int]]
    states: Mapping[str, tuple[int, ...]]
    by_size: IntArray
    double: Ratings | None
    chosen: Chosen
    about: str
    is_bundled: bool
    kinds: str
    credit: str


def bundled_evidence() -> Evidence:
    """Read the bundled tables.

    Returns
    -------
    Evidence
        Tables of the 479 inspections that come with the library.
    """
    read = load_several((*TABLES, *DATED, "declines_by_size", "inspections"))
    inspections = read["inspections"]
    by_date, left_by_date, states = (_dated(read[name]) for name in DATED)
    return Evidence(
        tables={name: read[name].counts for name in TABLES},
        by_date=by_date,
        left_by_date=left_by_date,
        states=states,
        by_size=read["declines_by_size"].counts,
        double=None,
        chosen="not stated",
        about=_about(
            inspections.where(framework="SIF").n_units,
            inspections.where(framework="ILACS").n_units,
            str(min(year for year in inspections.columns["year"] if year is not None)),
            str(max(year for year in inspections.columns["year"] if year is not None)),
        )
        + f" From the library's own tables, made from reports as listed on {SNAPSHOT}.",
        is_bundled=True,
        kinds=(
            "The kind of an ILACS inspection is derived from its days on site; no report states it."
        ),
        credit=(
            "Inspections: individual Ofsted reports (https://reports.ofsted.gov.uk). Contains "
            "public sector information licensed under the Open Government Licence v3.0."
        ),
    )


def _dated(table: Dataset) -> dict[str, Any]:
    return dict(zip(table.row_labels, map(tuple, table.counts.tolist()), strict=True))


def evidence_from(
    records: Sequence[Inspection],
    *,
    double: Ratings | None = None,
    chosen: Chosen | None = None,
    source: str = "",
) -> Evidence:
    """Tabulate someone's own records as the bundled ones are.

    Parameters
    ----------
    records : sequence of Inspection
        As `parse_inspections` gives them.
    double : Ratings, optional
        Grades by two teams. Default: those that the records carry.
    chosen : str, optional
        What decided between short and standard. Default: what the records say.
    source : str, optional
        The file and its date, as a text.

    Returns
    -------
    Evidence
        The same tables of these inspections.
    """
    linked = linked_tables(records)
    days = [day.isoformat() for day in SHIFT_DATES]
    known, how = _known_days(records)
    years = [day.year for day in known]
    sif = sum(one.framework == "SIF" for one in records)
    return Evidence(
        tables={name: np.array(linked[name], dtype=np.int64) for name in TABLES},
        by_date=dict(zip(days, map(_three, shift_by_date(records)), strict=True)),
        left_by_date=dict(zip(days, map(_two, left_inadequate_by_date(records)), strict=True)),
        states={
            day.isoformat(): tuple(row)
            for (day, _), row in zip(COUNTED_STATES, counted_states(records), strict=True)
        },
        by_size=np.array(declines_by_size(records), dtype=np.int64),
        double=second_grades(records) if double is None else double,
        chosen=chosen_of(records) if chosen is None else chosen,
        about=_about(
            sif,
            len(records) - sif,
            str(min(years)),
            str(max(years)),
            how=how,
            is_assumed=any("framework" in one.assumed for one in records),
        )
        + (f" From {source}." if source else ""),
        is_bundled=False,
        kinds=_kinds([one.kind for one in records if one.framework == "ILACS"]),
        credit=(
            "Inspections: those given by whoever made this report. Published figures: the sources "
            "named beside them."
        ),
    )


def _three(row: Sequence[int]) -> tuple[int, int, int]:
    return row[0], row[1], row[2]


def _two(row: Sequence[int]) -> tuple[int, int]:
    return row[0], row[1]


def share(count: int, total: int, *, name: str, label: str, limits: str) -> Estimate:
    """Estimate a share of units, with an exact interval.

    Parameters
    ----------
    count, total : int
        Units that count, and all units; at least one.
    name, label : str
        The name for programs, and how a sentence calls it.
    limits : str
        What the share does not show.

    Returns
    -------
    Estimate
        The share, with Clopper and Pearson's interval.
    """
    value = count / total
    return Estimate(
        value=value,
        name=name,
        label=label,
        frequencies=np.array([count, total - count]),
        influence_source=np.array([1.0 - value, -value]),
        n_units=total,
        methods_source=(("clopper_pearson", keyed(_exact, count=count, total=total)),),
        limits=limits,
    )


def moves(table: IntArray) -> tuple[int, int, int]:
    """Count improved, unchanged and declined units of a table of grades before and after.

    Parameters
    ----------
    table : ndarray of int, shape (n_grades, n_grades)
        Units by grade before and after, worst first.

    Returns
    -------
    tuple of int
        Improved, unchanged, declined.
    """
    return int(np.triu(table, 1).sum()), int(np.trace(table)), int(np.tril(table, -1).sum())


GOOD = OFSTED_SCALE.code("good")
"""Index of the grade good, from which on a grade is good or better."""


def _exact(estimate: Estimate, confidence_level: float, *, count: int, total: int) -> Limits:
    return clopper_pearson_limits(count, total, confidence_level=confidence_level)


def _kinds(kinds: Sequence[str | None]) -> str:
    unclear = sum(kind is None for kind in kinds)
    if not kinds:
        return ""
    if not unclear:
        return "The kind of an ILACS inspection is as the records state it."
    if unclear == len(kinds):
        return "The records state the kind of no ILACS inspection."
    return (
        f"The kind of an ILACS inspection is as the records state it; of {whole(unclear)} of the "
        f"{whole(len(kinds))} they state none."
    )


def _known_days(records: Sequence[Inspection]) -> tuple[list[date], str]:
    """Return the latest day of each inspection that every record states, and what day it is."""
    assumed = {column for one in records for column in one.assumed}
    if "published_date" not in assumed:
        return [one.published for one in records], "published"
    if "end_date" not in assumed:
        return [one.end for one in records], "ended"
    return [one.start for one in records], "begun"


def _about(
    n_sif: int,
    n_ilacs: int,
    first: str,
    last: str,
    *,
    how: str = "published",
    is_assumed: bool = False,
) -> str:
    under_each = {"the single inspection framework": n_sif, "ILACS": n_ilacs}
    parts = [f"{whole(n)} under {framework}" for framework, n in under_each.items() if n]
    total = n_sif + n_ilacs
    under = f": {' and '.join(parts)}"
    if len(parts) == 1:
        under = f", {'all ' if total > 1 else ''}{parts[0].split(' ', 1)[1]}"
    years = f"in {first}" if first == last else f"{first} to {last}"
    return (
        f"{counted(total, 'inspection')} of English local authority children's "
        f"services, {how} {years}{under}{FROM_DATES if is_assumed else ''}."
    )
