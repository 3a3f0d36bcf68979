"""Proportional odds of groups."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_name, check_option, told
from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.wording import left_out
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    named,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN,
    common_odds_label,
    held_by_prior,
    of_unlinked_strata,
    unlinked,
)
from ilacs_reliability.comparison.limits import holding
from ilacs_reliability.comparison.ordinal_fit import (
    connected,
    cumulative_design,
)
from ilacs_reliability.comparison.separation import ContrastFit, fit_contrast, informative

# log odds ratios farther from the top than this count as infinite
FARTHEST = 64.0
# roots of a fall so small, so near, that its line is straight
STRAIGHT, CLOSE_BY = 1e-3, 1e-2
# steps within which what is left to look at halves, or is halved
PATIENCE = 4
Penalty: TypeAlias = Literal["when_separated", "none", "log_f"]


def proportional_odds(
    grades: GradesLike,
    *,
    group: Hashable | None = None,
    penalty: Penalty = "when_separated",
) -> Estimate:
    r"""Estimate the common odds ratio of a higher grade, adjusted for strata.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, worst grade first; the first group is the one that others are
        set against. Strata that hold one group only do not enter, nor do those whose units all
        have one end grade, and notes say so; the others each shift the odds in a way of their own.
    group : hashable, optional
        Name of the group to set against the first. All groups are fitted together. Default: the
        second of two; with more, one must be named.
    penalty : {"when_separated", "none", "log_f"}, optional
        Whether a log-F(1, 1) prior on the log odds ratio keeps it finite: only where the two
        groups are separated, never, or always. Default: "when_separated", which a note says.

    Returns
    -------
    Estimate
        Odds of a higher grade in the group over the odds in the first, at every cut.
        Intervals "profile" (the default, by the likelihood) and "wald" (on the log scale, with the
        standard error that holds where odds are not proportional too).

    Raises
    ------
    ValueError
        If there are fewer than two groups, `group` is none of them, or is the first, or is not
        given though there are more than two, `penalty` is unknown, or there are too many strata
        to fit.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum, nor a chain of strata through other groups, holds both groups, no stratum
        has grades that tell them apart (every grade is the same), or the two groups are separated
        and `penalty` is "none". The value is then nan.

    See Also
    --------
    proportional_odds_test : Whether any of the groups differ.
    parallel_lines_test : Whether one odds ratio does for every cut.
    generalised_odds : Without a model.

    Notes
    -----
    :math:`\operatorname{logit} P(G \le k) = \alpha_k - \beta_g - \gamma_s` [1]_, fitted to the
    counts. A grade that nobody used joins its neighbour, which changes nothing. Where thresholds,
    strata or other groups are separated, their coefficients run away and the likelihood of the odds
    ratio is its supremum over them. Where the two groups are, it rises for ever; the prior
    log-F(1, 1) adds half a success and half a failure to the odds ratio's own odds [2]_, and the
    estimate is its posterior mode. No other coefficient has a prior, so the order of strata changes
    nothing, and the other group first gives the inverse. The standard error is the sandwich's over
    units, and nan where the prior holds the odds ratio: the profile alone is offered then.
    Every stratum has a shift of its own: with many strata of few units the odds ratio
    leans away from 1 and its interval is somewhat short.

    References
    ----------
    .. [1] P. McCullagh, "Regression models for ordinal data", Journal of the Royal Statistical
           Society B 42 (1980), 109-142.
    .. [2] S. Greenland and M. A. Mansournia, "Penalization, bias reduction, and default priors in
           logistic and related categorical and survival regressions", Statistics in Medicine 34
           (2015), 3133-3143.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.proportional_odds([[3, 8, 45, 39], [4, 6, 5, 3]])
    Estimate(proportional_odds = 0.1399, n_units=113, 95% profile 0.0484 to 0.3877)

    Declined or not at short inspections, by size of the authority:

    >>> kept = ilr.grades_from_table(
    ...     [[2, 45], [4, 34], [9, 28]], groups=("small", "middle", "large")
    ... )
    >>> ilr.proportional_odds(kept, group="large")
    Estimate(proportional_odds = 0.1383, n_units=122, 95% profile 0.0201 to 0.5844)
    """
    check_option(penalty, ("when_separated", "none", "log_f"), "penalty")
    shared, code = _set_against_first(shared_grades(grades), group)
    label = common_odds_label(named(shared.groups[0]), named(shared.groups[code]))
    reason = shared.reason or ("" if connected(shared)[code] else "no_overlap")
    telling = informative(shared)
    # strata that say nothing link no groups
    reason = reason or reason_of_one_grade(shared)
    reason = reason or ("" if connected(telling)[code] else "no_contrast")
    if reason:
        why = _why_unlinked(shared, reason, code)
        return undefined_estimate(shared, reason, name="proportional_odds", label=label, why=why)
    design = cumulative_design(telling)
    found = fit_contrast(design, design.columns[code], penalty=penalty)
    if found.flat:
        reason = "no_contrast"
    elif found.separated and penalty == "none":
        reason = "separation"
    elif not found.fit.settled:
        reason = "non_convergence"
    if reason:
        return undefined_estimate(shared, reason, name="proportional_odds", label=label)
    return _odds_estimate(telling, found, label)


def _why_unlinked(shared: SharedGrades, reason: str, code: int) -> str:
    """Say which two groups no chain of strata links, where that is why."""
    two = named(shared.groups[0]), named(shared.groups[code])
    if reason == "no_overlap" and not shared.why:
        return unlinked(*two, strata=True)
    if reason == "no_contrast":
        return unlinked(*two, strata=False)
    return ""


def reason_of_one_grade(shared: SharedGrades) -> str:
    """Return why no odds can be compared where every grade is the same, else "".

    Parameters
    ----------
    shared : SharedGrades
        The groups.

    Returns
    -------
    str
        A key of `REASONS`, or "".
    """
    return "no_variation" if (shared.pooled.sum(axis=0) > 0).sum() < 2 else ""


def _set_against_first(shared: SharedGrades, group: Hashable | None) -> tuple[SharedGrades, int]:
    """Return the strata that hang together with the first group, and the place of the other."""
    names = ", ".join(map(str, shared.groups))
    if group is None:
        if len(shared.groups) > 2:
            raise ValueError(
                f"`group` must name the group to set against {shared.groups[0]}, of {names}."
            )
        group = shared.groups[1]
    # pandas' NA is neither equal to a name nor not
    places = {name: place for place, name in enumerate(shared.groups)}
    check_name(group, "group", "its place")
    code = places.get(group, 0)
    if not code:
        raise ValueError(
            f"`group` must be one of {names} but the first, which others are set against, "
            f"but got {told(group)}."
        )
    reached = connected(shared)
    inside = (shared.counts.sum(axis=2)[:, reached] > 0).any(axis=1)
    n_apart = int(shared.counts[~inside].sum())
    if not reached[code] or not n_apart:
        return shared, code
    why = of_unlinked_strata(named(shared.groups[0]))
    strata = tuple(name for name, keep in zip(shared.strata, inside, strict=True) if keep)
    linked = replace(
        shared,
        counts=shared.counts[inside],
        strata=strata,
        notes=(*shared.notes, *left_out(n_apart, why)),
    )
    return linked, code


def _odds_estimate(shared: SharedGrades, found: ContrastFit, label: str) -> Estimate:
    design, place = found.fit.design, found.place
    value = float(np.exp(found.fit.parameters[place]))
    held = bool(found.fit.prior[place])
    n = shared.n_units
    # each unit's pull: its score in the metric of the information, which is 0 along what ran away
    pull = n * found.fit.pull(place)
    pull -= (design.counts * pull).sum() / n
    influence = np.zeros((len(pull), len(design.used)))
    # the spread of a coefficient that the prior holds is not one over units
    influence[:, design.used] = np.nan if held else value * pull
    methods = (("profile", keyed(_profile, found=found)),)
    note = (held_by_prior(found.separated),) if held else ()
    return Estimate(
        value=value,
        name="proportional_odds",
        label=label,
        frequencies=shared.counts.ravel(),
        influence_source=influence.ravel(),
        n_units=n,
        methods_source=methods if held else (*methods, ("wald", keyed(_log_wald))),
        notes=(*shared.notes, *note),
        limits=NOT_SHOWN,
    )


def _profile(
    estimate: Estimate, confidence_level: float, *, found: ContrastFit
) -> tuple[float, float]:
    """Find where the profile of the objective has fallen by half the chi-square quantile."""
    root = np.sqrt(special.chdtri(1, 1 - confidence_level))
    low, high = (float(np.exp(_crossing(found, root, sign))) for sign in (-1.0, 1.0))
    return holding((low, high), estimate.value)


def _crossing(found: ContrastFit, root: float, sign: float) -> float:
    """Return where the signed root of twice the fall is `root` on one side of the top.

    The root is nearly a straight line, so that a step of Newton's method hardly misses; where one
    leaves what is known to hold the end, or leaves most of that to look at, that is halved.
    """
    top, place = found.fit, found.place
    centre = float(top.parameters[place])
    near, far, now = 0.0, np.inf, top
    step, fine = root * found.spread, 1e-9 * min(found.spread, 1.0)
    if root < STRAIGHT and step < CLOSE_BY:
        # so near the top a fall is lost in rounding, and the root is that straight line
        return centre + sign * step
    # where a group has 2**50 units slopes are mostly rounding
    wide, slow = FARTHEST, 0
    for _ in range(60):
        away = min(step, FARTHEST)
        now = found.held_at(centre + sign * away, now)
        reached = np.sqrt(max(2 * top.fall_to(now), 0.0))
        near, far = (away, far) if reached < root else (near, away)
        if near >= FARTHEST:
            return sign * float("inf")
        slope = -sign * now.gradient[place] / reached if reached > 0 else 0.0
        step = away + (root - reached) / slope if slope > 0 else np.inf
        if abs(reached - root) <= 1e-9 * root:
            break
        if far - near <= fine:
            away = min(max(step, near), far)
            break
        if near < step < far and abs(step - away) <= fine:
            away = step
            break
        slow += 1
        if far - near <= wide / 2:
            wide, slow = far - near, 0
        if slow >= PATIENCE or not near < step < far:
            step = (near + far) / 2 if np.isfinite(far) else 2 * near + found.spread
            slow = 0
    return centre + sign * away


def _log_wald(estimate: Estimate, confidence_level: float) -> tuple[float, float]:
    half = special.ndtri((1 + confidence_level) / 2) * estimate.standard_error / estimate.value
    with np.errstate(over="ignore"):
        return float(estimate.value * np.exp(-half)), float(estimate.value * np.exp(half))
