"""The tables made from inspections: frequencies without names, and what needs linking."""

import csv
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from ilacs_reliability._checks.arguments import check_each
from ilacs_reliability.datasets.inspections import GRADES, INSPECTIONS, Inspection, with_previous

YEAR_ONE = date(2019, 1, 17)
"""Day by which the 34 reports of the first year's published count were out."""

REVIEW = date(2019, 9, 26)
"""Day of the inspectorate's review of how the framework was put into practice."""

REINSPECTED = date(2024, 3, 31)
"""Day of the official count of authorities inspected more than once."""

STATE_2019 = date(2019, 8, 31)
"""Day of the official state of the nation that was compared with first SIF grades."""

SPEECH_2022 = date(2022, 7, 8)
"""Day of the national director's speech to the directors' conference."""

AUTUMN_2022 = date(2022, 10, 31)
"""End of the month in which the national director spoke of the vast majority."""

SHIFT_DATES = tuple(
    date.fromisoformat(day)
    for day in (
        "2018-10-01",
        "2018-11-30",
        "2018-12-31",
        "2019-01-17",
        "2019-01-28",
        "2019-02-28",
        "2019-03-31",
        "2019-05-31",
        "2019-09-26",
        "2020-12-31",
    )
)
"""Days between which the published share of improved authorities can be placed."""

COUNTED_STATES = (
    (date(2018, 9, 30), "ended"),
    (SPEECH_2022, "published"),
    (date(2025, 9, 30), "published"),
)
"""Days on which somebody published how many authorities were at a grade, and what was counted."""

STATE_DATES = tuple(
    date.fromisoformat(day)
    for day in (
        "2015-06-30",
        "2016-12-31",
        "2017-03-31",
        "2017-10-31",
        "2018-03-31",
        "2018-08-31",
        "2018-09-30",
        "2019-03-31",
        "2019-08-31",
        "2020-03-31",
        "2022-03-31",
        "2023-03-31",
        "2024-03-31",
        "2025-03-31",
        "2026-03-31",
    )
)
"""Days of the published shares of good or outstanding authorities, and three after."""

SIZE_BANDS = ("small", "middle", "large")

N_FINE_BANDS = 12
"""Bands by size of `declines_by_size`; each third of `SIZE_BANDS` is four of them."""

Row = tuple[str | int | None, ...]
Table = list[list[int]]

# what stands for an inspection without its name and days, before its lead and how many there are
_COLUMNS: dict[str, Callable[[Inspection, Mapping[str, str]], str | int | None]] = {
    "framework": lambda one, bands: one.framework,
    "kind": lambda one, bands: one.kind,
    "year": lambda one, bands: one.published.year,
    "region": lambda one, bands: one.region,
    "size_band": lambda one, bands: bands.get(one.authority),
    "previous_overall": lambda one, bands: one.previous_overall,
    "previous_framework": lambda one, bands: one.previous_framework,
    "pre_sif_safeguarding": lambda one, bands: one.pre_sif_safeguarding,
    "overall": lambda one, bands: one.overall,
    "leadership": lambda one, bands: one.leadership,
    "help_and_protection": lambda one, bands: one.help_and_protection,
    "in_care": lambda one, bands: one.in_care,
    "care_leavers": lambda one, bands: one.care_leavers,
    "days_on_site": lambda one, bands: one.days_on_site,
}


def tabulate(inspections: Sequence[Inspection]) -> dict[str, str]:
    """Make every bundled table from inspections.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    dict of str to str
        Text of each file by its name. The same inspections give the same texts, in
        whatever order their rows stood.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    return {
        "inspections.csv": frequency_csv(inspections),
        "state.csv": state_csv(inspections),
        "sequences.csv": sequences_csv(inspections),
        "tabulated.toml": linked_toml(inspections),
    }


def size_bands(inspections: Iterable[Inspection]) -> dict[str, str]:
    """Put each authority into a third by its population aged 0 to 25.

    Parameters
    ----------
    inspections : iterable of Inspection
        Inspections of all authorities.

    Returns
    -------
    dict of str to str
        "small", "middle" or "large" by authority. Of n authorities, one with b smaller
        ones is in third floor(3 b / n), so that equal populations stay together.
        Authorities without a population are left out.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    places = _size_places(_populations(inspections), len(SIZE_BANDS))
    return {authority: SIZE_BANDS[place] for authority, place in places.items()}


