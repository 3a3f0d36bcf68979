"""Many p-values at once: against their definitions, statsmodels and R's p.adjust."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests

import ilacs_reliability as ilr
import strategies as our
from closeness import close

METHODS = (
    "holm",
    "hochberg",
    "hommel",
    "bonferroni",
    "sidak",
    "holm_sidak",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "none",
)
TABLE = [[9, 5, 1], [1, 9, 6], [0, 1, 9]]


# statsmodels' own example, and p.adjust's textbook values
def test_adjusted_p_values_are_those_of_the_textbooks():
    p_values = [0.01, 0.02, 0.03, 0.04, 0.05]
    for method, wanted in (
        ("holm", [0.05, 0.08, 0.09, 0.09, 0.09]),
        ("hochberg", [0.05, 0.05, 0.05, 0.05, 0.05]),
        ("bonferroni", [0.05, 0.1, 0.15, 0.2, 0.25]),
        ("benjamini_hochberg", [0.05, 0.05, 0.05, 0.05, 0.05]),
        ("none", p_values),
    ):
        assert_allclose(ilr.adjust_p_values(p_values, method=method), wanted)
    harmonic = sum(1 / k for k in range(1, 6))
    by = ilr.adjust_p_values(p_values, method="benjamini_yekutieli")
    assert_allclose(by, np.full(5, 0.05 * harmonic))


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=6))
@our.examples(10)
def test_adjusted_p_values_are_statsmodels(p_values):
    for method, theirs in (
        ("holm", "holm"),
        ("hochberg", "simes-hochberg"),
        ("bonferroni", "bonferroni"),
        ("sidak", "sidak"),
        ("holm_sidak", "holm-sidak"),
        ("benjamini_hochberg", "fdr_bh"),
        ("benjamini_yekutieli", "fdr_by"),
    ):
        # older ones take the logarithm of 0 where p is 1
        with np.errstate(divide="ignore"):
            wanted = multipletests(p_values, method=theirs)[1]
        assert_allclose(ilr.adjust_p_values(p_values, method=method), wanted, rtol=1e-12)


def test_undefined_p_values_stay_undefined_and_do_not_count():
    adjusted = ilr.adjust_p_values([[0.01, np.nan], [0.04, np.nan]])
    assert_allclose(adjusted, [[0.02, np.nan], [0.04, np.nan]])
    assert ilr.adjust_p_values([]).shape == (0,)


@pytest.mark.parametrize(
    ("p_values", "kind", "message"),
    [
        ([0.1, 1.2], ValueError, r"between 0 and 1, but got 1.2 at 1"),
        (["small"], TypeError, "`p_values` must hold numbers"),
    ],
)
def test_bad_p_values_are_refused(p_values, kind, message):
    with pytest.raises(kind, match=message):
        ilr.adjust_p_values(p_values)
    with pytest.raises(ValueError, match="`method` must be one of"):
        ilr.adjust_p_values([0.1], method="tukey")


# R 4.2.2: p.adjust(c(.01, .04, .03, .2, .005, .03), "hommel")
def test_hommels_are_those_of_r():
    adjusted = ilr.adjust_p_values([0.01, 0.04, 0.03, 0.2, 0.005, 0.03], method="hommel")
    assert_allclose(adjusted, [0.05, 0.08, 0.06, 0.2, 0.03, 0.06], rtol=1e-12)


# what tests the hypotheses of a set together, of their p-values in order
TOGETHER = {
    "holm": lambda ordered: min(1, len(ordered) * ordered[0]),
    "holm_sidak": lambda ordered: 1 - (1 - ordered[0]) ** len(ordered),
    "hommel": lambda ordered: min(len(ordered) * p / (i + 1) for i, p in enumerate(ordered)),
}


def closed(p_values, together):
    """Return the largest p-value of all sets of hypotheses that hold each one."""
    places = range(len(p_values))
    sets = [one for k in places for one in combinations(places, k + 1)]
    found = {one: together(sorted(p_values[i] for i in one)) for one in sets}
    return [max(found[one] for one in sets if i in one) for i in places]


@given(st.lists(st.fractions(0, 1, max_denominator=60), min_size=1, max_size=6))
@our.examples(20)
def test_step_down_methods_are_closed_tests(p_values):
    for method, together in TOGETHER.items():
        adjusted = ilr.adjust_p_values(list(map(float, p_values)), method=method)
        assert_allclose(adjusted, list(map(float, closed(p_values, together))), atol=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
@our.examples(20)
def test_adjusted_p_values_stand_in_their_order(p_values):
    found = {method: ilr.adjust_p_values(p_values, method=method) for method in METHODS}
    for adjusted in found.values():
        assert (adjusted >= p_values).all()
        assert (adjusted <= 1).all()
    for lower, upper in (
        ("hommel", "hochberg"),
        ("hochberg", "holm"),
        ("holm", "bonferroni"),
        ("sidak", "bonferroni"),
        ("holm_sidak", "holm"),
        ("holm_sidak", "sidak"),
    ):
        assert (found[lower] <= found[upper] + 1e-12).all()


def test_a_tiny_p_value_keeps_its_digits():
    wanted = float(1 - (1 - Fraction(1, 10**20)) ** 7)
    assert close(wanted) == ilr.adjust_p_values([1e-20] + 6 * [1.0], method="sidak")[0]


@pytest.mark.parametrize("method", METHODS)
def test_results_and_names_are_taken_as_their_p_values_are(method):
    tests = {"direction": ilr.sign_test(TABLE), "symmetry": ilr.bowker(TABLE), "given": 0.03}
    numbers = [tests["direction"].p_value, tests["symmetry"].p_value, 0.03]
    plain = ilr.adjust_p_values(numbers, method=method)
    named = ilr.adjust_p_values(tests, method=method)
    assert list(named) == list(tests)
    assert list(named.values()) == list(map(close, plain))
    assert list(ilr.adjust_p_values(list(tests.values()), method=method)) == list(map(close, plain))


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_an_undefined_test_stays_undefined_and_does_not_count():
    undefined = ilr.mann_whitney([[0, 0], [1, 2]])
    adjusted = ilr.adjust_p_values({"no": undefined, "yes": 0.03, "other": 0.04})
    assert np.isnan(adjusted["no"])
    assert adjusted["yes"] == close(0.06)


@pytest.mark.parametrize(
    ("p_values", "message"),
    [
        (
            {"kappa": ilr.cohen_kappa([[1, 1], [2, 1], [2, 2]])},
            "at 'kappa', which has no p-value; ",
        ),
        ([0.2, ilr.cohen_kappa([[1, 1], [2, 1], [2, 2]])], "at 1, which has no p-value; "),
        (ilr.specific_agreement([[1, 1], [2, 1], [2, 2]]), "`threshold_test` finds one"),
        ({"a": [0.1, 0.2]}, "one p-value under each name"),
        (["0.1"], "must hold numbers"),
        ([True], "must hold numbers"),
        ({0.1, 0.2}, "`p_values`"),
    ],
)
def test_what_has_no_p_value_is_refused(p_values, message):
    with pytest.raises(TypeError, match=message):
        ilr.adjust_p_values(p_values)


def test_a_bad_p_value_is_called_by_its_name():
    with pytest.raises(ValueError, match=r"but got 1\.2 at 'direction'"):
        ilr.adjust_p_values({"symmetry": 0.2, "direction": 1.2})


def test_too_many_for_hommel_are_refused():
    with pytest.raises(ValueError, match='ask "hochberg"'):
        ilr.adjust_p_values(np.full(50_000, 0.5), method="hommel")
