"""Questions put to any estimate: is it beyond a threshold, within a margin, or different?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_flag, check_number, check_option
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.few_draws import draws_of, hold_level, least_p_value
from ilacs_reliability._inference.intervals import t_limits, wald_limits
from ilacs_reliability._inference.said import (
    at_extremes,
    inverted,
    lies_outside,
    no_smaller,
    not_beyond,
    of_difference,
    of_equivalence,
    of_threshold,
    one_sided_twice,
    without_value,
)
from ilacs_reliability._inference.sides import erring_whole
from ilacs_reliability._results.estimates import (
    NO_ERROR,
    Alternative,
    Estimate,
    Limits,
    SignificanceResult,
    reason_in_words,
)
from ilacs_reliability._results.influences import standard_error
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import under_name
from ilacs_reliability._results.undefined import REASONS, warn_undefined
from ilacs_reliability._results.wording import with_article

ALTERNATIVES = ("two-sided", "less", "greater")
# a level of 1 - alpha cannot be told from 1 below this
SMALLEST_P = 1e-14
LARGEST_P = 1.0 - 1e-9
# relative error of p-values by limits that take long, and how far from one it is looked for first
AS_GOOD, NEARBY = 1e-5, 1.05


def threshold_test(
    estimate: Estimate,
    threshold: float,
    *,
    alternative: Alternative = "greater",
    method: str | None = None,
) -> SignificanceResult:
    r"""Test whether an estimate lies beyond a threshold, by inverting its interval.

    Parameters
    ----------
    estimate : Estimate
        Any estimate that offers an interval.
    threshold : float
        The value to compare with, in the unit of the estimate, declared before the data were seen.
    alternative : {"greater", "less", "two-sided"}, optional
        Where the true value lies if the hypothesis fails. Default: "greater".
    method : str, optional
        One of the estimate's `interval_methods`. Default: the first.

    Returns
    -------
    SignificanceResult
        The p-value: the smallest level at which the interval leaves the threshold out. It is at
        most one half on the estimate's own side of the threshold; of a measure without a sign, such
        as the effect of `bowker` or `e_value`, "greater" gives all of it, since chance can only
        push that up, so that above its least it is the test's own. Where the interval is read off
        B draws it is at least 1 / (B + 1), of two sides twice that, and a note says so. `statistic`
        is the distance from the threshold in standard errors; nan where that is zero.

    Raises
    ------
    TypeError
        If `estimate` is no `Estimate` or `threshold` no number.
    ValueError
        If the threshold is not finite, `alternative` or `method` is unknown, or the estimate is a
        batch or offers no interval.

    Warns
    -----
    UndefinedEstimateWarning
        If the estimate is undefined. The p-value is then nan.

    See Also
    --------
    equivalence_test : Two thresholds, one on each side.

    Notes
    -----
    A 95 % interval leaves the threshold out exactly where the two-sided p-value is below 0.05: it
    is the same interval [1]_.

    References
    ----------
    .. [1] D. R. Cox and D. V. Hinkley, "Theoretical Statistics", Chapman and Hall (1974),
           pp. 212-214.

    Examples
    --------
    Do two inspectors who agreed in 22 of 24 schools agree in more than 80 % of schools?

    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> result = ilr.threshold_test(ilr.percent_agreement(table), 0.8)
    >>> round(result.p_value, 6)
    0.114517
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    _check_single(estimate)
    threshold = check_number(threshold, "threshold")
    label = of_threshold(estimate.label or estimate.name)
    if estimate.status == "undefined":
        return _undefined(estimate, "threshold_test", label, alternative)
    if method is not None:
        check_option(method, estimate.interval_methods, "method")
    name = method or estimate.interval_methods[0]
    error = estimate.standard_error
    distance = (estimate.value - threshold) / error if error > NO_ERROR else float("nan")
    least = least_p_value(estimate, method)
    p_value = _p_value(estimate, threshold, alternative, method, least)
    at_least = p_value <= (least if alternative == "two-sided" else least / 2)
    return SignificanceResult(
        statistic=float(distance),
        p_value=p_value,
        alternative=alternative,
        method=inverted(name),
        name="threshold_test",
        label=label,
        null=not_beyond(estimate.label or estimate.name, threshold, alternative),
        effect=estimate,
        n_units=estimate.n_units,
        notes=(*estimate.notes, no_smaller(draws_of(least))) if at_least else estimate.notes,
        limits=estimate.limits,
    )


