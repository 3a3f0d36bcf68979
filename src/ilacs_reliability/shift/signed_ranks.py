"""Whether grades moved, by ranks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.intervals import t_limits, wald_limits
from ilacs_reliability._inference.shrinkage import no_bolder
from ilacs_reliability._inference.thresholds import ALTERNATIVES
from ilacs_reliability._inference.units import own_unit
from ilacs_reliability._results.estimates import (
    Alternative,
    Estimate,
    Limits,
    Method,
    SignificanceResult,
)
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability._results.ingredients import Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import under_name
from ilacs_reliability.shift.movement import check_ordered
from ilacs_reliability.shift.moves import (
    ROUNDING,
    Pairs,
    as_pairs,
    kept_inside,
    linear_estimate,
    mean_methods,
    pair_estimate,
    reordered,
)
from ilacs_reliability.shift.paired_limits import bonett_price_limits, tango_limits
from ilacs_reliability.shift.scores import cluster_totals, score_changes
from ilacs_reliability.shift.sentences import (
    DIRECTED,
    EFFECTS,
    FLIPPED,
    LABELS,
    LEAST_P,
    NO_CHANGE,
    NOT_SHOWN,
    SHRUNK,
    STOOD_STILL,
    one_alone,
    rank_biserial_label,
)
from ilacs_reliability.shift.signs import normal_p
from ilacs_reliability.shift.steady import Steady, steadied
from ilacs_reliability.shift.sums import (
    SignedSum,
    critical_ratio,
    matching_name,
    signed_sum,
    signed_sum_p,
    sum_notes,
)
from ilacs_reliability.shift.testing import (
    is_alone,
    large_sample_note,
    least_swap_p,
    stayed_note,
    thing_of,
)

ZeroMethod: TypeAlias = Literal["wilcox", "pratt"]
RankMethod: TypeAlias = Literal["exact", "asymptotic", "monte_carlo"]
RiditMethod: TypeAlias = Literal["shrunk", "logit", "wald"]
ZERO_METHODS: tuple[str, ...] = get_args(ZeroMethod)
RANK_METHODS: tuple[str, ...] = get_args(RankMethod)


def wilcoxon_signed_rank(
    table: TransitionsLike,
    *,
    zero_method: ZeroMethod = "wilcox",
    alternative: Alternative = "two-sided",
    method: RankMethod = "exact",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether grades moved, weighing each move by the rank of its size.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    zero_method : {"wilcox", "pratt"}, optional
        Leave out the units that did not move, or rank them first and then leave them out. Default:
        "wilcox".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where grades rose. Default: "two-sided".
    method : {"exact", "asymptotic", "monte_carlo"}, optional
        The exact distribution given the sizes of the moves, its normal approximation with the
        variance that ties leave, or draws from it. Default: "exact".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; `statistic` is the sum of the ranks of units that rose (a z statistic for
        "asymptotic"). The effect is the matched-pairs rank-biserial correlation, -1 to 1: ranks of
        moves up less ranks of moves down, over all of them. Its default interval ("score", or
        "calibrated_score" where the test is not "asymptotic") answers about zero as the test does.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered, an option is unknown, or more units than can be listed moved
        alike.

    See Also
    --------
    sign_test : Counts directions only, and needs no spacing of the grades.
    marginal_score_shift : Weighs each move by its size.

    Notes
    -----
    Moves are sized by the scale's scores; equal sizes share their rank. On four grades there are
    few sizes, so the exact distribution is a small sum whatever the number of units. "pratt" is due
    to [2]_, the effect to [3]_. With ranks :math:`r` and their signed sum :math:`T`, the score
    interval holds each correlation :math:`\rho` that could be twice less one the chance of any move
    to go up: :math:`(T - \rho \sum r)^2 \le c^2 (1 - \rho^2) \sum r^2`, with the test's own
    critical value :math:`c`, which is the normal one where that lies well between the sums kept and
    rejected. Where moves of different sizes go different ways, its coverage may fall short of its
    level; "fisher", which takes the spread between units as it is, then holds. Where ratings carry
    clusters, whole clusters swap occasions, and the effect is of their signed sums of ranks.

    References
    ----------
    .. [1] F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945),
           80-83.
    .. [2] J. W. Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank procedures", Journal
           of the American Statistical Association 54 (1959), 655-667.
    .. [3] D. S. Kerby, "The simple difference formula: an approach to teaching nonparametric
           correlation", Comprehensive Psychology 3 (2014), 11.IT.3.1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> first_year = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    >>> result = ilr.wilcoxon_signed_rank(first_year)
    >>> result.statistic, round(result.p_value, 6)
    (221.5, 0.000645)
    """
    check_option(zero_method, ZERO_METHODS, "zero_method")
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, RANK_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    pairs = as_pairs(table)
    check_ordered(pairs)
    changes = score_changes(pairs, None)
    changes = changes / own_unit(changes)
    ranks = _signed_ranks(changes, pairs.frequencies, zero_method)
    pieces = signed_sum(*cluster_totals(pairs, ranks), method, n_resamples, rng)
    if method == "asymptotic":
        statistic = pieces.total / np.sqrt(pieces.squares) if pieces.squares else 0.0
        p_value = normal_p(statistic, alternative) if pieces.squares else 1.0
    else:
        statistic = float(pairs.frequencies @ np.maximum(ranks, 0.0))
        p_value = signed_sum_p(pieces, alternative)
    effect = _rank_biserial(pairs, changes, zero_method, pieces)
    used = pieces.null.method
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=used if pairs.clusters is None else f"{used}, {FLIPPED}",
        name="wilcoxon_signed_rank",
        label=LABELS[zero_method],
        null=DIRECTED["wilcoxon_signed_rank"][alternative],
        effect=effect,
        n_units=pairs.n_units,
        notes=(
            *pairs.notes,
            *stayed_note(pairs.n_units - effect.n_units),
            *sum_notes(
                pieces,
                effect,
                alternative,
                moved=bool(pairs.frequencies @ (changes != 0)),
                alone=is_alone(pairs),
            ),
        ),
        limits=NOT_SHOWN,
    )


