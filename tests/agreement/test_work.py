"""Coefficients know their work: many ratings a unit, many raters, pairs of raters."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr

SCALE = ilr.Scale(range(4), scores=[0, 1, 3, 7])
COUNTS = np.array(
    [[4, 1, 0, 0], [1, 3, 2, 0], [0, 0, 5, 1], [2, 0, 0, 6], [0, 1, 1, 1], [3, 0, 0, 0]]
)
ONE_WAY = [(form, estimator) for form in ("1,1", "1,k") for estimator in ("anova", "reml")]
every_one_way = pytest.mark.parametrize(("form", "estimator"), ONE_WAY)


def as_codes(counts):
    """Return the same ratings with a place for each, -1 where a unit has fewer."""
    codes = np.full((len(counts), counts.sum(axis=1).max()), -1)
    for row, times in zip(codes, counts, strict=True):
        row[: times.sum()] = np.repeat(np.arange(len(times)), times)
    return codes


@every_one_way
def test_counts_of_anonymous_ratings_say_what_the_ratings_do(form, estimator):
    by_counts = ilr.icc(
        ilr.ratings_from_counts(COUNTS, scale=SCALE), form=form, estimator=estimator
    )
    by_codes = ilr.icc(
        ilr.ratings_from_codes(as_codes(COUNTS), scale=SCALE), form=form, estimator=estimator
    )
    assert_allclose(by_counts.value, by_codes.value, rtol=1e-12)
    assert_allclose(by_counts.standard_error, by_codes.standard_error, rtol=1e-9)
    assert_allclose(by_counts.confidence_interval(), by_codes.confidence_interval(), rtol=1e-9)


@every_one_way
def test_memory_does_not_grow_with_the_ratings_of_a_unit(form, estimator):
    ratings = ilr.ratings_from_counts(COUNTS * 10**7, scale=SCALE)
    tracemalloc.start()
    estimate = ilr.icc(ratings, form=form, estimator=estimator)
    low, high = estimate.confidence_interval()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22
    assert low <= estimate.value <= high


def test_a_one_way_mean_square_is_that_of_its_definition():
    counts = np.array([[30, 5, 5, 0], [0, 30, 5, 5], [10, 0, 10, 20]])
    scores = np.array([np.repeat(SCALE.scores, times) for times in counts])
    between = 40 * scores.mean(axis=1).var(ddof=1)
    within = scores.var(axis=1, ddof=1).mean()
    value = ilr.icc(ilr.ratings_from_counts(counts, scale=SCALE), form="1,1").value
    assert_allclose(value, (between - within) / (between + 39 * within), rtol=1e-12)
    result = ilr.icc_test(ilr.ratings_from_counts(counts, scale=SCALE), form="1,1")
    assert_allclose(result.statistic, between / within, rtol=1e-12)


@pytest.mark.parametrize("counts", [[[9, 0, 0, 0], [7, 0, 0, 0]], [[1, 0, 0, 0], [0, 1, 0, 0]]])
def test_counts_without_spread_are_undefined(counts):
    with pytest.warns(ilr.UndefinedEstimateWarning):
        estimate = ilr.icc(ilr.ratings_from_counts(counts, scale=SCALE), form="1,1")
    assert estimate.status == "undefined"


def test_too_many_raters_for_the_likelihood_are_told_what_to_use():
    codes = np.random.default_rng(20261128).integers(0, 4, (30, 900))
    ratings = ilr.ratings_from_codes(codes, scale=SCALE)
    with pytest.raises(ValueError, match="`estimator` 'reml' takes too long for 900 raters"):
        ilr.icc(ratings, estimator="reml")
    # the one-way model does not ask who gave which rating
    assert 0 <= ilr.icc(ratings, form="1,1", estimator="reml").value < 1


def test_batches_of_many_raters_are_a_loop():
    rng = np.random.default_rng(20261128)
    codes = rng.integers(-1, 4, (40, 200))
    ratings = ilr.ratings_from_codes(codes, scale=SCALE)
    times = rng.multinomial(40, np.full(40, 1 / 40), size=3)
    batch = ilr.icc(ratings.with_frequencies(times)).value
    alone = [ilr.icc(ratings.with_frequencies(one)).value for one in times]
    assert_allclose(batch, alone, rtol=1e-10)


def test_pairs_of_many_raters_are_refused_before_they_are_asked():
    codes = np.random.default_rng(1).integers(0, 3, (5, 1000))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3)))
    with pytest.raises(ValueError, match=r"^`ratings` has 499500 pairs of raters"):
        ilr.pairwise_agreement(ratings)
    assert len(ilr.pairwise_agreement(ratings.select_raters(*range(20)))) == 190


def test_limits_of_f_hold_the_correlation_of_very_many_units():
    table = [[3, 26, 2**50, 10**9], [14, 11, 2, 17], [1, 10**9, 3, 29], [10**9, 3, 30, 29]]
    study = ilr.ratings_from_table(table, scale=ilr.Scale([1, 2, 3, 4]))
    effect = ilr.icc_test(study, threshold=0.5).effect
    for level in (0.5, 0.95, 0.99):
        low, high = effect.confidence_interval(level)
        assert low <= effect.value <= high
