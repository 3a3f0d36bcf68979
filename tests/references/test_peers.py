"""Inputs on which other programs go wrong, with the right answer.

Where the program is among the test dependencies it is called, so that the difference is seen. The
others' answers are told in the tests' docstrings, with the version in which they were seen.
"""

from collections import Counter
from fractions import Fraction

import krippendorff
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

import ilacs_reliability as ilr
from closeness import close

RI, GOOD, BEST, WORST = "requires improvement", "good", "outstanding", "inadequate"
PAIRS = [
    (WORST, WORST),
    (WORST, RI),
    (RI, RI),
    (RI, GOOD),
    (GOOD, GOOD),
    (GOOD, BEST),
    (BEST, BEST),
    (GOOD, RI),
    (RI, WORST),
    (BEST, BEST),
]
GRADES = ilr.OFSTED_SCALE.labels
BINARY = ilr.Scale(["no", "yes"])


def weighted_kappa(pairs, labels, power):
    """Return 1 less observed over expected distance, by definition."""
    first, second = (Counter(pair[side] for pair in pairs).items() for side in (0, 1))
    place = {label: index for index, label in enumerate(labels)}

    def distance(a, b):
        return abs(place[a] - place[b]) ** power

    observed = Fraction(sum(distance(a, b) for a, b in pairs), len(pairs))
    chance = sum(m * n * distance(a, b) for a, m in first for b, n in second)
    return float(1 - observed / Fraction(chance, len(pairs) ** 2))


def declared(pairs, scale=ilr.OFSTED_SCALE):
    return ilr.ratings_from_matrix(pairs, scale=scale)


def test_row_1_grade_names_are_never_sorted():
    """scikit-learn sorts names, so that good, inadequate, outstanding are neighbours."""
    right = weighted_kappa(PAIRS, GRADES, 2)
    ours = ilr.cohen_kappa(declared(PAIRS), weights="quadratic").value
    theirs = cohen_kappa_score(*zip(*PAIRS, strict=True), weights="quadratic")
    assert_allclose(ours, right, atol=1e-12)
    assert_allclose(theirs, weighted_kappa(PAIRS, sorted(GRADES), 2), atol=1e-12)
    assert theirs < right - 0.3


def test_row_2_an_ordered_categorical_keeps_its_order():
    """Python irrCAC 0.4.4 sorts the names, of an ordered Categorical too."""
    frame = pd.DataFrame(PAIRS).astype(pd.CategoricalDtype(list(GRADES), ordered=True))
    ours = ilr.cohen_kappa(declared(frame), weights="linear").value
    assert_allclose(ours, weighted_kappa(PAIRS, GRADES, 1), atol=1e-12)
    assert abs(ours - weighted_kappa(PAIRS, sorted(GRADES), 1)) > 0.2


def test_row_3_a_grade_that_nobody_used_keeps_its_place():
    """scikit-learn and statsmodels' to_table close the gap where grade 3 would be."""
    pairs = [(1, 1), (1, 2), (2, 2), (2, 2), (2, 4), (4, 4), (4, 2), (4, 4)]
    right = weighted_kappa(pairs, (1, 2, 3, 4), 1)
    closed = weighted_kappa(pairs, (1, 2, 4), 1)
    ours = ilr.cohen_kappa(declared(pairs, ilr.Scale([1, 2, 3, 4])), weights="linear").value
    table, _ = inter_rater.to_table(pairs)
    assert_allclose(ours, right, atol=1e-12)
    assert_allclose(inter_rater.cohens_kappa(table, wt="linear").kappa, closed, atol=1e-12)
    assert_allclose(cohen_kappa_score(*zip(*pairs, strict=True), weights="linear"), closed)
    assert abs(right - closed) > 0.01


