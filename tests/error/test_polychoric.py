"""Polychoric correlations: published ones, other programs', closed forms, and laws."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.error import polychoric_fits
from stored import cases

# U. Olsson, Psychometrika 44 (1979): 0.49, thresholds of rows -1.77, -.14 and of columns -.69, .67
OLSSON = [[13, 6, 0], [69, 113, 22], [41, 132, 104]]


def study(counts):
    return ilr.ratings_from_table(counts, scale=ilr.Scale(range(len(counts))))


def test_olsson_is_found_again():
    found = ilr.polychoric_correlation(study(OLSSON))
    assert round(found.value, 2) == pytest.approx(0.49)


@pytest.mark.parametrize("case", cases("polycor_error"), ids=lambda case: case["id"])
def test_other_programs_find_the_same(case):
    """R's polycor ends its searches early: by 1.2e-4 in two steps, by some 1e-3 for all at once."""
    joint, values = "ML = TRUE" in case["call"], case["values"]
    found = ilr.polychoric_correlation(
        study(case["data"]["counts"]), method="ml" if joint else "two_step"
    )
    assert found.value == pytest.approx(values["estimate"], abs=3e-3 if joint else 2e-4)


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.95])
def test_a_table_at_the_median_has_a_closed_form(rho):
    """The chance of both above is 1/4 + asin(rho)/(2 pi)."""
    n = 4_000_000
    same = round(n * (0.25 + math.asin(rho) / (2 * math.pi)))
    counts = [[same, n // 2 - same], [n // 2 - same, same]]
    for method in ("ml", "two_step"):
        found = ilr.polychoric_correlation(study(counts), method=method)
        assert found.value == pytest.approx(rho, abs=2e-6)


def test_the_standard_error_at_no_correlation_is_known():
    """With even margins: pi/2 over the root of n."""
    found = ilr.polychoric_correlation(study([[2500, 2500], [2500, 2500]]))
    assert found.value == pytest.approx(0, abs=1e-7)
    assert found.standard_error == pytest.approx(math.pi / 2 / 100, rel=1e-3)
    low, high = found.confidence_interval()
    assert (low, high) == pytest.approx((-1.96 * math.pi / 200, 1.96 * math.pi / 200), rel=2e-2)


def test_a_perfect_order_is_a_correlation_of_one_with_a_lower_limit():
    found = ilr.polychoric_correlation(study([[6, 0, 0], [0, 7, 0], [0, 0, 5]]))
    assert found.value == close(1)
    low, high = found.confidence_interval()
    assert high == close(1)
    assert 0.5 < low < 1
    turned = ilr.polychoric_correlation(study([[0, 0, 6], [0, 7, 0], [5, 0, 0]]))
    assert turned.value == close(-1)


@our.examples(3)
@given(table=our.square_tables(max_grades=4))
def test_turning_raters_or_the_scale_over(table):
    plain, swapped, turned, one_turned = (
        ilr.polychoric_correlation(study(one)).value
        for one in (table, table.T, table[::-1, ::-1], table[::-1])
    )
    assert swapped == pytest.approx(plain, abs=1e-4)
    assert turned == pytest.approx(plain, abs=1e-4)
    assert one_turned == pytest.approx(-plain, abs=1e-4)


@our.examples(3)
@given(table=our.square_tables(max_grades=3), times=st.integers(2, 3))
def test_frequencies_stand_for_repeated_units(table, times):
    once, more = (ilr.polychoric_correlation(study(one)).value for one in (table, times * table))
    assert more == pytest.approx(once, abs=1e-5)


def test_an_unused_grade_changes_nothing():
    wide = np.zeros((4, 4), int)
    wide[np.ix_([0, 1, 3], [0, 1, 3])] = OLSSON
    found, plain = (ilr.polychoric_correlation(study(one)) for one in (wide, OLSSON))
    assert found.value == pytest.approx(plain.value, abs=1e-9)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=1e-6)


def test_several_raters_are_paired():
    codes = np.random.default_rng(1).integers(0, 3, (40, 3))
    codes[:5, 0] = -1
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([0, 1, 2]), raters=[*"abc"])
    found = ilr.polychoric_correlation(ratings)
    assert list(found) == [("a", "b"), ("a", "c"), ("b", "c")]
    alone = ilr.polychoric_correlation(ratings.select_raters("a", "c"))
    assert found["a", "c"].value == close(alone.value)
    assert (found["a", "c"].n_units, found["b", "c"].n_units) == (35, 40)


