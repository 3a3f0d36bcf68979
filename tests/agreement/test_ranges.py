"""What a coefficient can be at least, against every small table."""

import itertools
import math
from fractions import Fraction
from functools import partial

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.agreement.ranges import Design, coefficient_range, design_of

KAPPAS = {
    "cohen_kappa": ilr.cohen_kappa,
    "scott_pi": ilr.scott_pi,
    "conger_kappa": ilr.conger_kappa,
    "fleiss_kappa": ilr.fleiss_kappa,
    "light_kappa": ilr.light_kappa,
}
UNIFORM = {
    "percent_agreement": ilr.percent_agreement,
    "brennan_prediger": ilr.brennan_prediger,
    "gwet_ac": ilr.gwet_ac,
}
CUSTOM = ((1.0, 0.9, 0.0), (0.9, 1.0, 0.3), (0.0, 0.3, 1.0))
TOLERANCE = 1e-9
pytestmark = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")


def every_study(n_units, n_raters, n_grades, *, missing=False):
    """Every way to give units a pattern each, as one batch of frequencies."""
    codes = range(-1 if missing else 0, n_grades)
    patterns = np.array(list(itertools.product(codes, repeat=n_raters)))
    ways = itertools.combinations_with_replacement(range(len(patterns)), n_units)
    frequencies = np.array([np.bincount(way, minlength=len(patterns)) for way in ways])
    scale = ilr.Scale(range(n_grades))
    return ilr.ratings_from_codes(patterns, scale=scale).with_frequencies(frequencies)


def least_seen(coefficient, ratings):
    values = np.asarray(coefficient(ratings).value)
    return values[np.isfinite(values)].min()


def fitting(names, shapes):
    """Every coefficient with the designs (units, raters, grades) that it is for."""
    two = ("cohen_kappa", "scott_pi")
    return [(n, shape) for n in names for shape in shapes if shape[1] == 2 or n not in two]


COMPLETE = [(6, 2, 2), (4, 2, 3), (4, 3, 2), (4, 4, 2), (2, 2, 4), (3, 3, 3)]
MISSING = [(3, 2, 2), (2, 3, 2), (2, 2, 3)]


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic", "ordinal"])
@pytest.mark.parametrize(("name", "shape"), fitting([*KAPPAS, *UNIFORM], COMPLETE))
def test_no_complete_table_gives_less(name, weights, shape):
    n_units, n_raters, _ = shape
    coefficient = partial({**KAPPAS, **UNIFORM}[name], weights=weights)
    ratings = every_study(*shape)
    matrix = ilr.agreement_weights(ratings.scale, weights)
    low, high = coefficient_range(name, matrix, n_raters)
    least = least_seen(coefficient, ratings)
    assert least >= low - TOLERANCE
    assert high == 1
    # enough units for every order of the same ratings, so that the bound is reached
    if (name in KAPPAS and n_units % n_raters == 0) or name in list(UNIFORM)[:2]:
        assert least == close(low)


@pytest.mark.parametrize(("name", "shape"), fitting(KAPPAS, [(m, m, 2) for m in (2, 3, 4, 6)]))
def test_raters_who_take_turns_to_dissent_reach_the_least(name, shape):
    n_raters = shape[1]
    codes = np.eye(n_raters, dtype=int)
    value = KAPPAS[name](ilr.ratings_from_codes(codes, scale=ilr.Scale([False, True]))).value
    assert value == close(float(Fraction(-1, n_raters - 1)))
    assert coefficient_range(name, np.eye(2), n_raters)[0] == close(value)


@pytest.mark.parametrize("n_raters", [2, 3, 5])
def test_alpha_nears_its_least_from_above(n_raters):
    for n in (1, 4, 200):
        codes = np.tile(np.eye(n_raters, dtype=int), (n, 1))
        value = ilr.krippendorff_alpha(ilr.ratings_from_codes(codes, scale=ilr.Scale([0, 1]))).value
        units = n * n_raters
        exact = Fraction(-1, n_raters - 1) + Fraction(1, units * (n_raters - 1))
        assert value == close(float(exact))
    assert coefficient_range("krippendorff_alpha", np.eye(2), n_raters)[0] == close(
        -1 / (n_raters - 1)
    )