def marginal_rank_shift(
    table: TransitionsLike,
    *,
    alternative: Alternative = "two-sided",
    method: RiditMethod = "shrunk",
) -> SignificanceResult:
    r"""Test whether grades on the second occasion tend to be better, by mean ranks.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where grades rose. Default: "two-sided".
    method : {"shrunk", "logit", "wald"}, optional
        As a share of as many units as a shrunk variance implies, or by the normal approximation
        with the variance seen, on the logit scale or as it is. Default: "shrunk".

    Returns
    -------
    SignificanceResult
        The p-value and a z statistic (for "shrunk" the normal quantile of the p-value). The effect
        is the probability that a grade drawn from the second occasion beats one drawn from the
        first, ties counting half: 0.5 for no shift. Intervals "shrunk", "logit", "wald", "t", the
        test's own first.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered, or an option is unknown.

    See Also
    --------
    paired_superiority : The same within units.

    Notes
    -----
    :math:`\alpha = \sum_{i < j} p_{i \cdot} p_{\cdot j}
    + \frac{1}{2} \sum_i p_{i \cdot} p_{\cdot i}` with its delta-method error over units, so that
    pairing is taken into account [1]_. The standard error has n - 1 where the book has n.

    "shrunk" puts the variance v of the n units at :math:`(d v + s\, \alpha (1 - \alpha) / 4 n) / (d
    + 1 / 4)`, d being half the sum of the distances of the units' influences from their median and
    s 0.4 at a half and, at 0 and 1, what a unit that was missed could pull at most on this scale (1
    of two grades). The limits are those of a share of as many units as that implies (by the t
    quantile, and no fewer than n over that pull), as in `relative_effect`. "logit" and "wald" give
    way to it where more of that variance is taken than seen. Units of which each could as well have
    swapped its grades give no p-value below :math:`2^{1 - m}`, m of them having moved; no method
    goes below, and a note says where one would. How often each interval holds the truth is in the
    documentation, "How the tests of shift were checked"; where small moves go one way and a few
    large ones the other it can fall short.

    References
    ----------
    .. [1] M. W. Fagerland, S. Lydersen and P. Laake, "Statistical Analysis of Contingency Tables",
           CRC Press (2017), chapter 9; after A. Agresti, "Analysis of Ordinal Categorical Data",
           2nd ed., Wiley (2010), section 8.1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> result = ilr.marginal_rank_shift([[35, 5, 0], [15, 20, 5], [10, 5, 5]])
    >>> round(result.effect.value, 2)
    0.39
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, get_args(RiditMethod), "method")
    pairs = as_pairs(table)
    check_ordered(pairs)
    effect, steady = _rank_estimate(pairs, first=method)
    still = not pairs.frequencies @ (pairs.moves != 0)
    trusted = method if steady.known else "shrunk"
    statistic, found = (0.0, 1.0) if still else _rank_test(effect, steady, alternative, trusted)
    p_value = max(found, least_swap_p(steady.moved, alternative))
    few = (*_few_note(effect), *((LEAST_P,) if p_value > found else ()))
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method if trusted == method else "shrunk variance",
        name="marginal_rank_shift",
        label=LABELS["marginal_rank_shift"],
        null=DIRECTED["marginal_rank_shift"][alternative],
        effect=effect,
        n_units=pairs.n_units,
        notes=(
            *pairs.notes,
            *((NO_CHANGE,) if still else (one_alone(thing_of(pairs)),) if is_alone(pairs) else few),
        ),
        limits=NOT_SHOWN,
    )


def paired_superiority(table: TransitionsLike) -> Estimate:
    """Estimate the probability that a unit's second grade is the better one, ties counting half.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.

    Returns
    -------
    Estimate
        The probability: 0.5 where as many improved as declined. Intervals "tango",
        "bonett_price", "t" and "wald"; where ratings carry clusters, "t" and "wald" over clusters.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        the scale is not ordered.

    See Also
    --------
    net_shift : Twice this less one is its net change.
    marginal_rank_shift : Compares grades of different units too.

    References
    ----------
    .. [1] R. J. Grissom and J. J. Kim, "Effect Sizes for Research", 2nd ed., Routledge (2012),
           chapter 5.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> first_year = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    >>> round(ilr.paired_superiority(first_year).value, 4)
    0.7424
    """
    pairs = as_pairs(table, single=False)
    check_ordered(pairs)
    ways = np.sign(pairs.moves)
    methods = mean_methods(0.0, 1.0)
    if pairs.clusters is None:
        closed = {"tango": tango_limits, "bonett_price": bonett_price_limits}
        halved = (
            (k, keyed(_halved, limits=keyed(limits), ways=ways)) for k, limits in closed.items()
        )
        methods = (*halved, *methods)
    return linear_estimate(
        pairs,
        (1.0 + ways) / 2,
        Title(
            name="paired_superiority",
            label=EFFECTS["paired_superiority"],
        ),
        methods=methods,
    )


def rank_estimate(pairs: Pairs, *, first: str = "shrunk") -> Estimate:
    """Estimate the probability that a grade of the second occasion beats one of the first.

    Parameters
    ----------
    pairs : Pairs
        A single study.
    first : str, optional
        The default interval.

    Returns
    -------
    Estimate
        The probability, ties counting half.
    """
    return _rank_estimate(pairs, first=first)[0]


def _rank_estimate(pairs: Pairs, *, first: str) -> tuple[Estimate, Steady]:
    counts = pairs.counts / pairs.n_units
    before, after = counts.sum(axis=1), counts.sum(axis=0)
    below = np.cumsum(before) - before / 2
    above = np.cumsum(after[::-1])[::-1] - after / 2
    value = float(after @ below)
    influence = above[pairs.before] + below[pairs.after] - 2 * value
    # grades of no unit on either occasion are as good as not on the scale
    used = before + after > 0
    farthest = (
        2 * value - above[used].min() - below[used].min()
        if value >= 0.5
        else above[used].max() + below[used].max() - 2 * value
    )
    bare = pair_estimate(
        pairs,
        Title(
            name="marginal_rank_shift",
            label=EFFECTS["marginal_rank_shift"],
        ),
        Value(value=min(max(value, 0.0), 1.0), influence=influence),
        methods=(),
    )
    steady = steadied(bare, float(farthest), pairs)
    kinds = {"shrunk": None, "logit": keyed(_logit), "wald": keyed(_wald), "t": keyed(_t)}
    methods = tuple(
        (name, keyed(_cautious, limits=limits, steady=steady)) for name, limits in kinds.items()
    )
    return replace(bare, methods_source=reordered(methods, first)), steady


def _cautious(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Callable[..., Limits] | None,
    steady: Steady,
) -> Limits:
    if limits is None:
        found: Limits = steady.share.limits(confidence_level)
    elif not steady.known:
        low, high = steady.share.limits(confidence_level)
        found = under_name(low, high, SHRUNK)
    else:
        found = limits(estimate, confidence_level)
    return no_bolder(found, confidence_level, 0.5, least_swap_p(steady.moved))


def _signed_ranks(changes: FloatArray, frequencies: FloatArray, zero_method: str) -> FloatArray:
    sizes = np.abs(changes).round(10)
    # half the time of asking for the inverse
    kinds = np.unique(sizes)
    place = kinds.searchsorted(sizes)
    times = np.bincount(place, weights=frequencies)
    if zero_method == "wilcox" and kinds[0] == 0:
        times[0] = 0
    ranks = np.cumsum(times) - times / 2 + 0.5
    signed: FloatArray = np.sign(changes) * ranks[place]
    return signed


def _rank_biserial(
    pairs: Pairs, changes: FloatArray, zero_method: str, pieces: SignedSum
) -> Estimate:
    kept = np.ones_like(changes) if zero_method == "pratt" else (changes != 0).astype(np.float64)
    entering, reach = pairs.frequencies * kept, pieces.reach
    matched = keyed(_signed_rank_limits, pieces=pieces)
    methods: tuple[Method, ...] = (
        (matching_name(pieces), matched),
        ("fisher", keyed(_fisher)),
        *mean_methods(-1.0, 1.0),
    )
    reason = "balanced_clusters" if pairs.frequencies @ (changes != 0) else "no_change"
    return Estimate(
        value=pieces.total / reach if reach else float("nan"),
        name="rank_biserial",
        label=rank_biserial_label(clustered=pairs.clusters is not None),
        frequencies=entering,
        influence_source=keyed(_rank_influence, changes, entering, pairs.clusters),
        n_units=int(entering.sum()),
        clusters=pairs.clusters,
        methods_source=methods,
        status="ok" if reach else "undefined",
        reason="" if reach else reason,
        why=STOOD_STILL if not reach and reason == "no_change" else "",
        notes=pairs.notes,
        limits=NOT_SHOWN,
        design=pairs.design,
    )


def _signed_rank_limits(
    estimate: Estimate, confidence_level: float, *, pieces: SignedSum
) -> Limits:
    """Invert the test of a chance to rise that is the same for each piece.

    (total - reach x)^2 = c^2 squares (1 - x^2), a quadratic in x.
    """
    square = critical_ratio(confidence_level, pieces=pieces) ** 2 * pieces.squares
    total, reach = pieces.total, pieces.reach
    root = float(np.sqrt(square * max(reach**2 + square - total**2, 0.0)))
    low, high = ((total * reach + sign * root) / (reach**2 + square) for sign in (-1, 1))
    return max(low, -1.0), min(high, 1.0)


def _rank_influence(
    changes: FloatArray, frequencies: FloatArray, clusters: IntArray | None
) -> FloatArray:
    """Differentiate the signed sum of ranks over the sum of pieces' sizes, ranks moving too."""
    sizes, signs = np.round(np.abs(changes), 10), np.sign(changes)
    smaller = np.where(
        sizes[:, None] < sizes[None, :], 1.0, np.where(sizes[:, None] == sizes[None, :], 0.5, 0.0)
    )
    ranks, own = frequencies @ smaller, np.abs(signs)
    if clusters is not None:
        own = signs * np.sign(by_cluster(frequencies * signs * ranks, clusters))[clusters]
    total, reach = (float(frequencies @ (sign * ranks)) for sign in (signs, own))
    pulls = [sign * ranks + smaller @ (frequencies * sign) for sign in (signs, own)]
    pull = pulls[0] - total / reach * pulls[1] if reach else np.zeros_like(changes)
    influence: FloatArray = np.where(frequencies > 0, frequencies.sum() * pull / (reach or 1), 0.0)
    return influence


