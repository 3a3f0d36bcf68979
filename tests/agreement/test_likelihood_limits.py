"""The likelihood interval, against closed forms and a general optimiser."""

import itertools
from functools import partial

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis.extra.numpy import arrays
from scipy import optimize, special, stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close

TWO = ilr.Scale(["no", "yes"])
KINDS = ("identity", "linear", "quadratic")
OTHER = {
    "conger_kappa": ilr.conger_kappa,
    "light_kappa": ilr.light_kappa,
    "fleiss_kappa": ilr.fleiss_kappa,
    "gwet_ac": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
    "krippendorff_alpha": ilr.krippendorff_alpha,
}
TABLES = {
    "few disagree": [[20, 1], [1, 2]],
    "one side": [[9, 4], [0, 7]],
    "three grades": [[6, 2, 0], [1, 5, 3], [0, 2, 4]],
}
pytestmark = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")


def of_table(table):
    return ilr.ratings_from_table(table, scale=ilr.Scale(range(len(table))))


def limits(estimate, level=0.95):
    return estimate.confidence_interval(level, "likelihood")


def reach(n_units, level=0.95):
    """How far twice the log likelihood may fall."""
    return stats.t.ppf((1 + level) / 2, n_units - 1) ** 2


def by_few(count, level=0.95):
    """How far it may fall for the sake of those that are few: as for a Poisson mean."""
    most = special.gammainccinv(count + 2 / 3, (1 - level) / 2)
    return 2 * (most - count - (count * np.log(most / count) if count else 0))


def binomial_limits(seen, total):
    """Shares at which twice the binomial log likelihood has fallen as far."""

    def excess(share, few):
        parts = [(seen, share), (total - seen, 1 - share)]
        fallen = 2 * sum(k * np.log(k / total / p) for k, p in parts if k)
        return fallen - max(reach(total), by_few(few))

    top = seen / total
    low = optimize.brentq(excess, 1e-12, top, args=(total - seen,)) if seen else 0.0
    high = optimize.brentq(excess, top, 1 - 1e-12, args=(seen,)) if seen < total else 1.0
    return low, high