@pytest.mark.parametrize("weights", ["identity", "quadratic"])
@pytest.mark.parametrize(
    ("name", "shape"), fitting([*KAPPAS, *UNIFORM, "krippendorff_alpha"], MISSING)
)
def test_no_table_with_missing_ratings_gives_less(name, weights, shape):
    ratings = every_study(*shape, missing=True)
    matrix = ilr.agreement_weights(ratings.scale, weights)
    if name == "krippendorff_alpha":
        estimate = ilr.krippendorff_alpha(ratings, metric=matrix)
    else:
        estimate = {**KAPPAS, **UNIFORM}[name](ratings, weights=weights)
    low = np.broadcast_to(coefficient_range(name, matrix, ratings)[0], estimate.value.shape)
    seen = np.isfinite(estimate.value)
    assert seen.any()
    assert (estimate.value[seen] >= low[seen] - TOLERANCE).all()
    assert np.isfinite(low[seen]).all() or name == "light_kappa"


@pytest.mark.parametrize("name", [*KAPPAS, *UNIFORM])
def test_losses_that_are_no_squared_distance_have_a_bound_too(name):
    ratings = every_study(4, 2, 3)
    coefficient = partial({**KAPPAS, **UNIFORM}[name], weights=np.array(CUSTOM))
    low, _ = coefficient_range(name, CUSTOM, 2)
    least = least_seen(coefficient, ratings)
    assert math.isfinite(low)
    assert least >= low - TOLERANCE


def test_full_credit_that_does_not_carry_over_leaves_kappa_without_a_bound():
    # a is like b and b like c, but a is not like c: kappa falls without end as others grow rare
    weights = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    assert coefficient_range("cohen_kappa", weights, 2)[0] == -math.inf
    values = []
    for n in (10, 100, 1000):
        table = np.array([[n, 0, 0], [0, 0, 1], [0, 0, 0]])
        ratings = ilr.ratings_from_table(table, scale=ilr.Scale(list("abc")))
        values.append(ilr.cohen_kappa(ratings, weights=weights).value)
    assert values[0] > values[1] > values[2]
    assert values[2] < -100


@pytest.mark.parametrize("weights", ["linear", "quadratic", "ordinal", "radical"])
@pytest.mark.parametrize(("n_raters", "n_grades"), [(2, 3), (2, 4), (2, 5), (3, 3), (4, 3)])
def test_no_mixture_of_units_gives_gwet_less(weights, n_raters, n_grades):
    matrix = ilr.agreement_weights(ilr.Scale(range(n_grades)), weights)
    ways = list(itertools.combinations_with_replacement(range(n_grades), n_raters))
    counts = np.array([np.bincount(way, minlength=n_grades) for way in ways], dtype=float)
    draws = np.random.default_rng(7)
    mixtures = draws.dirichlet(np.full(len(ways), 0.05), size=4000)
    credit = (np.vecdot(counts @ matrix, counts) - n_raters) / (n_raters * (n_raters - 1))
    shares = mixtures @ counts / n_raters
    scale = matrix.sum() / (n_grades * (n_grades - 1))
    expected = scale * (shares * (1 - shares)).sum(axis=1)
    values = (mixtures @ credit - expected) / (1 - expected)
    low = coefficient_range("gwet_ac", matrix, n_raters)[0]
    assert values.min() >= low - TOLERANCE
    # the least credit with even shares would give less, where no unit with both can be
    assert low >= coefficient_range("brennan_prediger", matrix, n_raters)[0] - TOLERANCE