def equivalence_test(
    estimate: Estimate, *, low: float, high: float, method: str | None = None
) -> SignificanceResult:
    """Test whether an estimate lies between two margins, by two one-sided tests.

    Parameters
    ----------
    estimate : Estimate
        Any estimate that offers an interval.
    low, high : float
        The margins, in the unit of the estimate, declared before the data were seen.
    method : str, optional
        One of the estimate's `interval_methods`. Default: the first.

    Returns
    -------
    SignificanceResult
        The larger of the two one-sided p-values. It is below 0.05 exactly where the 90 % interval
        lies within the margins.

    Raises
    ------
    TypeError
        If `estimate` is no `Estimate` or a margin no number.
    ValueError
        If the margins are not finite and in order, the method is unknown, or the estimate is a
        batch or offers no interval.

    Warns
    -----
    UndefinedEstimateWarning
        If the estimate is undefined. The p-value is then nan.

    See Also
    --------
    threshold_test : One threshold.

    References
    ----------
    .. [1] D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power
           approach for assessing the equivalence of average bioavailability", Journal of
           Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[80, 5], [6, 62]], scale=ilr.Scale(["convert", "good"]))
    >>> result = ilr.equivalence_test(ilr.cohen_kappa(table), low=0.7, high=1.0)
    >>> result.p_value < 0.05
    True
    """
    low, high = check_number(low, "low"), check_number(high, "high")
    if not low < high:
        raise ValueError(f"`low` must be below `high`, but got {low} and {high}.")
    _check_single(estimate)
    label = of_equivalence(estimate.label or estimate.name)
    if estimate.status == "undefined":
        return _undefined(estimate, "equivalence_test", label, "two-sided")
    above = threshold_test(estimate, low, alternative="greater", method=method)
    below = threshold_test(estimate, high, alternative="less", method=method)
    harder = above if above.p_value >= below.p_value else below
    return SignificanceResult(
        statistic=harder.statistic,
        p_value=harder.p_value,
        alternative="two-sided",
        method=one_sided_twice(harder.method),
        name="equivalence_test",
        label=label,
        null=lies_outside(estimate.label or estimate.name, low, high),
        effect=estimate,
        n_units=estimate.n_units,
        notes=harder.notes,
        limits=estimate.limits,
    )