def frequency_csv(inspections: Sequence[Inspection]) -> str:
    """Tabulate inspections without names or days, identical rows merged into a count.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    str
        Comma-separated text with a header, rows in alphabetical order of their texts.
        Lead inspectors are numbered anew, by a digest of what they inspected; the numbers
        of the record file do not enter.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    bands = size_bands(inspections)
    rows = [tuple(cell(one, bands) for cell in _COLUMNS.values()) for one in inspections]
    leads = _renumbered(rows, [one.lead for one in inspections])
    merged = Counter((*row, lead) for row, lead in zip(rows, leads, strict=True))
    texts = sorted(_texts((*row, count)) for row, count in merged.items())
    return _csv([(*_COLUMNS, "lead", "count"), *texts])


def state_csv(inspections: Sequence[Inspection]) -> str:
    """Tabulate each authority's latest overall grade at fixed dates.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    str
        Comma-separated text: date; whether inspections count once they have "ended" or
        once they are "published"; region; overall grade; number of authorities.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    counted: Counter[Row] = Counter()
    for day in STATE_DATES:
        for rule in ("ended", "published"):
            for one in _latest(inspections, day, rule):
                counted[day.isoformat(), rule, one.region, one.overall] += 1
    texts = sorted(_texts((*row, count)) for row, count in counted.items())
    return _csv([("date", "counted_once", "region", "overall", "count"), *texts])


def sequences_csv(inspections: Sequence[Inspection]) -> str:
    """Tabulate each authority's inspections in order, without names or days.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    str
        Comma-separated text, a row for each inspection of each distinct sequence: number of the
        sequence, in alphabetical order of their texts; place in it; framework, kind and overall
        grade; number of authorities. Inspections without an overall grade are left out.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    graded = [one for one in inspections if one.overall is not None]
    counted = Counter(
        tuple((one.framework, one.kind, one.overall) for one in history)
        for history in _histories(graded)
    )
    ordered = sorted(counted, key=lambda sequence: [_texts(row) for row in sequence])
    rows = [
        _texts((number, place, *row, counted[sequence]))
        for number, sequence in enumerate(ordered, 1)
        for place, row in enumerate(sequence, 1)
    ]
    return _csv([("sequence", "occasion", "framework", "kind", "overall", "count"), *rows])


def linked_toml(inspections: Sequence[Inspection]) -> str:
    """Tabulate what needs each authority's inspections to be linked.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    str
        TOML text with one table for each name: the grades before in rows and after in
        columns, worst first; improved, unchanged and declined for `shift_by_date`; left or still
        inadequate for `left_inadequate_by_date`; authorities at each grade for `counted_states`;
        declined or not, by kind, for `declines_by_size`.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    head = "# Made by scripts/tabulate_inspections.py from the record file. Not edited by hand.\n"
    parts = [_toml_table(name, table) for name, table in linked_tables(inspections).items()]
    dated = [
        _toml_table(name, table(inspections), labels(inspections))
        for name, (table, labels) in _LABELLED.items()
    ]
    return "\n".join([head, *parts, *dated])


def linked_tables(inspections: Sequence[Inspection]) -> dict[str, Table]:
    """Cross-tabulate grades of one authority's successive inspections.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    dict of str to list of list of int
        Grades before x after, worst first, by name. A grade before is the preceding inspection's
        or, for an authority's first row, the stated one. Pairs that lack a grade are left out.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    pairs = list(with_previous(inspections))
    ilacs = [pair for pair in pairs if pair[1].framework == "ILACS"]
    again = [pair for pair in ilacs if pair[0].framework == "ILACS"]
    first = [pair for pair in ilacs if pair[0].framework == "SIF"]
    sif = [pair for pair in pairs if pair[1].framework == "SIF"]
    year_one = [pair for pair in ilacs if pair[1].published <= YEAR_ONE]
    review = [pair for pair in ilacs if pair[1].published <= REVIEW]
    return {
        "sif_to_first_ilacs": _transitions(first),
        "ilacs_to_next_ilacs": _transitions(again),
        "first_to_latest_ilacs_2024": _transitions(_first_and_latest(inspections, REINSPECTED)),
        "sif_to_next_sif": _transitions(sif),
        "first_sif_to_state_2019": _transitions(_first_sif_and_state(inspections, STATE_2019)),
        "worst_sif_to_state_2022": _transitions(_worst_sif_and_state(inspections, SPEECH_2022)),
        "last_sif_to_latest_ilacs_2022": _transitions(
            _last_sif_and_latest_ilacs(inspections, AUTUMN_2022)
        ),
        "short_transitions": _transitions(_of_kind(ilacs, "short")),
        "standard_transitions": _transitions(_of_kind(ilacs, "standard")),
        "unclear_kind_transitions": _transitions(_of_kind(ilacs, None)),
        "year_one_transitions": _transitions(year_one),
        "review_transitions": _transitions(review),
        "review_short_transitions": _transitions(_of_kind(review, "short")),
        "review_standard_transitions": _transitions(_of_kind(review, "standard")),
        "leadership_then_short": _transitions(_of_kind(again, "short"), "leadership"),
    }


def _renumbered(rows: Sequence[Row], leads: Sequence[int | None]) -> list[int | None]:
    led: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for row, lead in zip(rows, leads, strict=True):
        if lead is not None:
            led[lead].append(_texts(row))
    # two leads with the same digest led the same rows, so either order gives the same table
    digests = {
        lead: hashlib.sha256(repr(sorted(work)).encode()).hexdigest() for lead, work in led.items()
    }
    numbers = {lead: n for n, lead in enumerate(sorted(digests, key=digests.__getitem__), 1)}
    return [None if lead is None else numbers[lead] for lead in leads]


def _histories(inspections: Iterable[Inspection]) -> list[list[Inspection]]:
    """Return each authority's inspections, in order."""
    return [list(history) for _, history in groupby(inspections, key=lambda one: one.authority)]


