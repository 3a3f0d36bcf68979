"""Proportional odds of several groups: another program, two groups at a time, edges, bad input."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, special, stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.comparison import model_tests, ordinal_fit
from maxima import cumulative_logit

# short, standard and a third kind, in two strata
THREE = np.array(
    [
        [[3, 8, 45, 39], [4, 6, 5, 3], [2, 9, 12, 4]],
        [[5, 9, 20, 10], [3, 6, 7, 2], [1, 4, 6, 8]],
    ]
)
KINDS = ("short", "standard", "other")
METHODS = pytest.mark.parametrize("method", ["likelihood_ratio", "score"])


def named(tables):
    return ilr.grades_from_table(tables, groups=KINDS)


def test_several_groups_are_statsmodels():
    stratum, group, grade = np.argwhere(THREE >= 0).repeat(THREE.ravel(), axis=0).T
    covariates = np.column_stack([stratum, group == 1, group == 2]).astype(float)

    full, alike = (cumulative_logit(grade, covariates[:, chosen]) for chosen in ([0, 1, 2], [0]))
    for place, kind in ((1, "standard"), (2, "other")):
        odds = ilr.proportional_odds(named(THREE), group=kind)
        assert_allclose(np.log(odds.value), full.params[place], atol=1e-5)
    test = ilr.proportional_odds_test(named(THREE))
    assert_allclose(test.statistic, 2 * (full.llf - alike.llf), atol=1e-6)
    assert test.df == 2


@METHODS
def test_two_groups_are_a_case_of_several(method):
    two, tests = THREE[:, :2], (ilr.parallel_lines_test, ilr.proportional_odds_test)
    empty = np.concatenate([two, np.zeros_like(two[:, :1])], axis=1)
    odds, more = ilr.proportional_odds(two), ilr.proportional_odds(named(empty), group="standard")
    assert_allclose(
        [more.value, *more.confidence_interval()], [odds.value, *odds.confidence_interval()]
    )
    assert_allclose(more.standard_error, odds.standard_error)
    for test in tests:
        ours, theirs = test(two, method=method), test(named(empty), method=method)
        assert_allclose([theirs.statistic, theirs.df], [ours.statistic, ours.df], rtol=1e-6)


def test_the_joint_test_agrees_with_the_profile_of_two_groups():
    rng = np.random.default_rng(1)
    for _ in range(30):
        table = rng.integers(1, 9, size=(2, 4))
        result = ilr.proportional_odds_test(table)
        low, high = ilr.proportional_odds(table).confidence_interval(1 - result.p_value)
        assert_allclose(1.0, low if result.effect.value > 1 else high, rtol=1e-4)
        worst, *others = result.notes
        assert "taken for the worst" in worst
        assert all("chi-square is rough" in note for note in others)


@METHODS
def test_which_group_comes_first_changes_no_test(method):
    for test in (ilr.parallel_lines_test, ilr.proportional_odds_test):
        ours = test(named(THREE), method=method)
        turned = test(named(THREE[:, [2, 0, 1]]), method=method)
        assert_allclose(turned.statistic, ours.statistic, rtol=1e-5)
        assert ours.effect is None
    ratio = ilr.proportional_odds(named(THREE), group="other").value
    back = ilr.proportional_odds(
        ilr.grades_from_table(THREE[:, [2, 1, 0]], groups=KINDS[::-1]), group="short"
    )
    assert_allclose(back.value, 1 / ratio)


def test_parallel_lines_of_one_stratum_are_the_saturated_model():
    table = THREE[0]
    free = stats.contingency.expected_freq(table)  # every group its own shares
    grades = named(table[None])
    test, joint = ilr.parallel_lines_test(grades), ilr.proportional_odds_test(grades)
    alike = 2 * (table * np.log(np.where(table > 0, table / free, 1))).sum()
    # against no differences at all: what groups explain, and what cuts do beyond
    assert_allclose(test.statistic + joint.statistic, alike)
    assert test.df == 4


def test_a_separated_group_is_held_and_said():
    table = np.array([[[5, 5, 0, 0], [4, 6, 0, 0], [0, 0, 5, 5]]])
    grades = ilr.grades_from_table(table, scale=ilr.OFSTED_SCALE, groups=KINDS)
    odds = ilr.proportional_odds(grades, group="other")
    assert "separated" in odds.notes[-1]
    assert 1 < odds.confidence_interval().low < odds.value < 1e6
    # the others have no prior of their own, and a standard error
    other = ilr.proportional_odds(grades, group="standard")
    assert other.interval_methods == ("profile", "wald")
    assert 1 in other.confidence_interval()
    for test in (ilr.proportional_odds_test, ilr.parallel_lines_test):
        assert any("separated" in note for note in test(grades).notes)
        assert not any("separated" in note for note in test(named(THREE)).notes)
    assert ilr.proportional_odds_test(grades).p_value < 1e-4


def test_groups_are_compared_through_a_chain_of_strata_and_no_further():
    chain = np.array([[[9, 4], [3, 8], [0, 0]], [[0, 0], [5, 5], [2, 9]]])
    odds = ilr.proportional_odds(named(chain), group="other").value
    steps = [ilr.odds_ratio(chain[0, :2]).value, ilr.odds_ratio(chain[1, 1:]).value]
    assert_allclose(odds, np.prod(steps), rtol=1e-6)
    four = np.array([[[9, 4], [3, 8], [0, 0], [0, 0]], [[0, 0], [0, 0], [5, 5], [2, 9]]])
    grades = ilr.grades_from_table(four, groups=("a", "b", "c", "d"))
    near = ilr.proportional_odds(grades, group="b")
    assert_allclose(near.value, ilr.odds_ratio(four[0, :2]).value)
    assert "21 units of strata that no group links with a do not enter" in near.notes[-1]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="share no stratum"):
        assert np.isnan(ilr.proportional_odds(grades, group="d").value)
    with pytest.warns(ilr.UndefinedEstimateWarning, match="share no stratum"):
        assert np.isnan(ilr.proportional_odds_test(grades).p_value)


def test_one_grade_tests_nothing():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="proportional odds test"):
        assert np.isnan(ilr.proportional_odds_test([[0, 3], [0, 4]]).p_value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.proportional_odds(named(THREE)), "`group` must name the group to set against"),
        (lambda: ilr.proportional_odds(named(THREE), group="short"), "but the first"),
        (lambda: ilr.proportional_odds(named(THREE), group="long"), "but got 'long'"),
        (lambda: ilr.proportional_odds([[1, 2]]), "`grades` must have two or more groups"),
        (lambda: ilr.proportional_odds_test(named(THREE), method="wald"), "`method` must be one"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def sparse(seed, n=60):
    """Draw tables of two groups with one to three strata, two to six grades and many zeros."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        shape = (rng.integers(1, 4), 2, rng.integers(2, 7))
        table = rng.poisson(rng.choice([0.3, 0.7, 1.5, 3.0]), size=shape)
        if table.any():
            yield rng, table


