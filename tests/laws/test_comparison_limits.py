"""A test and the interval beside it say the same of the hypothesis, at every confidence level."""

import pickle

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability.comparison.unconditional import unconditional_limits

PREVIOUSLY_GOOD = [[3, 8, 45, 39], [4, 6, 5, 3]]


@st.composite
def groups(draw, *, n_groups=2, max_units=9, max_grades=4):
    """Small groups of grades, each with a unit."""
    n_grades = draw(st.integers(2, max_grades))
    grade = st.integers(0, n_grades - 1)
    units = [draw(st.lists(grade, min_size=1, max_size=max_units)) for _ in range(n_groups)]
    return np.array([np.bincount(group, minlength=n_grades) for group in units])


ALTERNATIVES = ("two-sided", "less", "greater")
LEVELS = (0.8, 0.9, 0.95, 0.99)
every_alternative = pytest.mark.parametrize("alternative", ALTERNATIVES)


def agree(result, null, level):
    """Return whether p-value and interval say the same, or are too near to tell."""
    low, high = result.effect.confidence_interval(level)
    assert low <= result.effect.value <= high
    assert low < high
    alpha = 1 - level if result.alternative == "two-sided" else (1 - level) / 2
    inside = {
        "two-sided": low <= null <= high,
        "greater": low <= null,
        "less": null <= high,
    }[result.alternative]
    return inside == (result.p_value > alpha) or abs(result.p_value - alpha) < 1e-9


RANK_TESTS = {
    "mann_whitney exact": (ilr.mann_whitney, {"method": "exact"}),
    "mann_whitney monte_carlo": (
        ilr.mann_whitney,
        {"method": "monte_carlo", "n_resamples": 199, "rng": 1},
    ),
    "mann_whitney asymptotic": (ilr.mann_whitney, {"method": "asymptotic"}),
    "brunner_munzel t": (ilr.brunner_munzel, {"method": "t"}),
    "brunner_munzel logit": (ilr.brunner_munzel, {"method": "logit"}),
    "brunner_munzel permutation": (ilr.brunner_munzel, {"method": "permutation"}),
}


@every_alternative
@pytest.mark.parametrize(("test", "options"), RANK_TESTS.values(), ids=RANK_TESTS)
@given(counts=groups(), level=st.sampled_from(LEVELS))
def test_rank_tests_agree_with_their_intervals(test, options, alternative, counts, level):
    result = test(counts, alternative=alternative, **options)
    # the permutation of groups without spread says that its interval is of another method
    assume("Without a spread the two differ" not in " ".join(result.notes))
    assert agree(result, 0.5, level), result


@every_alternative
@given(counts=groups(n_groups=3, max_units=4, max_grades=3), level=st.sampled_from(LEVELS))
def test_exact_jonckheere_agrees_with_its_interval(alternative, counts, level):
    result = ilr.jonckheere(counts, alternative=alternative)
    assert agree(result, 0.0, level), result


@every_alternative
@pytest.mark.parametrize("method", ["fisher", "boschloo", "score"])
@our.examples(60)
@given(counts=groups(max_units=12, max_grades=2), level=st.sampled_from(LEVELS))
def test_tests_of_shares_agree_with_their_intervals(method, alternative, counts, level):
    result = ilr.two_proportions(counts, method=method, alternative=alternative)
    assert agree(result, 1.0 if result.effect.name == "odds_ratio" else 0.0, level), result


@pytest.mark.parametrize("alternative", ["less", "greater"])
@our.examples(40)
@given(counts=groups(max_units=12, max_grades=2), level=st.sampled_from(LEVELS))
def test_one_sided_barnard_agrees_with_its_interval(alternative, counts, level):
    result = ilr.two_proportions(counts, method="barnard", alternative=alternative)
    assert agree(result, 0.0, level), result


@our.examples(40)
@given(counts=groups(max_units=12, max_grades=2), level=st.sampled_from(LEVELS))
def test_the_interval_of_barnard_holds_whatever_the_test_does_not_reject(counts, level):
    result = ilr.two_proportions(counts, method="barnard")
    # the other way round a gap in the differences not rejected may lie at 0
    if result.p_value > 1 - level + 1e-9:
        assert 0.0 in result.effect.confidence_interval(level)