def test_nothing_to_correlate_is_undefined():
    for rows, reason in (
        ([[1, np.nan], [np.nan, 2]], "no_pairable_units"),
        ([[1, 1], [1, 2]], "no_variation"),
    ):
        with pytest.warns(ilr.UndefinedEstimateWarning):
            assert ilr.polychoric_correlation(rows).reason == reason


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="`method` must be one of"):
        ilr.polychoric_correlation(study(OLSSON), method="guess")
    with pytest.raises(ValueError, match="`ratings` must be by two raters or more"):
        ilr.polychoric_correlation([[1], [2]])
    scale = ilr.Scale([1, 2], ordered=False)
    unordered = ilr.ratings_from_table([[3, 1], [1, 3]], scale=scale)
    with pytest.raises(ValueError, match="`ratings` is on the unordered scale"):
        ilr.polychoric_correlation(unordered)


def test_thresholds_give_way_to_those_of_the_margins_and_a_fit_is_refused_where_it_is_too_dear():
    codes = np.add.outer(np.arange(30), [0, 1, 2, 3, 29]) % 30
    codes = np.column_stack([np.repeat(np.arange(30), 5), codes.ravel()])
    many = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(30)))
    found, plain = (ilr.polychoric_correlation(many, method=way) for way in ("ml", "two_step"))
    assert found.value == close(plain.value)
    assert any("those of the margins" in note for note in found.notes)
    assert not any("those of the margins" in note for note in plain.notes)
    with pytest.raises(ValueError, match=r"^`ratings` uses too many grades"):
        ilr.polychoric_correlation(np.column_stack([np.arange(2000), np.arange(2000) % 1777]))


def test_many_pairs_of_very_many_units_take_the_thresholds_of_the_margins():
    codes = np.add.outer(np.arange(8), np.arange(6)) % 3
    codes[6:] = [[0, 1, 1, 2, 2, 0], [2, 2, 1, 0, 0, 1]]
    scale, times = ilr.Scale(range(3)), [1, 2, 20, 2**50, 3, 10_000, 2**50, 4]
    few, many = (
        ilr.polychoric_correlation(ilr.ratings_from_codes(by, scale=scale, frequencies=times))
        for by in (codes[:, :3], codes)
    )
    assert not any("those of the margins" in note for one in few.values() for note in one.notes)
    assert all(any("those of the margins" in note for note in one.notes) for one in many.values())


def test_a_cell_that_hardly_can_be_leaves_the_limits_finite():
    table = [[2**50, 2**50], [10_025, 10**9]]
    low, high = ilr.polychoric_correlation(study(table)).confidence_interval()
    assert -1 < low < high < 1


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ([[43, 2**50 + 20], [1, 2**50 + 15]], 0.25181706917409),
        ([[43, 20], [1, 2**51 + 15]], 0.99917820619198),
        ([[63, 2**50], [0, 2**50 + 16]], 1.0),
    ],
    ids=str,
)
def test_units_without_number_leave_the_value_and_nested_limits(table, value):
    """mpmath 1.4.1, 40 digits: where a cell has its share, thresholds those of the margins.

    With no unit in a cell the likelihood only rises towards 1.
    """
    estimate = ilr.polychoric_correlation(study(table))
    assert estimate.value == pytest.approx(value, abs=1e-8)
    levels = (1e-12, 0.01, 0.5, 0.95, 1 - 1e-12)
    lows, highs = np.transpose([estimate.confidence_interval(level) for level in levels])
    assert (lows < highs).all()
    assert (np.diff([*lows[::-1], *highs]) >= 0).all()