def _fisher(estimate: Estimate, confidence_level: float) -> Limits:
    value, error, n = estimate.value, estimate.standard_error, estimate.n_independent
    inside = error > ROUNDING and abs(value) < 1 - ROUNDING
    room = 1 - value**2 if inside else 1.0
    centre = np.arctanh(value) if inside else value
    low, high = t_limits(centre, error / room, n, confidence_level=confidence_level)
    limits = (np.tanh(low), np.tanh(high)) if inside else (low, high)
    return kept_inside(estimate, limits, confidence_level, -1.0, 1.0)


def _halved(
    estimate: Estimate, confidence_level: float, *, limits: Callable[..., Any], ways: IntArray
) -> Limits:
    up, down = (estimate.frequencies @ (ways == way) for way in (1, -1))
    low, high = limits(up, down, estimate.n_units, confidence_level=confidence_level)
    return (1 + low) / 2, (1 + high) / 2


def _rank_test(
    effect: Estimate, steady: Steady, alternative: Alternative, method: str
) -> tuple[float, float]:
    value, error = effect.value, effect.standard_error
    if method == "shrunk":
        share = steady.share
        tail = min(share.p_value(0.5, side) for side in ("less", "greater"))
        z = np.copysign(special.ndtri(max(1 - tail, 0.5)), value - 0.5)
        return float(z), share.p_value(0.5, alternative)
    z = (value - 0.5) / error
    if method == "logit":
        z = special.logit(value) * value * (1 - value) / error
    return float(z), normal_p(float(z), alternative)


