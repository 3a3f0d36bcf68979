"""Effects of two groups: published values, bad input, and what happens at the edges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close

# Brunner and Munzel (2000), table 1: pain scores under treatments Y and N
PAIN = [[11, 2, 0, 1, 0], [3, 1, 4, 2, 1]]
PREVIOUSLY_GOOD = [[3, 8, 45, 39], [4, 6, 5, 3]]


def test_the_relative_effect_of_pain_scores_is_as_published():
    effect = ilr.relative_effect(PAIN)
    assert_allclose(effect.value, 0.788961, atol=5e-7)
    # Brunner and Munzel (2000), section 5: to the digits printed
    assert_allclose([*effect.confidence_interval(method="t")], [0.5952169, 0.9827052], atol=5e-8)


@pytest.mark.parametrize(
    ("counts", "newcombe", "score"),
    [
        # Newcombe (1998), table II, methods 10 and 5, contrasts a, b, d, f and g;
        # first minus second there, so the first group here is the second there
        ((48, 80, 56, 70), (0.0524, 0.3339), (0.0528, 0.3382)),
        ((3, 10, 9, 10), (0.1705, 0.8090), (0.1700, 0.8406)),
        ((0, 29, 5, 56), (-0.0381, 0.1926), (-0.0326, 0.1933)),
        ((0, 20, 0, 10), (-0.1611, 0.2775), (-0.1658, 0.2844)),
        ((0, 20, 10, 10), (0.6791, 1.0), (0.7156, 1.0)),
    ],
)
def test_limits_of_a_difference_are_newcombes(counts, newcombe, score):
    x1, n1, x2, n2 = counts
    effect = ilr.risk_difference([[n1 - x1, x1], [n2 - x2, x2]])
    assert_allclose([*effect.confidence_interval(method="newcombe")], newcombe, atol=5e-5)
    limits = effect.confidence_interval(method="miettinen_nurminen")
    assert_allclose([*limits], score, atol=5e-5)


@pytest.mark.parametrize("table", [[[7, 0], [0, 4]], [[0, 7], [4, 0]], [[0, 7], [0, 4]]])
@pytest.mark.parametrize("method", [None, "shrunk", "logit", "t", "normal"])
def test_an_interval_without_spread_has_width_and_says_how(table, method):
    effect = ilr.relative_effect(table)
    interval = effect.confidence_interval(method=method)
    assert 0 <= interval.low <= effect.value <= interval.high <= 1
    assert interval.width > 0
    assert interval.method.startswith("shrunk")
    assert "not seen but taken from that of a share" in effect.notes[-1]


def test_complete_separation_gives_the_exact_limit():
    low, high = ilr.relative_effect([[7, 0], [0, 4]]).confidence_interval()
    assert_allclose([low, high], [0.025 ** (1 / 4), 1])


def test_strata_with_one_group_stay_out_and_are_counted():
    strata = [PREVIOUSLY_GOOD, [[0, 0, 0, 0], [21, 37, 55, 4]]]
    with_outside = ilr.relative_effect(strata)
    assert with_outside.value == close(ilr.relative_effect(PREVIOUSLY_GOOD).value)
    assert "117 of 230 units (50.9%)" in with_outside.notes[0]
    assert with_outside.n_units == 113


@pytest.mark.parametrize("effect", [ilr.relative_effect, ilr.risk_difference])
def test_no_overlap_gives_no_number(effect):
    with pytest.warns(ilr.UndefinedEstimateWarning, match="share no stratum"):
        estimate = effect([[[1, 2], [0, 0]], [[0, 0], [3, 1]]])
    assert np.isnan(estimate.value)
    assert estimate.reason == "no_overlap"
    assert "undefined" in estimate.describe()


def test_a_group_of_one_unit_has_no_standard_error_but_an_interval():
    effect = ilr.relative_effect([[4, 3, 2], [0, 0, 1]])
    assert np.isnan(effect.standard_error)
    low, high = effect.confidence_interval()
    assert 0 <= low < effect.value < high <= 1


def test_influence_averages_to_zero_and_gives_the_standard_error():
    effect = ilr.relative_effect(PREVIOUSLY_GOOD)
    assert_allclose(effect.influence @ effect.frequencies, 0, atol=1e-12)
    low, high = effect.confidence_interval(method="normal")
    assert_allclose((high - low) / 2 / 1.959963984540054, effect.standard_error)


def test_three_groups_are_refused():
    with pytest.raises(ValueError, match=r"`grades` must have two groups, but got 3"):
        ilr.relative_effect([[1, 2], [2, 1], [1, 1]])


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ({}, "one of `at_least` and `at_most` must be given, but got neither"),
        ({"at_least": 2, "at_most": 3}, "one of `at_least` and `at_most` must be given, but got b"),
        ({"at_least": 1}, "`at_least` must leave a grade out"),
        ({"at_most": 4}, "`at_most` must leave a grade out"),
        ({"at_least": "good"}, "`at_least`: 'good' is not a grade of this scale"),
    ],
)
def test_a_cut_that_is_none_is_refused(cut, message):
    with pytest.raises(ValueError, match=message):
        ilr.risk_difference(PREVIOUSLY_GOOD, **cut)


def test_overlap_says_where_the_kind_is_decided():
    report = ilr.overlap_report(
        ilr.grades_from_table(
            [[[0, 0], [17, 23]], [[0, 0], [0, 0]], [[14, 83], [10, 8]]],
            groups=("short", "standard"),
            strata=("inadequate", "requires improvement", "good"),
        )
    )
    assert report.answerable
    assert report.shared == ("good",)
    assert report.decided == {"inadequate": "standard"}
    assert report.empty == ("requires improvement",)
    assert (report.n_inside, report.n_outside) == (115, 40)
    assert_allclose(report.predictability, (40 + 97) / 155)
    assert report.to_dict()["share_outside"] == report.share_outside
    assert "no overlap" in report._repr_html_()


def test_without_overlap_nothing_is_answerable():
    report = ilr.overlap_report([[[1, 2], [0, 0]], [[0, 0], [3, 1]]])
    assert not report.answerable
    assert report.predictability == 1
    assert "cannot be compared" in report.describe()


def test_overlap_of_one_group_is_refused():
    with pytest.raises(ValueError, match="two or more groups"):
        ilr.overlap_report([[1, 2]])


@pytest.mark.parametrize("method", ["shrunk", "logit", "t", "normal", "jeffreys", "permutation"])
def test_a_group_without_spread_does_not_make_the_interval_narrow(method):
    # the two units of the second group might as well have been any other two
    table = [[100, 300, 100], [0, 2, 0]]
    effect = ilr.relative_effect(table)
    offered = method if method in effect.interval_methods else None
    low, high = effect.confidence_interval(method=offered)
    assert low < 0.05
    assert high > 0.95
    assert "not seen but taken from that of a share" in effect.notes[-1]
    assert ilr.ordinal_equivalence(table, margin=0.1, method=method).p_value > 0.25


def test_a_group_without_spread_does_not_make_the_test_significant():
    table = [[10, 30, 10], [0, 0, 2]]
    for method in ("t", "logit"):
        assert ilr.brunner_munzel(table, method=method).p_value > 0.05
    assert 0.5 in ilr.stratified_relative_effect([table]).confidence_interval()


def test_the_interval_holds_the_truth_beside_a_small_group():
    # 47 and 4 units, graded high with chances 0.04 and 0.8: every table with its chance
    few, some = (stats.binom.pmf(np.arange(n + 1), n, p) for n, p in ((47, 0.04), (4, 0.8)))
    covered = 0.0
    for x, y in np.ndindex(48, 5):
        if few[x] * some[y] > 1e-6:
            interval = ilr.relative_effect([[47 - x, x], [4 - y, y]]).confidence_interval()
            covered += few[x] * some[y] * (0.88 in interval)
    assert covered > 0.93


SMALL_BESIDE_LARGE = {
    "inspections' grades, 47 and 4": (47, [3, 8, 45, 39], 4, [4, 6, 5, 3]),
    "nearly separated, 47 and 4": (47, [90, 9, 1], 4, [1, 9, 90]),
    "unequal spread, 38 and 7": (38, [0, 1, 1, 0], 7, [1, 0, 0, 1]),
    "far apart, 200 and 5": (200, [2, 8, 30, 60], 5, [50, 30, 15, 5]),
}


@pytest.mark.parametrize("setting", SMALL_BESIDE_LARGE.values(), ids=SMALL_BESIDE_LARGE)
def test_the_default_interval_holds_the_truth_where_a_small_group_shows_some_spread(setting):
    n1, first, n2, second = setting
    f, g = np.array(first) / sum(first), np.array(second) / sum(second)
    truth = g @ (np.cumsum(f) - f / 2)
    rng = np.random.default_rng(20261123)
    draws = np.stack([rng.multinomial(n1, f, 1000), rng.multinomial(n2, g, 1000)], axis=1)
    tables, times = np.unique(draws, axis=0, return_counts=True)
    inside = [truth in ilr.relative_effect(table).confidence_interval() for table in tables]
    # 95 % promised; three standard errors of a share of 1000 samples allowed for chance
    assert np.array(inside) @ times > 1000 * (0.95 - 3 * np.sqrt(0.95 * 0.05 / 1000))


def test_the_shrunk_interval_is_its_definition():
    counts = [[0, 29, 1], [1, 3, 0]]
    first, second = (np.repeat(np.arange(3), row) for row in counts)
    wins = (np.sign(second - first[:, None]) + 1) / 2
    p = wins.mean()
    parts, freedom = [], []
    for won in (wins.mean(axis=1), wins.mean(axis=0)):
        n, d = len(won), np.abs(won - np.median(won)).sum()
        prior = (1 - 0.6 * 4 * p * (1 - p)) * p * (1 - p) / n
        parts.append((d * won.var(ddof=1) / n + 0.25 * prior) / (d + 0.25))
        freedom.append(n - 1)
    t = stats.t(sum(parts) ** 2 / sum(v**2 / f for v, f in zip(parts, freedom, strict=True)))
    size = p * (1 - p) / sum(parts) * (stats.norm.ppf(0.975) / t.ppf(0.975)) ** 2
    won, lost = (max(size, 4) * share for share in (p, 1 - p))
    below, above = (0.5 / (1 + 4 * beyond) for beyond in (lost, won))
    expected = [
        stats.beta.ppf(0.025, won + 0.5 - below, lost + 0.5 + below),
        stats.beta.ppf(0.975, won + 0.5 + above, lost + 0.5 - above),
    ]
    low, high = ilr.relative_effect(counts).confidence_interval(method="shrunk")
    assert_allclose([low, high], expected, rtol=1e-9)


def test_agresti_and_caffos_interval_holds_the_difference_of_single_units():
    # (0.966 as published, below the difference of 1)
    effect = ilr.risk_difference([[1, 0], [0, 1]])
    low, high = effect.confidence_interval(method="agresti_caffo")
    assert_allclose([low, high], [1 / 3 - 1.959963984540054 * np.sqrt(4 / 27), 1], rtol=1e-9)
    for x1, x2 in np.ndindex(3, 3):
        effect = ilr.risk_difference([[2 - x1, x1], [2 - x2, x2]])
        for level in (0.2, 0.5, 0.95):
            assert effect.value in effect.confidence_interval(level, "agresti_caffo")


def test_errors_and_logit_limits_of_somers_d():
    """By leaving out one unit at a time, and on the logit scale of the share it stands for."""
    table = np.array([[25, 13, 12], [11, 24, 16], [12, 12, 35]])
    found = ilr.somers_d(table)
    without = []
    for cell in np.ndindex(table.shape):
        table[cell] -= 1
        without += [ilr.somers_d(table).value] * int(table[cell] + 1)
        table[cell] += 1
    n = len(without)
    assert found.standard_error == pytest.approx(np.std(without) * np.sqrt(n - 1), rel=0.01)
    share, half = (found.value + 1) / 2, found.confidence_interval(method="t").width / 4
    ends = np.log(share / (1 - share)) + half / (share * (1 - share)) * np.array([-1, 1])
    assert_allclose(list(found.confidence_interval(method="logit")), np.tanh(ends / 2), rtol=1e-9)


@pytest.mark.parametrize("table", [
    [[3, 7, 0], [0, 6, 6]], [[5, 6, 0], [0, 3, 2]], [[3, 3, 0], [0, 1, 4]],
])  # fmt: skip
def test_where_no_pair_is_lost_the_odds_without_ties_have_no_end(table):
    assert ilr.generalised_odds(table, ties="dropped").value == np.inf
    assert ilr.generalised_odds(table[::-1], ties="dropped").value == close(0.0)


@pytest.mark.parametrize("test", [ilr.ordinal_equivalence, ilr.ordinal_noninferiority])
def test_a_margin_that_rounding_takes_is_refused_by_its_name(test):
    with pytest.raises(ValueError, match="`margin` is nothing beside a half"):
        test([[3, 8, 5], [4, 6, 5]], margin=1e-320)
