"""Many p-values at once."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_option, told
from ilacs_reliability._data.scales import FloatArray

AdjustMethod: TypeAlias = Literal[
    "holm", "hochberg", "bonferroni", "benjamini_hochberg", "benjamini_yekutieli", "none"
]
ADJUST_METHODS: tuple[str, ...] = get_args(AdjustMethod)
FALSE_DISCOVERY: dict[str, Literal["bh", "by"]] = {
    "benjamini_hochberg": "bh",
    "benjamini_yekutieli": "by",
}


def adjust_p_values(p_values: npt.ArrayLike, *, method: AdjustMethod = "holm") -> FloatArray:
    """Adjust p-values for how many of them were looked at.

    Parameters
    ----------
    p_values : array_like of float, any shape
        P-values, 0 to 1; nan where a test was undefined. These stay nan and do not count.
    method : str, optional
        "holm", "hochberg" or "bonferroni" bound the chance of any false rejection,
        "benjamini_hochberg" and "benjamini_yekutieli" the expected share of false ones among the
        rejections; "hochberg" and "benjamini_hochberg" want tests that are independent or rise
        together. "none" changes nothing. Default: "holm".

    Returns
    -------
    ndarray of float, same shape
        Adjusted p-values, 0 to 1, never below the given ones.

    Raises
    ------
    TypeError
        If the p-values are not numbers.
    ValueError
        If a p-value is not between 0 and 1, or the method is unknown.

    Notes
    -----
    The false discovery rates are `scipy.stats.false_discovery_control`.

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

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.adjust_p_values([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    check_adjustment(method)
    try:
        values = np.array(p_values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`p_values` must hold numbers, but got {told(p_values)}.") from None
    outside = (values < 0) | (values > 1)
    if outside.any():
        place = tuple(int(i) for i in np.argwhere(outside)[0])
        raise ValueError(
            f"`p_values` must be between 0 and 1, but got {values[place]:g} at {place}."
        )
    counted = ~np.isnan(values)
    if method == "none" or not counted.any():
        return values
    if method in FALSE_DISCOVERY:
        from scipy import stats

        found = stats.false_discovery_control(values[counted], method=FALSE_DISCOVERY[method])
    else:
        found = _family_wise(values[counted], method)
    values[counted] = found
    return values


def _family_wise(values: FloatArray, method: str) -> FloatArray:
    order, n = np.argsort(values), len(values)
    raised = values[order] * (n if method == "bonferroni" else n - np.arange(n))
    if method == "holm":
        raised = np.maximum.accumulate(raised)
    elif method == "hochberg":
        raised = np.minimum.accumulate(raised[::-1])[::-1]
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(raised, 1.0)
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
