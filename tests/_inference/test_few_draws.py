"""Limits and p-values read off draws: none is surer than so many draws can be."""

from functools import partial

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close

MOVES, ERROR = [[40, 30], [5, 25]], [[0.95, 0.05], [0.1, 0.9]]
SEEN = [[1, 1, 1]] * 9 + [[2, 2, 2]] * 9 + [[1, 1, 2], [1, 2, 1], [2, 1, 2], [2, 2, 1]]
PAIRS = [[1, 1], [2, 2], [1, 2], [2, 2], [1, 1], [2, 1], [2, 2], [1, 1], [1, 1], [2, 2]]


def corrected(n_resamples):
    return ilr.corrected_shift(MOVES, error=ERROR, n_resamples=n_resamples, rng=0)


def gap(n_resamples):
    """Each half of a difference is drawn, so that it is as rough as they are."""
    other = ilr.corrected_shift([[30, 0], [60, 5]], error=ERROR, n_resamples=n_resamples, rng=1)
    return ilr.difference(corrected(n_resamples), other, paired=False)


def share(n_resamples):
    return ilr.dawid_skene(SEEN, n_starts=4).resampled(n_resamples=n_resamples).class_shares()[1]


DRAWN = {
    "corrected_shift": (corrected, None),
    "difference": (gap, "mover"),
    "dawid_skene": (share, "bootstrap"),
}
every_drawn = pytest.mark.parametrize(("made", "method"), DRAWN.values(), ids=DRAWN)


@every_drawn
@pytest.mark.parametrize("n_resamples", [7, 20, 99])
def test_no_p_value_is_below_one_in_the_draws_and_what_was_seen(made, method, n_resamples):
    estimate = made(n_resamples)
    ask = partial(ilr.threshold_test, estimate, method=method)
    least = 1 / (n_resamples + 1)
    for side, end in (("greater", -9.0), ("less", 9.0)):
        result = ask(end, alternative=side)
        assert result.p_value == close(least)
        assert f"No p-value of {n_resamples} draws can be smaller." in result.notes
        assert ask(end, alternative="two-sided").p_value == close(2 * least)
    both = ilr.equivalence_test(estimate, low=-9.0, high=9.0, method=method)
    assert both.p_value == close(least)
    assert both.notes[-1].startswith("No p-value")


@every_drawn
def test_limits_say_where_their_level_is_more_than_the_draws_hold(made, method):
    """Of 19 draws one in twenty lies below the least of them."""
    ask = partial(made(19).confidence_interval, method=method)
    assert "extremes" not in ask(0.9).method
    sure = ask(0.9001)
    assert "cut at the extremes of 19 draws" in sure.method
    assert tuple(ask(0.9999)) == close(tuple(sure))


def test_draws_cannot_be_written_to():
    (draws, *_) = dict(corrected(9).methods)["posterior"].first
    with pytest.raises(ValueError, match="read-only"):
        draws.draws[0] = 9.0


def test_one_draw_says_nothing():
    found = corrected(1)
    assert found.confidence_interval().method.startswith("likelihood")
    assert ilr.threshold_test(found, 0.0).p_value < 1e-3


METHODS = ("bca", "percentile", "studentized", "bayesian")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_resamples", [2, 5, 19])
def test_a_bootstrap_of_too_few_says_so_and_holds_the_coefficient(method, n_resamples):
    for seed in range(10):
        found = ilr.bootstrap(
            ilr.cohen_kappa, PAIRS, n_resamples=n_resamples, method=method, rng=seed
        )
        interval = found.confidence_interval
        drawn = found.replicates[np.isfinite(found.replicates)]
        assert found.estimate.value in interval
        if np.ptp(drawn) > 0:
            assert "cut at the extremes of" in interval.method
        if method in ("percentile", "bayesian") and np.ptp(drawn) > 0:
            ends = np.append(drawn, found.estimate.value)
            assert tuple(interval) == close((ends.min(), ends.max()))


@pytest.mark.parametrize("method", METHODS)
def test_a_bootstrap_of_enough_says_nothing(method):
    found = ilr.bootstrap(ilr.cohen_kappa, PAIRS, n_resamples=199, method=method, rng=1)
    assert "extremes" not in found.confidence_interval.method


@pytest.mark.parametrize(("n_clusters", "held"), [(2, "60%"), (5, "85%"), (10, "90%")])
def test_so_few_clusters_that_resampling_cannot_spread_enough_are_said(n_clusters, held):
    """The mean of n resampled normal means has 1 - 1 / n of the variance, and no t."""
    draws = np.random.default_rng(1).normal(size=(20_000, n_clusters))
    reach = 1.96 * draws.std(axis=1) / np.sqrt(n_clusters)
    share = float((np.abs(draws.mean(axis=1)) < reach).mean())
    assert share == pytest.approx(float(held.rstrip("%")) / 100, abs=0.012)
    ratings = of_clusters(n_clusters)
    for method in ("bca", "percentile", "bayesian"):
        said = ilr.bootstrap(ilr.gwet_ac, ratings, n_resamples=99, method=method, rng=1).notes[-1]
        assert f"Resampling only {n_clusters} clusters leaves limits too narrow" in said
        assert f"they would hold {held} where 95% is wanted" in said


def of_clusters(n_clusters):
    grades, scale = np.array(PAIRS) - 1, ilr.Scale(["no", "yes"])
    codes, clusters = np.repeat(grades, 3, axis=0), np.arange(30) % n_clusters
    return ilr.ratings_from_codes(codes, scale=scale, clusters=clusters)


def test_many_clusters_and_units_that_are_alone_need_no_word():
    for ratings in (of_clusters(20), PAIRS):
        notes = ilr.bootstrap(ilr.gwet_ac, ratings, n_resamples=99, rng=1).notes
        assert not any("clusters leaves" in note for note in notes)