def log_odds(table):
    """Return the log odds ratio and its limits, nan where undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        odds = ilr.proportional_odds(table)
    if odds.status == "undefined":
        return np.full(3, np.nan)
    return np.log([odds.value, *odds.confidence_interval()])


SEPARATED_STRATA = [
    [[[5, 0, 0, 0], [5, 0, 0, 0]], [[0, 3, 2, 0], [0, 0, 0, 1]], [[2, 0, 2, 0], [0, 4, 5, 0]]],
    [[[12, 0], [9, 0]], [[9, 0], [1, 6]], [[2, 9], [2, 15]]],
    [[[0, 0, 5, 0], [0, 0, 0, 2]], [[4, 1, 0, 0], [0, 0, 0, 3]]],
]


@pytest.mark.parametrize("table", SEPARATED_STRATA)
def test_the_order_of_separated_strata_and_groups_changes_nothing(table):
    table, ours = np.array(table), log_odds(table)
    for shift in range(len(table)):
        assert_allclose(log_odds(np.roll(table, shift, axis=0)), ours, atol=1e-8)
    assert_allclose(-log_odds(table[:, ::-1])[[0, 2, 1]], ours, atol=1e-8)


def test_the_order_of_strata_and_groups_changes_nothing_in_sparse_tables():
    n_defined = 0
    for rng, table in sparse(1):
        ours = log_odds(table)
        n_defined += not np.isnan(ours[0])
        assert_allclose(log_odds(table[rng.permutation(len(table))]), ours, atol=1e-7)
        assert_allclose(-log_odds(table[:, ::-1])[[0, 2, 1]], ours, atol=1e-7)
    assert n_defined > 20


@pytest.mark.parametrize("end", [0, -1])
def test_a_stratum_of_one_end_grade_says_nothing(end):
    alone = THREE[0, :2]
    idle = np.zeros_like(alone)
    idle[:, end] = 9, 4
    odds = ilr.proportional_odds([alone, idle])
    assert_allclose(odds.value, ilr.proportional_odds(alone).value, rtol=1e-10)
    assert_allclose(odds.standard_error, ilr.proportional_odds(alone).standard_error, rtol=1e-8)
    assert "13 units of strata" in odds.notes[-1]
    test, less = ilr.proportional_odds_test([alone, idle]), ilr.proportional_odds_test(alone)
    assert_allclose(test.p_value, less.p_value, rtol=1e-8)
    with pytest.warns(ilr.UndefinedEstimateWarning, match="tell group 1 and group 2 apart"):
        assert np.isnan(ilr.proportional_odds([idle, np.roll(idle, 1, axis=1)]).value)


def test_the_likelihood_ratio_agrees_with_the_profile_in_sparse_tables():
    n_compared = 0
    for _, table in sparse(2):
        if np.isnan(log_odds(table)[0]):
            continue
        test = ilr.proportional_odds_test(table)
        if 1e-9 < test.p_value < 1 - 1e-4:
            low, high = test.effect.confidence_interval(1 - test.p_value)
            assert_allclose(np.log(low if test.effect.value > 1 else high), 0, atol=1e-5)
            n_compared += 1
    assert n_compared > 20


def test_a_divergence_of_shares_near_and_far_has_all_its_digits():
    """Likely grades are met to a ten-thousandth, rare ones missed by a half."""
    shares = np.array([[0.5, 0.49999, 0.00001], [0.3, 0.4, 0.3]])
    counts = np.array([[500_010.0, 499_985.0, 5.0], [3000.0, 4001.0, 2999.0]])
    seen = counts / counts.sum(axis=1, keepdims=True)
    logs = np.log(seen.astype(np.longdouble) / shares.astype(np.longdouble))
    expected = float((counts * logs).sum())
    assert model_tests._divergence(counts, shares) == pytest.approx(expected, rel=1e-7)


SEPARATED = {
    "each group has a grade": [[4, 0, 0], [0, 3, 0], [0, 0, 5]],
    "next to each other": [[4, 2, 0], [0, 3, 3], [0, 0, 5]],
    "one apart": [[4, 2, 0, 0], [0, 0, 3, 1], [0, 0, 5, 2]],
}


@pytest.mark.parametrize("table", SEPARATED.values(), ids=SEPARATED)
def test_where_logits_run_away_groups_are_fitted_as_they_are(table):
    """Then no proportional odds fit less than the shares of each group, whose odds are 0 or all."""
    table = np.array(table, dtype=float)

    def entropy(counts):
        return float(special.xlogy(counts, counts / counts.sum()).sum())

    wanted = 2 * (sum(map(entropy, table)) - entropy(table.sum(axis=0)))
    found = ilr.proportional_odds_test(table.astype(int), method="likelihood_ratio")
    assert found.statistic == close(wanted)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_profile_that_is_flat_far_out_and_then_steep_has_its_limits(level):
    """Of 2**50 units the ends are Poisson, and a few units elsewhere bear any odds up to 1e13."""
    table, n = np.array([[23, 2**50, 3], [1, 2, 1]]), float(2**50)

    def log(ends, beta):
        (x, y), (low, high) = ends, (ends[0] - np.log(n) - beta, ends[1] - np.log(n) + beta)
        middle = np.log1p(-special.expit(low) - special.expit(high))
        few = special.log_expit(low) + 2 * middle + special.log_expit(high)
        return 23 * x - np.exp(x) + 3 * y - np.exp(y) + few

    def highest(beta):
        # the best ends are near those of all units, and so is no other top
        found = optimize.minimize(
            lambda ends: -log(ends, beta),
            np.log([23.5, 3.5]),
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-9},
        )
        return -found.fun

    estimate = ilr.proportional_odds(table)
    limits = estimate.confidence_interval(level)
    top = highest(np.log(estimate.value))
    falls = [2 * (top - highest(np.log(limit))) for limit in (limits.low, limits.high)]
    assert falls == pytest.approx([stats.chi2.ppf(level, 1)] * 2, rel=1e-3)


def test_steps_that_rounding_makes_are_not_gone_on_with(monkeypatch):
    """Of 2**50 units in a cell beside one elsewhere fits went a hundred steps on the spot."""
    steps, moved = [], ordinal_fit._moved

    def counted(now, step):
        steps.append(step)
        return moved(now, step)

    monkeypatch.setattr(ordinal_fit, "_moved", counted)
    most, many = 2**50, 10**9
    tables = [
        [[1, 2, most, 25, 3, 3, 12, 10**4, 1, 3], [25, 26, 3, 12, 1, 0, 1, 29, 21, 3]],
        [[22, 1, 23, many, 1, 3, many, 12, 0, 3], [6, 10**4, 28, 2, 1, 0, 3, 4, many, 19]],
        [[21, 3, many, 16, 28, 0, 3, 12, 25, 3], [many, 2, 22, 1, 6, 29, most, many, most, 2]],
        [[19, 2, 2, 2, 3, 8, many, 1, 29, 25], [1, 29, 10**4, 1, 0, 22, 2, 0, many, 28]],
    ]
    ilr.proportional_odds(tables).confidence_interval()
    # 6829 before
    assert 10 < len(steps) < 3400


def test_limits_of_very_low_levels_are_nested_however_many_units_there_are():
    table = [
        [10**9, 1, 1, 0, 3, 2, 1, 30, 10**9, 10**9],
        [10**9, 0, 20, 17, 2, 14, 3, 22, 10**4, 1],
    ]
    uneven = [[83056849428, 43717191687, 1], [1, 42166228026, 44280524832]]
    for counts in (table, uneven):
        estimate = ilr.proportional_odds(counts)
        levels = [1e-9, 1e-6, 1e-3, 0.1, 0.95]
        limits = [estimate.confidence_interval(level, "profile") for level in levels]
        assert all(np.diff([one.low for one in limits]) < 0)
        assert all(np.diff([one.high for one in limits]) > 0)
        # so near its top a log likelihood is a parabola
        near = limits[0].high / estimate.value - 1
        assert near == pytest.approx(1 - limits[0].low / estimate.value, rel=1e-2)


def test_a_fit_that_rounding_moves_ends_at_the_best_of_its_places(monkeypatch):
    """Steps of a hundred-millionth promised a twentieth of a log likelihood, without an end."""
    most, steps, moved = 2**50, [], ordinal_fit._moved
    tables = [
        [[10**4, 10**4, 1, 22, most, 1, 8, 10**4, 28, 1], [6, 3, 22, 15, 0, 20, 1, 1, 0, 21]],
        [[most, 10**4, 0, 3, 3, 2, most, 28, 2, 23], [2, 12, most, 24, 1, 15, 0, 10**9, 2, 10**4]],
    ]

    def counted(now, step):
        steps.append(step)
        return moved(now, step)

    monkeypatch.setattr(ordinal_fit, "_moved", counted)
    estimate = ilr.proportional_odds(tables)
    low, high = estimate.confidence_interval(0.95, "profile")
    assert low < estimate.value < high
    # 15,746 before
    assert 10 < len(steps) < 5000
