"""Resampling: a replicate is another vector of frequencies, and all go through one call."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_listing,
    check_option,
    told,
)
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.patterns import distinct_rows
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, check_whole
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.drawn_units import (
    affordable_without_each,
    blocks_of,
    clusters_seen,
    draw_bayesian,
    draw_counts,
    resamples_in_time,
)
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._inference.few_draws import read_off, usual_tails
from ilacs_reliability._inference.priors import check_prior, of_posterior, with_every_pattern
from ilacs_reliability._inference.replicates import (
    BootstrapResult,
    JackknifeResult,
)
from ilacs_reliability._inference.said import (
    ALL_THE_SAME,
    BUT_ONE,
    ERROR_IS_NIL,
    NO_ERROR_AT_HAND,
    NO_ERROR_OF_ANY,
    fewer_resamples,
    gives_way,
    one_point,
    so_few_clusters,
    undefined_resamples,
)
from ilacs_reliability._results.estimates import NO_ERROR, Estimate, Interval, Limits
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import name_of, under_name
from ilacs_reliability._results.undefined import UndefinedEstimateWarning

BootstrapMethod: TypeAlias = Literal["bca", "percentile", "studentized", "bayesian"]
METHODS = ("bca", "percentile", "studentized", "bayesian")

# counting these as fewer patterns would take longer than it saves
FEW_PATTERNS = 32
# of as many clusters a 95 % interval of normal means holds 93 %
FEW_CLUSTERS = 20


@overload
def bootstrap(
    coefficient: Coefficient,
    ratings: RatingsLike,
    *,
    n_resamples: int = 9999,
    method: BootstrapMethod = "bca",
    confidence_level: float = 0.95,
    rng: np.random.Generator | int | None = None,
    prior: float = 0.0,
) -> BootstrapResult: ...
@overload
def bootstrap(
    coefficient: Sequence[Coefficient],
    ratings: RatingsLike,
    *,
    n_resamples: int = 9999,
    method: BootstrapMethod = "bca",
    confidence_level: float = 0.95,
    rng: np.random.Generator | int | None = None,
    prior: float = 0.0,
) -> tuple[BootstrapResult, ...]: ...
def bootstrap(
    coefficient: Coefficient | Sequence[Coefficient],
    ratings: RatingsLike,
    *,
    n_resamples: int = 9999,
    method: BootstrapMethod = "bca",
    confidence_level: float = 0.95,
    rng: np.random.Generator | int | None = None,
    prior: float = 0.0,
) -> BootstrapResult | tuple[BootstrapResult, ...]:
    """Find an interval for a coefficient by resampling units, or clusters where there are any.

    Parameters
    ----------
    coefficient : callable or sequence of callable
        A function of `Ratings` that returns an `Estimate`, such as `gwet_ac` or
        ``functools.partial(cohen_kappa, weights="linear")``. Several share each resample, so that
        their replicates can be compared one by one.
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    n_resamples : int, optional
        Replicates. Default: 9999. Of very many patterns of ratings as many as some seconds suffice
        for, and a note says so.
    method : {"bca", "percentile", "studentized", "bayesian"}, optional
        How the interval is read off. "bayesian" gives units Dirichlet weights. Default: "bca".
    confidence_level : float, optional
        Wanted coverage, between 0 and 1. Default: 0.95.
    rng : Generator or int, optional
        Where random numbers come from; an int makes the result reproducible.
    prior : float, optional
        For "bayesian" by known raters: how many units the prior counts for on each pattern of
        grades that there can be, seen or not, such as 0.5 or 1; a note says how many that is in
        all. Default: 0, that only what was seen can occur.

    Returns
    -------
    BootstrapResult or tuple of BootstrapResult
        The interval, the replicates, and how many of them were undefined; one for each coefficient
        where there are several.

    Raises
    ------
    TypeError
        If `coefficient` is not a function or does not return an `Estimate`, or `n_resamples` is not
        a whole number.
    ValueError
        If `n_resamples` is not positive, the method is unknown, or the ratings are a batch or of
        fractions of units; or if `prior` is below 0, given with another method than "bayesian", of
        anonymous raters or of clusters, or there are too many patterns.

    Warns
    -----
    UndefinedEstimateWarning
        If the coefficient is undefined on the ratings themselves. The interval is then nan.

    See Also
    --------
    jackknife : Leave out one unit at a time.

    Notes
    -----
    A replicate is one multinomial draw of the patterns' frequencies, so its cost does not depend on
    the number of units [1]_. Where every unit agrees, so does every replicate, and a bootstrap
    interval would be a point: the interval is then the coefficient's own default, and its method
    says so, as where "studentized" has no standard error to divide by; "bca" says too where it
    knows no acceleration, since no unit can be left out or there is no time for each.
    See the page on how the intervals were checked for how these cover in small samples. Of B
    resamples a limit with less than 1 / (B + 1)
    beyond it is their extreme, or the coefficient where all lie to one side of it, and the method
    of the interval says so. Fewer than 20 clusters leave limits too narrow but for "studentized",
    and a note says how often those of n of them would hold a mean that is normal among clusters,
    as t with n - 1 degrees of freedom says.

    "bayesian" draws the shares of patterns from a Dirichlet distribution with the patterns'
    frequencies, Rubin's Bayesian bootstrap [2]_. With a `prior` it is the posterior under a
    symmetric Dirichlet prior over all :math:`q^m` patterns of m raters and q grades [3]_, to whose
    frequencies the prior adds; replicates are draws from it, limits its quantiles with the same
    chance in either tail, and ``(result.replicates > 0.6).mean()`` the posterior chance of more
    than 0.6. The prior means a chance-corrected coefficient of 0, and weighs as much as its units:
    1 on each of 16 patterns is 16 units of raters who do not agree.

    References
    ----------
    .. [1] B. Efron, "Better bootstrap confidence intervals", Journal of the American Statistical
           Association 82 (1987), 171-185.
    .. [2] D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9 (1981), 130-134.
    .. [3] I. J. Good, "The estimation of probabilities", MIT Press (1965), chapter 5.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
    >>> result = ilr.bootstrap(ilr.cohen_kappa, table, rng=20240331)
    >>> low, high = result.confidence_interval
    >>> round(low, 1), round(high, 1)
    (0.5, 0.8)
    >>> result = ilr.bootstrap(ilr.cohen_kappa, table, method="bayesian", prior=0.5, rng=1)
    >>> result.notes[-1]
    'Prior: Dirichlet with 0.5 units on each of 4 patterns, 2 units beside 100 seen.'
    """
    check_option(method, METHODS, "method")
    confidence_level = check_confidence_level(confidence_level)
    n_resamples = check_draws(n_resamples)
    if not callable(coefficient):
        coefficient = check_listing(
            coefficient, "coefficient", of="functions of ratings, or one of them"
        )
    coefficients = (coefficient,) if callable(coefficient) else tuple(coefficient)
    if not coefficients:
        raise ValueError("`coefficient` must be a function or several, but is empty.")
    taken = _single(ratings)
    weight = check_prior(prior, method, taken, n_resamples)
    estimates = [evaluated(one, taken) for one in coefficients]
    generator = as_generator(rng)
    draw: Any = draw_bayesian if method == "bayesian" else draw_counts
    stated: tuple[str, ...] = ()
    if weight:
        taken, extra, stated = with_every_pattern(taken, weight)
        draw = partial(draw_bayesian, extra=extra)
    else:
        taken = _merged_for_all(coefficients, taken, estimates)
    asked, n_resamples = n_resamples, resamples_in_time(taken, len(coefficients), n_resamples)
    values = np.empty((len(coefficients), n_resamples))
    errors = np.full(values.shape, np.nan)
    for rows, frequencies, times in draw(taken, int(n_resamples), generator):
        replicates = taken.with_frequencies(frequencies)
        for place, one in enumerate(coefficients):
            batch = one(replicates)
            values[place, rows] = batch.value
            if method == "studentized":
                errors[place, rows] = _errors(batch, taken, times)
    results = tuple(
        _result(
            one, taken, estimates[place], values[place], errors[place], method, confidence_level
        )
        for place, one in enumerate(coefficients)
    )
    if n_resamples < asked:
        note = fewer_resamples(n_resamples, asked)
        results = tuple(replace(one, notes=(*one.notes, note)) for one in results)
    if stated:
        results = tuple(of_posterior(result, stated) for result in results)
    return results[0] if callable(coefficient) else results


def jackknife(coefficient: Coefficient, ratings: RatingsLike) -> JackknifeResult:
    """Leave out one unit at a time, or one cluster where there are any.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`.
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.

    Returns
    -------
    JackknifeResult
        The replicates, the standard error and the bias.

    Raises
    ------
    TypeError
        If `coefficient` does not return an `Estimate`.
    ValueError
        If the ratings are a batch or of fractions of units, or have so many patterns that leaving
        each out would take more than some seconds.

    Warns
    -----
    UndefinedEstimateWarning
        If the coefficient is undefined on the ratings themselves.

    See Also
    --------
    bootstrap : Resample units.

    References
    ----------
    .. [1] B. Efron and C. Stein, "The jackknife estimate of variance", Annals of Statistics 9
           (1981), 586-596.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))
    >>> result = ilr.jackknife(ilr.cohen_kappa, table)
    >>> round(result.standard_error, 4)
    0.072
    """
    taken = _single(ratings)
    if not leaves_each_out(coefficient, taken):
        raise ValueError(
            f"`ratings` has too many patterns to leave a unit of each out in some seconds "
            f"({told(taken)}): take the estimate's own standard error, or join grades."
        )
    values, times = _leave_one_out(coefficient, taken)
    values, value = values[:-1], float(values[-1])
    if not np.isfinite(value):
        evaluated(coefficient, taken)  # warns why
    used = times > 0
    values, times = values[used], times[used]
    n = times.sum()
    with np.errstate(invalid="ignore"):
        mean = (times @ values) / n if n else np.nan
        error = np.sqrt((n - 1) / n * (times @ (values - mean) ** 2)) if n > 1 else np.nan
    return JackknifeResult(
        value=value,
        estimate_source=_source(coefficient, taken),
        replicates=values,
        frequencies=times,
        standard_error=float(error),
        bias=float((n - 1) * (mean - value)),
    )


def _single(ratings: RatingsLike) -> Ratings:
    taken = as_ratings(ratings)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    check_whole(taken, "ratings")
    return taken


def _source(coefficient: Coefficient, ratings: Ratings) -> Estimate | Keyed:
    """Return how to make an estimate where the coefficient has a key, else the estimate."""
    bound = coefficient if isinstance(coefficient, partial) else partial(coefficient)
    if str(getattr(bound.func, "__module__", "")).startswith("ilacs_reliability."):
        return keyed(bound.func, *bound.args, ratings, **bound.keywords)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        return evaluated(coefficient, ratings)


def _is_marked(coefficient: Coefficient, mark: str) -> bool:
    function = coefficient.func if isinstance(coefficient, partial) else coefficient
    return bool(getattr(function, mark, False))


def _merged_for_all(
    coefficients: Sequence[Coefficient], ratings: Ratings, estimates: Sequence[Estimate]
) -> Ratings:
    """Merge patterns where none of the coefficients asks who gave which grade."""
    merged = [
        _merged(one, ratings, estimate)
        for one, estimate in zip(coefficients, estimates, strict=True)
    ]
    return ratings if any(one is ratings for one in merged) else merged[0]


def _result(
    coefficient: Coefficient,
    ratings: Ratings,
    estimate: Estimate,
    values: FloatArray,
    errors: FloatArray,
    method: BootstrapMethod,
    confidence_level: float,
) -> BootstrapResult:
    defined = values[np.isfinite(values)]
    n_undefined = len(values) - len(defined)
    return BootstrapResult(
        estimate=estimate,
        confidence_interval=_interval(
            coefficient, ratings, estimate, values, errors, method, confidence_level
        ),
        standard_error=float(defined.std(ddof=1)) if len(defined) > 1 else float("nan"),
        replicates=values,
        n_undefined=n_undefined,
        notes=(
            *estimate.notes,
            *undefined_resamples(n_undefined, len(values)),
            *_few_clusters(estimate, method, confidence_level),
        ),
    )


def _few_clusters(
    estimate: Estimate, method: BootstrapMethod, confidence_level: float
) -> tuple[str, ...]:
    """Say how often limits from so few clusters hold a mean of what is normal in clusters."""
    n_clusters = 0 if estimate.clusters is None else int(estimate.n_independent)
    if method == "studentized" or not 1 < n_clusters < FEW_CLUSTERS:
        return ()
    # the spread of resampled means is that of the clusters without the n - 1 of an unbiased one
    z = special.ndtri((1 + confidence_level) / 2) * np.sqrt(1 - 1 / n_clusters)
    held = 2 * float(special.stdtr(n_clusters - 1, z)) - 1
    return (so_few_clusters(n_clusters, held, confidence_level),)


def _merged(coefficient: Coefficient, ratings: Ratings, estimate: Estimate) -> Ratings:
    """Count patterns as one where who gave which grade does not matter."""
    marked = _is_marked(coefficient, "by_counts") and estimate.status == "ok"
    few = ratings.table.is_wide or len(ratings.counts) <= FEW_PATTERNS
    if not marked or ratings.clusters is not None or few:
        return ratings
    counts, frequencies = distinct_rows(ratings.counts, ratings.frequencies)
    return replace(
        ratings, patterns=None, raters=None, units=None, counts=counts, frequencies=frequencies
    )


def _errors(batch: Estimate, ratings: Ratings, times: npt.NDArray[Any]) -> Any:
    """Return each replicate's standard error; a cluster drawn twice is two clusters, not one."""
    if ratings.clusters is None:
        return batch.standard_error
    n_clusters = times.shape[1]
    member = ratings.clusters[:, None] == clusters_seen(ratings)
    pull = (batch.influence * ratings.frequencies) @ member
    squares = (times * pull**2).sum(axis=1)
    return np.sqrt(squares * n_clusters / max(n_clusters - 1, 1)) / batch.n_units


def leaves_each_out(coefficient: Coefficient, ratings: Ratings) -> bool:
    """Say whether there is time for a study without each kind of unit: sums take it from them."""
    if ratings.clusters is not None:
        return affordable_without_each(len(clusters_seen(ratings)), ratings)
    by_sums = _is_marked(coefficient, "by_sums")
    return by_sums or affordable_without_each(len(ratings.frequencies), ratings)


def _leave_one_out(coefficient: Coefficient, ratings: Ratings) -> tuple[FloatArray, IntArray]:
    """Return the coefficient without one of each kind, the whole study last, and their numbers."""
    if ratings.clusters is None and _is_marked(coefficient, "by_sums"):
        return _subtract_one(coefficient, ratings)
    frequencies = ratings.frequencies.astype(np.float64)
    if ratings.clusters is None:
        times = ratings.frequencies.astype(np.int64)
    else:
        inside = ratings.clusters[None, :] == np.arange(int(ratings.clusters.max()) + 1)[:, None]
        drop, times = inside * frequencies, (inside @ frequencies > 0).astype(np.int64)
    values = np.empty(len(times) + 1)
    for rows in blocks_of(len(values), len(frequencies)):
        fewer = np.repeat(frequencies[None], rows.stop - rows.start, axis=0)
        kinds = np.arange(rows.start, min(rows.stop, len(times)))
        if ratings.clusters is None:
            fewer[kinds - rows.start, kinds] -= np.minimum(frequencies[kinds], 1.0)
        else:
            fewer[: len(kinds)] -= drop[kinds]
        values[rows] = evaluated(coefficient, ratings.with_frequencies(fewer)).value
    return values, times


def _subtract_one(coefficient: Coefficient, ratings: Ratings) -> tuple[FloatArray, IntArray]:
    """Leave one out of the sums over patterns instead of the patterns."""
    times = ratings.frequencies.astype(np.int64)
    n_patterns, n_grades = ratings.table.counts.shape
    width = ratings.n_raters if ratings.table.is_wide else max(n_grades, ratings.n_raters)
    blocks = list(blocks_of(n_patterns, n_grades * width))
    values = np.empty(n_patterns + 1)
    for rows in blocks:
        # one block is the same for every coefficient
        find = partial(Ratings.leaving_one_out, rows=rows)
        fewer = ratings.derived(("without", rows.stop), find) if len(blocks) == 1 else find(ratings)
        batch = np.asarray(evaluated(coefficient, fewer).value)
        values[rows], values[-1] = batch[:-1], batch[-1]
    return values, times


def _interval(
    coefficient: Coefficient,
    ratings: Ratings,
    estimate: Estimate,
    values: FloatArray,
    errors: FloatArray,
    method: BootstrapMethod,
    confidence_level: float,
) -> Interval:
    name = f"{method} bootstrap"
    defined = np.isfinite(values)
    if estimate.status == "undefined" or not defined.any():
        return Interval(float("nan"), float("nan"), confidence_level, name)
    values, errors = values[defined], errors[defined]
    why = _why_no_spread(estimate, values, errors, method)
    if why:
        return _own_interval(estimate, confidence_level, why)
    tails = usual_tails(confidence_level)
    if method == "studentized":
        found = _studentized(estimate, values, errors, tails)
    else:
        if method == "bca":
            leave, times = np.zeros(1), np.zeros(0, dtype=np.int64)
            if leaves_each_out(coefficient, ratings):
                leave, times = _leave_one_out(coefficient, ratings)
            leave = leave[:-1]
            kept = np.isfinite(leave) & (times > 0)
            name += "" if kept.any() else " without acceleration"
            tails = _bca_tails(leave[kept], times[kept], estimate, values, tails)
        found = read_off(values, tails, estimate.value, name, "resample")
    (low, high), name = np.asarray(found).tolist(), name_of(found) or name
    # only the studentized one can pass what can be true
    least, most = estimate.range
    low, high = max(low, float(least)), min(high, float(most))
    if not high - low > NO_ERROR:
        return _own_interval(estimate, confidence_level, one_point(name))
    return Interval(low, high, confidence_level, name)


def _own_interval(estimate: Estimate, confidence_level: float, why: str) -> Interval:
    own = estimate.confidence_interval(confidence_level)
    return Interval(own.low, own.high, confidence_level, gives_way(own.method, why))


def _why_no_spread(
    estimate: Estimate, values: FloatArray, errors: FloatArray, method: BootstrapMethod
) -> str:
    """Say what the interval cannot be made of; "" where nothing is in the way."""
    if not np.ptp(values) > NO_ERROR:
        return ALL_THE_SAME if len(values) > 1 else BUT_ONE
    if method != "studentized":
        return ""
    if not estimate.standard_error > NO_ERROR:
        nil = estimate.standard_error <= NO_ERROR
        return ERROR_IS_NIL if nil else NO_ERROR_AT_HAND
    return "" if (errors > NO_ERROR).any() else NO_ERROR_OF_ANY


def _studentized(
    estimate: Estimate, values: FloatArray, errors: FloatArray, tails: FloatArray
) -> Limits:
    usable, error = errors > NO_ERROR, estimate.standard_error
    pivots = (values[usable] - estimate.value) / errors[usable]
    turned = read_off(pivots, tails, 0.0, "studentized bootstrap", "resample")
    low, high = (estimate.value - np.asarray(end) * error for end in reversed(turned))
    return under_name(low, high, name_of(turned))


def _bca_tails(
    leave: FloatArray,
    times: IntArray,
    estimate: Estimate,
    values: FloatArray,
    tails: FloatArray,
) -> FloatArray:
    """Shift the tails for bias and for a spread that changes with the value."""
    gaps = (times @ leave) / max(times.sum(), 1) - leave
    spread = (times @ gaps**2) ** 1.5
    acceleration = (times @ gaps**3) / (6 * spread) if spread > 0 else 0.0
    below = ((values < estimate.value).sum() + (values <= estimate.value).sum()) / (2 * len(values))
    half = 0.5 / len(values)
    bias = special.ndtri(np.clip(below, half, 1 - half))
    shifted = bias + special.ndtri(tails)
    adjusted: FloatArray = special.ndtr(bias + shifted / (1 - acceleration * shifted))
    return adjusted
