"""What calling every public name with any input found, each kind once."""

import re
import warnings
from fractions import Fraction
from functools import partial
from time import process_time

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability.comparison import fixed_margins
from ilacs_reliability.error import profile
from ilacs_reliability.reporting import plots

MANY = np.random.default_rng(1).normal(size=(6000, 2))
GREAT = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0]], scale=ilr.Scale([1, 2]))
DEAR = {
    "jackknife of lin_ccc": lambda: ilr.jackknife(ilr.lin_ccc, MANY),
    "bootstrap of lin_ccc": lambda: ilr.bootstrap(ilr.lin_ccc, MANY, n_resamples=100, rng=1),
    "influence on lin_ccc": lambda: ilr.influential_units(ilr.lin_ccc, MANY[:3000]),
    "jackknife of alpha": lambda: ilr.jackknife(
        partial(ilr.krippendorff_alpha, metric="interval"), MANY
    ),
    "kendall_w_test of one odd unit": lambda: ilr.kendall_w_test(
        GREAT.with_frequencies([0, 1, 20_000]), method="exact", n_resamples=9, rng=1
    ),
    "bowker": lambda: ilr.bowker(
        [[9, 226, 71, 58], [139, 9, 265, 270], [126, 218, 9, 49], [286, 12, 182, 9]]
    ),
    "midp over strata": lambda: (
        ilr.risk_difference(np.random.default_rng(79).integers(1, 99, (10_000, 2, 2)))
    ).confidence_interval(method="midp"),
    "boschloo of unlike groups": lambda: ilr.two_proportions(
        [[10_000, 24], [42, 15]], method="boschloo"
    ),
}


@pytest.mark.parametrize("call", DEAR.values(), ids=DEAR)
def test_what_was_dear_takes_moments(call):
    start = process_time()
    assert repr(call())
    # seconds of an ordinary machine, with room for a slow one
    assert process_time() - start < 30


@pytest.mark.parametrize(
    "call",
    [
        lambda: ilr.icc(GREAT.with_frequencies([3, 10**9, 3]), estimator="reml"),
        lambda: ilr.conger_kappa(GREAT.with_frequencies([3, 10**15, 0])),
        lambda: ilr.odds_ratio([[10**12, 3 * 10**12], [10**12, 4 * 10**12]]).describe(),
        lambda: ilr.proportional_odds([[2, 2**50, 23, 7], [28, 2, 8, 2**50]]).describe(),
        lambda: ilr.parallel_lines_test([[2, 2**50, 23, 7], [28, 2, 8, 2**50]]),
        lambda: ilr.rosenbaum_bounds([[6, 7], [7, 5]], gamma=1e308),
        lambda: ilr.rosenbaum_bounds([[25, 17, 27, 2**50], [2**50, 10**9, 2, 20]], gamma=1e6),
        lambda: ilr.proportional_odds_test([[10**9, 1], [17, 10**9]]),
        lambda: ilr.lin_ccc([[-1e300, -1e300], [-1e300, -1e300]]),
        lambda: ilr.van_elteren([[154299668458, 123093092381], [1, 0]], n_resamples=20, rng=5),
        lambda: ilr.ordinal_noninferiority([[9, 2, 8], [9, 2, 8]], margin=Fraction(1, 3)),
        # a study in which consistency has no lower limit
        lambda: ilr.precision_for_agreement(
            partial(ilr.icc, form="C,k"),
            world=ilr.agreement_world(0, margins=[0.2, 0.3, 0.5]),
            n_units=20,
            fieldwork=ilr.Fieldwork(cluster_size=3, cluster_correlation=0.2),
            n_resamples=14,
            rng=5,
        ),
    ],
)
def test_numbers_are_found_without_a_word_from_numpy(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        assert call()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: plots.shades(10**400), "n_grades"),
        (lambda: ilr.adjust_p_values("x" * 5000), "p_values"),
        (lambda: ilr.shift_equivalence([[3, 2], [1, 4]], margin="x" * 5000), "margin"),
        (lambda: ilr.ratings_from_codes([[0]], scale=ilr.Scale([1]), units="x" * 5000), "units"),
        (lambda: ilr.cochran_q([[2, 2]], at_least="x" * 5000), "at_least"),
        (lambda: ilr.proportional_odds([[1, 2], [3, 4]], group=pd.NA), "group"),
        (lambda: ilr.influential_units(ilr.gwet_ac, [[0, 1], [1, 1]], units={"a": 1}), "units"),
        (lambda: ilr.bangdiwala_b([[0, 1]], partial_credit=[2.0]), "partial_credit"),
        (lambda: ilr.proportional_odds([[1, 2], [3, 4]], group=pl.col("a")), "group"),
        (lambda: ilr.agreement_with_standard([[1, 1]], standard=[[[1, 2]], [[3]]]), "standard"),
        (lambda: ilr.misclassification_matrix(len), "ratings"),
        (lambda: ilr.misclassification_matrix(GREAT.with_frequencies([0.4, 1, 1])), "ratings"),
    ],
)
def test_errors_name_the_argument_and_are_short(call, name):
    with pytest.raises((TypeError, ValueError), match=f"`{name}") as caught:
        call()
    assert len(str(caught.value)) < 2000


def test_an_empty_array_of_partial_credit_is_none():
    table = [[0, 1], [1, 1], [0, 0]]
    ours, plain = (ilr.bangdiwala_b(table, partial_credit=x).value for x in (np.array([]), ()))
    assert_allclose(ours, plain)


