"""Intervals of the coefficients that are no shares of units, and the data on how they cover."""

import importlib
import itertools
import operator
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close

ROOT = Path(__file__).parents[2]
LEVELS = (0.5, 0.9, 0.95, 0.999)
COEFFICIENTS = {
    "bangdiwala_b": ilr.bangdiwala_b,
    "kendall_w": ilr.kendall_w,
    "specific_agreement": lambda ratings: ilr.specific_agreement(ratings)[1],
    "kappa_max": ilr.kappa_max,
}
# a cell of each is simulated again; components and most bootstraps would take minutes
FAMILIES = (
    "percent_agreement",
    "light_kappa",
    "bangdiwala_b",
    "kendall_w",
    "lin_ccc",
    "specific_agreement",
    "kappa_max",
    "marginal_indices",
    "icc A,1",
    "icc C,k",
    "bootstrap cohen_kappa",
    "clusters cohen_kappa",
    "clusters krippendorff_alpha",
)
# their widths are of limits that were not yet cut to the range
UNCUT = ("clusters krippendorff_alpha",)
every_coefficient = pytest.mark.parametrize("name", COEFFICIENTS)


@pytest.fixture(scope="module")
def bench():
    # at the end of the path: another program is called coverage too
    sys.path.append(str(ROOT / "benchmarks"))
    yield importlib.import_module("coverage_others")
    sys.path.remove(str(ROOT / "benchmarks"))
    for name in ("coverage_others", "simulated"):
        del sys.modules[name]


@pytest.fixture(scope="module")
def rows(bench):
    return bench.read_rows(ROOT / "docs/_static/coverage_others.csv")


def two_raters(table):
    return ilr.ratings_from_table(table, scale=ilr.Scale(range(1, len(table) + 1)))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_figures_of_the_docs_are_those_of_the_library_as_it_is(bench, rows, family):
    stored = next(row for row in rows if (row["family"], row["cell"]) == (family, 1))
    samples = bench.FAMILIES[family].samples
    made = bench.check_cell(20261129, family, 1, samples, 0.95, bench.UNITS)
    for name, figure in stored.items():
        kinds = ("_coverage", "_above", *(() if family in UNCUT else ("_width",)))
        if figure != "" and name.endswith(kinds):
            # four digits are stored; one sample may lie on a limit
            assert_allclose(made[name], figure, rtol=1e-3, atol=1.1 / samples, err_msg=name)


@pytest.mark.parametrize("method", ["clopper_pearson", "wilson", "jeffreys", "midp"])
@pytest.mark.parametrize(("both", "one"), [(0, 4), (2, 2), (7, 1), (5, 0)])
def test_specific_agreement_of_two_raters_has_the_limits_of_a_share(method, both, one):
    # of the units with the grade, the share q with both; agreement on it is 2 q / (1 + q)
    table = two_raters([[20, one], [0, both]])
    low, high = ilr.specific_agreement(table)[2].confidence_interval(method=method)
    share = ilr.percent_agreement(two_raters([[both, one], [0, 0]])).confidence_interval(
        method=method
    )
    assert_allclose([low, high], [2 * q / (1 + q) for q in share], atol=1e-12)


def test_specific_agreement_by_default_never_covers_less_than_it_says():
    n, chances = 12, np.linspace(0.01, 0.99, 99)
    both = np.arange(n + 1)
    counts = np.column_stack([np.full(n + 1, 30), n - both, both])
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 1]], scale=ilr.Scale(["a", "b"]))
    found = ilr.specific_agreement(ratings.with_frequencies(counts))["b"].confidence_interval()
    assert found.method == "clopper_pearson"
    true = (2 * chances / (1 + chances))[:, None]
    held = (found.low <= true + 1e-12) & (true - 1e-12 <= found.high)
    assert (stats.binom.pmf(both, n, chances[:, None]) * held).sum(axis=1).min() >= 0.95