def _latest(inspections: Iterable[Inspection], day: date, rule: str) -> list[Inspection]:
    done = [one for one in inspections if (one.end if rule == "ended" else one.published) <= day]
    return [history[-1] for history in _histories(done)]


def _first_and_latest(
    inspections: Iterable[Inspection], day: date
) -> list[tuple[Inspection, Inspection]]:
    done = [one for one in inspections if one.framework == "ILACS" and one.end <= day]
    return [(history[0], history[-1]) for history in _histories(done) if len(history) > 1]


def _first_sif_and_state(
    inspections: Iterable[Inspection], day: date
) -> list[tuple[Inspection, Inspection]]:
    """Pair each authority's first SIF inspection with the latest that had ended by a day."""
    done = [one for one in inspections if one.end <= day]
    return [(one[0], one[-1]) for one in _histories(done) if one[0].framework == "SIF"]


def _worst_sif_and_state(
    inspections: Iterable[Inspection], day: date
) -> list[tuple[Inspection, Inspection]]:
    """Pair each authority's worst SIF inspection with the latest published by a day."""
    pairs = []
    for sif, done in _graded_histories(inspections, day):
        if sif and done:
            pairs.append((min(sif, key=lambda one: GRADES.index(str(one.overall))), done[-1]))
    return pairs


def _last_sif_and_latest_ilacs(
    inspections: Iterable[Inspection], day: date
) -> list[tuple[Inspection, Inspection]]:
    """Pair each authority's last SIF inspection with the latest under ILACS published by a day."""
    return [
        (sif[-1], done[-1])
        for sif, done in _graded_histories(inspections, day)
        if sif and done and done[-1].framework == "ILACS"
    ]


def _graded_histories(
    inspections: Iterable[Inspection], day: date
) -> list[tuple[list[Inspection], list[Inspection]]]:
    """Return each authority's SIF inspections, and all that were published by a day."""
    graded = [one for one in inspections if one.overall is not None]
    return [
        (
            [one for one in history if one.framework == "SIF"],
            [one for one in history if one.published <= day],
        )
        for history in _histories(graded)
    ]


def _of_kind(
    pairs: Iterable[tuple[Inspection, Inspection]], kind: str | None
) -> list[tuple[Inspection, Inspection]]:
    return [pair for pair in pairs if pair[1].kind == kind]


def _transitions(
    pairs: Iterable[tuple[Inspection, Inspection]], judgement: str = "overall"
) -> Table:
    counted = Counter((getattr(a, judgement), getattr(b, judgement)) for a, b in pairs)
    return [[counted[before, after] for after in GRADES] for before in GRADES]


def shift_by_date(inspections: Sequence[Inspection]) -> Table:
    """Count how ILACS inspections published by fixed days moved the grade.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    list of list of int
        Improved, unchanged and declined, a row for each of `SHIFT_DATES`.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    pairs = [
        (_way(before.overall, after.overall), after.published)
        for before, after in with_previous(inspections)
        if after.framework == "ILACS" and before.overall and after.overall
    ]
    return _by_date(pairs, (1, 0, -1))


def left_inadequate_by_date(inspections: Sequence[Inspection]) -> Table:
    """Count how inspections published by fixed days found authorities that had been inadequate.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    list of list of int
        No longer and still inadequate, under either framework, a row for each of `SHIFT_DATES`.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    again = [
        (after.overall == GRADES[0], after.published)
        for before, after in with_previous(inspections)
        if before.overall == GRADES[0] and after.overall
    ]
    return _by_date(again, (False, True))


