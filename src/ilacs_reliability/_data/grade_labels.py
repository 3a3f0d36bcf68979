"""Labels of a column of grades, read on a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ilacs_reliability._checks.names import shown
from ilacs_reliability._data.engines import Source, number_of, place_of
from ilacs_reliability._data.keys import Column
from ilacs_reliability._data.scales import (
    CodeArray,
    IntArray,
    Scale,
    how_to_accept,
    is_missing,
    read_label,
)


def grade_codes(
    source: Source, column: Column, labels: Sequence[Any], n_rows: IntArray, scale: Scale
) -> CodeArray:
    """Return the index of each label, -1 for missing; `n_rows` says how many rows hold it."""
    found: dict[Any, int | None] = {}
    unknown: dict[Any, int] = {}
    for label, n in zip(labels, n_rows.tolist(), strict=True):
        if label not in found:
            found[label] = read_label(label, scale)
        if found[label] is None:
            unknown[label] = unknown.get(label, 0) + n
    if unknown:
        worst = min(unknown, key=lambda label: (-unknown[label], repr(label)))
        where = place_of(source, column, unknown[worst], lambda thing: _same(thing, worst))
        more = len(unknown) - 1
        others = f", and {number_of(more, 'other unknown value')}" if more else ""
        raise ValueError(
            f"`frame` holds {worst!r}, which is not in {shown(scale.labels)}: column {column!r}, "
            f"{where}{others}{how_to_accept(worst, scale)}."
        )
    return np.array([found[label] for label in labels], dtype=np.int32)


def _same(thing: Any, label: Any) -> bool:
    return not is_missing(thing) and bool(thing == label)