@pytest.mark.parametrize(
    ("share", "hit", "mistake"), [(0.017, 0.711, 0.004), (0.036, 0.983, 0.003), (0.2, 0.8, 0.05)]
)
def test_agreement_of_three_raters_on_a_rare_grade_is_held(share, hit, mistake):
    # with score limits alone 81 %, 85 % and 96 %
    n, times = 12, np.arange(4)
    studies = np.array([c for c in itertools.product(range(n + 1), repeat=4) if sum(c) == n])
    codes = [[1] * k + [0] * (3 - k) for k in times]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["common", "rare"]))
    order = (ratings.patterns == 1).sum(axis=1)
    found = ilr.specific_agreement(ratings.with_frequencies(studies[:, order]))["rare"]
    chances = share * stats.binom.pmf(times, 3, hit)
    chances += (1 - share) * stats.binom.pmf(times, 3, mistake)
    true = chances @ (times * (times - 1)) / (2 * chances @ times)
    low, high = found.confidence_interval()
    likely = np.where(np.isfinite(found.value), stats.multinomial.pmf(studies, n, chances), 0)
    held = (low <= true + 1e-9) & (true - 1e-9 <= high)
    assert likely @ held / likely.sum() >= 0.95


@every_coefficient
@pytest.mark.parametrize(
    "table",
    [
        [[9, 1, 0], [1, 6, 2], [0, 1, 5]],
        [[0, 4, 0], [4, 0, 0], [0, 0, 3]],
        [[7, 0, 0], [0, 5, 0], [0, 0, 3]],
        [[3, 0, 0], [1, 1, 0], [0, 0, 40]],
    ],
)
def test_intervals_are_nested_hold_the_value_and_have_a_width(name, table):
    estimate = COEFFICIENTS[name](two_raters(table))
    for method in estimate.interval_methods:
        limits = [estimate.confidence_interval(level, method) for level in LEVELS]
        for narrow, wide in itertools.pairwise(limits):
            assert wide.low <= narrow.low <= estimate.value + 1e-12
            assert estimate.value - 1e-12 <= narrow.high <= wide.high
            assert narrow.width > 0
    low, high = estimate.confidence_interval()
    assert high <= 1
    assert low >= 0 or name == "kappa_max"


@every_coefficient
def test_a_batch_has_the_intervals_of_its_studies(name):
    tables = np.array([[9, 1, 1, 7], [5, 0, 0, 4], [3, 2, 4, 1]])
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=ilr.Scale([1, 2]))
    batch = COEFFICIENTS[name](ratings.with_frequencies(tables))
    for method in batch.interval_methods:
        together = batch.confidence_interval(method=method)
        for place, table in enumerate(tables):
            alone = COEFFICIENTS[name](two_raters(table.reshape(2, 2))).confidence_interval(
                method=method
            )
            assert_allclose(
                [alone.low, alone.high], [together.low[place], together.high[place]], atol=1e-9
            )


def test_limits_of_kappa_max_hold_one_where_the_margins_could_be_the_same():
    for table in ([[20, 1], [3, 9]], [[8, 2, 1], [1, 9, 2], [2, 0, 7]]):
        assert ilr.kappa_max(two_raters(table)).confidence_interval().high == close(1)
    apart = ilr.kappa_max(two_raters([[40, 30], [0, 40]])).confidence_interval()
    assert apart.high < 0.95


def test_limits_of_kappa_max_widen_with_clusters_and_take_many_grades():
    rng = np.random.default_rng(20261202)
    codes = rng.integers(0, 3, (60, 2))
    scale, clusters = ilr.Scale(["a", "b", "c"]), np.repeat(np.arange(12), 5)
    codes = codes[clusters]
    alone, together = (
        ilr.kappa_max(ilr.ratings_from_codes(codes, scale=scale, clusters=groups))
        for groups in (None, clusters)
    )
    assert together.value == pytest.approx(alone.value)
    assert together.confidence_interval().width > alone.confidence_interval().width
    many = rng.integers(0, 14, (300, 2))
    found = ilr.kappa_max(ilr.ratings_from_codes(many, scale=ilr.Scale(range(14))))
    low, high = found.confidence_interval()
    assert 0 < low < found.value < high <= 1


def test_kendalls_w_of_two_grades_and_raters_has_the_limits_of_kappa():
    # with equal margins the raters' rank correlation is Cohen's kappa, and W is its (1 + k) / 2
    table = two_raters([[9, 2], [2, 11]])
    low, high = ilr.kendall_w(table).confidence_interval()
    kappa = ilr.cohen_kappa(table).confidence_interval(method="score")
    assert_allclose([2 * low - 1, 2 * high - 1], list(kappa), atol=1e-9)