@pytest.mark.parametrize(("alike", "total"), [(17, 20), (20, 20), (9, 12), (140, 153)])
def test_two_grades_and_known_chance_are_a_binomial_likelihood(alike, total):
    table = [[alike - alike // 2, total - alike], [0, alike // 2]]
    found = limits(ilr.brennan_prediger(of_table(table)))
    low, high = (2 * share - 1 for share in binomial_limits(alike, total))
    assert found.low == pytest.approx(low, abs=1e-8)
    assert found.high == pytest.approx(high, abs=1e-8)
    assert found.method == "likelihood"


def kappa(shares, credit):
    """Cohen's kappa of a table of shares."""
    expected = (credit * np.outer(shares.sum(axis=1), shares.sum(axis=0))).sum()
    return ((credit * shares).sum() - expected) / (1 - expected)


def pi(shares, credit):
    """Scott's pi of a table of shares."""
    both = (shares.sum(axis=1) + shares.sum(axis=0)) / 2
    expected = both @ credit @ both
    return ((credit * shares).sum() - expected) / (1 - expected)


def optimised(statistic, table, sign):
    """Return the end that a general optimiser finds from several starts."""
    times = np.asarray(table, dtype=float).ravel()
    n = times.sum()
    top = (times * np.log(np.where(times > 0, times, 1) / n)).sum()
    shape = np.shape(table)

    agreed = np.trace(np.asarray(table))
    most = max(reach(n), by_few(n - agreed if sign < 0 else agreed))

    def left(shares):
        logs = np.log(np.where(times > 0, np.maximum(shares, 1e-300), 1.0))
        return most - 2 * (top - times @ logs)

    starts = np.random.default_rng(3).dirichlet(times + 0.5, size=2)
    found = [
        optimize.minimize(
            lambda shares: -sign * statistic(shares.reshape(shape)),
            start,
            method="SLSQP",
            bounds=[(1e-10, 1)] * len(times),
            constraints=[
                {"type": "eq", "fun": lambda shares: shares.sum() - 1},
                {"type": "ineq", "fun": left},
            ],
            options={"maxiter": 200, "ftol": 1e-11},
        )
        for start in starts
    ]
    kept = [-sign * one.fun for one in found if left(one.x) > -1e-6]
    return max(kept) if sign > 0 else min(kept)


# what another optimiser says on its way is not ours
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("table", "coefficient", "statistic", "weights"),
    [
        ("few disagree", ilr.cohen_kappa, kappa, "identity"),
        ("few disagree", ilr.scott_pi, pi, "identity"),
        ("one side", ilr.cohen_kappa, kappa, "identity"),
        ("one side", ilr.scott_pi, pi, "identity"),
        ("three grades", ilr.cohen_kappa, kappa, "linear"),
    ],
)
def test_limits_are_the_ends_that_a_general_optimiser_finds(table, coefficient, statistic, weights):
    table = TABLES[table]
    ratings = of_table(table)
    credit = ilr.agreement_weights(ratings.scale, weights)
    low, high = limits(coefficient(ratings, weights=weights))
    assert low == pytest.approx(optimised(partial(statistic, credit=credit), table, -1), abs=2e-4)
    assert high == pytest.approx(optimised(partial(statistic, credit=credit), table, 1), abs=2e-4)


def test_perfect_agreement_leaves_room_below_only():
    # a likelihood falls by n log(1 - share) where a share goes to what was not seen
    found = limits(ilr.cohen_kappa(of_table([[22, 0], [0, 2]])))
    assert 0.3 < found.low < 0.6
    assert found.high == close(1.0)


def test_no_limit_passes_the_range_of_few_ratings_in_the_issue():
    counts = ilr.ratings_from_counts([[6, 0]] * 4 + [[5, 1]], scale=TWO)
    low, high = limits(ilr.fleiss_kappa(counts))
    assert -0.2 <= low < -0.1
    assert 0.9 < high <= 1


@pytest.mark.parametrize("name", [*OTHER, "percent_agreement"])
@given(ratings=our.studies(max_raters=3, max_units=8), data=st.data())
def test_it_is_nested_holds_the_estimate_and_stays_in_the_range(name, ratings, data):
    option, kinds = ("metric", our.METRICS) if name == "krippendorff_alpha" else ("weights", KINDS)
    estimate = getattr(ilr, name)(ratings, **{option: data.draw(st.sampled_from(kinds))})
    # Light's kappa has no value where a pair of raters has none
    assume(estimate.status == "ok")
    least, most = estimate.range
    inner, outer = limits(estimate, 0.8), limits(estimate, 0.98)
    assert min(least, estimate.value) - 1e-9 <= outer.low <= inner.low + 1e-6
    assert inner.low <= estimate.value <= inner.high
    assert inner.high - 1e-6 <= outer.high <= most + 1e-9
    assert inner.width > 1e-6


@pytest.mark.parametrize("name", OTHER)
def test_clusters_of_one_unit_change_nothing(name):
    codes = np.random.default_rng(8).integers(-1, 3, (9, 3))
    scale = ilr.Scale(range(3))
    alone = OTHER[name](ilr.ratings_from_codes(codes, scale=scale, clusters=range(9)))
    plain = OTHER[name](ilr.ratings_from_codes(codes, scale=scale))
    np.testing.assert_allclose(limits(alone), limits(plain), atol=1e-7)


@given(table=our.square_tables(max_grades=3), data=st.data())
def test_an_unused_grade_changes_nothing(table, data):
    name = data.draw(st.sampled_from(["conger_kappa", "fleiss_kappa", "krippendorff_alpha"]))
    more = np.pad(table, (0, 1))
    pair = [limits(OTHER[name](of_table(each))) for each in (table, more)]
    np.testing.assert_allclose(pair[0], pair[1], atol=1e-7)


@pytest.mark.parametrize("name", OTHER)
def test_two_grades_give_the_same_for_every_kind_of_weights(name):
    ratings = of_table([[11, 2], [1, 5]])
    option = "metric" if name == "krippendorff_alpha" else "weights"
    kinds = ("nominal", "ordinal", "interval") if option == "metric" else our.KINDS[:5]
    found = [limits(OTHER[name](ratings, **{option: kind})) for kind in kinds]
    np.testing.assert_allclose(found, [found[0]] * len(kinds), atol=1e-7)


@pytest.mark.parametrize("name", OTHER)
def test_studies_of_a_batch_are_as_each_alone(name):
    codes = [row for row in itertools.product((-1, 0, 1, 2), repeat=3) if sum(r >= 0 for r in row)]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(list("abc")))
    times = np.random.default_rng(5).multinomial(20, np.full(len(codes), 1 / len(codes)), size=4)
    together = limits(OTHER[name](ratings.with_frequencies(times)))
    alone = [limits(OTHER[name](ratings.with_frequencies(row))) for row in times]
    np.testing.assert_allclose(np.transpose([together.low, together.high]), alone, atol=1e-9)