def test_of_hundreds_of_grades_a_table_of_credit_leaves_hardly_more_room_than_its_rule():
    scale = ilr.Scale(range(300))
    codes = [[0, 1, 2], [1, 1, 3], [4, 3, 4], [0, 0, 0]]
    ratings, table = (
        ilr.ratings_from_codes(codes, scale=scale),
        ilr.agreement_weights(scale, "linear"),
    )
    by_rule, by_table = (ilr.gwet_ac(ratings, weights=w).range[0] for w in ("linear", table))
    assert by_rule - 0.1 < by_table <= by_rule + TOLERANCE


SMALL = {
    **KAPPAS,
    **UNIFORM,
    "krippendorff_alpha": ilr.krippendorff_alpha,
    "lin_ccc": ilr.lin_ccc,
    "kendall_w": ilr.kendall_w,
    "bangdiwala_b": ilr.bangdiwala_b,
    "kappa_max": ilr.kappa_max,
    **{f"icc {form}": partial(ilr.icc, form=form) for form in ("1,1", "A,1", "C,1", "A,k", "C,k")},
}
METRICS = ("nominal", "ordinal", "interval")


def least_by_definition(name, n_raters):
    """The least in whole, as the docstrings say it; None where it has none."""
    if name in (*KAPPAS, "lin_ccc", "krippendorff_alpha"):
        return -1 / (n_raters - 1)
    if name.startswith("icc"):
        return -1.0 if name == "icc A,1" else None
    return None if name in UNIFORM else 0.0


def of_codes(codes, n_grades=3):
    return ilr.ratings_from_codes(np.asarray(codes), scale=ilr.Scale(range(n_grades)))


@st.composite
def codes_of(draw, n_raters=None):
    m = n_raters or draw(st.integers(2, 4))
    return draw(
        st.lists(st.lists(st.integers(0, 2), min_size=m, max_size=m), min_size=2, max_size=6)
    )


def defined(coefficient, ratings):
    estimate = coefficient(ratings)
    assume(estimate.status == "ok")
    return estimate


@pytest.mark.parametrize("name", SMALL)
@given(data=st.data())
def test_no_interval_passes_the_range(name, data):
    two = name in ("cohen_kappa", "scott_pi", "bangdiwala_b", "kappa_max")
    codes = data.draw(codes_of(2 if two else None))
    estimate = defined(SMALL[name], of_codes(codes))
    low, high = estimate.range
    least = least_by_definition(name, len(codes[0]))
    if name.endswith("k") or name == "icc A,1":
        # neither has a least, and neither is cut where the estimate itself lies below -1
        least = -math.inf if estimate.value < -1 else -1.0
    if least is not None:
        assert low == close(least)
    level = data.draw(st.sampled_from([0.5, 0.95, 0.9999]))
    for method in estimate.interval_methods:
        found = estimate.confidence_interval(level, method)
        # what a sample gives can lie below what can be true (ICC): it is held all the same
        assert found.low >= min(low, estimate.value) - TOLERANCE
        assert found.high <= max(high, estimate.value) + TOLERANCE
        assert found.low <= estimate.value <= found.high


@given(codes=codes_of(), paired=st.booleans(), others=codes_of())
def test_no_interval_of_a_difference_passes_its_range(codes, paired, others):
    ratings = of_codes(codes)
    a = defined(ilr.fleiss_kappa, ratings)
    b = defined(ilr.gwet_ac, ratings if paired else of_codes(others))
    gap = ilr.difference(a, b, paired=paired)
    low, high = a.range[0] - b.range[1], a.range[1] - b.range[0]
    assert gap.range == (low, high)
    for method in gap.interval_methods:
        found = gap.confidence_interval(0.999, method)
        assert low - TOLERANCE <= found.low <= gap.value <= found.high <= high + TOLERANCE


@given(codes=codes_of())
def test_a_threshold_that_cannot_be_true_is_rejected_by_all_methods(codes):
    estimate = defined(ilr.fleiss_kappa, of_codes(codes))
    low = estimate.range[0]
    for method in estimate.interval_methods:
        for threshold in (low - 0.01, 1.01):
            test = ilr.threshold_test(estimate, threshold, alternative="two-sided", method=method)
            assert test.p_value < 1e-12
        inside = ilr.equivalence_test(estimate, low=low - 0.01, high=1.01, method=method)
        assert inside.p_value < 1e-12


