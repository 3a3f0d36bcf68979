"""A warning that a number is undefined names the line that called the package."""

import warnings

import pytest

import ilacs_reliability as ilr

SAME, STILL = [[0, 0], [0, 0]], [[4]]
CALLS = {
    "cohen_kappa": lambda: ilr.cohen_kappa(SAME),
    "light_kappa": lambda: ilr.light_kappa(SAME),
    "krippendorff_alpha": lambda: ilr.krippendorff_alpha(SAME),
    "icc": lambda: ilr.icc(SAME),
    "icc_test": lambda: ilr.icc_test(SAME),
    "lin_ccc": lambda: ilr.lin_ccc(SAME),
    "kendall_w": lambda: ilr.kendall_w(SAME),
    "variance_components": lambda: ilr.variance_components([[1, 2]]),
    "paired_odds_ratio": lambda: ilr.paired_odds_ratio([[4, 0], [0, 3]]),
    "relative_effect": lambda: ilr.relative_effect([[[3, 0], [0, 0]], [[0, 0], [2, 1]]]),
    "odds_ratio": lambda: ilr.odds_ratio([[4, 0], [3, 0]], at_most=1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_warning_names_the_line_that_called_the_package(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert caught
    assert {warning.filename for warning in caught} == {__file__}