def test_row_4_rows_are_units():
    """krippendorff takes raters as rows, of a frame of units too, without a word."""
    frame = pd.DataFrame({"first": [1, 2, 3, 4], "second": [1, 2, 3, 3]})
    right = krippendorff.alpha(frame.to_numpy().T, level_of_measurement="interval")
    turned = krippendorff.alpha(frame.to_numpy(), level_of_measurement="interval")
    ours = ilr.krippendorff_alpha(frame, metric="interval").value
    assert_allclose(ours, right, atol=1e-12)
    assert turned < 0 < right
    with pytest.raises(ValueError, match=r"is it transposed\?"):
        ilr.ratings_from_matrix(frame.T, scale=ilr.Scale([1, 2, 3, 4]), raters=("first", "second"))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 3, 3], dtype=pd.CategoricalDtype([1, 2, 3], ordered=True)),
        pd.Series([1, 2, 3, None], dtype="Int64"),
        pd.Series([1, 2, 3, None], dtype=object),
    ],
    ids=["Categorical", "Int64 with NA", "None"],
)
def test_row_5_frames_columns_are_read(column):
    """krippendorff 0.9.0: dtype kind "O" is not supported."""
    frame = pd.DataFrame({"first": [1, 2, 3, 2], "second": column})
    numbers = frame.astype(object).where(frame.notna(), np.nan).astype(float)
    right = krippendorff.alpha(numbers.to_numpy().T, level_of_measurement="nominal")
    with pytest.raises((ValueError, TypeError)):
        krippendorff.alpha(frame.to_numpy(dtype=object).T, level_of_measurement="nominal")
    assert_allclose(ilr.krippendorff_alpha(declared(frame, ilr.Scale([1, 2, 3]))).value, right)
    assert_allclose(ilr.krippendorff_alpha(frame).value, right)


def test_row_6_a_label_spelled_nan_is_a_label():
    """krippendorff drops the string "nan"."""
    pairs = [("nan", "nan")] * 4 + [("nan", "yes"), ("yes", "yes"), ("no", "yes"), ("no", "no")]
    theirs = krippendorff.alpha(np.array(pairs).T, level_of_measurement="nominal")
    renamed = np.where(np.array(pairs) == "nan", "perhaps", pairs)
    right = krippendorff.alpha(renamed.T, level_of_measurement="nominal")
    ratings = declared(pairs, ilr.Scale(["nan", "no", "yes"]))
    assert ratings.n_missing == 0
    assert_allclose(ilr.krippendorff_alpha(ratings).value, right)
    assert abs(theirs - right) > 0.05


def test_row_7_a_missing_rating_is_no_grade():
    """statsmodels' aggregate_raters makes nan a category of its own."""
    table = np.array([[1, 1, 1], [2, 2, np.nan], [3, 3, 3], [1, 2, 1], [2, 2, 2], [3, 1, np.nan]])
    counts, categories = inter_rater.aggregate_raters(table)
    assert len(categories) == 4
    ours = ilr.fleiss_kappa(declared(table, ilr.Scale([1, 2, 3])))
    # Gwet: agreement 1, 1, 1, 1/3, 1 and 0 of six units; shares of grades averaged over units
    shares = np.array([1 + 2 / 3 + 1 / 2, 1 + 1 / 3 + 1, 1 + 1 / 2]) / 6
    observed, expected = (1 + 1 + 1 + 1 / 3 + 1 + 0) / 6, shares @ shares
    assert_allclose(ours.value, (observed - expected) / (1 - expected), atol=1e-12)
    assert abs(inter_rater.fleiss_kappa(counts) - ours.value) > 0.05
    assert ours.n_missing == 2


def test_row_8_an_interval_stays_within_its_range():
    """statsmodels: 0.640 to 1.110."""
    cells = [[8, 1], [0, 7]]
    theirs = inter_rater.cohens_kappa(cells)
    assert theirs.kappa_upp > 1.1
    low, high = ilr.cohen_kappa(ilr.ratings_from_table(cells, scale=BINARY)).confidence_interval()
    assert -1 <= low < theirs.kappa < high <= 1


def test_row_9_units_may_have_unequal_numbers_of_raters():
    """statsmodels: a bare AssertionError."""
    counts = [[3, 0], [2, 2], [0, 2], [1, 4]]
    with pytest.raises(AssertionError):
        inter_rater.fleiss_kappa(np.array(counts))
    shares = np.array([1, 1 / 2, 0, 1 / 5]).mean()
    observed = np.mean([1, 1 / 3, 1, 12 / 20])
    expected = shares**2 + (1 - shares) ** 2
    ours = ilr.fleiss_kappa(ilr.ratings_from_counts(counts, scale=BINARY)).value
    assert_allclose(ours, (observed - expected) / (1 - expected), atol=1e-12)


def test_row_10_agreement_in_all_of_six_units_is_not_certainty():
    """Python irrCAC: interval (1, 1), p = 0."""
    pairs = [(grade, grade) for grade in (*GRADES, GOOD, RI)]
    low, high = ilr.percent_agreement(declared(pairs)).confidence_interval()
    assert_allclose(low, 0.025 ** (1 / 6), atol=1e-12)  # Clopper and Pearson: 54 %
    assert high == 1
    for coefficient in (ilr.cohen_kappa, ilr.gwet_ac, ilr.krippendorff_alpha):
        estimate = coefficient(declared(pairs))
        for method in estimate.interval_methods:
            assert estimate.confidence_interval(method=method).low < 0.8
        assert ilr.threshold_test(estimate, 0.9).p_value > 0.2


