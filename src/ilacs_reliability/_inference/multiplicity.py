"""Many p-values at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar, get_args, overload

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_option, told
from ilacs_reliability._checks.containers import refuse_set
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import whole

AdjustMethod: TypeAlias = Literal[
    "holm",
    "hochberg",
    "hommel",
    "bonferroni",
    "sidak",
    "holm_sidak",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "none",
]
ADJUST_METHODS: tuple[str, ...] = get_args(AdjustMethod)
FALSE_DISCOVERY: dict[str, Literal["bh", "by"]] = {
    "benjamini_hochberg": "bh",
    "benjamini_yekutieli": "by",
}
Tested: TypeAlias = SignificanceResult | float
Name = TypeVar("Name", bound=Hashable)


@overload
def adjust_p_values(
    p_values: Mapping[Name, Tested], *, method: AdjustMethod = "holm"
) -> dict[Name, float]: ...


@overload
def adjust_p_values(
    p_values: npt.ArrayLike | Sequence[SignificanceResult], *, method: AdjustMethod = "holm"
) -> FloatArray: ...


def adjust_p_values(
    p_values: npt.ArrayLike | Sequence[SignificanceResult] | Mapping[Name, Tested],
    *,
    method: AdjustMethod = "holm",
) -> FloatArray | dict[Name, float]:
    """Adjust p-values for how many of them were looked at.

    Parameters
    ----------
    p_values : array_like of float, sequence of SignificanceResult or mapping to either
        P-values, 0 to 1, in any shape, or the results of tests; nan where a test was undefined.
        These stay nan and do not count. A mapping gives each a name.
    method : str, optional
        "holm", "hochberg", "hommel", "bonferroni", "sidak" and "holm_sidak" bound the chance of any
        false rejection, "benjamini_hochberg" and "benjamini_yekutieli" the expected share of false
        ones among the rejections; "hochberg", "hommel", "sidak", "holm_sidak" and
        "benjamini_hochberg" want tests that are independent or rise together. "none" changes
        nothing. Default: "holm".

    Returns
    -------
    ndarray of float, same shape, or dict
        Adjusted p-values, 0 to 1, never below the given ones; of a mapping by the same names, in
        the same order.

    Raises
    ------
    TypeError
        If the p-values are neither numbers nor results of tests.
    ValueError
        If a p-value is not between 0 and 1, the method is unknown, or there are more p-values than
        "hommel" can go through in some seconds.

    See Also
    --------
    pairwise_symmetry : Adjusts the tests of all pairs of grades.

    Notes
    -----
    "hommel" [5]_ is the closed test of Simes' and so never above "hochberg" [2]_; "sidak" [6]_,
    :math:`1 - (1 - p)^n`, is never above "bonferroni", nor "holm_sidak", its step-down form, above
    "holm" [1]_. The false discovery rates are `scipy.stats.false_discovery_control`, and "hommel"
    is `statsmodels.stats.multitest.multipletests`.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
           of Statistics 6 (1979), 65-70.
    .. [2] Y. Hochberg, "A sharper Bonferroni procedure for multiple tests of significance",
           Biometrika 75 (1988), 800-802.
    .. [3] Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate: a practical and
           powerful approach to multiple testing", Journal of the Royal Statistical Society B 57
           (1995), 289-300.
    .. [4] Y. Benjamini and D. Yekutieli, "The control of the false discovery rate in multiple
           testing under dependency", Annals of Statistics 29 (2001), 1165-1188.
    .. [5] G. Hommel, "A stagewise rejective multiple test procedure based on a modified Bonferroni
           test", Biometrika 75 (1988), 383-386.
    .. [6] Z. Sidak, "Rectangular confidence regions for the means of multivariate normal
           distributions", Journal of the American Statistical Association 62 (1967), 626-633.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.adjust_p_values([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]

    Tests by name:

    >>> table = [[9, 5, 1], [1, 9, 6], [0, 1, 9]]
    >>> tests = {"direction": ilr.sign_test(table), "symmetry": ilr.bowker(table)}
    >>> adjusted = ilr.adjust_p_values(tests, method="hommel")
    >>> {name: round(p_value, 4) for name, p_value in adjusted.items()}
    {'direction': 0.0259, 'symmetry': 0.0647}
    """
    check_adjustment(method)
    if isinstance(p_values, Mapping):
        found = _adjusted(_numbers(list(p_values.values()), list(p_values)), method)
        return dict(zip(p_values, found.tolist(), strict=True))
    refuse_set(p_values, "p_values")
    return _adjusted(_numbers(p_values), method)


def _numbers(p_values: Any, names: Sequence[Hashable] = ()) -> FloatArray:
    """Return p-values as numbers, those of results too."""
    listed = p_values
    if isinstance(p_values, Sequence) and any(isinstance(one, Record) for one in p_values):
        listed = [
            _p_value(one, (names or range(len(p_values)))[i]) for i, one in enumerate(p_values)
        ]
    try:
        values = np.array(listed, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        values = None
    if values is None or np.asarray(listed).dtype.kind in "bSU":
        raise TypeError(f"`p_values` must hold numbers or results, but got {told(p_values)}.")
    if names and values.ndim != 1:
        raise TypeError("`p_values` must have one p-value under each name, but holds arrays.")
    outside = (values < 0) | (values > 1)
    if outside.any():
        place = tuple(int(i) for i in np.argwhere(outside)[0])
        spot: Any = place[0] if len(place) == 1 else place
        at = f" at {told(names[place[0]]) if names else spot}" if place else ""
        raise ValueError(f"`p_values` must be between 0 and 1, but got {values[place]:g}{at}.")
    return values


def _p_value(one: object, place: Hashable) -> Any:
    if isinstance(one, SignificanceResult):
        return one.p_value
    if isinstance(one, Record):
        hint = "; `threshold_test` finds one" if isinstance(one, Estimate) else ""
        raise TypeError(
            f"`p_values` must hold numbers or results, but holds {told(one)} at {told(place)}, "
            f"which has no p-value{hint}."
        )
    return one


def _adjusted(values: FloatArray, method: str) -> FloatArray:
    counted = ~np.isnan(values)
    if method == "none" or not counted.any():
        return values
    values[counted] = _of_all(values[counted], method)
    return values


def _of_all(values: FloatArray, method: str) -> FloatArray:
    if method in FALSE_DISCOVERY:
        from scipy import stats

        return stats.false_discovery_control(values, method=FALSE_DISCOVERY[method])
    if method == "hommel":
        return _hommel(values)
    return _family_wise(values, method)


def _hommel(values: FloatArray) -> FloatArray:
    n = len(values)
    if not affordable(float(n) ** 2, nanoseconds=4.0):
        raise ValueError(
            f'`method` "hommel" compares each of {whole(n)} p-values with all others, which takes '
            'too long: ask "hochberg", which is hardly larger.'
        )
    from statsmodels.stats import multitest

    adjusted: FloatArray = multitest.multipletests(values, method="hommel")[1]
    return adjusted


def _family_wise(values: FloatArray, method: str) -> FloatArray:
    order, n = np.argsort(values), len(values)
    times = np.full(n, n) if method in ("bonferroni", "sidak") else n - np.arange(n)
    raised = values[order] * times
    if method.endswith("sidak"):
        with np.errstate(divide="ignore"):
            raised = -np.expm1(times * np.log1p(-values[order]))
    if method.startswith("holm"):
        raised = np.maximum.accumulate(raised)
    elif method == "hochberg":
        raised = np.minimum.accumulate(raised[::-1])[::-1]
    adjusted = np.empty(n)
    # rounding may leave a power of n = 1 below the p-value itself
    adjusted[order] = np.clip(raised, values[order], 1.0)
    return adjusted


def check_adjustment(method: object, argument: str = "method") -> None:
    """Raise unless an adjustment is one of those offered.

    Parameters
    ----------
    method : object
        What was given.
    argument : str, optional
        The argument's name.

    Raises
    ------
    ValueError
        If it is not offered.
    """
    check_option(method, ADJUST_METHODS, argument)