def test_strata_are_added_up_for_the_test_and_for_its_effect():
    strata = [[[1, 9], [8, 2]], [[9, 1], [2, 8]]]
    for method in ("fisher", "score", "boschloo"):
        result = ilr.two_proportions(strata, method=method)
        whole = ilr.two_proportions(np.sum(strata, axis=0), method=method)
        assert_allclose(result.p_value, whole.p_value)
        assert_allclose(
            [*result.effect.confidence_interval()], [*whole.effect.confidence_interval()]
        )


def test_fishers_interval_is_its_definition():
    # 1 of 9 against 8 of 10: the error split as the two-sided test splits it at an odds ratio of 1
    law = stats.hypergeom(19, 10, 9)
    chances = law.pmf(np.arange(10))
    p_values = np.array([chances[chances <= c * (1 + 1e-9)].sum() for c in chances])
    assert_allclose(ilr.two_proportions([[8, 1], [2, 8]]).p_value, p_values[8])
    accepted = np.flatnonzero(p_values > 0.05)
    upper, lower = law.sf(accepted[-1]), law.cdf(accepted[0] - 1)
    spare = (0.05 - upper - lower) / 2
    low, high = ilr.two_proportions([[8, 1], [2, 8]]).effect.confidence_interval()
    tilted = stats.nchypergeom_fisher(19, 10, 9, low)
    assert_allclose(tilted.sf(7), upper + spare, rtol=1e-6)
    tilted = stats.nchypergeom_fisher(19, 10, 9, high)
    assert_allclose(tilted.cdf(8), lower + spare, rtol=1e-6)


def tilted_chances(totals, n_second, tilt):
    """Return the second rows with these margins and their chances under a tilt by mid-ranks."""
    ranks = np.cumsum(totals) - np.array(totals) / 2
    rows = np.array([r for r in np.ndindex(*(t + 1 for t in totals)) if sum(r) == n_second])
    ways = stats.multivariate_hypergeom.pmf(rows, totals, n_second)
    chances = ways * np.exp(tilt * (rows @ ranks - n_second * ranks.mean()))
    return rows @ ranks, chances / chances.sum()


def test_the_conditional_interval_is_its_definition():
    counts = np.array([[5, 3, 1], [1, 3, 4]])
    totals, n1, n2 = counts.sum(axis=0).tolist(), 9, 8
    sums, chances = tilted_chances(totals, n2, 0.0)
    seen = counts[1] @ (np.cumsum(totals) - np.array(totals) / 2)
    gaps = np.abs(sums - chances @ sums)
    p_values = np.array([chances[gaps >= g - 1e-9].sum() for g in gaps])
    upper = chances[(p_values <= 0.05) & (sums > chances @ sums)].sum()
    lower = chances[(p_values <= 0.05) & (sums < chances @ sums)].sum()
    spare = (0.05 - upper - lower) / 2

    def excess(tilt):
        found, likely = tilted_chances(totals, n2, tilt)
        return likely[found >= seen - 1e-9].sum() - upper - spare

    low, high = -5.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    found, likely = tilted_chances(totals, n2, low)
    expected = (likely @ found - n2**2 / 2) / (n1 * n2)
    result = ilr.mann_whitney(counts)
    interval = result.effect.confidence_interval()
    assert interval.method == "conditional"
    assert_allclose(interval.low, expected, rtol=1e-6)
    # the sentence and the notes say what the interval is of
    assert "of groups that differ by a tilt is" in result.describe()
    assert "tilted by their ranks" in result.notes[-1]


def test_the_sentence_of_a_trend_says_what_its_interval_is_of():
    result = ilr.jonckheere([[2, 45], [4, 34], [9, 28]])
    assert "in tables that differ by a tilt is -0.133" in result.describe()
    assert "ordered pairs are likelier" in result.notes[-1]


def test_groups_as_far_apart_as_can_be_leave_an_open_limit():
    effect = ilr.mann_whitney([[5, 0], [0, 4]]).effect
    low, high = effect.confidence_interval()
    assert 0.5 < low < high == 1
    assert [*ilr.mann_whitney([[0, 6], [0, 8]]).effect.confidence_interval()] == [0, 1]
    assert [*ilr.jonckheere([[0, 6], [0, 8], [0, 3]]).effect.confidence_interval()] == [-1, 1]


def test_the_score_interval_comes_near_the_conditional_one():
    counts = [[10, 20, 40, 30], [20, 25, 20, 10]]
    exact, normal = (ilr.mann_whitney(counts, method=m).effect for m in ("exact", "asymptotic"))
    assert exact.interval_methods[0] == "conditional"
    assert normal.interval_methods[0] == "score"
    assert_allclose([*exact.confidence_interval()], [*normal.confidence_interval()], atol=5e-3)