def _few_note(effect: Estimate) -> tuple[str, ...]:
    times, pulls = effect.frequencies, effect.influence
    if effect.clusters is not None:
        pulls = by_cluster(times * pulls, effect.clusters)
        times = np.ones(len(pulls))
    squares = np.where(times > 0, pulls**2, 0.0)
    shares = squares / max(float((times * squares).sum()), 1e-300)
    better = "marginal_score_shift(table, method='exact')"
    thing = "unit" if effect.clusters is None else "cluster"
    return large_sample_note(shares, thing, better, seen=int(effect.n_independent))


def _logit(estimate: Estimate, confidence_level: float) -> Limits:
    value, error = estimate.value, estimate.standard_error
    half = special.ndtri((1 + confidence_level) / 2) * error / (value * (1 - value))
    low, high = (special.expit(special.logit(value) + sign * half) for sign in (-1, 1))
    return float(low), float(high)


def _wald(estimate: Estimate, confidence_level: float) -> Limits:
    limits = wald_limits(estimate.value, estimate.standard_error, confidence_level=confidence_level)
    return np.maximum(limits[0], 0.0), np.minimum(limits[1], 1.0)


def _t(estimate: Estimate, confidence_level: float) -> Limits:
    n = estimate.n_independent
    limits = t_limits(estimate.value, estimate.standard_error, n, confidence_level=confidence_level)
    return np.maximum(limits[0], 0.0), np.minimum(limits[1], 1.0)