@pytest.mark.parametrize("cell", range(3))
@pytest.mark.parametrize(
    "family", ["bangdiwala_b", "kendall_w", "specific_agreement", "kappa_max", "icc C,1"]
)
def test_defaults_cover_in_settings_at_random(bench, family, cell):
    row = bench.check_cell(7, family, cell, 300, 0.95, bench.UNITS)
    assert row["default_coverage"] >= 0.9 - 4 * np.sqrt(0.9 * 0.1 / 300)


@pytest.mark.parametrize("family", ["bootstrap gwet_ac", "clusters cohen_kappa"])
def test_the_script_can_make_a_part_again(bench, family, tmp_path):
    row = bench.check_cell(7, family, 1, 5, 0.95, bench.UNITS)
    bench.write_rows([row], tmp_path / "part.csv")
    again = bench.merged(tmp_path / "part.csv", [row])
    assert len(again) == 1
    assert again[0] == bench.check_cell(7, family, 1, 5, 0.95, bench.UNITS)


def test_units_of_an_urn_repeat_as_often_as_they_should(bench):
    rng = np.random.default_rng(20261130)
    sizes = np.full(20_000, 2)
    pairs = bench.urn(np.arange(40_000), sizes, 0.3, rng).reshape(-1, 2)
    assert abs((pairs[:, 0] == pairs[:, 1]).mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 20_000)


def test_the_tables_in_the_docs_are_made_from_the_data_beside_them(bench, rows):
    page = (ROOT / "docs/intervals.md").read_text(encoding="utf-8").splitlines()
    made = [line for group in bench.GROUPS for line in bench.summary(rows, 0.95, group).split("\n")]
    assert [line for line in made if line not in page] == []


def test_the_data_in_the_docs_are_of_every_family_and_cell(bench, rows):
    wanted = [
        (name, cell) for name, family in bench.FAMILIES.items() for cell in range(family.cells)
    ]
    assert [(row["family"], row["cell"]) for row in rows] == wanted


MANY = 15


def joint_of_many_grades(rng):
    """Two raters with margins that differ here and there, and their largest kappa."""
    second = rng.dirichlet(np.full(MANY, 2.0))
    first = second * np.exp(np.where(rng.random(MANY) < 0.5, 1, -1) * rng.uniform(0.1, 0.6))
    first /= first.sum()
    joint = 0.5 * np.outer(first, second) + 0.5 * np.diag(np.minimum(first, second))
    joint /= joint.sum()
    margins = joint.sum(axis=1), joint.sum(axis=0)
    expected = np.dot(*margins)
    return joint, (np.minimum(*margins).sum() - expected) / (1 - expected)


def test_the_largest_kappa_of_many_grades_is_exact():
    table = np.random.default_rng(20261123).integers(0, 5, (MANY, MANY))
    n = int(table.sum())
    margins = [[Fraction(int(x), n) for x in table.sum(axis=axis)] for axis in (1, 0)]
    expected = sum(map(operator.mul, *margins))
    largest = (sum(map(min, *margins)) - expected) / (1 - expected)
    found = ilr.kappa_max(ilr.ratings_from_table(table, scale=ilr.Scale(range(MANY))))
    assert_allclose(found.value, float(largest), rtol=1e-14)


def test_the_largest_kappa_of_many_grades_holds_in_large_samples():
    # by single grades and cuts of the scale alone, such settings were covered 57 % of the time
    rng, scale = np.random.default_rng(20261123), ilr.Scale(range(MANY))
    for _ in range(4):
        joint, true = joint_of_many_grades(rng)
        held = [
            true in ilr.kappa_max(ilr.ratings_from_table(table, scale=scale)).confidence_interval()
            for table in rng.multinomial(2000, joint.ravel(), 100).reshape(-1, MANY, MANY)
        ]
        # by chance 95 % would be under 88 in 100 once in 400
        assert sum(held) >= 88


def test_the_largest_kappas_of_many_grades_are_the_same_in_a_batch():
    rng = np.random.default_rng(20261123)
    one = ilr.ratings_from_table(rng.integers(1, 9, (MANY, MANY)), scale=ilr.Scale(range(MANY)))
    studies = rng.poisson(3.0, (3, len(one.frequencies))) + 1
    batch = ilr.kappa_max(one.with_frequencies(studies)).confidence_interval()
    for place, frequencies in enumerate(studies):
        alone = ilr.kappa_max(one.with_frequencies(frequencies)).confidence_interval()
        assert_allclose([batch.low[place], batch.high[place]], [*alone], rtol=1e-12)
