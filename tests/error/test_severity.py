"""Severity of raters: balanced designs worked out by the analysis of variance, and laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close


def tabulated(scores, raters, strata=None):
    """Return a table of strata by raters by scores, and the scale."""
    strata = np.zeros(len(scores), int) if strata is None else np.asarray(strata)
    labels, codes = np.unique(scores, return_inverse=True)
    counts = np.zeros((strata.max() + 1, max(raters) + 1, len(labels)), int)
    np.add.at(counts, (strata, raters, codes), 1)
    return ilr.grades_from_table(counts, scale=ilr.Scale(labels.tolist()))


def balanced(tau, *, n_raters=8, n_each=12, seed=3):
    """Return scores of raters with an effect of their own, all different."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, tau, n_raters)[:, None] + rng.normal(size=(n_raters, n_each))
    return np.round(scores, 6)


@pytest.mark.parametrize("tau", [0.0, 0.4, 1.0])
def test_a_balanced_design_is_a_one_way_analysis_of_variance(tau):
    scores = balanced(tau)
    n_raters, n_each = scores.shape
    raters = np.repeat(np.arange(n_raters), n_each)
    found = ilr.rater_severity(tabulated(scores.ravel(), raters), n_resamples=199, rng=1)
    known = stats.f_oneway(*scores)
    assert found.test.statistic == pytest.approx(known.statistic, rel=1e-9)
    df = found.test.df
    assert df == close((n_raters - 1, n_raters * (n_each - 1)))
    residual = scores.var(axis=1, ddof=1).mean()
    between = max(known.statistic - 1, 0) * residual / n_each
    assert found.between.value == pytest.approx(between, abs=1e-12, rel=1e-9)
    assert found.share.value == pytest.approx(between / (between + residual), abs=1e-12)
    limits = [
        max((known.statistic / stats.f.ppf(tail, *df) - 1) / n_each, 0) for tail in (0.975, 0.025)
    ]
    low, high = found.share.confidence_interval()
    assert (low, high) == pytest.approx([x / (1 + x) for x in limits], abs=1e-8)
    shrunk = between * n_each / (residual + between * n_each)
    for row in found.rows():
        assert row["shrunken"] == pytest.approx(shrunk * row["deviation"], abs=1e-9)
        assert row["high_95"] == pytest.approx(
            1.959964 * math.sqrt(scores.var(ddof=1) * (1 / n_each - 1 / scores.size)), rel=1e-5
        )


def test_the_test_by_dealing_grades_anew_agrees_with_normal_errors():
    scores = balanced(0.35, n_raters=5, n_each=20)
    raters = np.repeat(np.arange(5), 20)
    found = ilr.rater_severity(tabulated(scores.ravel(), raters), n_resamples=2999, rng=1)
    assert found.test.p_value == pytest.approx(stats.f_oneway(*scores).pvalue, abs=0.02)


def test_what_a_stratum_adds_to_every_grade_changes_nothing():
    rng = np.random.default_rng(2)
    scores, raters = rng.integers(0, 4, 60), rng.integers(0, 5, 60)
    strata = rng.integers(0, 3, 60)
    plain, moved = (
        ilr.rater_severity(tabulated(one, raters, strata), n_resamples=99, rng=1)
        for one in (scores, scores + 10 * strata)
    )
    assert moved.test.statistic == pytest.approx(plain.test.statistic, rel=1e-9)
    assert moved.share.value == pytest.approx(plain.share.value, abs=1e-12)
    assert moved.test.p_value == pytest.approx(plain.test.p_value)


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@our.examples(6)
@given(table=our.grouped_tables(max_groups=4))
def test_the_order_of_raters_and_strata_is_irrelevant(table):
    plain, turned = (
        ilr.rater_severity(one, n_resamples=9, rng=1, disconnected="largest")
        for one in (table, table[::-1, ::-1])
    )
    assert turned.share.value == pytest.approx(plain.share.value, abs=1e-9, nan_ok=True)
    assert turned.test.statistic == pytest.approx(plain.test.statistic, rel=1e-6, nan_ok=True)
    sizes = [sorted(row["n_units"] for row in one.rows()) for one in (plain, turned)]
    assert sizes[0] == sizes[1]


def test_raters_that_nothing_links_are_refused():
    apart = [[[4, 8], [6, 6], [0, 0], [0, 0]], [[0, 0], [0, 0], [4, 8], [8, 4]]]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="2 sets that no chain of strata links"):
        found = ilr.rater_severity(apart)
    assert found.reason == found.share.reason == found.test.reason == "disconnected"
    assert np.isnan(found.share.value)
    assert (found.n_components, found.rows()) == (2, [])
    alone = [[[4, 8], [0, 0]], [[0, 0], [6, 6]]]
    with pytest.warns(ilr.UndefinedEstimateWarning):
        assert ilr.rater_severity(alone, disconnected="largest").status == "undefined"


