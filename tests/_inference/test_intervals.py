"""Laws and reference values of the closed-form confidence limits."""

import importlib.util
import math
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference import intervals

ROOT = Path(__file__).parents[2]
SHARES = {
    "clopper_pearson": intervals.clopper_pearson_limits,
    "wilson": intervals.wilson_limits,
    "jeffreys": intervals.jeffreys_limits,
    "midp": intervals.midp_limits,
}
every_share = pytest.mark.parametrize("limits", SHARES.values(), ids=SHARES)
LEVELS = st.floats(1e-6, 1 - 1e-9)


@st.composite
def estimates(draw):
    """(value, observed, expected, standard_error, n_units, n_discordant) that could occur."""
    n = draw(st.integers(2, 300))
    d = draw(st.integers(0, n))
    loss = draw(st.floats(0.02, 1)) * d / n
    expected = draw(st.floats(0, 0.97))
    observed = 1 - loss
    error = draw(st.floats(0, 2 / np.sqrt(n))) / (1 - expected)
    return (observed - expected) / (1 - expected), observed, expected, error, n, d


@st.composite
def counts(draw):
    """(successes, n)."""
    n = draw(st.integers(1, 400))
    return draw(st.integers(0, n)), n


@given(estimate=estimates(), level=LEVELS)
def test_score_limits_hold_the_estimate_with_a_positive_width(estimate, level):
    low, high = intervals.score_limits(*estimate, confidence_level=level)
    assert low <= estimate[0] <= high
    assert low < high


@given(estimate=estimates(), level=LEVELS)
def test_score_limits_stay_within_the_range_of_the_coefficient(estimate, level):
    low, high = intervals.score_limits(*estimate, confidence_level=level)
    expected = estimate[2]
    assert low >= -expected / (1 - expected) - 1e-12
    assert high <= 1 + 1e-12


@given(estimate=estimates(), levels=st.tuples(LEVELS, LEVELS).map(sorted))
def test_score_limits_are_nested(estimate, levels):
    (low, high), (lower, higher) = (
        intervals.score_limits(*estimate, confidence_level=level) for level in levels
    )
    assert lower <= low
    assert high <= higher


@given(batch=st.lists(estimates(), min_size=1, max_size=6), level=LEVELS)
def test_score_limits_of_a_batch_are_those_of_each_study(batch, level):
    low, high = intervals.score_limits(*np.transpose(batch), confidence_level=level)
    one_by_one = [intervals.score_limits(*row, confidence_level=level) for row in batch]
    assert_allclose(np.transpose([low, high]), one_by_one, rtol=1e-13, atol=1e-13)


def test_score_limits_broadcast():
    low, high = intervals.score_limits(
        [[0.8], [0.6]], [[0.9], [0.8]], 0.5, 0.1, [24, 50, 150], 4, confidence_level=0.95
    )
    assert low.shape == high.shape == (2, 3)


def test_score_limits_at_perfect_agreement_rest_on_the_number_of_units():
    low, high = intervals.score_limits(1.0, 1.0, 0.5, 0.0, 24, 0, confidence_level=0.95)
    # Beta(24 + 0.4, 0.6), on a scale from -1 to 1
    assert_allclose(low, 2 * stats.beta.ppf(0.025, 24.4, 0.6) - 1, rtol=1e-12)
    assert high == 1.0


def test_score_limits_without_a_design_effect_are_those_of_a_share():
    p, n = 0.75, 40
    error = np.sqrt(p * (1 - p) / n)
    low, high = intervals.score_limits(p, p, 0.0, error, n, 10, confidence_level=0.9)
    assert_allclose(low, stats.beta.ppf(0.05, 40 * p + 0.4, 40 * 0.25 + 0.6), rtol=1e-12)
    assert_allclose(high, stats.beta.ppf(0.95, 40 * p + 0.6, 40 * 0.25 + 0.4), rtol=1e-12)


def test_score_limits_trust_a_small_standard_error_only_when_many_units_disagree():
    error = 0.02
    few = intervals.score_limits(0.8, 0.9, 0.5, error, 100, 1, confidence_level=0.95)
    many = intervals.score_limits(0.8, 0.9, 0.5, error, 100, 100, confidence_level=0.95)
    assert few[0] < many[0] < many[1] < few[1]


