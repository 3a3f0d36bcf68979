"""A second opinion: other programs called on the same ratings."""

import hypothesis.strategies as st
import krippendorff
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability.agreement import crosscheck

WEIGHTS = {"identity": None, "linear": "linear", "quadratic": "quadratic"}


def table_of(cells):
    return ilr.ratings_from_table(cells, scale=ilr.Scale(range(1, len(cells) + 1)))


@pytest.mark.parametrize("metric", our.METRICS)
@given(table=our.codes(n_grades=4, max_raters=5))
def test_alpha_equals_krippendorffs(metric, table):
    grades = np.where(table < 0, np.nan, table + 1)
    ratings = ilr.ratings_from_matrix(grades, scale=ilr.Scale([1, 2, 3, 4]))
    theirs = krippendorff.alpha(
        reliability_data=grades.T, level_of_measurement=metric, value_domain=[1, 2, 3, 4]
    )
    value = ilr.krippendorff_alpha(ratings, metric=metric).value
    assert_allclose(value, theirs, rtol=0, atol=1e-12)


@given(table=our.codes(n_grades=3), credit=our.credit(3))
def test_alpha_with_credit_of_ones_own_equals_krippendorffs(table, credit):
    def distance(v1, v2, i1, i2, n_v, dtype=np.float64):
        return (1 - credit)[np.asarray(v1, dtype=int) - 1, np.asarray(v2, dtype=int) - 1]

    grades = np.where(table < 0, np.nan, table + 1)
    ratings = ilr.ratings_from_matrix(grades, scale=ilr.Scale([1, 2, 3]))
    theirs = krippendorff.alpha(
        reliability_data=grades.T, level_of_measurement=distance, value_domain=[1, 2, 3]
    )
    value = ilr.krippendorff_alpha(ratings, metric=credit).value
    assert_allclose(value, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("weights", WEIGHTS)
@given(cells=our.square_tables())
def test_cohen_kappa_equals_statsmodels(weights, cells):
    with np.errstate(invalid="ignore"):
        # the root of their variance, which at perfect agreement can be -1e-16
        theirs = inter_rater.cohens_kappa(cells, wt=WEIGHTS[weights])
    ours = ilr.cohen_kappa(table_of(cells), weights=weights)
    assert_allclose(ours.value, theirs.kappa, rtol=0, atol=1e-12)
    n = cells.sum()
    # statsmodels divides the variance by n; near zero it subtracts two nearly equal numbers
    assert_allclose(ours.standard_error**2 * (n - 1) / n, theirs.var_kappa, rtol=1e-9, atol=1e-14)


@given(cells=our.square_tables(), data=st.data())
def test_cohen_kappa_with_credit_of_ones_own_equals_statsmodels(cells, data):
    credit = data.draw(our.credit(len(cells)))
    with np.errstate(invalid="ignore"):
        # as above
        theirs = inter_rater.cohens_kappa(cells, weights=1 - credit)
    ours = ilr.cohen_kappa(table_of(cells), weights=credit)
    assert_allclose(ours.value, theirs.kappa, rtol=0, atol=1e-12)


@pytest.mark.parametrize("weights", WEIGHTS)
@given(cells=our.square_tables(max_grades=4, highest=4))
def test_cohen_kappa_equals_scikit_learns(weights, cells):
    first, second = np.repeat(np.argwhere(cells >= 0), cells.ravel(), axis=0).T
    labels = range(len(cells))
    theirs = cohen_kappa_score(first, second, labels=list(labels), weights=WEIGHTS[weights])
    ours = ilr.cohen_kappa(table_of(cells), weights=weights)
    assert_allclose(ours.value, theirs, rtol=0, atol=1e-12)


@given(table=our.codes(n_grades=4, max_raters=5, missing=False))
def test_fleiss_kappa_and_brennan_prediger_equal_statsmodels(table):
    counts = (table[:, :, None] == np.arange(4)).sum(axis=1)
    ratings = ilr.ratings_from_codes(table, scale=ilr.Scale([1, 2, 3, 4]))
    fleiss = inter_rater.fleiss_kappa(counts, method="fleiss")
    randolph = inter_rater.fleiss_kappa(counts, method="randolph")
    assert_allclose(ilr.fleiss_kappa(ratings).value, fleiss, rtol=0, atol=1e-12)
    assert_allclose(ilr.brennan_prediger(ratings).value, randolph, rtol=0, atol=1e-12)


@pytest.mark.parametrize("error", [ImportError, AttributeError("module 'numpy' has no 'float'")])
def test_a_program_that_cannot_be_imported_is_not_run_and_kept_apart(monkeypatch, error):
    import_module = crosscheck.import_module

    def at_odds(name):
        if name.startswith("irrCAC"):
            raise error
        return import_module(name)

    monkeypatch.setattr(crosscheck, "import_module", at_odds)
    [row] = [row for row in ilr.cross_check([[0, 0], [1, 1], [0, 1]]) if row["program"] == "irrCAC"]
    assert row["outcome"] == "not installed"
    assert "environment of its own" in row["remark"]


def test_units_that_nobody_rated_count_among_the_rows_of_other_programs():
    ratings = ilr.ratings_from_codes(
        [[0, 0], [1, 0], [-1, -1]], scale=ilr.Scale(["a", "b"]), frequencies=[3, 2, 10**9]
    )
    with pytest.raises(ValueError, match="`ratings` holds 1000000005 units; other programs take"):
        ilr.cross_check(ratings)