def test_the_largest_set_says_what_it_leaves_out():
    apart = [[[4, 8], [6, 6], [0, 0], [0, 0]], [[0, 0], [0, 0], [4, 8], [8, 5]]]
    found = ilr.rater_severity(apart, disconnected="largest", rng=1)
    assert (found.n_units, found.n_left_out, found.n_components) == (25, 24, 2)
    assert "49.0% of units do not enter" in found.describe()


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[[4, 0], [6, 0]], [[0, 3], [0, 2]]], "no_variation"),
        ([[[4, 0], [0, 6]]], "no_residual"),
        ([[[1, 0], [0, 1]]], "no_residual"),
    ],
)
def test_what_says_nothing_is_undefined(table, reason):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.rater_severity(table)
    assert found.reason == reason
    assert "undefined" in found.describe()


def test_raters_have_no_names_unless_they_are_asked_for():
    grades = ilr.grades_from_table([[9, 3], [8, 4], [3, 9]], groups=("Ann", "Bob", "Cat"))
    kept = ilr.rater_severity(grades, n_resamples=99, rng=1)
    assert "Ann" not in str(kept.to_dict()) + kept.describe() + repr(kept)
    assert [row["deviation"] for row in kept.rows()] == sorted(
        row["deviation"] for row in kept.rows()
    )
    asked = ilr.rater_severity(grades, n_resamples=99, rng=1, by_rater=True)
    assert [row["rater"] for row in asked.rows()] == ["Ann", "Bob", "Cat"]


def test_power_rises_with_the_share_from_the_level_of_the_test():
    scores = balanced(0.3)
    raters = np.repeat(np.arange(8), 12)
    power = ilr.rater_severity(tabulated(scores.ravel(), raters), n_resamples=9, rng=1).power
    assert list(power.values()) == sorted(power.values())
    assert power[0.4] > 0.95
    # balanced: the chance that F exceeds its quantile over 1 + 12 ratio
    ratio = 1 + 12 * 0.1 / 0.9
    known = stats.f.sf(stats.f.ppf(0.95, 7, 88) / ratio, 7, 88)
    assert power[0.1] == pytest.approx(known, abs=0.03)


def test_raters_who_are_quite_alike_still_have_an_interval():
    share = ilr.rater_severity([[[5, 1, 1], [5, 1, 1]]], rng=1).share
    interval = share.confidence_interval()
    assert share.value == close(0)
    assert interval.low == close(0)
    assert interval.high > 0.1
    assert "as if raters differed by chance" in interval.method


def test_a_cut_counts_units_at_it_or_above():
    table = [[[2, 3, 4], [4, 3, 1]]]
    cut = ilr.rater_severity(table, at_least=3, rng=1)
    by_hand = ilr.rater_severity([[[5, 4], [7, 1]]], rng=1)
    assert cut.between.value == close(by_hand.between.value)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"at_least": 9}, ValueError, "`at_least` must be a grade"),
        ({"at_least": 1}, ValueError, "`at_least` is 1, the worst grade"),
        ({"disconnected": "x"}, ValueError, "`disconnected` must be one of"),
        ({"by_rater": 1}, TypeError, "`by_rater` must be True or False"),
        ({"n_resamples": 0}, ValueError, "`n_resamples` must be"),
        ({"rng": "x"}, TypeError, "`rng` must be"),
    ],
)
def test_what_does_not_fit_is_named(options, error, said):
    with pytest.raises(error, match=said):
        ilr.rater_severity([[[4, 8], [6, 6]]], **options)


def test_one_rater_is_refused():
    with pytest.raises(ValueError, match="`grades` must have two raters or more"):
        ilr.rater_severity([[[4, 8]]])


def test_units_of_one_rater_alone_change_nothing_however_many():
    """A stratum that one rater graded says nothing of raters, nor may its rounding."""
    both = [[10_000, 3, 0], [0, 4, 9]]
    found = [
        ilr.rater_severity([both, [[0, 0, 0], [0, 0, alone]]], n_resamples=9, rng=1)
        for alone in (0, 2**50)
    ]
    shares = [one.share.confidence_interval() for one in found]
    assert found[1].test.df[0] == found[0].test.df[0]
    assert found[1].between.value > found[0].between.value
    assert 0 < shares[1].low < found[1].share.value < shares[1].high <= 1


def test_dealing_too_many_grades_gives_way_to_normal_errors():
    result = ilr.rater_severity([[100_000, 1], [10**9, 1]], at_least=2, n_resamples=2, rng=1)
    assert result.test.method == "F"
    assert "takes too long" in " ".join(result.test.notes)