def test_a_high_coefficient_is_ruled_out_only_where_chance_leaves_room_to_disagree():
    # the same agreement and design effect, with rare grades and without
    rare, common = 0.95, 0.5
    shares = []
    for expected in (rare, common):
        value, error = (0.97 - expected) / (1 - expected), 0.01 / (1 - expected)
        _, high = intervals.score_limits(
            value, 0.97, expected, error, 100, 30, confidence_level=0.95
        )
        shares.append(expected + (1 - expected) * high)
    assert shares[0] > shares[1]


def test_score_limits_of_an_undefined_coefficient_are_nan():
    limits = intervals.score_limits(
        [np.nan, 0.8], [1.0, 0.9], [1.0, 0.5], [np.nan, 0.1], 20, [0, 2], confidence_level=0.95
    )
    assert np.isnan(limits[0]).tolist() == np.isnan(limits[1]).tolist() == [True, False]


def test_score_limits_know_full_agreement_behind_rounding():
    almost = 1 - 2e-16
    low, high = intervals.score_limits(almost, almost, 0.5, 1e-17, 20, 0, confidence_level=0.95)
    exact = intervals.score_limits(1.0, 1.0, 0.5, 0.0, 20, 0, confidence_level=0.95)
    assert_allclose((low, high), exact, rtol=1e-14)


def test_t_limits_use_one_degree_of_freedom_less_than_units():
    low, high = intervals.t_limits(0.5, 0.1, [3, 24], confidence_level=0.95)
    assert_allclose((high - low) / 0.2, [4.302653, 2.068658], rtol=1e-6)  # t tables
    assert_allclose((high + low) / 2, 0.5)


def test_wald_limits_use_the_normal_quantile():
    low, high = intervals.wald_limits(0.5, 0.1, confidence_level=0.95)
    assert_allclose((low, high), [0.5 - 0.1959964, 0.5 + 0.1959964], rtol=1e-7)


@given(estimate=estimates(), level=LEVELS)
def test_logit_limits_hold_the_estimate_inside_the_range(estimate, level):
    value, _, expected, error, n, _ = estimate
    low, high = intervals.logit_limits(value, error, n, expected, confidence_level=level)
    assert -expected / (1 - expected) - 1e-12 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1 + 1e-12


def test_logit_limits_are_symmetric_on_the_logit_scale():
    low, high = intervals.logit_limits(0.6, 0.1, 30, 0.5, confidence_level=0.95)
    low, value, high = (np.log(p / (1 - p)) for p in ((low + 1) / 2, 0.8, (high + 1) / 2))
    assert_allclose(high - value, value - low)
    assert_allclose(high - value, stats.t.ppf(0.975, 29) * 0.05 / (0.8 * 0.2))


def test_logit_limits_of_an_error_that_is_zero_but_for_rounding_have_a_width():
    low, high = intervals.logit_limits(0.0, 1e-17, 24, 0.5, confidence_level=0.95)
    assert low < -0.3
    assert high > 0.3


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_logit_limits_at_the_ends_of_the_range_are_score_limits(value):
    share = (value + 1) / 2
    assert_allclose(
        intervals.logit_limits(value, 0.0, 24, 0.5, confidence_level=0.95),
        intervals.score_limits(value, share, 0.5, 0.0, 24, 0, confidence_level=0.95),
    )


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("t_limits", (0.6, 0.1, 12)),
        ("wald_limits", (0.6, 0.1)),
        ("logit_limits", (0.6, 0.1, 12, 0.4)),
    ],
)
@given(levels=st.tuples(LEVELS, LEVELS).map(sorted))
def test_limits_from_a_standard_error_are_nested(method, arguments, levels):
    (low, high), (lower, higher) = (
        getattr(intervals, method)(*arguments, confidence_level=level) for level in levels
    )
    assert lower <= low
    assert high <= higher


def test_limits_of_22_of_24_are_the_published_ones():
    # Clopper-Pearson and Wilson limits of 22/24, to the six digits they are quoted with
    exact = intervals.clopper_pearson_limits(22, 24, confidence_level=0.95)
    score = intervals.wilson_limits(22, 24, confidence_level=0.95)
    one_sided = intervals.clopper_pearson_limits(22, 24, confidence_level=0.9)
    assert_allclose(exact, [0.730027, 0.989744], atol=5e-7)
    assert_allclose(score, [0.741512, 0.976841], atol=5e-7)
    assert_allclose(one_sided[0], 0.760199, atol=5e-7)


