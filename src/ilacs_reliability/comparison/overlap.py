"""Which strata hold both kinds, and how far the stratum decides the kind."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._results.estimates import IntArray
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.wording import counted, listed, percent, sentence_start, whole
from ilacs_reliability.comparison.groups import named
from ilacs_reliability.comparison.in_words import (
    can_be_compared,
    cannot_be_compared,
    not_all_met,
    of_several,
    one_group_only,
    others_decided,
    stratum_tells,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class OverlapReport(Record):
    """Where groups can be compared, and where they cannot.

    Attributes
    ----------
    groups, strata : tuple
        Their names.
    sizes : ndarray of int, shape (n_strata, n_groups)
        Units of each group in each stratum.
    shared : tuple
        Strata that hold two groups or more: only these can be compared.
    decided : dict
        For each stratum with one group only, that group: there the stratum decides the group.
    empty : tuple
        Strata without any unit.
    n_units, n_inside, n_outside : int
        Units in all, in the shared strata, and in the strata with one group only.
    predictability : float
        Share of units whose group is the commonest one in their stratum: 1 where the stratum
        decides everything.
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> report = ilr.overlap_report([[[0, 5], [3, 8]], [[0, 0], [9, 4]]])
    >>> report.answerable, round(report.share_outside, 3)
    (True, 0.448)
    """

    groups: tuple[Hashable, ...]
    strata: tuple[Hashable, ...]
    sizes: IntArray
    shared: tuple[Hashable, ...]
    decided: dict[Hashable, Hashable]
    empty: tuple[Hashable, ...]
    n_units: int
    n_inside: int
    n_outside: int
    predictability: float
    notes: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether any stratum holds two groups."""
        return bool(self.shared)

    @property
    def share_outside(self) -> float:
        """Share of units in strata with one group only, 0 to 1."""
        return self.n_outside / self.n_units

    def describe(self) -> str:
        """Say in a sentence or two what can be compared and what decides the group.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> table = ilr.grades_from_table(
        ...     [[[3, 8], [4, 6]], [[0, 0], [30, 10]]],
        ...     groups=("short", "standard"),
        ...     strata=("good", "inadequate"),
        ... )
        >>> print(ilr.overlap_report(table).describe())
        short and standard can be compared in 1 of 2 strata (good), which holds 21 of 61 units; the
        other 40 (65.6%) are where the stratum decides the group (inadequate: standard only). The
        stratum alone tells the group of 83.6% of units.
        """
        names = listed(map(named, self.groups))
        if len(self.groups) > 2 and self.answerable:
            names = of_several(names) if self._apart() else names
        if names.startswith(("group ", of_several(""))):
            names = sentence_start(names)
        n_strata = len(self.strata) - len(self.empty)
        decided = one_group_only(
            (named(stratum, "stratum"), named(group)) for stratum, group in self.decided.items()
        )
        if not self.answerable:
            return cannot_be_compared(names, len(self.groups), decided)
        shared = [named(stratum, "stratum") for stratum in self.shared]
        start = can_be_compared(names, shared, n_strata, (self.n_inside, self.n_units))
        if self._apart():
            start += not_all_met(int((self.sizes > 0).all(axis=1).sum()), self._never_met())
        if self.n_outside:
            start += others_decided(self.n_outside, self.share_outside, decided)
        return f"{start}. {stratum_tells(self.predictability)}"

    def _apart(self) -> bool:
        """Whether some shared stratum lacks a group."""
        present = self.sizes > 0
        return bool((present.any(axis=1) & ~present.all(axis=1) & (present.sum(axis=1) > 1)).any())

    def _never_met(self) -> list[str]:
        """Name the groups of which no stratum holds both."""
        present = (self.sizes > 0).astype(np.int64)
        pairs = zip(*np.nonzero(np.triu(present.T @ present == 0, 1)), strict=True)
        return [listed(named(self.groups[place]) for place in pair) for pair in pairs]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a flat row of plain Python values.

        Returns
        -------
        dict
            One entry a field, with the share outside.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.overlap_report([[3, 8], [4, 6]]).to_dict()["share_outside"]
        0.0
        """
        strict: dict[str, Any] = plain(
            {
                "name": "overlap_report",
                "answerable": self.answerable,
                "groups": list(self.groups),
                "strata": list(self.strata),
                "sizes": self.sizes.tolist(),
                "shared": list(self.shared),
                "decided": [[stratum, group] for stratum, group in self.decided.items()],
                "empty": list(self.empty),
                "n_units": self.n_units,
                "n_inside": self.n_inside,
                "n_outside": self.n_outside,
                "share_outside": self.share_outside,
                "predictability": self.predictability,
                "notes": list(self.notes),
            }
        )
        return strict

    def __repr__(self) -> str:
        return (
            f"OverlapReport({len(self.shared)} of {counted(len(self.strata), 'stratum', 'strata')} "
            f"shared, {whole(self.n_outside)} of {counted(self.n_units, 'unit')} outside)"
        )

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {
            named(stratum, "stratum"): ", ".join(
                f"{named(group)}: {size}" for group, size in zip(self.groups, sizes, strict=True)
            )
            + ("" if stratum in self.shared else " (no overlap)")
            for stratum, sizes in zip(self.strata, self.sizes.tolist(), strict=True)
        }
        return html_table(rows | {"outside": percent(self.share_outside)})


def overlap_report(grades: GradesLike) -> OverlapReport:
    """Report which strata hold more than one group, and what lies outside.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade. Strata are what may decide the group, such as the grade before.

    Returns
    -------
    OverlapReport
        Shared strata, the share of units outside them, and how far the stratum decides the group.

    Raises
    ------
    ValueError
        If the table does not have two or three axes, or holds fewer than two groups.

    See Also
    --------
    selection_bounds : What could be said outside the shared strata all the same.

    Notes
    -----
    A comparison needs units of both groups among comparable ones; without that it extrapolates
    [1]_. Sharing a stratum is necessary, not sufficient: within it, the group may still have been
    chosen by what is feared for a unit.

    References
    ----------
    .. [1] P. R. Rosenbaum and D. B. Rubin, "The central role of the propensity score in
           observational studies for causal effects", Biometrika 70 (1983), 41-55.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> by_previous_grade = ilr.grades_from_table(
    ...     [[[0, 0], [17, 23]], [[0, 0], [37, 80]], [[14, 83], [10, 8]]],
    ...     groups=("short", "standard"),
    ...     strata=("inadequate", "requires improvement", "good"),
    ... )
    >>> ilr.overlap_report(by_previous_grade)
    OverlapReport(1 of 3 strata shared, 157 of 272 units outside)
    """
    taken = as_grades(grades)
    if len(taken.groups) < 2:
        raise ValueError(f"`grades` must have two or more groups, but got {taken.groups}.")
    sizes = taken.counts.sum(axis=2)
    present = (sizes > 0).sum(axis=1)
    rows = list(zip(taken.strata, sizes, present.tolist(), strict=True))
    n_inside = int(sizes[present > 1].sum())
    return OverlapReport(
        groups=taken.groups,
        strata=taken.strata,
        sizes=sizes,
        shared=tuple(stratum for stratum, _, have in rows if have > 1),
        decided={s: taken.groups[int(np.argmax(row))] for s, row, have in rows if have == 1},
        empty=tuple(stratum for stratum, _, have in rows if have == 0),
        n_units=taken.n_units,
        n_inside=n_inside,
        n_outside=taken.n_units - n_inside,
        predictability=float(sizes.max(axis=1).sum() / taken.n_units),
        notes=taken.notes,
    )
