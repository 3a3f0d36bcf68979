"""A consensus of several raters as a rater of its own, and each rater held against it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_count,
    check_listing,
    check_option,
    check_text,
    told,
)
from ilacs_reliability._checks.names import columns_in_words, shown
from ilacs_reliability._data.ratings import FROM_PATTERNS, Ratings, RatingsLike
from ilacs_reliability._data.scales import CodeArray
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.agreement.coefficients import cohen_kappa
from ilacs_reliability.agreement.formulas import column_of, known_raters, patterns_of, rater_names
from ilacs_reliability.agreement.spoken_notes import how_consensus, without_consensus
from ilacs_reliability.agreement.studies import check_cells
from ilacs_reliability.agreement.titles import OF_ALL, OF_OTHERS, by_both, with_consensus

Rule: TypeAlias = Literal["majority", "median"]
RULES: tuple[str, ...] = get_args(Rule)
Ties: TypeAlias = Literal["missing", "worst", "best"]
TIES: tuple[str, ...] = get_args(Ties)


class Making(NamedTuple):
    """How a consensus is made: its rule, what becomes of ties, and how many ratings it needs."""

    rule: Rule
    ties: Ties
    least: int


def ratings_with_consensus(
    ratings: RatingsLike,
    raters: Sequence[Hashable],
    *,
    rule: Rule = "majority",
    ties: Ties = "missing",
    least: int = 2,
    name: str = "consensus",
) -> Ratings:
    """Put one rater, who gives their consensus, in the place of several.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    raters : sequence of hashable
        Who makes up the consensus, two raters or more, by name, or by column, from 0.
    rule : {"majority", "median"}, optional
        The grade that most of them gave, or the middle one of an ordered scale. Default:
        "majority".
    ties : {"missing", "worst", "best"}, optional
        What the consensus is where two grades or more lead, or the two in the middle differ: none,
        or the worst or the best of them, of an ordered scale. Default: "missing".
    least : int, optional
        Ratings that a unit needs to have a consensus. Default: 2.
    name : str, optional
        What the consensus is called. Default: "consensus".

    Returns
    -------
    Ratings
        The ratings by the other raters, in their order, and by the consensus, the last, over the
        same pattern rows; a note says how it came about and how many units have none.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, `raters` is no list, or `name` no text.
    ValueError
        If raters are anonymous, `raters` holds fewer than two, one twice or an unknown one, `name`
        is that of another rater, `rule` or `ties` is unknown or needs an order that the scale has
        not, or `least` is below 1 or above the number of `raters`.

    See Also
    --------
    consensus_agreement : Each rater with the consensus, the members with that of the others.
    group_agreement : Each of one group with each of another, nobody's grade lost.
    dawid_skene : Weighs raters by how often they err, which must be estimated.

    Notes
    -----
    A consensus of several errs less than one of them, and what it agrees with better is closer to
    it, not therefore right [1]_. Its own members agree with it by taking part in it, so they give
    way to it here.

    References
    ----------
    .. [1] R. Snow, B. O'Connor, D. Jurafsky and A. Y. Ng, "Cheap and fast - but is it good?
           Evaluating non-expert annotations for natural language tasks", Proceedings of EMNLP
           (2008), 254-263.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 1, 2, 1], [2, 2, 2, 2], [1, 2, 3, 2], [3, 3, 2, 3], [1, 1, 1, 2]]
    >>> held = ilr.ratings_with_consensus(grades, [0, 1, 2])
    >>> held.raters
    (4, 'consensus')
    >>> held.notes[-1]
    'The consensus of 1, 2 and 3 is the grade that most of them gave; 1 tied unit has none.'
    >>> round(ilr.cohen_kappa(held).value, 3)
    0.643
    """
    making = _making(rule, ties, least)
    check_text(name, "name")
    taken = _sizeable(known_raters(ratings, "ratings_with_consensus"), "ratings_with_consensus")
    columns = _columns(taken, raters, making)
    names = rater_names(taken)
    others = [column for column in range(taken.n_raters) if column not in columns]
    if name in [names[column] for column in others]:
        raise ValueError(f"`name` is {told(name)}, as one of the raters {shown(names)} is called.")
    return _beside(taken, others, columns, making, name)


def consensus_agreement(
    ratings: RatingsLike,
    *,
    raters: Sequence[Hashable] | None = None,
    coefficient: Coefficient = cohen_kappa,
    rule: Rule = "majority",
    ties: Ties = "missing",
    least: int = 2,
) -> Estimates:
    """Estimate how far each rater agrees with the consensus, each member with that of the others.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    raters : sequence of hashable, optional
        Who makes up the consensus, two raters or more, by name, or by column, from 0. Default: all.
    coefficient : callable, optional
        A function of `Ratings` by two raters that returns an `Estimate`. Default: `cohen_kappa`.
    rule : {"majority", "median"}, optional
        The grade that most of them gave, or the middle one of an ordered scale. Default:
        "majority".
    ties : {"missing", "worst", "best"}, optional
        What the consensus is where two grades or more lead, or the two in the middle differ.
        Default: "missing".
    least : int, optional
        Ratings that a unit needs to have a consensus. Default: 2.

    Returns
    -------
    Estimates
        An estimate a rater, by name, with a note on how the consensus came about. One without a
        value has status "undefined" and its reason, without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, `raters` is no list, or `coefficient` does not
        return an `Estimate`.
    ValueError
        If raters are anonymous, `raters` holds fewer than two, one twice or an unknown one, `rule`
        or `ties` is unknown or needs an order that the scale has not, or `least` is below 1 or
        above the number of `raters`.

    See Also
    --------
    ratings_with_consensus : The consensus itself, as a rater.
    group_agreement : Each of one group with each of another, nobody's grade lost.
    agreement_with_standard : Each rater with what is known.

    Notes
    -----
    A member is left out of the consensus that it is held against, so that nobody agrees with
    himself; anyone else, such as a model, is held against the consensus of all members. That of one
    fewer is a little less steady, which favours who is no member. Experts have been held against
    averages of others so [1]_.

    All rest on one pattern table, so that `difference` with ``paired=True`` asks whether a model
    agrees with the people's consensus as a person does.

    References
    ----------
    .. [1] R. Snow, B. O'Connor, D. Jurafsky and A. Y. Ng, "Cheap and fast - but is it good?
           Evaluating non-expert annotations for natural language tasks", Proceedings of EMNLP
           (2008), 254-263.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [
    ...     [1, 1, 1, 1], [2, 2, 2, 2], [1, 1, 2, 2], [3, 3, 2, 3], [1, 1, 1, 2], [3, 3, 3, 3],
    ... ]
    >>> people = ilr.ratings_from_matrix(
    ...     grades, scale=ilr.Scale([1, 2, 3]), raters=["Ann", "Bo", "Cy", "model"]
    ... )
    >>> found = ilr.consensus_agreement(people, raters=["Ann", "Bo", "Cy"])
    >>> {who: round(kappa.value, 3) for who, kappa in found.items()}
    {'Ann': 1.0, 'Bo': 1.0, 'Cy': 0.52, 'model': 0.538}
    """
    making = _making(rule, ties, least)
    taken = _sizeable(known_raters(ratings, "consensus_agreement"), "consensus_agreement")
    listed = taken.raters or range(taken.n_raters) if raters is None else raters
    members = _columns(taken, listed, making)
    found: dict[Hashable, Estimate] = {}
    with left_unsaid():
        for column, name in enumerate(rater_names(taken)):
            by = [member for member in members if member != column]
            consensus = OF_OTHERS if column in members else OF_ALL
            one = evaluated(coefficient, _beside(taken, [column], by, making, consensus))
            label = with_consensus(one.label or one.name, name, consensus)
            given = taken.frequencies @ (patterns_of(taken)[:, column] >= 0)
            found[name] = replace(
                one,
                label=label,
                by=by_both(name, consensus),
                n_missing=taken.n_units - given if np.ndim(given) else taken.n_units - int(given),
                why=without_consensus(consensus, len(by), making.least)
                if one.reason == "no_pairable_units"
                else one.why,
            )
    return Estimates("consensus_agreement", "rater", found)


def _making(rule: Rule, ties: Ties, least: int) -> Making:
    check_option(rule, RULES, "rule")
    check_option(ties, TIES, "ties")
    return Making(rule, ties, check_count(least, "least"))


def _sizeable(ratings: Ratings, asker: str) -> Ratings:
    """Return ratings whose grades can be counted for each pattern and rater left out."""
    m, q = ratings.n_raters, len(ratings.scale)
    cells = float(len(ratings.frequencies.T) * q)
    check_cells(ratings, asker, steps=cells * m * m, nanoseconds=10.0, cells=cells)
    return ratings


def _columns(ratings: Ratings, raters: Any, making: Making) -> list[int]:
    check_listing(raters, "raters", of="raters")
    found = []
    for rater in raters:
        column = column_of(ratings, rater)
        if column is None:
            raise ValueError(
                f"`raters` must hold {columns_in_words(ratings.raters, ratings.n_raters)}, but got "
                f"{told(rater)}; the raters are {shown(rater_names(ratings))}."
            )
        found.append(column)
    if len(found) < 2 or len(set(found)) < len(found):
        raise ValueError(f"`raters` must be two or more, each once, but got {told(raters)}.")
    if making.least > len(found):
        raise ValueError(
            f"`least` must be at most the number of `raters`, {len(found)}, but got "
            f"{told(making.least)}."
        )
    for name, asked in (("rule", making.rule == "median"), ("ties", making.ties != "missing")):
        if asked and not ratings.scale.ordered:
            raise ValueError(
                f"`{name}` is {told(getattr(making, name))}, but the scale of `ratings` has no "
                "order."
            )
    return found


def _beside(
    ratings: Ratings, others: list[int], members: list[int], making: Making, name: Hashable
) -> Ratings:
    """Return the ratings by some raters and by the consensus of others, over the same rows."""
    codes, names = patterns_of(ratings), rater_names(ratings)
    agreed, tied, few = _agreed(codes[:, members], len(ratings.scale), making)
    counts = None
    if ratings.frequencies.ndim == 1:
        counts = float(ratings.frequencies @ tied), float(ratings.frequencies @ few)
    note = how_consensus([names[member] for member in members], making, counts)
    return replace(
        ratings,
        patterns=np.column_stack([codes[:, others], agreed]).astype(codes.dtype),
        counts=FROM_PATTERNS,
        raters=(*(names[column] for column in others), name),
        notes=(*ratings.notes, note),
    )


def _agreed(
    codes: CodeArray, q: int, making: Making
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the consensus of each pattern, -1 where there is none, and whether it is tied or few.

    Few is what has a rating by them, but not as many as are needed.
    """
    counts = np.zeros((len(codes), q), dtype=np.int64)
    for column in codes.T:
        rated = column >= 0
        counts[rated, column[rated]] += 1
    n = counts.sum(axis=1)
    leads = (
        _middle(counts, n) if making.rule == "median" else counts == counts.max(1, keepdims=True)
    )
    worst, best = leads.argmax(axis=1), q - 1 - leads[:, ::-1].argmax(axis=1)
    enough = n >= making.least
    tied = (worst != best) & enough
    agreed = best if making.ties == "best" else worst
    if making.ties == "missing":
        agreed = np.where(tied, -1, agreed)
    return np.where(enough, agreed, -1), tied, ~enough & (n > 0)


def _middle(counts: npt.NDArray[np.int64], n: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Mark the grades of the two in the middle, or the one."""
    up_to = counts.cumsum(axis=1)
    marked = np.zeros(counts.shape, dtype=bool)
    for rank in ((n + 1) // 2, n // 2 + 1):
        marked[np.arange(len(n)), (up_to >= rank[:, None]).argmax(axis=1)] = True
    return marked