@pytest.mark.parametrize("method", ["monte_carlo", "asymptotic"])
def test_a_trend_without_its_own_interval_says_so(method):
    result = ilr.jonckheere([[2, 45], [4, 34], [9, 28]], method=method, rng=1)
    assert "of another method than the p-value: shrunk" in result.notes[-1]


def test_unconditional_intervals_cover():
    # every table of 6 and 5 units at some shares, with its chance: 90 % promised, exactly
    for method in ("boschloo", "barnard"):
        tables = {
            (x, y): ilr.two_proportions([[6 - x, x], [5 - y, y]], method=method)
            for x, y in np.ndindex(7, 6)
        }
        intervals = {key: test.effect.confidence_interval(0.9) for key, test in tables.items()}
        for p1, p2 in ((0.3, 0.3), (0.1, 0.6), (0.5, 0.85), (0.05, 0.2)):
            first, second = stats.binom(6, p1), stats.binom(5, p2)
            covered = sum(
                first.pmf(x) * second.pmf(y)
                for (x, y), interval in intervals.items()
                if p2 - p1 in interval or not 0 < x + y < 11
            )
            assert covered >= 0.9


HUGE = [[[250_000] * 4, [250_000, 260_000, 240_000, 250_000]], [[5 * 10**8] * 4, [6 * 10**8] * 4]]