def difference(a: Estimate, b: Estimate, *, paired: bool) -> Estimate:
    """Estimate the difference between two estimates, a minus b.

    Parameters
    ----------
    a, b : Estimate
        Two estimates. Where they are paired, both come from one and the same `Ratings`, or from
        what its `select_raters` returns: from an array, build it first.
    paired : bool
        Whether both rest on the same units, so that their errors move together.

    Returns
    -------
    Estimate
        The difference, with intervals "likelihood" (first, where it is paired and both offer it, by
        the same raters), "mover" (from the two intervals [2]_), "t" and "wald".

    Raises
    ------
    ValueError
        If paired estimates do not come from the same `Ratings` or one has no influence of units,
        such as `corrected_shift`, or one is a batch or from `generalise`.

    Warns
    -----
    UndefinedEstimateWarning
        If either is undefined or infinite. The value is then nan.

    Notes
    -----
    Paired: the influences are subtracted pattern by pattern, so the covariance is in. Independent:
    the variances add; the degrees of freedom are Welch's [1]_. Paired coefficients of the same
    ratings can differ by little but chance agreement, where "mover" and "t" fall short: over 17
    settings of 60 samples they covered 82 % and 67 % at worst for 95 %, "likelihood" 88 %.

    References
    ----------
    .. [1] B. L. Welch, "The generalization of 'Student's' problem when several different population
           variances are involved", Biometrika 34 (1947), 28-35.
    .. [2] G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
           general approach", Statistics in Medicine 27 (2008), 1693-1702.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0], [1, 1]]
    >>> ratings = ilr.ratings_from_codes(grades, scale=ilr.Scale(["no", "yes"]))
    >>> gap = ilr.difference(ilr.gwet_ac(ratings), ilr.cohen_kappa(ratings), paired=True)
    >>> round(gap.value, 4)
    0.0233
    """
    for name, estimate in (("a", a), ("b", b)):
        check_plain(estimate, name)
    check_flag(paired, "paired")
    for name, estimate in (("a", a), ("b", b)) if paired else ():
        _check_influence(estimate, name)
    if paired and not same_units(a, b):
        raise ValueError(
            "`a` and `b` must come from the same `Ratings` (or its `select_raters`) to be paired: "
            "equal tables alone may be of other units. Make both from one, or give paired=False."
        )
    frequencies, influence, clusters = _joined(a, b, paired)
    infinite = "infinite" if np.isinf(a.value) or np.isinf(b.value) else ""
    reason = a.reason or b.reason or infinite
    why = _why_either(a, b) or REASONS.get(reason, reason)
    if reason:
        warn_undefined("the difference", why)
    errors = (a.standard_error, b.standard_error)
    return Estimate(
        value=np.nan if reason else a.value - b.value,
        name="difference",
        label=of_difference(a.label or a.name, b.label or b.name),
        frequencies=frequencies,
        influence_source=influence,
        # the influences are those of as many units as either rests on
        n_units=max(a.n_units, b.n_units) if paired else a.n_units + b.n_units,
        n_raters=a.n_raters if (a.n_raters, a.by) == (b.n_raters, b.by) else 0,
        by=a.by if a.by == b.by else "",
        n_ratings=max(a.n_ratings, b.n_ratings) if paired else a.n_ratings + b.n_ratings,
        clusters=clusters,
        methods_source=_difference_methods(a, b, errors, paired),
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        notes=tuple(dict.fromkeys((*a.notes, *b.notes))),
        limits=a.limits,
        design=a.design if a.design == b.design else "",
        patterns=a.patterns if paired else None,
        enters=_either_enters(a, b) if paired else None,
        range_source=keyed(_range_of_difference, a, b),
    )


def check_plain(estimate: Estimate, name: str) -> None:
    """Refuse what is no estimate of one study whose error its influences give."""
    _check_single(estimate, name)
    # its influences are over units alone, so that the other part would be forgotten
    if type(estimate).standard_error is not Estimate.standard_error:
        raise ValueError(f"`{name}` must be a plain estimate, but its error is generalised.")


def _check_influence(estimate: Estimate, name: str) -> None:
    """Refuse to pair what is found without the influence of units, as by draws."""
    known = estimate.status == "ok" and np.isfinite(estimate.value)
    if known and np.isnan(estimate.influence).all():
        raise ValueError(
            f"`{name}` ({estimate.name}) does not know by what each unit moves it, so that nothing "
            "shows how far it and another of the same units move together: give paired=False where "
            "they are of other units, and do not subtract them where they are of the same."
        )


def same_units(a: Estimate, b: Estimate) -> bool:
    """Return whether two estimates rest on one and the same pattern table."""
    same_clusters = (a.clusters is None and b.clusters is None) or np.array_equal(
        a.clusters if a.clusters is not None else [], b.clusters if b.clusters is not None else []
    )
    # other units can have the same patterns as often: only one and the same table is of the same
    same_table = a.patterns is not None and a.patterns is b.patterns
    same_frequencies = np.array_equal(a.frequencies, b.frequencies)
    return bool(same_clusters) and same_table and same_frequencies


