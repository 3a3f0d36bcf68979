"""Grouped grades cut down to the strata in which groups can be compared."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from ilacs_reliability._data.scales import Scale, not_a_grade, read_label
from ilacs_reliability._data.tables import GradesLike, GroupedGrades, as_grades, direction_note
from ilacs_reliability._results.estimates import (
    Estimate,
    FloatArray,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.undefined import REASONS, warn_undefined
from ilacs_reliability._results.wording import (
    counted,
    percent,
    whole,
    with_article,
)
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN,
    NOT_SHOWN_BY_P,
    all_one_grade,
    groups_without_units,
    left_aside,
    one_group_a_stratum,
    or_beyond,
    strata_added_up,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SharedGrades:
    """The strata that hold more than one group, and what was left out.

    Attributes
    ----------
    counts : ndarray of int, shape (n_shared, n_groups, n_grades)
        Units by group and grade in the shared strata.
    scale : Scale
        The grades, worst first.
    groups, strata : tuple
        Names of the groups and of the shared strata.
    n_outside : int
        Units in strata with one group only.
    notes : tuple of str
        What the reader must know, the share left out first.
    why : str
        Why nothing can be compared, in words; "" where something can.
    """

    counts: IntArray
    scale: Scale
    groups: tuple[Hashable, ...]
    strata: tuple[Hashable, ...]
    n_outside: int
    notes: tuple[str, ...]
    why: str = ""

    @property
    def pooled(self) -> IntArray:
        """Units by group and grade over the shared strata, shape (n_groups, n_grades)."""
        pooled: IntArray = self.counts.sum(axis=0)
        return pooled

    @property
    def n_units(self) -> int:
        """Units that enter."""
        return int(self.counts.sum())

    @property
    def reason(self) -> str:
        """Why nothing can be compared, "" where something can."""
        return "" if len(self.strata) else "no_overlap"


def check_ordered(scale: Scale) -> None:
    """Raise unless a scale is ordered: who is graded higher needs an order.

    Parameters
    ----------
    scale : Scale
        The grades.

    Raises
    ------
    ValueError
        If the scale is not ordered.
    """
    if not scale.ordered:
        raise ValueError(
            f"`grades` must have an ordered scale, but {scale!r} is not: say which grade is higher "
            "with `ordered=True`."
        )


def shared_grades(
    grades: GradesLike,
    *,
    n_groups: int | None = None,
    pool: bool = False,
    by_order: bool = True,
) -> SharedGrades:
    """Keep the strata that hold more than one group.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade.
    n_groups : int, optional
        How many groups there must be. Default: two or more.
    pool : bool, optional
        Whether the caller adds the strata up, which a note then says. Default: False.
    by_order : bool, optional
        Whether the caller uses the order of the grades, whose direction a note then says where they
        are numbers. Default: True.

    Returns
    -------
    SharedGrades
        The shared strata, with notes on what was left out.

    Raises
    ------
    ValueError
        If the number of groups is wrong, or the order of the grades is used and the scale has none.
    """
    taken = as_grades(grades)
    if by_order:
        check_ordered(taken.scale)
    have = len(taken.groups)
    if have != n_groups if n_groups else have < 2:
        wanted = "two groups" if n_groups == 2 else f"{n_groups or 'two or more'} groups"
        raise ValueError(
            f"`grades` must have {wanted}, but got {have}: {', '.join(map(str, taken.groups))}."
        )
    sizes = taken.counts.sum(axis=2)
    inside = (sizes > 0).sum(axis=1) > 1
    n_outside = int(sizes[~inside].sum())
    kept = tuple(name for name, keep in zip(taken.strata, inside, strict=True) if keep)
    notes = list(taken.notes)
    if n_outside:
        single = zip(taken.strata, inside, sizes.sum(axis=1), strict=True)
        names = ", ".join(str(name) for name, keep, size in single if size and not keep)
        notes.append(
            left_aside(
                whole(n_outside),
                counted(taken.n_units, "unit"),
                percent(n_outside / taken.n_units),
                n_outside == 1,
                names,
            )
        )
    if pool and len(kept) > 1:
        notes.append(strata_added_up(whole(len(kept))))
    if by_order:
        notes.extend(direction_note(taken.scale))
    return SharedGrades(
        counts=taken.counts[inside],
        scale=taken.scale,
        groups=taken.groups,
        strata=kept,
        n_outside=n_outside,
        notes=tuple(notes),
        why="" if kept else _why_apart(taken),
    )


def _why_apart(taken: GroupedGrades) -> str:
    """Say why no stratum holds two groups."""
    text = REASONS["no_overlap"]
    held = taken.counts.sum(axis=(0, 2)) > 0
    without = [named(name) for name, has in zip(taken.groups, held, strict=True) if not has]
    if len(taken.strata) > 1 and not without:
        return one_group_a_stratum(text, len(taken.strata))
    return groups_without_units(text, without)


def why_of_groups(shared: SharedGrades, reason: str) -> str:
    """Say in words why a comparison is undefined, of the units at hand.

    Parameters
    ----------
    shared : SharedGrades
        The groups.
    reason : str
        A key of `REASONS`.

    Returns
    -------
    str
        The reason in words.
    """
    if reason == "no_overlap" and shared.why:
        return shared.why
    if reason != "no_variation":
        return REASONS[reason]
    grade = shared.scale.labels[int(shared.pooled.sum(axis=0).argmax())]
    return all_one_grade(grade, some_outside=bool(shared.n_outside))


def undefined_estimate(
    shared: SharedGrades, reason: str, *, name: str, label: str, why: str = ""
) -> Estimate:
    """Return an undefined estimate and warn.

    Parameters
    ----------
    shared : SharedGrades
        The groups.
    reason : str
        A key of `REASONS`.
    name, label : str
        The function, and how a sentence calls it.
    why : str, optional
        The reason in words. Default: as from `why_of_groups`.

    Returns
    -------
    Estimate
        With value nan.
    """
    why = why or why_of_groups(shared, reason)
    warn_undefined(with_article(label), why)
    cells = shared.pooled.ravel()
    return Estimate(
        value=float("nan"),
        name=name,
        label=label,
        frequencies=cells,
        influence_source=np.full(len(cells), np.nan),
        n_units=shared.n_units,
        status="undefined",
        reason=reason,
        why=why,
        notes=shared.notes,
        limits=NOT_SHOWN,
    )


def undefined_test(
    shared: SharedGrades,
    reason: str,
    *,
    name: str,
    label: str,
    alternative: str = "",
    why: str = "",
) -> SignificanceResult:
    """Return an undefined test and warn.

    Parameters
    ----------
    shared : SharedGrades
        The groups.
    reason : str
        A key of `REASONS`.
    name, label : str
        The function, and how a sentence calls it.
    alternative : str, optional
        As asked for.
    why : str, optional
        The reason in words. Default: as from `why_of_groups`.

    Returns
    -------
    SignificanceResult
        With p-value nan.
    """
    why = why or why_of_groups(shared, reason)
    warn_undefined(with_article(label), why)
    return SignificanceResult(
        statistic=float("nan"),
        p_value=float("nan"),
        method="none",
        name=name,
        label=label,
        n_units=shared.n_units,
        alternative=alternative,
        status="undefined",
        reason=reason,
        why=why,
        notes=shared.notes,
        limits=NOT_SHOWN_BY_P,
    )


def cut_code(
    scale: Scale, *, at_least: Hashable | None, at_most: Hashable | None
) -> tuple[int, str]:
    """Read a cut between grades.

    Parameters
    ----------
    scale : Scale
        The grades, worst first.
    at_least, at_most : hashable or None
        The lowest or the highest grade that counts; one of the two. With two grades, neither is
        needed: the better grade counts.

    Returns
    -------
    code : int
        Index of the first grade of the upper part.
    phrase : str
        "good or better", "requires improvement or worse"; "of grade 2 or better" where the grades
        are numbers.

    Raises
    ------
    ValueError
        If both are given, or neither is and there are more than two grades, the scale has no such
        grade, or every grade would count.
    """
    if (at_least is None) == (at_most is None):
        if at_least is not None or len(scale) != 2:
            got = "both" if at_least is not None else "neither"
            raise ValueError(f"one of `at_least` and `at_most` must be given, but got {got}.")
        return 1, named(scale.labels[1], "of grade")
    argument, grade = ("at_least", at_least) if at_most is None else ("at_most", at_most)
    code = read_label(grade, scale)
    if code is None or code < 0:
        raise ValueError(f"`{argument}`: {not_a_grade(grade, scale)}")
    name = named(scale.labels[code], "of grade")
    if at_most is None:
        first, phrase, top = code, or_beyond(name, "better"), code == len(scale) - 1
    else:
        first, phrase, top = code + 1, or_beyond(name, "worse"), code == 0
    if not 0 < first < len(scale):
        raise ValueError(f"`{argument}` must leave a grade out, but every grade is {phrase}.")
    return first, f"{name}" if top else phrase


def influence_of_groups(counts: IntArray, deviations: FloatArray) -> FloatArray:
    """Scale the influences of independent groups so that their variances add.

    Parameters
    ----------
    counts : ndarray of int, shape (n_groups, n_grades)
        Units.
    deviations : ndarray of float, shape (n_groups, n_grades)
        Pull of one unit on its own group's mean, averaging to zero within each group.

    Returns
    -------
    ndarray of float, shape (n_groups * n_grades,)
        Influences for which `standard_error` gives the root of the sum of each group's
        variance with its own n - 1; nan for a group of one unit, whose spread is unknown.
    """
    sizes = counts.sum(axis=1, keepdims=True).astype(float)
    n = sizes.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(sizes > 1, sizes / (sizes - 1), np.nan)
    scaled: FloatArray = deviations * np.sqrt(own * (n - 1) / n) * n / sizes
    return scaled.ravel()


def phrase_of_groups(shared: SharedGrades) -> tuple[str, str]:
    """Return the names of the first and the second group for a sentence.

    Parameters
    ----------
    shared : SharedGrades
        Two groups.

    Returns
    -------
    tuple of str
        Their names.
    """
    first, second = shared.groups
    return named(first), named(second)


def named(name: Hashable, kind: str = "group") -> str:
    """Return a name for a sentence, with what it names in front of it where it is a number.

    Parameters
    ----------
    name : hashable
        Of a group, stratum or grade.
    kind : str, optional
        What it names. Default: "group".

    Returns
    -------
    str
        Such as "short" or "group 2".

    Examples
    --------
    >>> from ilacs_reliability.comparison.groups import named
    >>> named("short"), named(2), named("2", "stratum")
    ('short', 'group 2', 'stratum 2')
    """
    text = str(name)
    try:
        float(text)
    except ValueError:
        return text
    return f"{kind} {text}"


def sentence(text: str) -> str:
    """Return a phrase with a capital first letter, as a note starts.

    Parameters
    ----------
    text : str
        A phrase.

    Returns
    -------
    str
        The same, an "of" before a grade left out.
    """
    # a grade's own name may begin with "of"
    text = text.removeprefix("of ") if text.startswith("of grade ") else text
    return f"{text[:1].upper()}{text[1:]}"