def test_less_than_a_unit_has_no_margins():
    few = ilr.ratings_from_codes([[0, 0]], scale=ilr.Scale(["no", "so", "yes"]))
    found = ilr.marginal_indices(few.with_frequencies([0.76]))
    for one in found.values():
        assert (one.status == "undefined") == bool(np.isnan(one.value))


def test_a_profile_far_out_is_climbed_back():
    tables = [[[10**4, 1], [10**9, 1]], [[10**8, 1], [10**5, 1]]]
    odds = ilr.proportional_odds(tables)
    limits = [odds.confidence_interval(level, "profile") for level in (0.5, 0.8, 0.95, 0.999)]
    highs = [limit.high for limit in limits]
    assert highs == sorted(highs)
    assert min(highs) > odds.value * 100


def test_rank_sums_of_great_groups_are_exact_and_small():
    # two units that are not of the worst grade, and the chance that both are in the first group
    for test in (ilr.mann_whitney, ilr.jonckheere):
        found = test([[10**6 - 2, 2], [10**9, 0]], alternative="less")
        both = (10**6 / (10**9 + 10**6)) ** 2
        assert found.method == "exact"
        # logarithms of factorials of 1e9 leave five digits
        assert_allclose(found.p_value, both, rtol=1e-3)
        for great in ([[2**50, 2**50], [2, 3]], [[10**7, 1], [10**11, 0]]):
            with pytest.raises(ValueError, match="use 'asymptotic'"):
                test(great, n_resamples=9, rng=1)


def test_no_p_value_passes_one_by_rounding():
    tables = [[[4, 6], [1, 6]], [[1, 13], [6, 10**9]], [[3, 3], [11, 4]]]
    for alternative in ("less", "greater", "two-sided"):
        assert ilr.jonckheere(tables, alternative=alternative).p_value <= 1
        assert ilr.mann_whitney(tables, alternative=alternative).p_value <= 1


def test_credit_by_squares_is_credit_by_a_table():
    rng = np.random.default_rng(3)
    table = np.where(rng.random((300, 3)) < 0.2, np.nan, rng.normal(size=(300, 3)))
    values = sorted(set(table[~np.isnan(table)]))
    kappa = ilr.conger_kappa(table, weights="quadratic")
    listed = ilr.conger_kappa(table, weights=ilr.agreement_weights(ilr.Scale(values), "quadratic"))
    assert_allclose(kappa.value, listed.value, atol=1e-12)
    assert_allclose(kappa.influence, listed.influence, atol=1e-10)


def test_a_long_label_is_cut_short_in_every_sentence_of_a_scale():
    told = re.compile("x{100}")
    with pytest.raises(ValueError, match="`label`") as caught:
        ilr.Scale(["a", "b"]).code("x" * 5000)
    assert not told.search(str(caught.value))


def test_a_level_may_be_a_fraction():
    table = [[1, 2], [2, 2], [1, 1], [2, 1], [1, 1]]
    for level in (Fraction(1, 2), 0.5):
        found = ilr.bootstrap(
            ilr.percent_agreement, table, n_resamples=50, rng=1, confidence_level=level
        )
        assert found.confidence_interval.confidence_level == pytest.approx(0.5)


def test_rows_of_huge_margins_are_too_many_and_not_few():
    left = np.full((16, 3), 2**60)
    assert fixed_margins._rows_within(left, 2**60, 1.0) is None


def test_limits_of_a_part_of_a_population_lie_within_those_of_any():
    few = ilr.ratings_from_codes([[0, 0, 0, 0], [1, 1, 1, 1]], scale=ilr.Scale(["no", "yes"]))
    some = ilr.ratings_from_codes(
        [[0, 0, 1], [1, 1, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1], [1, 0, 1]],
        scale=ilr.Scale(["no", "yes"]),
    )
    for coefficient in (ilr.krippendorff_alpha, ilr.fleiss_kappa, ilr.gwet_ac):
        for ratings in (few, some):
            plain = coefficient(ratings)
            part = ilr.generalise(coefficient, ratings, to="units", n_units_in_population=30)
            for method in plain.interval_methods:
                low, high = plain.confidence_interval(method=method)
                found = part.confidence_interval(method=method)
                assert low - 1e-9 <= found.low <= part.value <= found.high <= high + 1e-9


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_no_width_is_planned_where_the_world_leaves_no_value():
    world = ilr.ratings_from_codes([[0, 0], [0, 0]], scale=ilr.Scale(["no", "yes"]))
    for asked in ({"width": 0.2}, {"n_units": 20}):
        with pytest.raises(ValueError, match="`world` leaves cohen_kappa without a value"):
            ilr.precision_for_agreement(ilr.cohen_kappa, world, **asked)


def test_limits_of_a_reliability_pass_a_point_that_was_climbed_too_low():
    grades = [[0, 1, 2], [1, 1, 2], [2, 2, 3], [3, 3, 2], [1, 0, 0], [2, 3, 3]] * 4
    ratings = ilr.ratings_from_codes(grades, scale=ilr.OFSTED_SCALE, design="repeat")
    found = dict(ilr.reliability_from_repeats(ratings).methods)["profile"].named["profile"]
    # the third stored point from the top is told to lie lower than it does
    drops = found.drops()
    drops[2, 1] = 1e3
    right = profile._crossing(found, found.drops(), 3.84, 0.0)
    assert profile._crossing(found, drops, 3.84, 0.0) == pytest.approx(right, abs=1e-6)
