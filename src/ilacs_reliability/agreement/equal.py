"""Whether several estimates can be of one and the same value."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._checks.arguments import check_flag, check_listing, told
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.null import ChiSquare
from ilacs_reliability._inference.thresholds import check_plain, same_units
from ilacs_reliability._results.bearing import SHARES_OF_AGREEMENT, check_agreement
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability._results.undefined import REASONS, warn_undefined
from ilacs_reliability.agreement.equal_strata import common_differences, in_one_order, strata_of
from ilacs_reliability.agreement.spoken_notes import (
    EQUALITY,
    HOTELLING,
    NO_ERROR_TO_COMPARE,
    NO_SPREAD_OF_DIFFERENCES,
    OVER_STRATA,
    WELCH,
    one_undefined,
    rough_equality,
    stratified_notes,
    too_few_to_compare,
)
from ilacs_reliability.agreement.titles import ALL_EQUAL, ALL_EQUAL_WITHIN, equality_test_of

FEW = 20
ROUNDING = 1e-12


class _Test(NamedTuple):
    statistic: float
    df: tuple[float, float]
    p_value: float


def equal_agreement_test(
    estimates: Mapping[Any, Any] | Iterable[Estimate], *, paired: bool
) -> SignificanceResult:
    r"""Test whether two or more coefficients are equal.

    Parameters
    ----------
    estimates : Estimates, mapping or sequence of Estimate
        Two or more. Where they are paired all come from one and the same `Ratings`, or from what
        its `select_raters` returns. Under the strata of a covariate: a mapping of stratum to such,
        with the same names, or as many, in each.
    paired : bool
        Whether all rest on the same units, so that their errors move together.

    Returns
    -------
    SignificanceResult
        An F statistic with its two degrees of freedom, over strata chi-square with its one; there
        is no direction.

    Raises
    ------
    TypeError
        If one is not an `Estimate`.
    ValueError
        If there are fewer than two, one is no agreement, a batch or from `generalise`, a share of
        agreement stands beside a coefficient corrected for chance, paired estimates do not
        come from the same `Ratings`, or strata have other names or numbers of them.

    Warns
    -----
    UndefinedEstimateWarning
        If one is undefined, or has no error to compare by. The p-value is then nan.

    See Also
    --------
    difference : Two estimates, with an interval.
    heterogeneity : Whether grades moved alike in several strata.

    Notes
    -----
    Independent: the estimates are weighed by their squared standard errors and referred to F by
    Welch [1]_; with many units this is the chi-square test of equal kappas [2]_. Paired: the
    :math:`T^2` of Hotelling of the differences between neighbours, with the covariances of their
    influences [3]_. Of two estimates both are the square of the t test of `difference`. Both rest
    on large samples: with fewer than 20 units in an estimate, or estimates near 1, look at the
    intervals of `difference` too.

    Over strata the differences between neighbours, which a covariate cannot make within a stratum,
    are averaged with the inverse of their covariance as weight and referred to chi-square, as a
    meta-analysis of fixed effects does [4]_. A stratum in which one is undefined is left out. A
    note says whether strata differ in the differences, which the average would hide.

    References
    ----------
    .. [1] B. L. Welch, "On the comparison of several mean values: an alternative approach",
           Biometrika 38 (1951), 330-336.
    .. [2] J. L. Fleiss, B. Levin and M. C. Paik, "Statistical Methods for Rates and Proportions",
           3rd edition (2003), section 18.1.
    .. [3] S. Vanbelle and A. Albert, "A bootstrap method for comparing correlated kappa
           coefficients", Journal of Statistical Computation and Simulation 78 (2008), 1009-1015.
    .. [4] W. Barlow, M.-Y. Lai and S. P. Azen, "A comparison of methods for calculating a
           stratified kappa", Statistics in Medicine 10 (1991), 1465-1472.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["no", "yes"])
    >>> tables = ([[40, 10], [12, 38]], [[45, 5], [6, 44]], [[30, 20], [18, 32]])
    >>> kappas = [ilr.cohen_kappa(ilr.ratings_from_table(x, scale=scale)) for x in tables]
    >>> result = ilr.equal_agreement_test(kappas, paired=False)
    >>> round(result.statistic, 2), round(result.p_value, 6)
    (10.99, 3e-05)
    """
    check_flag(paired, "paired")
    strata = strata_of(estimates)
    if strata is not None:
        return _over_strata(strata, paired)
    given = _several(estimates, paired)
    undefined = _valueless(given)
    if undefined is not None:
        return _without(given, undefined.reason or "infinite", _why_one(undefined), paired)
    found = _hotelling(given) if paired else _welch(given)
    if isinstance(found, str):
        return _without(given, "no_variation", found, paired)
    return SignificanceResult(
        statistic=found.statistic,
        df=found.df,
        p_value=found.p_value,
        method=HOTELLING if paired else WELCH,
        name="equal_agreement_test",
        label=equality_test_of(len(given)),
        null=ALL_EQUAL,
        n_units=_units(given, paired),
        notes=_notes(given),
        limits=given[0].limits,
    )


def _over_strata(strata: dict[Hashable, Any], paired: bool) -> SignificanceResult:
    """Average the differences over strata, leaving out those where one has no value."""
    if len(strata) < 2:
        raise ValueError(f"`estimates` must hold two strata or more, but got {told(strata)}.")
    every = [_several(one, paired) for one in in_one_order(strata).values()]
    kept = [given for given in every if _valueless(given) is None]
    if not kept:
        undefined = _valueless(every[0])
        why = _why_one(undefined)  # type: ignore[arg-type]
        return _without(every[0], undefined.reason or "infinite", why, paired)  # type: ignore[union-attr]
    covariance = _paired_covariance if paired else _own_covariance
    found = common_differences(kept, covariance)
    flat = [one for given in kept for one in given]
    if found is None:
        why = NO_SPREAD_OF_DIFFERENCES if paired else NO_ERROR_TO_COMPARE
        return _without(flat, "no_variation", why, paired)
    notes = stratified_notes(len(every) - len(kept), found, len(kept))
    return SignificanceResult(
        statistic=found.statistic,
        df=found.df,
        p_value=ChiSquare(found.df).reach(found.statistic),
        method=OVER_STRATA,
        name="equal_agreement_test",
        label=equality_test_of(len(kept[0])),
        null=ALL_EQUAL_WITHIN,
        n_units=sum(_units(given, paired) for given in kept),
        notes=(*_notes(flat), *notes),
        limits=kept[0][0].limits,
    )


def _valueless(given: list[Estimate]) -> Estimate | None:
    return next((e for e in given if e.reason or not np.isfinite(e.value)), None)


def _own_covariance(given: Sequence[Estimate]) -> FloatArray:
    """Return the covariance of differences between neighbours that are independent."""
    turn = np.diff(np.eye(len(given)), axis=0)
    return turn @ np.diag([float(one.standard_error) ** 2 for one in given]) @ turn.T


def _paired_covariance(given: Sequence[Estimate]) -> FloatArray:
    """Return the covariance of differences between neighbours of the same units."""
    n = float(given[0].n_independent)
    pulls = np.diff(np.array([_pull(estimate) for estimate in given]), axis=0)
    # a single unit or cluster has no spread
    covariance: FloatArray = pulls @ pulls.T * n / max(n - 1, 1.0)
    return covariance


def _several(estimates: object, paired: bool) -> list[Estimate]:
    if isinstance(estimates, Estimate):
        raise TypeError(f"`estimates` must be two estimates or more, but got {told(estimates)}.")
    listed: Any = list(estimates.values()) if isinstance(estimates, Mapping) else estimates
    given = check_listing(listed, "estimates", of="estimates")
    for place, estimate in enumerate(given):
        check_plain(estimate, f"estimates[{place}]")
        check_agreement(estimate, f"estimates[{place}]")
    if len(given) < 2:
        raise ValueError(f"`estimates` must be two estimates or more, but got {len(given)}.")
    if len({estimate.name in SHARES_OF_AGREEMENT for estimate in given}) > 1:
        names = ", ".join(dict.fromkeys(estimate.name for estimate in given))
        raise ValueError(
            f"`estimates` must be of one measure, but got {names}: a share of agreement holds what "
            "chance gives and a coefficient does not. Pass the same coefficient of each study."
        )
    if paired and not all(same_units(given[0], other) for other in given[1:]):
        raise ValueError(
            "`estimates` must come from the same `Ratings` (or its `select_raters`) to be paired: "
            "make all from one, or give paired=False."
        )
    return given


def _welch(given: list[Estimate]) -> _Test | str:
    """Compare independent estimates, each with its own error and degrees of freedom."""
    errors = np.array([float(estimate.standard_error) for estimate in given])
    sizes = np.array([float(estimate.n_independent) for estimate in given])
    if not (errors > ROUNDING).all():
        return NO_ERROR_TO_COMPARE

    from statsmodels.stats.oneway import anova_generic

    values = np.array([float(estimate.value) for estimate in given])
    found = anova_generic(values, errors**2 * sizes, sizes, use_var="unequal")
    df = (float(found.df_num), float(found.df_denom))
    return _Test(float(found.statistic), df, float(found.pvalue))


def _hotelling(given: list[Estimate]) -> _Test | str:
    """Compare estimates of the same units by the covariances of their influences."""
    gaps = np.diff([float(estimate.value) for estimate in given])
    n, covariance = float(given[0].n_independent), _paired_covariance(given)
    spreads, directions = np.linalg.eigh(covariance)
    moving = spreads > ROUNDING * max(float(np.trace(covariance)), ROUNDING)
    along = directions.T @ gaps
    if not moving.any() or np.abs(along[~moving]).max(initial=0.0) > ROUNDING**0.5:
        return NO_SPREAD_OF_DIFFERENCES
    rank = int(moving.sum())
    if n <= rank:
        return too_few_to_compare(n, _thing(given), rank)

    from scipy import special

    statistic = float((along[moving] ** 2 / spreads[moving]).sum() * (n - rank) / ((n - 1) * rank))
    df = (float(rank), n - rank)
    return _Test(statistic, df, float(special.fdtrc(*df, statistic)))


def _pull(estimate: Estimate) -> FloatArray:
    """Return what each independent piece adds to an estimate."""
    pulls = estimate.influence / estimate.n_units
    if estimate.clusters is not None:
        return by_cluster(pulls * estimate.frequencies, estimate.clusters)
    pieces: FloatArray = pulls * np.sqrt(estimate.frequencies)
    return pieces


def _without(given: list[Estimate], reason: str, why: str, paired: bool) -> SignificanceResult:
    warn_undefined(EQUALITY, why)
    return SignificanceResult(
        statistic=float("nan"),
        p_value=float("nan"),
        method="none",
        name="equal_agreement_test",
        label=equality_test_of(len(given)),
        n_units=_units(given, paired),
        status="undefined",
        reason=reason,
        why=why,
        notes=_own_notes(given),
        limits=given[0].limits,
    )


def _why_one(undefined: Estimate) -> str:
    reason = undefined.reason or "infinite"
    said = undefined.why or REASONS.get(reason, reason)
    return one_undefined(undefined.label or undefined.name, said)


def _thing(given: list[Estimate]) -> str:
    return "unit" if all(one.clusters is None for one in given) else "cluster"


def _units(given: list[Estimate], paired: bool) -> int:
    sizes = [estimate.n_units for estimate in given]
    total: int = max(sizes) if paired else sum(sizes)
    return total


def _own_notes(given: list[Estimate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for estimate in given for note in estimate.notes))


def _notes(given: list[Estimate]) -> tuple[str, ...]:
    notes = _own_notes(given)
    fewest = min(estimate.n_independent for estimate in given)
    return (*notes, rough_equality(fewest, _thing(given))) if fewest < FEW else notes