def test_a_table_that_fits_badly_is_climbed_to_its_top():
    """mpmath 1.4.1, 40 digits: Newton's method on the slopes by correlation and thresholds."""
    estimate = ilr.polychoric_correlation(study([[2, 1, 0], [9, 2**50, 0], [22, 1, 28]]))
    assert estimate.value == pytest.approx(0.0812905851772, abs=5e-8)


def test_limits_far_out_take_few_looks_at_the_table(monkeypatch):
    """Some 1,500; steps that begin anew at Fisher's scoring, mostly too long, took 4,600."""
    looked = []
    cells = polychoric_fits.cell_probabilities

    def counted(*arguments, **options):
        looked.append(arguments)
        return cells(*arguments, **options)

    codes = [[6, 6], [7, 7], [5, 5], [0, 0], [3, 3], [3, 3], [8, 8], [2, 2], [6, 0], [4, 6]]
    estimate = ilr.polychoric_correlation(codes)
    monkeypatch.setattr(polychoric_fits, "cell_probabilities", counted)
    assert estimate.confidence_interval(1 - 1e-12)[0] < -0.9
    assert len(looked) < 2500


@pytest.mark.parametrize("table", [[[1, 1], [0, 2]], [[0, 3], [1, 1]], [[2, 0], [1, 1]]], ids=str)
def test_limits_of_a_few_units_are_those_of_the_profile(table):
    """The likelihood at the best of many thresholds, on a grid that knows no climb."""
    scale = ilr.Scale([1, 2])
    estimate = ilr.polychoric_correlation(ilr.ratings_from_table(table, scale=scale), method="ml")
    counts, cuts = np.array(table), np.linspace(-3, 3, 61)
    places = np.array([(a, b) for a in cuts for b in cuts])

    def best(rho):
        both = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf(places)
        rows, columns = stats.norm.cdf(places).T
        cells = np.array([both, rows - both, columns - both, 1 - rows - columns + both])
        return np.max(counts.ravel() @ np.log(np.maximum(cells, 1e-300)))

    top = max(best(0.999 * np.sign(estimate.value)), best(estimate.value * 0.98))
    for limit in estimate.confidence_interval(0.95):
        if abs(limit) < 0.99:
            assert_allclose(2 * (top - best(limit)), stats.chi2.ppf(0.95, 1), atol=0.08)


def test_limits_are_found_where_the_peak_is_an_end_as_likely_as_a_place_inside():
    table = [[3, 29], [4, 0]]
    estimate = ilr.polychoric_correlation(study(table), method="two_step")
    for level in (1e-12, 1e-9, 0.5, 1 - 1e-12):
        low, high = estimate.confidence_interval(level)
        assert low < high
        assert low == pytest.approx(-1, abs=1e-3)


def test_a_fit_that_is_not_at_its_top_is_no_answer():
    """Of 1e9 units in a corner, Fisher's scoring stops some thousand log likelihoods below it."""
    table = [[3, 10**9, 0, 0], [0, 20, 0, 32], [0, 0, 10_020, 0], [0, 0, 0, 11]]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="did not converge"):
        found = ilr.polychoric_correlation(ilr.ratings_from_table(table, scale=ilr.Scale(range(4))))
    assert np.isnan(found.value)
    assert (found.status, found.reason) == ("undefined", "non_convergence")


@pytest.mark.parametrize(
    ("table", "is_said"), [([[30, 5, 30], [5, 40, 5]], True), ([[30, 20, 9], [9, 20, 30]], False)]
)
def test_a_misfit_on_one_degree_of_freedom_is_said(table, is_said):
    counts = np.zeros((3, 3), dtype=int)
    counts[:2] = table
    ratings = ilr.ratings_from_table(counts, scale=ilr.Scale(range(3)))
    notes = ilr.polychoric_correlation(ratings).notes
    assert any("bivariate normal" in note for note in notes) == is_said