@pytest.mark.parametrize("name", OTHER)
def test_a_single_grade_leaves_all_grades_of_the_scale_open(name):
    estimate = OTHER[name](ilr.ratings_from_codes([[1, 1]] * 12, scale=ilr.Scale(list("abcd"))))
    if estimate.status == "ok":
        found = limits(estimate)
        assert found.method == "likelihood"
        assert 0.3 < found.low < 0.9
    else:
        assert np.isnan(limits(estimate).low)


def test_clusters_that_move_together_widen_it():
    codes = np.repeat([[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0]], 4, axis=0)
    names = np.repeat(range(6), 4)
    alone = limits(ilr.cohen_kappa(ilr.ratings_from_codes(codes, scale=TWO)))
    together = limits(ilr.cohen_kappa(ilr.ratings_from_codes(codes, scale=TWO, clusters=names)))
    assert together.low < alone.low - 0.1
    assert together.high > alone.high + 0.1


def test_it_is_offered_where_patterns_are_few():
    rng = np.random.default_rng(2)
    few = ilr.ratings_from_codes(rng.integers(0, 2, (30, 8)), scale=TWO)
    many = ilr.ratings_from_codes(rng.integers(0, 2, (30, 9)), scale=TWO)
    pool = ilr.ratings_from_counts(rng.integers(5, 9, (30, 2)), scale=TWO)
    assert "likelihood" in ilr.fleiss_kappa(few).interval_methods
    assert "likelihood" not in ilr.fleiss_kappa(many).interval_methods
    assert "likelihood" in ilr.fleiss_kappa(pool).interval_methods


def test_less_than_five_units_take_the_default_and_say_so():
    found = limits(ilr.cohen_kappa(of_table([[2, 0], [1, 1]])))
    assert found.method.startswith("score, since fewer than five")


HUGE = [1, 2, 24, 10**4, 10**9, 2**50]


@given(
    codes=arrays(np.int64, (6, 3), elements=st.integers(-1, 2)),
    counts=st.lists(st.sampled_from(HUGE), min_size=6, max_size=6),
    clusters=st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
@example(
    codes=np.array([[-1, 0, -1], [2, 2, 2], [-1, 1, 1], [0, 0, -1], [1, 1, 1], [-1, -1, -1]]),
    counts=[10**9, 1, 2, 10**4, 24, 1],
    clusters=[0, 2, 1, 1, 3, 3],
)
def test_few_clusters_of_very_many_units_leave_it_nested(codes, counts, clusters):
    """Where units count for less than one each, the search lost ends that less reach found."""
    assume(((codes >= 0).sum(axis=1) > 1).any())
    ratings = ilr.ratings_from_codes(
        codes, scale=ilr.Scale(range(3)), frequencies=counts, clusters=clusters
    )
    found = ilr.fleiss_kappa(ratings)
    assume("likelihood" in found.interval_methods and found.status == "ok")
    every = [limits(found, level) for level in (0.5, 0.8, 0.95, 0.999)]
    for inner, outer in itertools.pairwise(every):
        slack = 1e-6 * max(1.0, abs(inner.low))
        assert outer.low <= inner.low + slack
        assert outer.high >= inner.high - slack


def test_the_reason_is_the_clusters_where_units_are_many():
    codes = np.repeat([[0, 0], [1, 1], [0, 1], [1, 0]], 50, axis=0)
    ratings = ilr.ratings_from_codes(codes, scale=TWO, clusters=np.repeat(range(4), 50))
    method = limits(ilr.cohen_kappa(ratings)).method
    assert method == "score, since units in clusters count for fewer than five"


def test_limits_of_a_high_level_hold_the_usual_ones():
    """Where units are rated once the search can end on the way, here at 1 - 1e-6."""
    grades = [[1, 0, 1], [0, 0, 0], [-1, -1, 1], [0, 0, 1], [1, 0, 0], [0, 0, -1]]
    ratings = ilr.ratings_from_codes(grades, scale=ilr.Scale(range(2)))
    for coefficient in (ilr.krippendorff_alpha, ilr.conger_kappa, ilr.gwet_ac):
        found = coefficient(ratings)
        inner = found.confidence_interval(0.95, "likelihood")
        for level in (0.97, 0.999, 1 - 1e-6):
            outer = found.confidence_interval(level, "likelihood")
            assert outer.low <= inner.low + 1e-9
            assert outer.high >= inner.high - 1e-9


FEW_UNITS = {
    "light": (ilr.light_kappa, "linear", "20 11 01 00 01 10 11 01"),
    "gwet": (ilr.gwet_ac, "linear", "21 20 01 12 02 01 20 01 11 22"),
    "fleiss": (ilr.fleiss_kappa, "identity", "11 31 22 30 33 23"),
}


@pytest.mark.parametrize(("coefficient", "weights", "units"), FEW_UNITS.values(), ids=FEW_UNITS)
def test_limits_of_few_units_widen_with_the_level(coefficient, weights, units):
    codes = [[int(grade) for grade in unit] for unit in units.split()]
    found = coefficient(ilr.ratings_from_codes(codes, scale=ilr.Scale(range(4))), weights=weights)
    every = [limits(found, level) for level in (0.8, 0.95, 0.98, 0.995, 0.997, 0.999, 0.99999)]
    for inner, outer in itertools.pairwise(every):
        assert outer.low <= inner.low + 1e-6
        assert outer.high >= inner.high - 1e-6


@pytest.mark.parametrize(
    ("level", "least"), [(0.95, -0.704821), (0.995, -0.924396), (0.999, -0.985244)]
)
def test_the_end_that_an_optimiser_finds_of_few_units(level, least):
    """By SciPy 1.17's SLSQP from 60 starts, over shares of the nine cells."""
    codes = [[int(grade) for grade in unit] for unit in FEW_UNITS["light"][2].split()]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3)))
    low = limits(ilr.light_kappa(ratings, weights="linear"), level).low
    assert low == pytest.approx(least, abs=1e-3)