@given(data=st.data())
def test_two_grades_give_the_same_for_every_weight(data):
    codes = data.draw(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2))
    name = data.draw(st.sampled_from([*KAPPAS, *UNIFORM]))
    coefficient = {**KAPPAS, **UNIFORM}[name]
    plain = defined(coefficient, of_codes(codes, 2))
    for weights in ("linear", "quadratic", "ordinal", "radical"):
        other = coefficient(of_codes(codes, 2), weights=weights)
        for method in plain.interval_methods:
            limits = other.confidence_interval(method=method)
            assert tuple(limits) == close(tuple(plain.confidence_interval(method=method)))


@pytest.mark.parametrize("method", ["bca", "percentile", "studentized", "bayesian"])
def test_no_bootstrap_passes_the_range(method):
    # six raters, of whom one dissents once
    counts = [[6, 0]] * 4 + [[5, 1]]
    ratings = ilr.ratings_from_counts(counts, scale=ilr.Scale([False, True]))
    found = ilr.bootstrap(ilr.fleiss_kappa, ratings, n_resamples=199, method=method, rng=1)
    low, high = found.confidence_interval
    assert low >= -1 / 5 - TOLERANCE
    assert high <= 1


def test_design_says_what_is_missing():
    nan = float("nan")
    ratings = ilr.ratings_from_matrix(
        [[1, 1, nan], [1, 2, 2], [2, nan, nan], [2, 2, nan]], scale=ilr.Scale([1, 2])
    )
    # two of the four by three raters; the first graded all, of which three have two or more
    assert design_of(ratings) == Design(3, 2, close(4 / 3), close(4 / 3), 1.0)
    assert design_of(ratings, by_pairs=True).pairwise == close(4.0)
    assert not design_of(ratings).is_complete


ESTIMATED_CHANCE = (*KAPPAS, "gwet_ac", "krippendorff_alpha")


@pytest.mark.parametrize("name", ESTIMATED_CHANCE)
@given(data=st.data())
def test_an_interval_has_two_sides_wherever_the_estimate_is_inside_its_range(name, data):
    codes = data.draw(codes_of(2 if name in ("cohen_kappa", "scott_pi") else None))
    estimate = defined(SMALL[name], of_codes(codes))
    least = estimate.range[0]
    assume(least + 1e-6 < estimate.value < 1 - 1e-6)
    wide, found = (estimate.confidence_interval(level) for level in (0.999, 0.95))
    assert least - TOLERANCE <= wide.low <= found.low < estimate.value - 1e-6
    assert estimate.value + 1e-6 < found.high <= wide.high <= 1 + TOLERANCE


def test_the_lower_side_does_not_jump_as_agreement_goes_to_nothing():
    # three grades, none preferred: chance agreement is a third however often the raters agree
    lows = []
    for agreeing in range(0, 21, 2):
        once, twice = (np.roll(np.eye(3, dtype=int), step, axis=0) for step in (1, 2))
        table = agreeing * np.eye(3, dtype=int) + (20 - agreeing) // 2 * (once + twice)
        ratings = ilr.ratings_from_table(table, scale=ilr.Scale(range(3)))
        lows.append(ilr.cohen_kappa(ratings).confidence_interval().low)
    assert (np.diff(lows) > 0).all()
    assert np.diff(lows).max() < 0.35


@pytest.mark.parametrize("coefficient", [ilr.brennan_prediger, ilr.gwet_ac])
@pytest.mark.parametrize(("n_grades", "weights"), [(1, "identity"), (2, np.ones((2, 2)))])
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_where_chance_agrees_fully_nothing_bounds_what_lies_below_it(
    coefficient, n_grades, weights
):
    ratings = ilr.ratings_from_codes([[0, 0]] * 3, scale=ilr.Scale(range(n_grades)))
    assert coefficient(ratings, weights=weights).range == (-np.inf, 1.0)
