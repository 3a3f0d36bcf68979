"""Long rows in which nobody noted who graded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ilacs_reliability._data.engines import (
    check_frequency,
    count_rows,
    read_frame,
    refuse_missing,
    whole_numbers,
)
from ilacs_reliability._data.grade_labels import grade_codes
from ilacs_reliability._data.keys import Column, Named
from ilacs_reliability._data.pivots import counted_by_unit, refuse_torn_units
from ilacs_reliability._data.ratings import Design, Ratings, ratings_from_counts
from ilacs_reliability._data.scales import Scale, declared_missing, missing_note

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def ratings_by_anyone(
    frame: IntoFrame,
    cells: tuple[Column, Column],
    scale: Scale,
    frequency: Column | None,
    design: Design,
) -> Ratings:
    """Count the grades of each unit, whoever gave them."""
    unit, grade = cells
    extra: list[Named] = [] if frequency is None else [("frequency", frequency)]
    source = read_frame(frame, [("unit", unit), ("grade", grade), *extra])
    check_frequency(source, frequency)
    refuse_missing(source, [("unit", unit), *extra])
    seen = count_rows(source, [grade], frequency)
    refuse_torn_units(source, unit, extra)
    codes = grade_codes(source, grade, seen.keys[0], seen.rows, scale)
    none = missing_note(declared_missing(seen.keys[0], seen.units, scale))
    labels = zip(seen.keys[0], codes.tolist(), strict=True)
    digits = {label: code + 1 for label, code in labels if code >= 0}
    if not digits:
        raise ValueError(f"`grade` is missing in every row of column {grade!r}.")
    table = counted_by_unit(
        source,
        cells,
        digits=digits,
        n_grades=len(scale),
        n_rows=int(seen.rows.sum()),
        extra=[column for _, column in extra],
    )
    units = table.units * (1 if frequency is None else whole_numbers(table.extra[-1]))
    if not units @ table.codes.any(axis=1):
        raise ValueError("`frame` holds no grade: every one is missing, or stands for no unit.")
    # engines return patterns in any order
    order = np.lexsort(table.codes.T[::-1])
    ratings = ratings_from_counts(table.codes[order], scale=scale, frequencies=units[order])
    return replace(ratings, design=design, notes=ratings.notes + none)