def _p_value(
    estimate: Estimate,
    threshold: float,
    alternative: Alternative,
    method: str | None,
    least: float,
) -> float:
    """Find the level at which the threshold leaves the interval; draws can hold none too small."""

    def beyond(alpha: float) -> float:
        low, high = estimate.confidence_interval(1.0 - alpha, method)
        above, below = low - threshold, threshold - high
        if alternative == "two-sided":
            return max(above, below)
        return above if estimate.value > threshold else below

    known = float(_known_p_values(estimate, threshold, method))
    about = _p_values_about(estimate, threshold, method) if np.isnan(known) else ()
    # limits that are searched for hold fewer digits than a level could be found to
    digits = [held.digits for held in _held_by(estimate, method) if hasattr(held, "digits")]
    found = _leaving(beyond, about, *(digits or [1e-12])) if np.isnan(known) else known
    found = max(found, least, SMALLEST_P)
    if alternative == "two-sided":
        return found
    if alternative in erring_whole(estimate, method):
        gap = estimate.value - threshold
        return found if (gap if alternative == "greater" else -gap) > 0 else 1.0
    if estimate.value == threshold:
        return 0.5
    half = found / 2
    return half if (estimate.value > threshold) == (alternative == "greater") else 1.0 - half


def _known_p_values(estimate: Estimate, threshold: float, method: str | None) -> FloatArray:
    """Return two-sided p-values of a method that knows them, where limits take a search; else nan.

    Shape (...).
    """
    for held in _held_by(estimate, method):
        if hasattr(held, "leaving"):
            p_values: FloatArray = np.asarray(held.leaving(estimate, threshold))
            return p_values
    return np.full(np.shape(estimate.value), np.nan)


def _p_values_about(estimate: Estimate, threshold: float, method: str | None) -> tuple[float, ...]:
    """Return p-values to try first, of a method whose limits take long, for one of them to hold."""
    for held in _held_by(estimate, method):
        if hasattr(held, "about"):
            return tuple(float(one) for one in held.about(estimate, threshold))
    return ()


def _held_by(estimate: Estimate, method: str | None) -> tuple[Any, ...]:
    offered = dict(estimate.methods)
    return tuple(getattr(offered[method or next(iter(offered))], "first", ()))


def limits_beside(
    estimate: Estimate, ends: tuple[float, float], confidence_level: float, method: str | None
) -> tuple[FloatArray, FloatArray]:
    """Return limits of many studies, or others that lie on the same sides of two margins.

    Parameters
    ----------
    estimate : Estimate
        One study or many.
    ends : pair of float
        The margins, in the unit of the estimate; infinite where there is none.
    confidence_level, method : float, str or None
        As for `Estimate.confidence_interval`.

    Returns
    -------
    pair of ndarray, shape (...)
        Where the method knows its p-values the limits lie next to a margin that they leave out,
        and are infinite to a side where they leave out none.
    """
    value, margins = np.asarray(estimate.value), [end for end in ends if np.isfinite(end)]
    low, high = np.full(value.shape, -np.inf), np.full(value.shape, np.inf)
    for end in margins:
        p = _known_p_values(estimate, end, method)
        if (np.isnan(p) & np.isfinite(value)).any():
            break
        out = p < 1.0 - confidence_level
        low = np.where(out & (value > end), np.maximum(low, np.nextafter(end, np.inf)), low)
        high = np.where(out & (value < end), np.minimum(high, np.nextafter(end, -np.inf)), high)
    else:
        if margins:
            known = np.isfinite(value)
            return np.where(known, low, np.nan), np.where(known, high, np.nan)
    found = estimate.confidence_interval(confidence_level, method)
    return np.broadcast_to(found.low, value.shape), np.broadcast_to(found.high, value.shape)