@pytest.mark.parametrize("n", [1, 24, 10**9])
def test_wilson_limits_of_all_and_of_none_have_a_width_at_any_level(n):
    low, high = intervals.wilson_limits([n, 0], n, confidence_level=1e-12)
    assert low[0] < 1 == high[0]
    assert high[1] > 0 == low[1]


@pytest.mark.parametrize(
    ("limits", "method"),
    [("clopper_pearson", "beta"), ("wilson", "wilson"), ("jeffreys", "jeffreys")],
)
@given(count=counts(), level=st.floats(0.01, 0.999))
def test_limits_of_a_share_agree_with_statsmodels(limits, method, count, level):
    x, n = count
    low, high = SHARES[limits](x, n, confidence_level=level)
    other_low, other_high = proportion_confint(x, n, alpha=1 - level, method=method)
    if x > 0:
        assert_allclose(low, other_low, rtol=1e-8, atol=1e-12)
    if x < n:
        assert_allclose(high, other_high, rtol=1e-8, atol=1e-12)


@given(count=counts(), level=st.floats(0.01, 0.999))
def test_midp_limits_solve_the_midp_equations(count, level):
    x, n = count
    low, high = intervals.midp_limits(x, n, confidence_level=level)
    tail = (1 - level) / 2
    if x > 0:
        above = stats.binom.sf(x, n, low) + stats.binom.pmf(x, n, low) / 2
        assert_allclose(above, tail, rtol=1e-7)
    if x < n:
        below = stats.binom.cdf(x - 1, n, high) + stats.binom.pmf(x, n, high) / 2
        assert_allclose(below, tail, rtol=1e-7)


@every_share
@given(count=counts(), level=st.floats(0.5, 1 - 1e-9))
def test_limits_of_a_share_hold_the_share_with_a_positive_width(limits, count, level):
    x, n = count
    low, high = limits(x, n, confidence_level=level)
    assert 0 <= low <= x / n + 1e-12
    assert x / n - 1e-12 <= high <= 1
    assert low < high


@every_share
@given(count=counts(), level=LEVELS)
def test_limits_of_the_other_share_are_mirrored(limits, count, level):
    x, n = count
    low, high = limits(x, n, confidence_level=level)
    other_low, other_high = limits(n - x, n, confidence_level=level)
    assert_allclose((low, high), (1 - other_high, 1 - other_low), rtol=1e-7, atol=1e-10)


@every_share
@given(count=counts(), levels=st.tuples(LEVELS, LEVELS).map(sorted))
def test_limits_of_a_share_are_nested(limits, count, levels):
    assume(levels[0] < levels[1])
    (low, high), (lower, higher) = (limits(*count, confidence_level=level) for level in levels)
    assert lower <= low + 1e-14
    assert high <= higher + 1e-14


@every_share
def test_limits_of_many_shares_are_those_of_each(limits):
    x, n = np.array([[0, 3], [24, 22]]), 24
    low, high = limits(x, n, confidence_level=0.95)
    each = [limits(k, n, confidence_level=0.95) for k in x.ravel()]
    assert_allclose(np.transpose([low.ravel(), high.ravel()]), each, rtol=1e-12)


def coverage(limits, n, shares):
    low, high = limits(np.arange(n + 1), n, confidence_level=0.95)
    inside = (low <= shares[:, None]) & (shares[:, None] <= high)
    return (stats.binom.pmf(np.arange(n + 1), n, shares[:, None]) * inside).sum(axis=1)


@pytest.mark.parametrize("n", [5, 24, 153])
def test_clopper_pearson_never_covers_less_than_it_says(n):
    assert (
        coverage(intervals.clopper_pearson_limits, n, np.linspace(0.001, 0.999, 999)).min() >= 0.95
    )


@pytest.mark.parametrize("n", [24, 2**20, 2**50])
@pytest.mark.parametrize("x", [0, 1, 5])
@pytest.mark.parametrize("level", [0.01, 0.3, 0.95, 0.9999])
def test_midp_limits_of_few_among_many_solve_the_equations_too(x, n, level):
    """Half of what was seen and all below it, in sixty digits."""

    def below(share):
        p = Decimal(share)
        chances = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(x + 1)] if p else [1]
        return sum(chances) - chances[-1] / 2

    low, high = (float(end) for end in intervals.midp_limits(x, n, confidence_level=level))
    tail = (1 - level) / 2
    with localcontext() as context:
        context.prec = 60
        assert float(below(high)) == close(tail)
        assert float(1 - below(low)) == close(tail if x else 0.5)


