"""Closed-form confidence limits for coefficients and for shares of units.

Every function takes numbers or arrays that broadcast together, gives nan where its input is nan,
and gives nested limits: a higher confidence level never gives a narrower interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._inference import betas
from ilacs_reliability._inference.students import t_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

FloatArray: TypeAlias = npt.NDArray[np.float64]
Limits: TypeAlias = tuple[FloatArray, FloatArray]

# units of design effect 1 added to those that disagree; chosen by simulation, docs/intervals.md
PRIOR_UNITS_LOW = 2.0
PRIOR_UNITS_HIGH = 4.0
# Jeffreys' prior has 1/2, Clopper and Pearson's limits 0; chosen by the same simulation
LEAN = 0.4
# units added that agree by chance: how rare that is, a few units hardly say
MORE_BY_CHANCE = 2.0
# chance agreement is of pairs of units: where all error is its own, a unit counts a third
PAIRED_EFFECT = 3.0
# an observed agreement this close to 1 is 1 but for rounding
FULL = 1 - 1e-12
# and a standard error this small is 0
NO_SPREAD = 1e-12
# the largest share that is not all
BELOW_ONE = float(np.nextafter(1.0, 0.0))


def score_limits(
    value: npt.ArrayLike,
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    n_units: npt.ArrayLike,
    n_discordant: npt.ArrayLike,
    *,
    confidence_level: float,
    stops: tuple[npt.ArrayLike, float] = (-np.inf, -np.inf),
) -> Limits:
    r"""Return Beta limits of the observed agreement, mapped to the coefficient's scale.

    They hold `value`, have a positive width, and stay between the coefficient's value at no
    agreement, or the least given, and 1.

    Parameters
    ----------
    value : array_like of float, shape (...)
        The coefficient, (observed - expected) / (1 - expected).
    observed, expected : array_like of float, shape (...)
        Observed agreement and the agreement expected by chance, 0 to 1.
    standard_error : array_like of float, shape (...)
        Standard error of `value` over independent units, in the unit of `value`.
    n_units : array_like of float, shape (...)
        Number of independent units that bear on agreement: those with two or more ratings, or the
        clusters they come from.
    n_discordant : array_like of float, shape (...)
        Number of these units whose ratings are not all the same grade.
    confidence_level : float
        Wanted coverage, between 0 and 1.
    stops : tuple of array_like of float, shape (...), and float, optional
        The least that the coefficient can be, where chance agreement is estimated too; and where
        estimates stop that would else go lower, as those that may not be negative. Default: chance
        agreement is known, so that no agreement is the least, and estimates do not stop.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, in the unit of `value`; nan where it is nan.

    See Also
    --------
    t_limits : Symmetric, from the standard error alone.
    jeffreys_limits : For a share of units.

    Notes
    -----
    With observed agreement :math:`p`, chance agreement :math:`p_e` and standard error :math:`s`,
    the design effect :math:`D = n s^2 (1 - p_e)^2 / (p (1 - p))` says how much more the coefficient
    varies than a share of :math:`n` units would. Few units bear on it: the :math:`d` that
    disagree and, for the upper limit, no more than the :math:`n (1 - p_e)` that would by chance.
    With :math:`x = d` below and :math:`x = \min\{d, n (1 - p_e)\}` above, it is shrunk towards 1,
    :math:`D^* = \max\{(x D + c) / (x + c),\ D\,[D > 1]\}`, where :math:`c` is 2 below and 4
    above. The limits of :math:`p` are the quantiles of
    :math:`\mathrm{Beta}(m p + 0.4, m (1 - p) + 0.6)` below and
    :math:`\mathrm{Beta}(m p + 0.6, m (1 - p) + 0.4)` above with :math:`m = n / D^*`, at least 2:
    Jeffreys' interval [1]_ for an effective sample size [2]_, a fifth of the way to that of
    Clopper and Pearson.

    Near no agreement the error is that of :math:`p_e`, which this scale holds fixed. With the least
    :math:`l` that the coefficient can be, :math:`g = \min\{p (n + 2) / (n p_e + 2), 1\}` and the
    value :math:`f = -p_e / (1 - p_e)` at no agreement, the scale begins at :math:`f - (1 - g)
    (f - l)` instead, that is, :math:`p` and :math:`p_e` are what they are on it; the lower limit
    has :math:`g x` for :math:`x`, :math:`0.4 g` for 0.4, and shrinks towards a design effect of
    :math:`g + 3 (1 - g)`.

    Where less than half of the upper Beta lies above where estimates stop, or above
    the least, the upper limit leaves out :math:`1 - \gamma` of that part, with :math:`\gamma` the
    level, not :math:`(1 - \gamma) / 2` of all: else it would be the end itself at a low level. The
    constants were chosen by simulation; how well the limits cover is in the documentation, "How the
    intervals were checked".

    References
    ----------
    .. [1] L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
           Statistical Science 16 (2001), 101-133.
    .. [2] E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected
           number of positive counts estimated from survey data", Survey Methodology 24 (1998),
           193-201.

    Examples
    --------
    Two inspectors agreed in 22 of 24 schools (20 good, 2 convert), and kappa is 13/21:

    >>> from ilacs_reliability._inference.intervals import score_limits
    >>> low, high = score_limits(13 / 21, 22 / 24, 25 / 32, 0.2514, 24, 2, confidence_level=0.95)
    >>> print(f"{low:.3f} to {high:.3f}")
    -0.118 to 0.925
    """
    value, observed, expected, error, n, d, least = _floats(
        value, observed, expected, standard_error, n_units, n_discordant, stops[0]
    )
    share, given = _share(observed), 1 - expected
    share, expected, known = _reaching_down(value, share, expected, n, least)
    room = 1 - expected
    effect, d = _design_effect(share, error * room, n, d), d * known
    below = _effective_size(n, effect, d, PRIOR_UNITS_LOW, known + PAIRED_EFFECT * (1 - known))
    # a high coefficient needs rare grades, and n * given is what the data know of those
    above = _effective_size(n, effect, np.minimum(d, n * given), PRIOR_UNITS_HIGH, 1.0)
    tail, rest = (1 - confidence_level) / 2, 1 - share
    lean = LEAN * known
    low = betas.betaincinv(below * share + lean, below * rest + 1 - lean, tail)
    upper = above * share + 1 - LEAN, above * rest + LEAN
    high = betas.betainccinv(
        *upper, tail * _part_beyond(*upper, np.maximum(stops[1], least), expected)
    )
    low, high = np.where(share > 0, low, 0.0), np.where(share < 1, high, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (low - expected) / room, (high - expected) / room
    return np.minimum(low, value), np.maximum(high, value)


def _part_beyond(
    a: FloatArray, b: FloatArray, end: FloatArray, expected: FloatArray
) -> FloatArray | float:
    """Return twice the part of a Beta of agreement beyond a coefficient, at most 1."""
    if np.isneginf(end).all():
        return 1.0
    with np.errstate(invalid="ignore"):
        rest = np.clip((1.0 - end) * (1.0 - expected), 0.0, 1.0)
    part: FloatArray = np.fmin(2.0 * betas.betainc(b, a, rest), 1.0)
    return part


def known_by_agreement(
    observed: npt.ArrayLike, expected: npt.ArrayLike, n_units: npt.ArrayLike
) -> FloatArray:
    """Return how much of a coefficient's error is that of observed agreement; 1 or more for all.

    Parameters
    ----------
    observed, expected, n_units : array_like of float, shape (...)
        As in `score_limits`.

    Returns
    -------
    ndarray of float, shape (...)
        0 at no agreement.
    """
    observed, expected, n = _floats(observed, expected, n_units)
    known: FloatArray = observed * (n + MORE_BY_CHANCE) / (n * expected + MORE_BY_CHANCE)
    return known


def _reaching_down(
    value: FloatArray, share: FloatArray, expected: FloatArray, n: FloatArray, least: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Let the scale of agreement reach down to the least there can be, where agreement is rare.

    Returns the share, the chance agreement that goes with it, and how much of the error is that of
    observed agreement: near no agreement it is that of chance agreement, which the scale holds.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        known = known_by_agreement(share, expected, n)
        floor = -expected / (1 - expected)
        low = floor + (1 - known) * np.minimum(least - floor, 0.0)
        moved = (value - low) / (1 - low)
        rare = (known < 1) & np.isfinite(low)
        return (
            np.where(rare, np.clip(moved, 0.0, 1.0), share),
            np.where(rare, -low / (1 - low), expected),
            np.where(rare, known, 1.0),
        )


def _floats(*numbers: npt.ArrayLike) -> Iterator[FloatArray]:
    return (np.asarray(number, dtype=np.float64) for number in numbers)


def _share(observed: FloatArray) -> FloatArray:
    share = np.minimum(np.maximum(observed, 0.0), 1.0)
    return np.where(share > FULL, 1.0, share)


def _design_effect(
    share: FloatArray, error: FloatArray, n: FloatArray, d: FloatArray
) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        effect = n * error**2 / (share * (1 - share))
    return np.where(np.isfinite(effect) & (d > 0), effect, 1.0)


def _effective_size(
    n: FloatArray,
    effect: FloatArray,
    informative: FloatArray,
    prior_units: float,
    prior: FloatArray | float,
) -> FloatArray:
    shrunk = (informative * effect + prior_units * prior) / (informative + prior_units)
    # a sample that shows more spread than a share of units has is believed at once
    shrunk = np.where(effect > 1, np.maximum(shrunk, effect), shrunk)
    # of more, the quantiles of a Beta are lost in rounding
    size: FloatArray = np.clip(n / shrunk, 2.0, 1e12)
    return size


def t_limits(
    value: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    n_units: npt.ArrayLike,
    *,
    confidence_level: float,
) -> Limits:
    """Return symmetric limits with Student's t on n - 1 degrees of freedom.

    They may pass the ends of the coefficient's range, and have no width where every unit agrees.

    Parameters
    ----------
    value, standard_error : array_like of float, shape (...)
        The coefficient and its standard error.
    n_units : array_like of float, shape (...)
        Number of independent units (clusters, where units come in clusters).
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, in the unit of `value`.

    See Also
    --------
    score_limits : Holds in small samples and at perfect agreement.

    References
    ----------
    .. [1] K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high
           agreement", British Journal of Mathematical and Statistical Psychology 61 (2008), 29-48.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import t_limits
    >>> low, high = t_limits(0.5, 0.1, 24, confidence_level=0.95)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.293 to 0.707
    """
    value, error, n = _floats(value, standard_error, n_units)
    half = t_quantile(n - 1, (1 + confidence_level) / 2) * error
    return value - half, value + half


def wald_limits(
    value: npt.ArrayLike, standard_error: npt.ArrayLike, *, confidence_level: float
) -> Limits:
    """Return symmetric limits with the normal quantile, as most programs print.

    They may pass the ends of the coefficient's range, and have no width where every unit agrees.

    Parameters
    ----------
    value, standard_error : array_like of float, shape (...)
        The coefficient and its standard error.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, in the unit of `value`.

    See Also
    --------
    score_limits : Holds in small samples and at perfect agreement.

    References
    ----------
    .. [1] J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and
           weighted kappa", Psychological Bulletin 72 (1969), 323-327.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import wald_limits
    >>> low, high = wald_limits(0.5, 0.1, confidence_level=0.95)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.304 to 0.696
    """
    value, error = _floats(value, standard_error)
    half = special.ndtri((1 + confidence_level) / 2) * error
    return value - half, value + half


def logit_limits(
    value: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    n_units: npt.ArrayLike,
    expected: npt.ArrayLike,
    *,
    confidence_level: float,
    least: npt.ArrayLike = -np.inf,
) -> Limits:
    """Return t limits on the logit scale of the coefficient's range.

    Parameters
    ----------
    value, standard_error : array_like of float, shape (...)
        The coefficient and its standard error.
    n_units : array_like of float, shape (...)
        Number of independent units (clusters, where units come in clusters).
    expected : array_like of float, shape (...)
        Agreement expected by chance; the range is from -expected / (1 - expected) to 1.
    confidence_level : float
        Wanted coverage, between 0 and 1.
    least : array_like of float, shape (...), optional
        As in `score_limits`.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, in the unit of `value`. Where the standard error is zero or `value` is an end of
        the range (every unit agrees, or none does) the logit scale has no answer; the limits
        are then those of `score_limits` with a design effect of 1.

    See Also
    --------
    score_limits : Covers better where few units disagree.

    References
    ----------
    .. [1] E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected
           number of positive counts estimated from survey data", Survey Methodology 24 (1998),
           193-201.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import logit_limits
    >>> low, high = logit_limits(0.8, 0.1, 24, 0.5, confidence_level=0.95)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.481 to 0.932
    """
    value, error, n, expected = _floats(value, standard_error, n_units, expected)
    room = 1 - expected
    share = _share(1 - (1 - value) * room)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        half = t_quantile(n - 1, (1 + confidence_level) / 2) * error * room
        half = half / (share * (1 - share))
        low, high = (special.expit(special.logit(share) + step) for step in (-half, half))
        low, high = (1 - (1 - limit) / room for limit in (low, high))
    ends = score_limits(
        value,
        share,
        expected,
        0.0,
        n,
        0.0,
        confidence_level=confidence_level,
        stops=(least, -np.inf),
    )
    inside = is_on_logit_scale(value, error, expected)
    return np.where(inside, low, ends[0]), np.where(inside, high, ends[1])


def is_on_logit_scale(
    value: npt.ArrayLike, standard_error: npt.ArrayLike, expected: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    """Tell where the logit scale has limits.

    Parameters
    ----------
    value, standard_error, expected : array_like of float, shape (...)
        As in `logit_limits`.

    Returns
    -------
    ndarray of bool, shape (...)
        False where the standard error is zero or not known, or the value is an end of its range.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import is_on_logit_scale
    >>> is_on_logit_scale([0.8, 1.0], [0.1, 0.1], 0.5).tolist()
    [True, False]
    """
    value, error, expected = _floats(value, standard_error, expected)
    share = _share(1 - (1 - value) * (1 - expected))
    inside: npt.NDArray[np.bool_] = (error * (1 - expected) > NO_SPREAD) & (share > 0) & (share < 1)
    return inside


def clopper_pearson_limits(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence_level: float
) -> Limits:
    """Return exact limits of a share, by inverting two one-sided binomial tests.

    Parameters
    ----------
    successes, n : array_like of int, shape (...)
        Number of successes and of units.
    confidence_level : float
        Coverage that is reached or passed whatever the true share, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, 0 to 1.

    See Also
    --------
    midp_limits : Narrower; covers on average rather than always.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
           the case of the binomial", Biometrika 26 (1934), 404-413.

    Examples
    --------
    Two inspectors agreed in 22 of 24 schools:

    >>> from ilacs_reliability._inference.intervals import clopper_pearson_limits
    >>> low, high = clopper_pearson_limits(22, 24, confidence_level=0.95)
    >>> print(f"{low:.6f} to {high:.6f}")
    0.730027 to 0.989744
    """
    x, n = _floats(successes, n)
    return _beta_limits(x, n, 0.0, 1.0, confidence_level)


def jeffreys_limits(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence_level: float
) -> Limits:
    """Return limits of a share from the posterior under Jeffreys' prior.

    Parameters
    ----------
    successes, n : array_like of int, shape (...)
        Number of successes and of units.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, 0 to 1; 0 at no success and 1 at no failure.

    See Also
    --------
    clopper_pearson_limits : Never covers less than it says.

    References
    ----------
    .. [1] L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
           Statistical Science 16 (2001), 101-133, section 3.1.2.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import jeffreys_limits
    >>> low, high = jeffreys_limits(22, 24, confidence_level=0.95)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.7586 to 0.9823
    """
    x, n = _floats(successes, n)
    return _beta_limits(x, n, 0.5, 0.5, confidence_level)


def _beta_limits(
    x: FloatArray, n: FloatArray, near: float, far: float, confidence_level: float
) -> Limits:
    tail, fails = (1 - confidence_level) / 2, n - x
    low = betas.betaincinv(np.where(x > 0, x + near, 1.0), fails + far, tail)
    high = betas.betainccinv(x + far, np.where(fails > 0, fails + near, 1.0), tail)
    return np.where(x > 0, low, 0.0), np.where(fails > 0, high, 1.0)


def wilson_limits(successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence_level: float) -> Limits:
    """Return limits of a share, by inverting the score test.

    Parameters
    ----------
    successes, n : array_like of int, shape (...)
        Number of successes and of units.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, 0 to 1.

    See Also
    --------
    clopper_pearson_limits : Never covers less than it says.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
           Journal of the American Statistical Association 22 (1927), 209-212.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import wilson_limits
    >>> low, high = wilson_limits(22, 24, confidence_level=0.95)
    >>> print(f"{low:.6f} to {high:.6f}")
    0.741512 to 0.976841
    """
    x, n = _floats(successes, n)
    square = special.ndtri((1 + confidence_level) / 2) ** 2
    half = np.sqrt(square * (x * (n - x) / n + square / 4))
    centre, total = x + square / 2, n + square
    low, high = (centre - half) / total, (centre + half) / total
    # at a very low level the lower limit of all rounds to 1
    low = np.where(x < n, low, np.minimum(low, BELOW_ONE))
    return np.where(x > 0, low, 0.0), np.where(x < n, high, 1.0)


def midp_limits(successes: npt.ArrayLike, n: npt.ArrayLike, *, confidence_level: float) -> Limits:
    """Return limits of a share, by inverting binomial tests that count half of what was seen.

    Parameters
    ----------
    successes, n : array_like of float, shape (...)
        Number of successes and of units, whole but for units that are weighted: the binomial tails
        of a part are those of the Beta distribution.
    confidence_level : float
        Wanted coverage, between 0 and 1; reached on average over shares, not at each.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, 0 to 1.

    See Also
    --------
    clopper_pearson_limits : Wider; never covers less than it says.

    References
    ----------
    .. [1] A. Agresti and A. Gottard, "Comment: randomized confidence intervals and the mid-p
           approach", Statistical Science 20 (2005), 367-371.

    Examples
    --------
    >>> from ilacs_reliability._inference.intervals import midp_limits
    >>> low, high = midp_limits(22, 24, confidence_level=0.95)
    >>> print(f"{low:.4f} to {high:.4f}")
    0.7510 to 0.9858
    """
    x, n = _floats(successes, n)
    tail = (1 - confidence_level) / 2
    return _midp_low(x, n, tail), _midp_high(x, n, tail)


def _midp_low(x: FloatArray, n: FloatArray, tail: float) -> FloatArray:
    some, more = np.where(x > 0, x, 1.0), np.where(x < n, n - x, 0.5)
    # the share at which "x or more" has probability `tail`, and "more than x"
    low = betas.betaincinv(some, n - some + 1, tail)
    high = np.where(x < n, betas.betaincinv(some + 1, more, tail), 1.0)
    for _ in range(60):
        middle = (low + high) / 2
        beyond = np.where(x < n, betas.betainc(some + 1, more, middle), 0.0)
        small = (betas.betainc(some, n - some + 1, middle) + beyond) / 2 < tail
        low, high = np.where(small, middle, low), np.where(small, high, middle)
    # of very many, that of all rounds to 1
    found = np.where(x < n, (low + high) / 2, np.minimum(low, BELOW_ONE))
    return np.where(x > 0, found, 0.0)


def _midp_high(x: FloatArray, n: FloatArray, tail: float) -> FloatArray:
    # not as the complement of the lower limit of failures, which loses the digits of a small share
    some, more = np.where(x > 0, x, 0.5), np.where(x < n, n - x, 1.0)
    low = np.where(x > 0, betas.betainccinv(some, n - some + 1, tail), 0.0)
    high = betas.betainccinv(n - more + 1, more, tail)
    for _ in range(60):
        middle = (low + high) / 2
        below = np.where(x > 0, betas.betaincc(some, n - some + 1, middle), 0.0)
        large = (betas.betaincc(n - more + 1, more, middle) + below) / 2 < tail
        low, high = np.where(large, low, middle), np.where(large, middle, high)
    return np.where(x < n, (low + high) / 2, 1.0)
