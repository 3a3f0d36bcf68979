"""Great counts, levels near 0 and 1, thresholds anywhere: a right number, and an end."""

import itertools
from math import comb, log

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

import ilacs_reliability as ilr

GREAT = ([[600, 10], [10, 600]], [[1300, 300], [200, 1300]], [[900, 5], [40, 700]])


def untilted(table):
    """Return counts of the second group at the better grade, given the margins, and log chances."""
    (no1, yes1), (no2, yes2) = table
    n1, n2, yes = no1 + yes1, no2 + yes2, yes1 + yes2
    counts = np.arange(max(0, yes - n1), min(n2, yes) + 1)
    # whole numbers of any length have a logarithm: nothing underflows
    return counts, np.array([log(comb(n2, k)) + log(comb(n1, yes - k)) for k in counts.tolist()])


def log_tails(table, effect):
    """Return the log tails of the count seen where the effect is to be expected."""
    (no1, yes1), (no2, yes2) = table
    n1, n2, yes = no1 + yes1, no2 + yes2, yes1 + yes2
    counts, plain = untilted(table)
    low, high = -50.0, 50.0
    for _ in range(80):
        theta = (low + high) / 2
        logs = plain + theta * counts
        logs -= special.logsumexp(logs)
        mean = np.exp(logs) @ counts
        expected = 0.5 + (mean / n2 - (yes - mean) / n1) / 2
        low, high = (theta, high) if expected < effect else (low, theta)
    return tuple(special.logsumexp(logs[side]) for side in (counts >= yes2, counts <= yes2))


@pytest.mark.parametrize("table", GREAT)
@pytest.mark.parametrize("test", [ilr.mann_whitney, ilr.jonckheere])
def test_limits_far_from_the_hypothesis_have_the_tails_asked_for(test, table):
    effect = test(table, alternative="greater").effect
    for level in (0.5, 0.95, 1 - 1e-9):
        low, high = effect.confidence_interval(level, "conditional")
        if test is ilr.jonckheere:
            low, high = (low + 1) / 2, (high + 1) / 2
        tail = log((1 - level) / 2)
        assert_allclose(log_tails(table, low)[0], tail, rtol=1e-6)
        assert_allclose(log_tails(table, high)[1], tail, rtol=1e-6)


def test_limits_of_great_tables_are_as_found_elsewhere():
    for table, right in zip(GREAT, ((0.9743, 0.9903), (0.8263, 0.8524)), strict=False):
        interval = ilr.mann_whitney(table).effect.confidence_interval()
        assert_allclose([interval.low, interval.high], right, atol=5.1e-5)


LEVELS = (1e-300, 1e-9, 0.5, 1 - 1e-15)
TABLES = (
    [[2, 4, 7], [7, 6, 0]],
    [[0, 0, 23], [0, 0, 12]],
    [[0, 6, 8], [0, 9, 0]],
    [[5, 0, 0], [0, 0, 4]],
    [[1, 0, 0], [0, 1, 1]],
    [[[3, 2, 1], [0, 1, 3]], [[0, 1, 0], [0, 1, 6]]],
    [[40, 300, 2], [2, 500, 60]],
)
CUT = {"at_least": 3}
DRAWN = {"n_resamples": 99, "rng": 1}
EFFECTS = {
    "relative_effect": ilr.relative_effect,
    "cliffs_delta": ilr.cliffs_delta,
    "generalised_odds": ilr.generalised_odds,
    "generalised_odds dropped": lambda g: ilr.generalised_odds(g, ties="dropped"),
    "somers_d": ilr.somers_d,
    "somers_d grade": lambda g: ilr.somers_d(g, given="grade"),
    "risk_difference": lambda g: ilr.risk_difference(g, **CUT),
    "risk_ratio": lambda g: ilr.risk_ratio(g, **CUT),
    "odds_ratio": lambda g: ilr.odds_ratio(g, **CUT),
    "e_value": lambda g: ilr.e_value(g, **CUT),
    "stratified_relative_effect": ilr.stratified_relative_effect,
    "proportional_odds": ilr.proportional_odds,
    "brunner_munzel t": lambda g: ilr.brunner_munzel(g, method="t").effect,
    "brunner_munzel permutation": lambda g: (
        ilr.brunner_munzel(g, method="permutation", **DRAWN).effect
    ),
    "mann_whitney exact": lambda g: ilr.mann_whitney(g).effect,
    "mann_whitney monte_carlo": lambda g: ilr.mann_whitney(g, method="monte_carlo", **DRAWN).effect,
    "mann_whitney asymptotic": lambda g: ilr.mann_whitney(g, method="asymptotic").effect,
    "jonckheere": lambda g: ilr.jonckheere(g).effect,
    "two_proportions fisher": lambda g: ilr.two_proportions(g, **CUT).effect,
    "two_proportions score": lambda g: ilr.two_proportions(g, method="score", **CUT).effect,
}


def estimates(effect):
    for table in TABLES:
        estimate = effect(table)
        if estimate.status == "ok":
            yield from ((estimate, method) for method in estimate.interval_methods)


every_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


@every_effect
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_an_interval_at_any_level_holds_the_estimate(effect):
    for estimate, method in estimates(effect):
        for level in LEVELS:
            low, high = estimate.confidence_interval(level, method)
            assert low <= estimate.value <= high, (method, level)


@every_effect
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_any_threshold_has_a_p_value_that_agrees_with_the_interval(effect):
    for estimate, method in estimates(effect):
        for threshold in (0.5, 1.0):
            asked = ilr.threshold_test(estimate, threshold, alternative="two-sided", method=method)
            assert asked.status == "ok"
            assert 0 <= asked.p_value <= 1
            if 1e-9 < asked.p_value < 1 - 1e-6:
                # a level a hair to either side of 1 - p tells whether the threshold is outside
                inside, outside = (1 - asked.p_value * (1 + s) for s in (-1e-7, 1e-7))
                assert threshold in estimate.confidence_interval(inside, method)
                assert threshold not in estimate.confidence_interval(outside, method)


def test_profile_limits_go_by_stages_where_cells_of_billions_bar_the_way():
    """mpmath 1.4.1, 60 digits: bisection on the likelihood at its best over three thresholds."""
    odds = ilr.proportional_odds([[2, 28, 2, 2**50], [2**50, 1, 1, 0]])
    for level, low, high in (
        (0.95, 5.12694884671e-31, 2.04005165417e-29),
        (1 - 2**-40, 2.89606670731e-36, 3.06527988158e-28),
    ):
        assert_allclose(odds.confidence_interval(level, "profile"), (low, high), rtol=1e-8)
    for limit in odds.confidence_interval(0.95, "profile"):
        assert ilr.threshold_test(odds, limit, alternative="two-sided").p_value == pytest.approx(
            0.05, rel=1e-6
        )


def test_profile_limits_are_found_where_newtons_steps_go_to_and_fro():
    strata = [
        [[10**9, 1, 1], [10**11, 1, 1]],
        [[10**4, 0, 1], [10**11, 1, 1]],
        [[10**8, 1, 1], [10**5, 1, 1]],
        [[10**10, 0, 1], [10**4, 1, 0]],
    ]
    odds = ilr.proportional_odds(strata)
    levels = (0.5, 0.95, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12)
    limits = [odds.confidence_interval(level, "profile") for level in levels]
    for inner, outer in itertools.pairwise(limits):
        assert outer.low < inner.low < odds.value < inner.high < outer.high
    # where it went to and fro
    test = ilr.threshold_test(odds, limits[3].low, alternative="two-sided")
    assert test.p_value == pytest.approx(1e-9, rel=1e-3)