def _way(before: str, after: str) -> int:
    """Return 1 for a better grade, -1 for a worse one, 0 for the same."""
    moved = GRADES.index(after) - GRADES.index(before)
    return (moved > 0) - (moved < 0)


def _by_date(seen: Sequence[tuple[int, date]], kinds: tuple[int, ...]) -> Table:
    """Count what of each kind was published by each of `SHIFT_DATES`."""
    return [
        [sum(published <= day and kind == one for one, published in seen) for kind in kinds]
        for day in SHIFT_DATES
    ]


def counted_states(inspections: Sequence[Inspection]) -> Table:
    """Count authorities by their latest overall grade on days whose count was published.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    list of list of int
        Authorities at each grade, worst first, a row for each of `COUNTED_STATES`.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    graded = [one for one in inspections if one.overall is not None]
    found = [
        Counter(str(one.overall) for one in _latest(graded, day, rule))
        for day, rule in COUNTED_STATES
    ]
    return [[states[grade] for grade in GRADES] for states in found]


def declines_by_size(inspections: Sequence[Inspection]) -> Table:
    """Count declines of good and outstanding authorities by their population aged 0 to 25.

    Parameters
    ----------
    inspections : sequence of Inspection
        As `parse_inspections` gives them.

    Returns
    -------
    list of list of int
        A row for each twelfth of the authorities, smallest first: declined and not at short, at
        standard and at ILACS inspections of unclear kind, of authorities that had been good or
        outstanding overall. Of n authorities, one with b smaller ones is in twelfth
        floor(12 b / n).
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    places = _size_places(_populations(inspections), N_FINE_BANDS)
    kinds = ("short", "standard", None)
    table = [[0] * (2 * len(kinds)) for _ in range(N_FINE_BANDS)]
    for one in inspections:
        if one.framework != "ILACS" or one.previous_overall not in GRADES[2:]:
            continue
        if one.overall is not None and one.authority in places:
            kept = GRADES.index(one.overall) >= GRADES.index(one.previous_overall)
            table[places[one.authority]][2 * kinds.index(one.kind) + kept] += 1
    return table


def size_labels(inspections: Iterable[Inspection]) -> tuple[str, ...]:
    """Name the twelfths of `declines_by_size` by their smallest population.

    Parameters
    ----------
    inspections : iterable of Inspection
        Inspections of all authorities.

    Returns
    -------
    tuple of str
        Such as "from 47,000", to the nearest thousand; "empty" for a band without authorities.
    """
    inspections = check_each(inspections, "inspections", Inspection, of=INSPECTIONS)
    sizes = _populations(inspections)
    places = _size_places(sizes, N_FINE_BANDS)
    least: dict[int, int] = {}
    for authority, place in places.items():
        least[place] = min(sizes[authority], least.get(place, sizes[authority]))
    return tuple(
        f"from {round(least[band], -3):,}" if band in least else "empty"
        for band in range(N_FINE_BANDS)
    )


def _populations(inspections: Iterable[Inspection]) -> dict[str, int]:
    return {one.authority: one.population for one in inspections if one.population is not None}


def _size_places(sizes: Mapping[str, int], n_bands: int) -> dict[str, int]:
    ordered = sorted(sizes.values())
    return {
        authority: n_bands * ordered.index(size) // len(ordered)
        for authority, size in sizes.items()
    }


def _texts(row: Iterable[str | int | None]) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell) for cell in row)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _toml_table(name: str, table: Table, labels: Iterable[object] = ()) -> str:
    lines = "\n".join(" ".join(map(str, row)) for row in table)
    named = ", ".join(f'"{label}"' for label in labels)
    rows = f"row_labels = [{named}]\n" if named else ""
    return f'[{name}]\ncounts = """\n{lines}\n"""\n{rows}'


# tables whose rows have names of their own: what counts them, and what names their rows
_LABELLED: dict[str, tuple[Callable[..., Table], Callable[..., Iterable[object]]]] = {
    "shift_by_date": (shift_by_date, lambda inspections: SHIFT_DATES),
    "left_inadequate_by_date": (left_inadequate_by_date, lambda inspections: SHIFT_DATES),
    "counted_states": (counted_states, lambda inspections: [day for day, _ in COUNTED_STATES]),
    "declines_by_size": (declines_by_size, size_labels),
}
