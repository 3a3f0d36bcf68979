"""Are two groups alike within a margin, or one no worse than the other by more than that?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_number, check_option, told
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.scales import Scale, not_a_grade, read_label
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._inference.thresholds import equivalence_test, threshold_test
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.comparison.effects import is_taken, relative_effect
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    phrase_of_groups,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import (
    DECLINED,
    LABELS,
    NEITHER,
    gap_in_share,
    with_margin,
)
from ilacs_reliability.comparison.proportions import CutGroups, difference_of_shares
from ilacs_reliability.comparison.ranks import brunner_munzel
from ilacs_reliability.comparison.strata import stratified_relative_effect

Measure: TypeAlias = Literal["probability", "decline"]
Side: TypeAlias = Literal["not_lower", "not_higher"]


def ordinal_equivalence(
    grades: GradesLike,
    *,
    margin: float,
    on: Measure = "probability",
    method: str | None = None,
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether two groups are graded alike within a margin declared beforehand.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        over several others the effect within strata is averaged.
    margin : float
        Alike means: the relative effect lies within `margin` of a half ("probability", below
        0.5), or the shares that declined differ by less than it ("decline", below 1).
    on : {"probability", "decline"}, optional
        What is compared. "decline" takes each stratum's name for the grade before, so strata must
        be grades of the scale; a unit declined if its grade is below. Default: "probability".
    method : str, optional
        An interval method of the effect: "shrunk", "logit", "t", "normal", "jeffreys" or, in one
        stratum, "permutation" for "probability"; "midp", "newcombe", "miettinen_nurminen" or
        "agresti_caffo" for "decline". Default: the effect's default.
    n_resamples : int, optional
        Tables to draw for "permutation" where they cannot be enumerated. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        The larger of two one-sided p-values: below 0.05 exactly where the effect's 90 % interval
        lies within the margins. A large one does not show a difference.

    Raises
    ------
    TypeError
        If `margin`, `method`, `n_resamples` or `rng` is of the wrong kind.
    ValueError
        If there are not exactly two groups, the margin is out of range, an option is unknown, or
        strata are not grades where `on` is "decline".

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    ordinal_noninferiority : One side only.
    brunner_munzel : Whether there is a difference; a large p-value there shows nothing.

    Notes
    -----
    Two one-sided tests [1]_ of the relative effect, as Wellek's Mann-Whitney equivalence test for
    tied data ([2]_, section 6.2), by inverting its interval.

    References
    ----------
    .. [1] D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power
           approach for assessing the equivalence of average bioavailability", Journal of
           Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
    .. [2] S. Wellek, "Testing Statistical Hypotheses of Equivalence and Noninferiority", 2nd ed.,
           Chapman and Hall/CRC (2010).

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> previously_good = ilr.grades_from_table(
    ...     [[[3, 8, 45, 39], [4, 6, 5, 3]]],
    ...     scale=ilr.OFSTED_SCALE,
    ...     groups=("short", "standard"),
    ...     strata=("good",),
    ... )
    >>> ilr.ordinal_equivalence(previously_good, margin=0.1).p_value > 0.5
    True
    >>> ilr.ordinal_equivalence(previously_good, margin=0.2, on="decline").p_value > 0.5
    True
    """
    _check_options(margin, on, method, n_resamples, rng)
    with left_unsaid():
        effect = _effect(grades, on, method, n_resamples, rng)
    method = _offered(effect, method)
    middle = 0.5 if on == "probability" else 0.0
    result = equivalence_test(effect, low=middle - margin, high=middle + margin, method=method)
    return _named(result, "ordinal_equivalence", margin)