def _leaving(beyond: Callable[[float], float], about: tuple[float, ...], digits: float) -> float:
    """Return the smallest alpha whose 1 - alpha interval leaves the threshold `beyond` a limit.

    One of those that it is about is it where the threshold is inside just below and not just above.
    """
    for one in dict.fromkeys(about):
        below, above = one * (1 - AS_GOOD), one * (1 + AS_GOOD)
        if below < SMALLEST_P:
            continue
        if above >= LARGEST_P:
            if not beyond(LARGEST_P) > 0:
                return 1.0
        elif not beyond(below) > 0 and beyond(above) > 0:
            return one
    if beyond(SMALLEST_P) > 0:
        return SMALLEST_P
    if not beyond(LARGEST_P) > 0:
        return 1.0

    from scipy import optimize

    def gap(log: float) -> float:
        distance = beyond(float(np.exp(log)))
        # a limit can lie on the threshold at many levels, or be infinite: only the side counts
        size = float(np.clip(abs(distance), 1e-300, 1e100))
        return size if distance > 0 else -size

    # on log alpha small p-values keep their relative accuracy
    low, high, xtol = float(np.log(SMALLEST_P)), float(np.log(LARGEST_P)), digits
    for one in about:
        # limits that take long are not asked for digits beyond those that they have
        start, end = np.log(np.clip([one / NEARBY, one * NEARBY], SMALLEST_P, LARGEST_P)).tolist()
        xtol = AS_GOOD
        if start < end and not gap(start) > 0 and gap(end) > 0:
            low, high = start, end
            break
    root, step = float(optimize.brentq(gap, low, high, xtol=xtol, disp=False)), xtol
    # limits that jump may leave the root a hair before the level that leaves the threshold out
    while root < high and not gap(root) > 0:
        root, step = min(root + step, high), 2 * step
    return float(np.exp(root))


def _undefined(
    estimate: Estimate, name: str, label: str, alternative: Alternative
) -> SignificanceResult:
    why = reason_in_words(estimate)
    warn_undefined(with_article(label), why)
    return SignificanceResult(
        statistic=float("nan"),
        p_value=float("nan"),
        alternative=alternative,
        method="none",
        name=name,
        label=label,
        effect=estimate,
        n_units=estimate.n_units,
        status="undefined",
        reason=estimate.reason,
        why=why,
        notes=estimate.notes,
        limits=estimate.limits,
    )


def _why_either(a: Estimate, b: Estimate) -> str:
    """Say which of two estimates is undefined, and why."""
    undefined = [one for one in (a, b) if one.status == "undefined"]
    return without_value((one.label or one.name, reason_in_words(one)) for one in undefined)


def _check_single(estimate: Estimate, name: str = "estimate") -> None:
    if not isinstance(estimate, Estimate):
        raise TypeError(f"`{name}` must be an Estimate, but got {type(estimate).__name__}.")
    if np.ndim(estimate.value):
        raise ValueError(
            f"`{name}` must be of one study, but got a batch of shape {np.shape(estimate.value)}."
        )
    if not estimate.methods and estimate.status == "ok":
        raise ValueError(f"`estimate` ({estimate.name}) offers no interval.")


def _joined(a: Estimate, b: Estimate, paired: bool) -> tuple[Any, Any, Any]:
    """Return frequencies, influence and clusters of the difference."""
    if paired:
        n = max(a.n_units, b.n_units)
        influence = a.influence * _ratio(n, a.n_units) - b.influence * _ratio(n, b.n_units)
        return a.frequencies, influence, a.clusters
    n = a.n_units + b.n_units
    # scaled so that the two variances add, each with its own n - 1
    parts = []
    for estimate, sign in ((a, 1.0), (b, -1.0)):
        spread = standard_error(estimate.influence, estimate.frequencies, estimate.n_units)
        factor = estimate.standard_error / spread if spread > 0 else 1.0
        size = estimate.n_units
        own = np.sqrt(size / max(size - 1, 1) * _ratio(n - 1, n)) * _ratio(n, size)
        parts.append(sign * factor * own * estimate.influence)
    return np.concatenate([a.frequencies, b.frequencies]), np.concatenate(parts), None


