"""Tests within strata: one effect in every stratum, great numbers, agreement with intervals."""

from itertools import product

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.comparison import conditional
from ilacs_reliability.comparison.fixed_margins import first_rows

GOOD = [[3, 8, 45, 39], [4, 6, 5, 3]]
OTHER = [[5, 9, 20, 10], [3, 6, 7, 2]]
# two strata of one unit a group, ordered in opposite ways
OPPOSITE = [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [1, 0, 0]]]


def strata(most=3, max_grades=3):
    shapes = st.tuples(st.integers(2, 3), st.just(2), st.integers(2, max_grades))
    tables = shapes.flatmap(lambda s: hnp.arrays(np.int64, s, elements=st.integers(0, most)))
    return tables.filter(lambda t: (t.sum(axis=2) > 0).all())


def literal(tables, theta=0.0):
    """Return Zelen's p-value for steps, by going through every table at some odds ratio."""
    codes = np.arange(tables.shape[2])
    parts = []
    for table in tables:
        rows, chances = first_rows(table.sum(axis=0), int(table[1].sum()))
        parts.append([(int(row @ codes), c) for row, c in zip(rows, chances, strict=True)])
    seen = tuple(int(table[1] @ codes) for table in tables)
    found = {}
    for combo in product(*parts):
        sums, chances = zip(*combo, strict=True)
        if sum(sums) == sum(seen):
            found[sums] = found.get(sums, 0) + np.prod(chances) * np.exp(theta * sum(sums))
    whole = sum(found.values())
    no_likelier = [c for c in found.values() if c <= found[seen] * (1 + 1e-9)]
    return found[seen] / whole, sum(no_likelier) / whole


@our.examples(40)
@given(strata(), st.sampled_from([0.0, 1.5]))
def test_exact_heterogeneity_is_brute_force_at_any_odds_ratio(tables, theta):
    ours = ilr.heterogeneity(tables)
    assert ours.method == "exact"
    assert_allclose([ours.statistic, ours.p_value], literal(tables, theta), rtol=1e-6)


@given(strata(most=5))
def test_heterogeneity_does_not_depend_on_names_or_order(tables):
    ours = ilr.heterogeneity(tables).p_value
    # strata in another order, groups exchanged, the scale turned over
    for same in (tables[::-1], tables[:, ::-1], tables[..., ::-1]):
        assert_allclose(ilr.heterogeneity(same).p_value, ours, rtol=1e-7)


def test_monte_carlo_heterogeneity_is_near_the_exact_one():
    tables = np.array([GOOD, OTHER])
    exact = ilr.heterogeneity(tables).p_value
    drawn = ilr.heterogeneity(tables, method="monte_carlo", n_resamples=20_000, rng=1)
    assert drawn.method == "monte_carlo with 20,000 draws"
    assert abs(drawn.p_value - exact) < 4 * np.sqrt(exact * (1 - exact) / 20_000)


def test_many_strata_give_way_to_draws_and_great_ones_to_chi_square():
    assert ilr.heterogeneity([GOOD, OTHER] * 4, rng=1).method.startswith("monte_carlo")
    great = ilr.heterogeneity(np.array([GOOD, OTHER]) * 10_000)
    assert great.method == "asymptotic"
    assert great.df == 1
    assert "relative effect is the same" in great.null
    assert great.notes[0].startswith("Grade 1 is taken for the worst")
    assert great.notes[1:] == ("There are too many tables for exact odds ratios.",)


def test_four_units_show_no_heterogeneity():
    result = ilr.heterogeneity(OPPOSITE)
    assert result.p_value == close(1)
    for method in result.effect.interval_methods:
        low, high = result.effect.confidence_interval(method=method)
        assert -1 <= low < high <= 1


def test_separated_strata_do_not_underflow():
    apart = np.array([[[500, 0, 0], [0, 0, 500]], [[500, 0, 0], [0, 0, 500]]])
    assert ilr.heterogeneity(apart).p_value == close(1)
    mixed = np.array([[[500, 0, 0], [0, 0, 500]], [[400, 100, 50], [90, 100, 300]]])
    assert 0 < ilr.heterogeneity(mixed).p_value < 1e-6


def test_few_units_make_chi_square_a_caution():
    small = ilr.heterogeneity([GOOD, OTHER], method="asymptotic")
    assert "18 units of a group" in small.notes[-1]
    great = ilr.heterogeneity([[[30, 30], [20, 40]]] * 2, method="asymptotic")
    assert not any("units of a group" in note for note in great.notes)