def ordinal_noninferiority(
    grades: GradesLike,
    *,
    margin: float,
    on: Measure = "probability",
    side: Side = "not_lower",
    method: str | None = None,
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether the second group is not graded lower by more than a margin.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        over several others the effect within strata is averaged.
    margin : float
        How much lower is still accepted: the relative effect may fall to a half less `margin`
        ("probability"), or the share that declined exceed the first group's by `margin`
        ("decline").
    on : {"probability", "decline"}, optional
        What is compared, as in `ordinal_equivalence`. Default: "probability".
    side : {"not_lower", "not_higher"}, optional
        Which side is guarded. Default: "not_lower".
    method : str, optional
        As in `ordinal_equivalence`.
    n_resamples : int, optional
        Tables to draw for "permutation" where they cannot be enumerated. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        One-sided: below 0.05 exactly where the effect's 90 % interval stays on the accepted side.

    Raises
    ------
    TypeError
        If `margin`, `method`, `n_resamples` or `rng` is of the wrong kind.
    ValueError
        If there are not exactly two groups, the margin is out of range, an option is unknown, or
        strata are not grades where `on` is "decline".

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    ordinal_equivalence : Both sides.

    Notes
    -----
    The one-sided test of the effect against the margin ([1]_, chapter 2), by inverting its
    interval.

    References
    ----------
    .. [1] S. Wellek, "Testing Statistical Hypotheses of Equivalence and Noninferiority", 2nd ed.,
           Chapman and Hall/CRC (2010).

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> similar = [[10, 20, 60, 30], [5, 12, 40, 20]]
    >>> result = ilr.ordinal_noninferiority(similar, margin=0.15)
    >>> result.p_value < 0.01
    True
    """
    _check_options(margin, on, method, n_resamples, rng)
    check_option(side, ("not_lower", "not_higher"), "side")
    with left_unsaid():
        effect = _effect(grades, on, method, n_resamples, rng)
    method = _offered(effect, method)
    # a larger relative effect is a higher second group, a larger share of declines a lower one
    upwards = (on == "probability") == (side == "not_lower")
    threshold = (0.5 if on == "probability" else 0.0) + (-margin if upwards else margin)
    alternative: Literal["greater", "less"] = "greater" if upwards else "less"
    result = threshold_test(effect, threshold, alternative=alternative, method=method)
    return _named(result, "ordinal_noninferiority", margin)


_DECLINE = Scale(["not declined", "declined"], ordered=False)


def declines(shared: SharedGrades) -> CutGroups:
    """Count the units graded below the grade that their stratum is named after.

    Parameters
    ----------
    shared : SharedGrades
        Two groups; strata are grades before.

    Returns
    -------
    CutGroups
        Units by stratum and group, not declined and declined.

    Raises
    ------
    ValueError
        If a stratum is not a grade of the scale.
    """
    codes = []
    for stratum in shared.strata:
        code = read_label(stratum, shared.scale)
        if code is None or code < 0:
            why = not_a_grade(stratum, shared.scale)
            raise ValueError(f"`on` 'decline' needs strata that are grades: {why}")
        codes.append(code)
    below = np.arange(len(shared.scale)) < np.array(codes, dtype=np.int64)[:, None]
    down = (shared.counts * below[:, None, :]).sum(axis=2)
    tables = np.stack([shared.counts.sum(axis=2) - down, down], axis=-1)
    change = replace(shared, counts=tables, scale=_DECLINE)
    return CutGroups(
        shared=change,
        counted=np.array([0.0, 1.0]),
        phrase=DECLINED,
        tables=tables,
    )


def _effect(
    grades: GradesLike,
    on: Measure,
    method: str | None,
    n_resamples: int,
    rng: np.random.Generator | int | None,
) -> Estimate:
    grades = as_grades(grades)
    shared = shared_grades(grades, n_groups=2)
    if on == "probability":
        if method == "permutation" and len(shared.strata) == 1:
            tested = brunner_munzel(grades, method="permutation", n_resamples=n_resamples, rng=rng)
            if tested.effect is not None:
                return tested.effect
        few = len(shared.strata) < 2
        return relative_effect(grades) if few else stratified_relative_effect(grades)
    first, second = phrase_of_groups(shared)
    label = gap_in_share(DECLINED, first, second)
    if shared.reason:
        return undefined_estimate(shared, shared.reason, name="decline_difference", label=label)
    return difference_of_shares(declines(shared), name="decline_difference", label=label)


def _offered(effect: Estimate, method: str | None) -> str | None:
    """Let the permutation give way where a group shows no spread, as every other method does."""
    flat = effect.interval_methods[:1] == ("disjoint_pairs",) or is_taken(effect)
    return None if flat and method == "permutation" else method


def _named(result: SignificanceResult, name: str, margin: float) -> SignificanceResult:
    label = with_margin(LABELS[name], margin)
    said = () if result.reason else (NEITHER,)
    return replace(result, name=name, label=label, notes=(*result.notes, *said))


def _check_options(
    margin: object, on: Hashable, method: object, n_resamples: object, rng: object
) -> None:
    check_option(on, ("probability", "decline"), "on")
    check_number(margin, "margin", finite=False)
    most = 0.5 if on == "probability" else 1.0
    if not 0 < margin < most:  # type: ignore[operator]
        raise ValueError(f"`margin` must be between 0 and {most:g} for {on!r}, but got {margin}.")
    if 0.5 - margin == 0.5:  # type: ignore[operator]
        raise ValueError(f"`margin` is nothing beside a half, but for rounding: {margin}.")
    if method is not None and not isinstance(method, str):
        raise TypeError(f"`method` must be the name of an interval method, but got {told(method)}.")
    check_chance(n_resamples, rng)