def _range_of_difference(a: Estimate, b: Estimate, difference: Estimate) -> Limits:
    (a_least, a_most), (b_least, b_most) = a.range, b.range
    return float(a_least) - float(b_most), float(a_most) - float(b_least)


def _ratio(size: float, part: float) -> float:
    return size / part if part else float("nan")


def _either_enters(a: Estimate, b: Estimate) -> Any:
    if a.enters is None or b.enters is None:
        return None
    return np.maximum(a.enters, b.enters)


def _difference_methods(
    a: Estimate, b: Estimate, errors: tuple[float, float], paired: bool
) -> tuple[tuple[str, Any], ...]:
    correlation = _correlation(a, b, errors) if paired else 0.0
    if paired:
        df = min(a.n_independent, b.n_independent) - 1
    else:
        parts = [e**2 for e in errors]
        shares = zip(parts, (a.n_independent, b.n_independent), strict=True)
        total = sum(part**2 / max(n - 1, 1) for part, n in shares)
        df = sum(parts) ** 2 / total if total > 0 else a.n_independent + b.n_independent - 2
    usual = (
        ("mover", keyed(_mover, a=a, b=b, correlation=correlation)),
        ("t", keyed(_t, df=df)),
        ("wald", keyed(_wald)),
    )
    return (*_by_likelihood(a, b), *usual) if paired else usual


def _by_likelihood(a: Estimate, b: Estimate) -> tuple[tuple[str, Any], ...]:
    """Return the limits of a paired difference by the likelihood, where both have such limits."""
    held = getattr(dict(a.methods).get("likelihood"), "first", ())
    found = [each.of_difference(a, b) for each in held if hasattr(each, "of_difference")]
    return tuple(("likelihood", limits) for limits in found if limits is not None)


def _correlation(a: Estimate, b: Estimate, errors: tuple[float, float]) -> float:
    if not (errors[0] > 0 and errors[1] > 0):
        return 0.0
    n, enters = max(a.n_units, b.n_units), _either_enters(a, b)
    # of as many units all three, though one estimate may rest on fewer
    one, other, both = (
        standard_error(pull, a.frequencies, n, a.clusters, enters=enters)
        for pull in (a.influence, b.influence, a.influence + b.influence)
    )
    return float(np.clip((both**2 - one**2 - other**2) / (2 * one * other), -1, 1))


def _mover(
    estimate: Estimate, confidence_level: float, *, a: Estimate, b: Estimate, correlation: float
) -> Limits:
    """Recover each variance from its own interval (Zou and Donner, 2008)."""
    (a_low, a_high), (b_low, b_high) = (e.confidence_interval(confidence_level) for e in (a, b))
    sides = []
    for first, second in ((a.value - a_low, b_high - b.value), (a_high - a.value, b.value - b_low)):
        variance = first**2 + second**2 - 2 * correlation * first * second
        sides.append(np.sqrt(max(variance, 0.0)))
    low, high = estimate.value - sides[0], estimate.value + sides[1]
    least = max(map(least_p_value, (a, b)))
    if hold_level(least, confidence_level):
        return low, high
    return under_name(low, high, at_extremes("mover", draws_of(least), "draw"))


def _t(estimate: Estimate, confidence_level: float, *, df: float) -> Any:
    return t_limits(
        estimate.value, estimate.standard_error, df + 1, confidence_level=confidence_level
    )


def _wald(estimate: Estimate, confidence_level: float) -> Any:
    return wald_limits(estimate.value, estimate.standard_error, confidence_level=confidence_level)