SIZES = ((47, 4), (38, 7), (37, 8))


@pytest.mark.parametrize("theta", [0.0, -1.5])
def test_exact_heterogeneity_holds_its_level_in_small_strata(theta):
    rng = np.random.default_rng(3)
    shares = np.array([7, 14, 50, 42]) / 113
    moved = shares * np.exp(theta * np.arange(4))
    moved /= moved.sum()
    n_samples = 300
    rejected = sum(
        ilr.heterogeneity(
            [[rng.multinomial(n1, shares), rng.multinomial(n2, moved)] for n1, n2 in SIZES]
        ).p_value
        < 0.05
        for _ in range(n_samples)
    )
    # no more than 5 in 100 but for chance
    assert rejected <= stats.binom.ppf(0.999, n_samples, 0.05)


GREAT = np.array([GOOD, OTHER], dtype=np.int64)
DRAWN = [ilr.van_elteren, ilr.cochran_mantel_haenszel]


@pytest.mark.parametrize("test", DRAWN)
@pytest.mark.parametrize("method", ["exact", "monte_carlo"])
def test_millions_of_units_are_drawn_and_more_are_refused(test, method):
    for tables in (GREAT, GREAT[:1]):
        for factor in (8_000, 10**5):
            assert test(tables * factor, method=method, n_resamples=99).p_value == close(0.01)
        with pytest.raises(ValueError, match="use `method='asymptotic'`"):
            test(tables * 10**9, method=method)


@pytest.mark.parametrize("test", [*DRAWN, ilr.heterogeneity, ilr.parallel_lines_test])
def test_great_numbers_scale_the_asymptotic_statistics(test):
    options = {} if test is ilr.parallel_lines_test else {"method": "asymptotic"}
    once, great = test(GREAT * 100, **options), test(GREAT * 10**11, **options)
    # a factor of n - 1 over n apart
    assert_allclose(great.statistic / 1e9, once.statistic, rtol=1e-3)
    assert great.p_value <= once.p_value


@pytest.mark.parametrize("test", [*DRAWN, ilr.heterogeneity])
@our.examples(40)
@given(tables=strata(most=5))
def test_a_note_says_where_test_and_interval_disagree(test, tables):
    result = test(tables)
    low, high = result.effect.confidence_interval()
    null = 0.0 if test is ilr.heterogeneity else 0.5
    disagree = (result.p_value < 0.05) == (low <= null <= high)
    assert disagree == any("at 5% they disagree" in note for note in result.notes)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ilr.van_elteren(GREAT, rng="x"), TypeError, "`rng` must be a Generator"),
        (lambda: ilr.cochran_mantel_haenszel(GREAT, rng="x"), TypeError, "`rng` must be a Gen"),
        (lambda: ilr.heterogeneity(GREAT, rng=-1), ValueError, "`rng` must be 0 or more"),
        (lambda: ilr.van_elteren(GREAT, method=np.array(["a", "b"])), ValueError, "`method` must"),
        (lambda: ilr.cochran_mantel_haenszel(GREAT, scores=[1, 2]), ValueError, "`scores` must be"),
        (lambda: ilr.cochran_mantel_haenszel(GREAT, scores=np.arange(4)), ValueError, "`scores`"),
        (lambda: ilr.heterogeneity(GREAT, n_resamples=0), ValueError, "`n_resamples` must be"),
    ],
)
def test_bad_options_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("total", [1, 2])
def test_draws_given_a_sum_are_as_likely_as_their_products(total):
    """Of two strata, of which the first has one unit and the second two."""
    first, second = np.array([0.5, 0.5]), np.array([0.3, 0.5, 0.2])
    chances = {k: first[total - k] * second[k] for k in range(3) if 0 <= total - k <= 1}
    whole = sum(chances.values())
    seen = min(chances)
    logs, rng = [np.log(first), np.log(second)], np.random.default_rng(1)
    own, apart = conditional._drawn(logs, np.array([total - seen, seen]), 4000, rng)
    assert own == close(chances[seen] / whole)
    ratios = {k: np.log(chances[seen] / chance) for k, chance in chances.items()}
    for k, ratio in ratios.items():
        share = np.mean(np.abs(apart - ratio) < 1e-9)
        assert share == pytest.approx(chances[k] / whole, abs=0.03)