@pytest.mark.parametrize("n", [24, 153])
def test_midp_covers_about_what_it_says_on_average(n):
    assert 0.95 < coverage(intervals.midp_limits, n, np.linspace(0.05, 0.95, 901)).mean() < 0.965


@pytest.fixture(scope="module")
def bench():
    # what its scripts share; at the end of the path, since another program is called coverage too
    sys.path.append(str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location("coverage_bench", ROOT / "benchmarks/coverage.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(ROOT / "benchmarks"))
    for name in (spec.name, "simulated"):
        del sys.modules[name]


@pytest.mark.parametrize("cell", range(12))
def test_score_limits_cover_as_promised_in_settings_at_random(bench, cell):
    # at least 90 % is promised of each setting; 4 standard errors are left to chance
    row = bench.check_cell(7, cell, 400, 0.95, bench.UNITS)
    assert row["score_coverage"] >= 0.9 - 4 * np.sqrt(0.9 * 0.1 / 400)
    assert row["score_no_width"] == row["score_outside"] == row["score_without_value"] == 0


def test_the_tables_in_the_docs_are_made_from_the_data_beside_them(bench):
    page = (ROOT / "docs/intervals.md").read_text(encoding="utf-8")
    rows = bench.read_rows(ROOT / "docs/_static/coverage.csv")
    made = [*bench.summary(rows, 0.95).splitlines(), *bench.share_summary().splitlines()]
    assert [line for line in made if line not in page.splitlines()] == []


@pytest.mark.parametrize("cell", range(0, 1500, 125))
def test_the_figures_of_the_docs_are_those_of_the_library_as_it_is(bench, cell):
    stored = bench.read_rows(ROOT / "docs/_static/coverage.csv")[cell]
    made = bench.check_cell(20261126, cell, 2000, 0.95, bench.UNITS)
    for name in stored:
        if name.endswith(("_coverage", "_above", "_width")):
            # four digits are stored; one sample may lie on a limit
            assert_allclose(made[name], stored[name], rtol=1e-3, atol=6e-4, err_msg=name)


def test_the_promise_is_kept_on_the_settings_of_the_docs(bench):
    rows = bench.read_rows(ROOT / "docs/_static/coverage.csv")
    cover = np.array([row["score_coverage"] for row in rows])
    widths = [
        np.mean([row[f"{name}_width"] for row in rows]) for name in ("score", "capped_jeffreys")
    ]
    assert (cover >= 0.93).mean() >= 0.95
    assert cover.min() >= 0.9
    assert cover.mean() <= 0.975
    assert widths[0] <= 0.97 * widths[1]
    assert all(row["score_no_width"] == row["score_outside"] == 0 for row in rows)


def test_score_limits_of_a_huge_study_are_numbers():
    codes = [[0, 1, 2, 3, 2], [-1, -1, 0, 1, 0]]
    scale = ilr.Scale([1, 2, 3, 4])
    ratings = ilr.ratings_from_codes(codes, scale=scale, frequencies=[10**9, 13])
    low, high = ilr.brennan_prediger(ratings).confidence_interval()
    assert low < ilr.brennan_prediger(ratings).value < high
    assert high - low < 1e-4


@pytest.mark.parametrize("n", [8, 150])
def test_agreement_that_is_full_but_for_rounding_is_full(n):
    full, nearly = (
        intervals.score_limits(one, one, 0.6, 0.0, n, 0, confidence_level=0.95)
        for one in (1.0, 1.0 - 1e-14)
    )
    assert_allclose(nearly, full, rtol=1e-9)
    assert float(full[1]) == close(1.0)


@given(n=st.floats(2, 40), share=st.floats(0.2, 0.8), level=st.floats(0.01, 0.99))
def test_mid_p_limits_of_weighted_units_do_not_cross(n, share, level):
    """Counting half of what was seen, the two tails add up to 1 for parts of units, too."""
    x, tail = n * share, (1 - level) / 2
    low, high = intervals.midp_limits(x, n, confidence_level=level)
    assert 0 <= low < high <= 1
    parts = [(x, n - x + 1), (x + 1, n - x)]
    assert_allclose(np.mean([stats.beta.cdf(low, *part) for part in parts]), tail, rtol=1e-6)
    assert_allclose(np.mean([stats.beta.sf(high, *part) for part in parts]), tail, rtol=1e-6)