@pytest.mark.parametrize("coefficient", [ilr.cohen_kappa, ilr.percent_agreement])
def test_a_grade_that_nobody_used_leaves_nothing_open(coefficient):
    codes = [[0, 0], [1, 1], [0, 1], [1, 1], [0, 0], [1, 0], [0, 0]]
    # what was never given would agree less than anything that was
    credit = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    seen, more = (
        limits(
            coefficient(
                ilr.ratings_from_codes(codes, scale=ilr.Scale(range(q))), weights=credit[:q, :q]
            )
        )
        for q in (2, 3)
    )
    assert (more.low, more.high) == (close(seen.low), close(seen.high))


def test_an_ordinal_alpha_has_likelihood_limits():
    study = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 1], [1, 0]], scale=ilr.Scale(["no", "yes"]))
    alpha = ilr.krippendorff_alpha(study, metric="ordinal")
    nominal = ilr.krippendorff_alpha(study)
    # of two grades there is one distance
    for one, other in zip(
        alpha.confidence_interval(method="likelihood"),
        nominal.confidence_interval(method="likelihood"),
        strict=True,
    ):
        assert one == pytest.approx(other, abs=1e-6)


def test_an_end_that_a_lower_level_leaves_open_is_left_open_by_a_higher_one():
    """So far on the shares of what was seen are lost in rounding, and the coefficient with them."""
    missing = [
        [-1, -1, -1, -1, 0, 0],
        [-1, -1, -1, 0, -1, -1],
        [0, 0, 0, -1, -1, -1],
        [0, -1, 0, 1, 0, 0],
        [0, -1, 0, 0, -1, 0],
        [0, -1, 0, -1, 0, 0],
        [0, 0, 0, 0, 0, -1],
        [0, 0, 0, 0, -1, 0],
    ]
    ratings = ilr.ratings_from_codes(missing, scale=ilr.Scale([0, 1]))
    kappa = ilr.fleiss_kappa(ratings)
    levels = [0.95, 0.999, 1 - 1e-6, 1 - 1e-7, 1 - 1e-9]
    limits = [kappa.confidence_interval(level, "likelihood") for level in levels]
    # a search ends beside the end, at another place on another processor
    assert all(np.diff([one.low for one in limits]) <= 1e-6)
    assert all(np.diff([one.high for one in limits]) >= -1e-6)


def test_scores_that_all_differ_have_limits_without_a_look_at_all_patterns():
    """Three raters' thirty scores can be given in 27,000 ways, whose ranks are others each time."""
    scores = np.random.default_rng(2).normal(size=(10, 3))
    alpha = ilr.krippendorff_alpha(scores, metric="ordinal")
    for method in alpha.interval_methods:
        low, high = alpha.confidence_interval(method=method)
        assert low <= alpha.value <= high


@pytest.mark.parametrize("n_units", [60, 140, 170])
def test_two_raters_of_many_scores_have_limits_by_every_method_offered(n_units):
    scores = np.random.default_rng(3).normal(size=(n_units, 2))
    kappa = ilr.cohen_kappa(scores)
    for method in kappa.interval_methods:
        low, high = kappa.confidence_interval(method=method)
        assert low <= kappa.value <= high