def test_row_11_one_grade_only_is_undefined_or_wide():
    """Python irrCAC: AC1 is 1 with an error of nan, Fleiss and Brennan-Prediger 1 with p = 0."""
    ratings = declared([(GOOD, GOOD)] * 6)
    for coefficient in (
        ilr.fleiss_kappa,
        ilr.conger_kappa,
        ilr.cohen_kappa,
        ilr.scott_pi,
        ilr.krippendorff_alpha,
    ):
        with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
            estimate = coefficient(ratings)
        assert np.isnan(estimate.value)
        assert estimate.reason == "no_variation"
    for coefficient in (ilr.gwet_ac, ilr.brennan_prediger):
        estimate = coefficient(ratings)
        assert estimate.value == close(1)
        assert estimate.standard_error == close(0)
        assert estimate.confidence_interval().low < 0.7
        assert ilr.threshold_test(estimate, 0.0).p_value > 0


@pytest.mark.parametrize(
    "coefficient",
    [ilr.brennan_prediger, ilr.gwet_ac, ilr.scott_pi, ilr.krippendorff_alpha, ilr.cohen_kappa],
)
def test_row_12_and_13_a_p_value_agrees_with_its_interval(coefficient):
    """Python irrCAC: -0.8 (-1.08 to -0.52) with p = 1; R irrCAC 1.0: p above 1."""
    estimate = coefficient(ilr.ratings_from_table([[1, 9], [9, 1]], scale=BINARY))
    low, high = estimate.confidence_interval()
    assert -1 <= low < estimate.value < high < 0
    p = {
        side: ilr.threshold_test(estimate, 0.0, alternative=side).p_value
        for side in ("two-sided", "greater", "less")
    }
    assert p["two-sided"] < 0.05
    assert p["less"] < 0.025
    assert 0.975 < p["greater"] <= 1


def test_row_14_and_15_one_unit_is_undefined_at_any_level():
    """Python irrCAC: ZeroDivisionError, and no level but three; crowd-kit: alpha is 1."""
    for pair in ((GOOD, GOOD), (GOOD, RI)):
        with pytest.warns(ilr.UndefinedEstimateWarning, match="only one unit"):
            estimate = ilr.krippendorff_alpha(declared([pair]))
        assert np.isnan(estimate.value)
        assert estimate.reason == "single_unit"
        assert np.isnan([*estimate.confidence_interval(0.80)]).all()
    pairs = ilr.cohen_kappa(declared(PAIRS))
    for level in (0.5, 0.8, 0.999):
        assert pairs.value in pairs.confidence_interval(level)


def test_row_16_every_label_the_same_is_undefined():
    """simpledorff: ZeroDivisionError."""
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        estimate = ilr.krippendorff_alpha([[1, 1, 1], [1, 1, 1], [1, 1, float("nan")]])
    assert np.isnan(estimate.value)
    assert estimate.reason == "no_variation"


def test_row_17_one_missing_rating_leaves_the_others():
    """nltk: RuntimeError, generator raised StopIteration."""
    table = np.array([[1, 1, 2], [2, 2, 2], [1, 1, np.nan], [2, 1, 2]])
    ratings = declared(table, ilr.Scale([1, 2]))
    for coefficient in (ilr.conger_kappa, ilr.fleiss_kappa, ilr.percent_agreement):
        estimate = coefficient(ratings)
        assert np.isfinite(estimate.value)
        assert (estimate.n_units, estimate.n_ratings, estimate.n_missing) == (4, 11, 1)
    assert_allclose(ilr.percent_agreement(ratings).value, np.mean([1 / 3, 1, 1, 1 / 3]), atol=1e-15)


def test_row_18_one_missing_of_fifteen_drops_no_unit():
    """pingouin's ICC drops the whole unit; the ratings that are there count here."""
    table = np.array([[1, 2, 1], [4, 4, 3], [2, 2, np.nan], [3, 4, 4], [1, 1, 2]])
    full = ilr.krippendorff_alpha(table, metric="interval")
    dropped = ilr.krippendorff_alpha(table[[0, 1, 3, 4]], metric="interval")
    right = krippendorff.alpha(table.T, level_of_measurement="interval")
    assert_allclose(full.value, right, atol=1e-12)
    assert abs(full.value - dropped.value) > 1e-3
    assert (full.n_units, full.n_ratings) == (5, 14)
