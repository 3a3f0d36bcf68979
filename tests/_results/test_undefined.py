"""A warning that a number is undefined is given once, and names the line that made the call."""

import inspect
import warnings

import numpy as np
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
    "e_value": lambda: ilr.e_value([[4, 0], [3, 0]]),
    "ordinal_equivalence": lambda: ilr.ordinal_equivalence([[0, 0], [3, 4]], margin=0.1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_warning_names_the_line_that_called_the_package(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert caught
    assert {warning.filename for warning in caught} == {__file__}


YES = ilr.Scale(["no", "yes"])
PLAIN = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=YES)
# input that leaves something undefined, by the name of the first argument
INPUT = {
    "ratings": [
        [[1, 1], [1, 1]],
        [[1, np.nan], [np.nan, 2]],
        [[1, 1, 1], [1, 1, 2]],
        [[1, 2]],
        ilr.ratings_from_counts([[2, 0], [3, 0]], scale=YES),
        PLAIN.with_frequencies([0, 0]),
        PLAIN.with_frequencies([[0, 0], [3, 0], [1, 1]]),
    ],
    "table": [
        [[4]],
        [[4, 0], [0, 3]],
        [[5, 0], [0, 0]],
        PLAIN.with_frequencies([0, 0]),
        PLAIN.with_frequencies([[0, 0], [3, 0], [1, 1]]),
    ],
    "grades": [
        [[[3, 0], [0, 0]], [[0, 0], [2, 1]]],
        [[4, 0], [3, 0]],
        [[0, 0], [3, 4]],
        [[3, 0], [0, 4]],
        [[3], [4]],
        [[0, 0, 3], [0, 0, 2]],
    ],
}
# what a function cannot do without, or what brings it to its other branches
OPTIONS = {
    "group_agreement": [{"groups": {"one": [0], "other": [1]}}],
    "ratings_with_consensus": [{"raters": [0, 1]}],
    "intra_rater_agreement": [{"trial": {"one": [0, 1]}}],
    "agreement_with_standard": [{"standard": 0}],
    "attribute_agreement": [{}, {"standard": 0}],
    "misclassification_matrix": [{}, {"standard": 0}],
    "dawid_skene": [{"n_starts": 2}, {"n_starts": 2, "prior": 0.5}],
    "ordinal_equivalence": [{"margin": 0.1}, {"margin": 0.1, "method": "permutation"}],
    "ordinal_noninferiority": [{"margin": 0.1}],
    "corrected_shift": [{"reliability": 0.9, "n_resamples": 9}],
    "noise_only_transitions": [{"reliability": 0.9}, {"reliability": 0.5, "given": "first"}],
    "regression_to_mean_test": [{"reliability": 0.9}],
    "shift_equivalence": [{"margin": 0.1}, {"margin": 0.1, "effect": "score"}],
    "icc": [{}, {"form": "C,k"}, {"estimator": "reml"}],
    "variance_components": [{}, {"estimator": "reml"}],
    "mann_whitney": [{}, {"method": "asymptotic"}],
    "marginal_score_shift": [{}, {"method": "wald"}, {"method": "exact"}],
    "mcnemar": [{}, {"method": "asymptotic"}, {"method": "unconditional"}],
}
BY_COEFFICIENT = {
    "bootstrap": lambda f, x: ilr.bootstrap(f, x, n_resamples=19, rng=1),
    "jackknife": ilr.jackknife,
    "influential_units": ilr.influential_units,
    "influential_raters": ilr.influential_raters,
    "generalise": lambda f, x: ilr.generalise(f, x, to="raters"),
    "pairwise_agreement": lambda f, x: ilr.pairwise_agreement(x, coefficient=f),
}
CUTS = [{}, {"at_most": 1}]
COEFFICIENTS = [ilr.cohen_kappa, ilr.fleiss_kappa, ilr.light_kappa, ilr.icc, ilr.kendall_w]


def first_argument(name):
    call = getattr(ilr, name)
    is_function = callable(call) and not isinstance(call, type)
    return next(iter(inspect.signature(call).parameters), "") if is_function else ""


def said(call, *args, **options):
    """Return what a call and all that its result tells of itself warn of; None if refused."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = call(*args, **options)
        except (ValueError, TypeError):
            return None
    asked = [getattr(result, name, None) for name in ("describe", "to_dict", "_repr_html_")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(result)
        assert all(ask() is not None for ask in asked if ask is not None)
    return [warning for warning in caught if warning.category is not ilr.SuspectInputWarning]


FUNCTIONS = [
    name for name in ilr.__all__ if first_argument(name) in INPUT and name != "ratings_from_table"
]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_call_warns_twice_or_of_its_own_arithmetic(name):
    call, given = getattr(ilr, name), INPUT[first_argument(name)]
    heard = [
        said(call, one, **{**options, **cut})
        for one in given
        for options in OPTIONS.get(name, [{}])
        for cut in CUTS[: 1 + ("at_most" in inspect.signature(call).parameters)]
    ]
    assert any(warned is not None for warned in heard)
    each = [warned for warned in heard if warned]
    assert all(len(warned) == 1 for warned in each), [str(x.message) for w in each for x in w]
    assert {x.category for warned in each for x in warned} <= {ilr.UndefinedEstimateWarning}


@pytest.mark.parametrize("name", BY_COEFFICIENT)
def test_no_call_of_a_coefficient_warns_twice(name):
    heard = [said(BY_COEFFICIENT[name], f, x) for f in COEFFICIENTS for x in INPUT["ratings"]]
    assert any(warned is not None for warned in heard)
    assert all(len(warned) <= 1 for warned in heard if warned is not None)


def test_a_test_that_was_never_made_names_no_method():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.mann_whitney([[5, 0], [0, 0]])
    assert found.describe().startswith("Mann-Whitney test is undefined (")