def test_millions_of_units_are_no_obstacle():
    for test in (ilr.mann_whitney, ilr.jonckheere):
        result = test(3 * np.array(HUGE[0]), n_resamples=99, rng=1)
        assert "99 draws" in result.method
        assert 0 < result.p_value < 1
    low, high = ilr.odds_ratio([[10**6, 10**6], [10**6, 10**6 + 3000]]).confidence_interval()
    assert low < 1.003 < high < 1.01


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.mann_whitney(HUGE[1]), "fewer than 1,000,000,000 units, .* use 'asymptotic'"),
        (lambda: ilr.jonckheere(HUGE[1]), "fewer than 1,000,000,000 units, .* use 'asymptotic'"),
        (
            lambda: ilr.brunner_munzel(HUGE[1], method="permutation"),
            "but got 4,400,000,000; use .* 't' for the Brunner-Munzel test",
        ),
        (
            lambda: ilr.two_proportions([[3000, 1], [2000, 9]], method="boschloo"),
            "'boschloo' takes groups of up to about 2000 units, but got 3001 and 2009; use",
        ),
        (
            lambda: ilr.two_proportions([[2 * 10**9, 1], [2000, 9]]),
            "'fisher' takes up to 2,000,000,000 units, .* use 'score'",
        ),
    ],
)
def test_too_many_units_name_a_method_that_works(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_limits_after_two_sided_exact_tests_need_not_be_nested_but_agree_on_the_null():
    result = ilr.two_proportions([[2, 3], [6, 6]])
    levels = (0.85, 0.9, 0.95)
    found = [tuple(result.effect.confidence_interval(level)) for level in levels]
    expected = [(0.1125, 7.816), (0.059, 5.742), (0.036, 7.706)]
    assert_allclose(found, expected, rtol=2e-2)
    assert all(agree(result, 1.0, level) for level in levels)


@pytest.mark.parametrize("test", [ilr.two_proportions, ilr.mann_whitney, ilr.jonckheere])
@given(counts=groups(max_grades=2))
def test_limits_after_one_sided_exact_tests_are_nested(test, counts):
    effect = test(counts, alternative="greater").effect
    assume(effect.interval_methods[0] in ("exact", "conditional"))
    found = np.array([[*effect.confidence_interval(level)] for level in LEVELS])
    assert (found[1:, 0] <= found[:-1, 0]).all()
    assert (found[1:, 1] >= found[:-1, 1]).all()


@pytest.mark.parametrize("method", ["boschloo", "barnard"])
@pytest.mark.parametrize("alternative", ["two-sided", "less"])
def test_unconditional_limits_are_searched_for_once(method, alternative):
    unconditional_limits.cache_clear()
    result = ilr.two_proportions([[2, 10], [7, 4]], method=method, alternative=alternative)
    assert unconditional_limits.cache_info().misses == 0
    first = result.effect.confidence_interval()
    result.describe(), result.to_dict(), result._repr_html_(), repr(result.effect)
    assert unconditional_limits.cache_info().misses == 1
    assert result.effect.confidence_interval() == first
    result.effect.confidence_interval(0.9)
    assert unconditional_limits.cache_info().misses == 2


def test_limits_that_were_searched_for_can_be_pickled():
    effect = ilr.two_proportions([[2, 10], [7, 4]], method="barnard").effect
    before = effect.confidence_interval()
    assert pickle.loads(pickle.dumps(effect)).confidence_interval() == before


@pytest.mark.parametrize("method", ["t", "logit", "permutation"])
@pytest.mark.parametrize("alternative", ["two-sided", "less"])
def test_brunner_munzel_names_the_interval_beside_it(method, alternative):
    result = ilr.brunner_munzel(PREVIOUSLY_GOOD, method=method, alternative=alternative)
    used = result.effect.confidence_interval().method
    assert used == method
    assert f"The 95% interval is the test's own ({used})" in result.describe()


def test_brunner_munzel_without_spread_says_whose_the_interval_is():
    permuted = ilr.brunner_munzel([[5, 0], [0, 6]], method="permutation")
    assert "Without a spread the two differ" in permuted.describe()
    assert "test's own" not in permuted.describe()
    by_t = ilr.brunner_munzel([[5, 0], [0, 6]], method="t")
    assert "The 95% interval is the test's own (shrunk)" in by_t.describe()


@pytest.mark.parametrize("method", ["boschloo", "barnard"])
@pytest.mark.parametrize("sizes", [(4, 4), (7, 3)])
def test_unconditional_intervals_cover_whatever_the_shares(method, sizes):
    n1, n2 = sizes
    limits = np.array(
        [
            [
                [*ilr.two_proportions([[n1 - x1, x1], [n2 - x2, x2]], method=method).effect
                 .confidence_interval()]
                for x2 in range(n2 + 1)
            ]
            for x1 in range(n1 + 1)
        ]
    )  # fmt: skip
    for first in (0.01, 0.1, 0.37, 0.5):
        for second in (0.01, 0.37, 0.51, 0.9, 0.99):
            gap = second - first
            held = (limits[..., 0] <= gap + 1e-7) & (gap - 1e-7 <= limits[..., 1])
            chances = (
                stats.binom.pmf(range(n1 + 1), n1, first),
                stats.binom.pmf(range(n2 + 1), n2, second),
            )
            # no simulation: every table with its probability
            assert chances[0] @ held @ chances[1] >= 0.95 - 1e-9


def test_where_all_units_agree_a_note_says_when_the_interval_is_of_another_test():
    for table in ([[5, 0], [7, 0]], [[0, 5], [0, 7]]):
        found = {m: ilr.two_proportions(table, method=m) for m in ("fisher", "boschloo", "barnard")}
        firsts = {m: each.effect.interval_methods[0] for m, each in found.items()}
        assert firsts == {"fisher": "midp", "boschloo": "barnard", "barnard": "barnard"}
        assert "another method than the p-value: midp" in found["fisher"].describe()
        assert "another method than the p-value: barnard" in found["boschloo"].describe()
        assert "another method" not in found["barnard"].describe()


@pytest.mark.parametrize("method", ["boschloo", "barnard"])
@pytest.mark.parametrize("sizes", [(3, 3), (7, 4), (5, 12)])
def test_limits_of_a_difference_leave_out_what_cannot_have_been(method, sizes):
    n1, n2 = sizes
    for x1, x2 in np.ndindex(n1 + 1, n2 + 1):
        effect = ilr.two_proportions([[n1 - x1, x1], [n2 - x2, x2]], method=method).effect
        low, high = effect.confidence_interval(method=effect.interval_methods[0])
        # a difference of -1 leaves but one table: all of the first group and none of the second
        assert low > -1 or (x1, x2) == (n1, 0)
        assert high < 1 or (x1, x2) == (0, n2)


def test_boschloos_limits_beside_a_zero_cell_are_near_those_of_the_score():
    effect = ilr.two_proportions([[5, 51], [0, 29]], at_most=1, method="boschloo").effect
    low, high = effect.confidence_interval()
    assert -0.22 < low < -0.18
    assert 0.0 < high < 0.06


def test_barnards_limits_of_larger_groups_are_near_those_of_the_score():
    """Beyond a limit of large samples, of a thousandth of the error, none is looked for."""
    table = [[12, 9], [6, 15]]
    ours = ilr.two_proportions(table, method="barnard").effect.confidence_interval()
    score = ilr.risk_difference(table, at_least=2).confidence_interval(method="miettinen_nurminen")
    assert [*ours] == pytest.approx([*score], abs=0.015)
    assert ours.low < score.low
    assert ours.high > score.high
