"""Why a number is undefined, said of the ratings at hand."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.undefined import REASONS
from ilacs_reliability._results.wording import MOST_NAMED, counted, grade_name, listed
from ilacs_reliability.agreement.studies import Study, why_undefined


def why_of(
    ratings: Ratings,
    reason: str,
    *,
    enters: npt.NDArray[Any] | None = None,
    given: Ratings | None = None,
) -> str:
    """Say in words why a number is undefined, naming the grades, raters or units that make it so.

    Parameters
    ----------
    ratings : Ratings
        A single study, as it enters.
    reason : str
        A key of `REASONS`, or "".
    enters : ndarray, shape (n_patterns,), optional
        1 where the ratings of a pattern enter. Default: all ratings do.
    given : Ratings, optional
        The ratings before units were left out. Default: `ratings`.

    Returns
    -------
    str
        The reason in words, true of these ratings.
    """
    say = SAID.get(reason)
    if say is None:
        return REASONS.get(reason, reason)
    rows = ratings.table.rated if enters is None else enters
    return say(ratings, np.asarray(rows, dtype=np.float64), ratings if given is None else given)


def why_incomplete(study: Study, given: Ratings) -> str:
    """Say why nothing can be computed from the units that every rater rated.

    Parameters
    ----------
    study : Study
        A single study of those units.
    given : Ratings
        The ratings before the other units were left out.

    Returns
    -------
    str
        As from `why_undefined`, or "no_complete_units".
    """
    reason = why_undefined(study)
    if reason == "no_pairable_units" and given.sizes.paired:
        return "no_complete_units"
    return reason


def lone_grade(ratings: Ratings, enters: npt.NDArray[Any] | None = None) -> bool:
    """Tell whether all ratings that enter are one and the same grade.

    Parameters
    ----------
    ratings : Ratings
        A single study.
    enters : ndarray, shape (n_patterns,), optional
        1 where the ratings of a pattern enter. Default: all ratings do.

    Returns
    -------
    bool
        Whether they are.
    """
    times = ratings.frequencies * (1 if enters is None else enters)
    return int(((times @ ratings.table.counts) > 0).sum()) < 2


def why_pairs(pairs: Mapping[Hashable, Estimate]) -> str:
    """Say for which pairs of raters a coefficient is undefined, and why for each.

    Parameters
    ----------
    pairs : mapping of (rater, rater) to Estimate
        The coefficient of each pair.

    Returns
    -------
    str
        Such as "Cohen's kappa has no value for raters 1 and 2: every rating is the
        same grade, 1".
    """
    missing = [(names, pair) for names, pair in pairs.items() if pair.reason]
    shown = [f"for raters {_both(names)}: {pair.why}" for names, pair in missing[:MOST_NAMED]]
    if len(missing) > MOST_NAMED:
        shown.append(f"nor for {counted(len(missing) - MOST_NAMED, 'other pair')}")
    return f"Cohen's kappa has no value {'; '.join(shown)}"


def _both(names: Any) -> str:
    return " and ".join(map(str, names))


def _one_grade(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    times = (ratings.frequencies * enters) @ ratings.table.counts
    n, every = float(times.sum()), float(given.sizes.ratings)
    grade = grade_name(ratings.scale.labels[int(times.argmax())])
    if n == every:
        return f"every rating is the same grade, {grade}"
    units = counted(float(ratings.frequencies @ enters), "unit")
    enter = "enters" if units == "1 unit" else "enter"
    return f"every rating of the {units} that {enter} is the same grade, {grade}"


def _no_pair(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    rated, units = float(given.sizes.rated), float(given.sizes.units)
    if not rated:
        return "no unit has a rating"
    none = f", {_has(units - rated)} none" if units > rated else ""
    return f"no unit has two ratings: {_has(rated)} one{none}"


def _has(number: float) -> str:
    return f"{counted(number, 'unit')} {'has' if number == 1 else 'have'}"


def _no_complete(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    most = int((given.table.totals * (given.frequencies > 0)).max(initial=0))
    return f"no unit was rated by all {given.n_raters} raters: none has more than {most} ratings"


def _one_unit(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    rated, paired = float(given.sizes.rated), float(given.sizes.paired)
    if rated == 1:
        return "there is only one unit" if given.sizes.units == 1 else "only one unit was rated"
    if paired == 1:
        return f"only one of {counted(rated, 'rated unit')} has two ratings or more"
    return (
        f"only one of {counted(rated, 'rated unit')} was rated by all "
        f"{counted(given.n_raters, 'rater')}"
    )


def _one_rater(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    if not given.sizes.rated:
        return "there is only one rater, who rated nothing"
    return f"there is only one rater, of {counted(float(given.sizes.rated), 'unit')}"


def _no_order(ratings: Ratings, enters: npt.NDArray[np.float64], given: Ratings) -> str:
    names = ratings.raters or range(1, ratings.n_raters + 1)
    if ratings.patterns is None:
        return REASONS["no_order"]
    row = ratings.patterns[int((ratings.frequencies * enters).argmax())]
    gave = [
        f"rater {name} only {grade_name(ratings.scale.labels[code])}"
        for name, code in zip(names, row.tolist(), strict=True)
        if code >= 0
    ]
    units = counted(float(ratings.frequencies @ enters), "unit")
    return f"each rater gave one grade to all {units} that enter: {listed(gave)}"


SAID: Mapping[str, Callable[[Ratings, npt.NDArray[np.float64], Ratings], str]] = {
    "no_variation": _one_grade,
    "no_pairable_units": _no_pair,
    "no_complete_units": _no_complete,
    "single_unit": _one_unit,
    "single_rater": _one_rater,
    "no_order": _no_order,
}
