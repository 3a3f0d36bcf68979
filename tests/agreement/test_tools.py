"""Benchmarks, generalising, influence by name, the overview, and bad input."""

import json
import warnings
from dataclasses import replace
from functools import partial
from itertools import permutations, product
from time import process_time

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._inference import reorderings

GRADES = [[1, 1, 2], [2, 2, 2], [1, 2, 1], [2, 2, 2], [3, 3, 3], [3, 3, 2], [1, 1, 1], [2, 3, 2]]
TABLE = ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale(["no", "yes"]))


# benchmark


def test_probabilities_of_bands_add_up_and_follow_the_interval():
    kappa = ilr.cohen_kappa(TABLE)
    reading = ilr.benchmark(kappa)
    assert_allclose(sum(reading.probabilities), 1.0, atol=1e-12)
    assert min(reading.probabilities) >= 0
    # 95 % certain to reach a limit exactly where the 90 % interval lies above it
    low = kappa.confidence_interval(0.9).low
    reached = [limit for limit in reading.lower_limits if limit <= low]
    assert reading.band == reading.bands[len(reached) - 1]


def test_gwets_normal_probabilities():
    kappa = ilr.cohen_kappa(TABLE)
    reading = ilr.benchmark(kappa, method="normal")
    z = stats.norm(kappa.value, kappa.standard_error)
    room = z.cdf(1) - z.cdf(-1)
    wanted = (z.cdf(0.8) - z.cdf(0.6)) / room
    assert_allclose(reading.probabilities[reading.bands.index("substantial")], wanted, rtol=1e-12)


def test_perfect_agreement_in_six_units_is_no_certainty_of_the_best_band():
    perfect = ilr.gwet_ac([[1, 1], [2, 2], [3, 3], [1, 1], [2, 2], [3, 3]])
    reading = ilr.benchmark(perfect)
    assert reading.at_value == "almost perfect"
    assert reading.band != "almost perfect"
    assert "Bands are conventions" in reading.describe()


def test_own_bands_keep_their_own_names():
    reading = ilr.benchmark(ilr.cohen_kappa(TABLE), scale={"low": -1, "middling": 0.3, "high": 0.9})
    assert [row["band"] for row in reading.rows()] == ["high", "middling", "low"]
    assert reading.band == "middling"


def test_an_undefined_coefficient_lies_in_no_band():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        kappa = ilr.cohen_kappa([[1, 1], [1, 1]])
    reading = ilr.benchmark(kappa)
    assert reading.band == reading.at_value == ""
    assert np.isnan(reading.probabilities).all()


# generalising


def test_the_error_over_raters_is_the_jackknifes():
    ratings = ilr.ratings_from_matrix(GRADES, scale=ilr.Scale([1, 2, 3]))
    found = ilr.generalise(ilr.fleiss_kappa, ratings, to="raters")
    table = np.array(GRADES)
    without = np.array(
        [
            ilr.fleiss_kappa(
                ilr.ratings_from_matrix(np.delete(table, j, axis=1), scale=ratings.scale)
            ).value
            for j in range(3)
        ]
    )
    wanted = np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum())
    assert_allclose(found.standard_error, wanted, rtol=1e-12)
    both = ilr.generalise(ilr.fleiss_kappa, ratings, to="both")
    units = ilr.fleiss_kappa(ratings).standard_error
    assert_allclose(both.standard_error, np.hypot(units, wanted), rtol=1e-12)
    assert both.confidence_interval().width > ilr.fleiss_kappa(ratings).standard_error


def test_units_alone_change_nothing():
    plain = ilr.gwet_ac(GRADES)
    found = ilr.generalise(ilr.gwet_ac, GRADES, to="units")
    assert found.standard_error == close(plain.standard_error)
    assert_allclose([*found.confidence_interval()], [*plain.confidence_interval()], rtol=1e-12)


def test_a_finite_population_draws_the_error_together():
    whole = ilr.gwet_ac(GRADES)
    half = ilr.generalise(ilr.gwet_ac, GRADES, to="units", n_units_in_population=16)
    assert_allclose(half.standard_error, whole.standard_error * np.sqrt(0.5), rtol=1e-12)
    assert half.confidence_interval().width < whole.confidence_interval().width
    census = ilr.generalise(ilr.gwet_ac, GRADES, to="units", n_units_in_population=8)
    assert census.standard_error == close(0)


def test_the_jackknife_part_is_the_jackknife():
    found = ilr.generalise(ilr.gwet_ac, GRADES, to="units", method="jackknife")
    assert_allclose(found.standard_error, ilr.jackknife(ilr.gwet_ac, GRADES).standard_error)


def test_perfect_agreement_keeps_a_width_when_generalised():
    found = ilr.generalise(ilr.gwet_ac, [[1, 1, 1], [2, 2, 2], [1, 1, 1]], to="both")
    for method in found.interval_methods:
        assert found.confidence_interval(method=method).width > 0.01


def test_a_census_of_units_and_raters_leaves_nothing_to_generalise_to():
    census = ilr.generalise(
        ilr.gwet_ac, GRADES, to="both", n_units_in_population=8, n_raters_in_population=3
    )
    assert census.standard_error == close(0)
    assert_allclose([*census.confidence_interval()], [census.value] * 2, rtol=1e-12)


def test_where_no_spread_is_seen_the_interval_is_the_coefficients_own_by_name():
    perfect = [[1, 1, 1], [2, 2, 2], [1, 1, 1]]
    own = ilr.gwet_ac(perfect).confidence_interval()
    found = ilr.generalise(ilr.gwet_ac, perfect, to="both").confidence_interval()
    assert_allclose([*found], [*own], rtol=1e-12)
    assert found.method == own.method == "score"


@pytest.mark.parametrize("coefficient", [
    ilr.light_kappa, partial(ilr.light_kappa, weights="linear"), partial(ilr.light_kappa),
])  # fmt: skip
@our.examples(30)
@given(codes=our.codes(max_raters=5, max_units=8, n_grades=3))
def test_lights_kappa_without_a_rater_is_what_the_others_say(coefficient, codes):
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3]))
    assume(codes.shape[1] > 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        found = ilr.influential_raters(coefficient, ratings)
        for row in found:
            others = np.delete(codes, row["rater"] - 1, axis=1)
            left = coefficient(ilr.ratings_from_codes(others, scale=ratings.scale)).value
            assert row["without"] == (None if np.isnan(left) else close(left))


def test_two_hundred_raters_are_left_out_of_lights_kappa_in_moments():
    codes = np.random.default_rng(1).integers(0, 3, (100, 200))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3]))
    start = process_time()
    assert ilr.generalise(ilr.light_kappa, ratings).error_parts["raters"] > 0
    assert process_time() - start < 8


def test_a_generalised_estimate_says_what_it_generalises_to():
    both = ilr.generalise(ilr.fleiss_kappa, GRADES, to="both")
    assert "generalising to both units and raters" in both.describe()
    assert "to='both'" in repr(both)
    row = both.to_dict()
    assert (row["to"], row["df"]) == ("both", both.df)
    assert row["standard_error_raters"] == both.error_parts["raters"]


def test_without_a_part_over_raters_there_is_no_interval():
    nan = np.nan
    ratings = [[1, 1, nan], [2, 1, nan], [1, 1, nan], [nan, nan, 2]]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="has no value without"):
        found = ilr.generalise(ilr.fleiss_kappa, ratings, to="both")
    assert (found.status, found.reason) == ("undefined", "undefined_without_one")
    assert np.isnan([found.value, *found.confidence_interval()]).all()


def test_generalised_estimates_go_through_tests_of_a_threshold():
    both = ilr.generalise(ilr.fleiss_kappa, GRADES, to="both")
    narrow = ilr.threshold_test(ilr.fleiss_kappa(GRADES), 0.0)
    assert ilr.threshold_test(both, 0.0).p_value > narrow.p_value


# influence


def test_units_by_name_and_their_changes():
    names = {f"unit {place}": row for place, row in enumerate(GRADES)}
    listing = ilr.influential_units(ilr.fleiss_kappa, GRADES, units=names)
    assert len(listing) == len(GRADES)
    for row in listing:
        place = int(row["unit"].split()[1])
        rest = ilr.ratings_from_matrix(np.delete(GRADES, place, axis=0), scale=ilr.Scale([1, 2, 3]))
        assert_allclose(row["without"], ilr.fleiss_kappa(rest).value, atol=1e-12)
    changes = np.abs(listing.column("change"))
    assert (np.diff(changes) <= 1e-15).all()
    assert listing[0]["unit"] in names
    assert f"{listing[0]['without']:.3f}" in listing.describe()


def test_patterns_stand_for_their_units():
    listing = ilr.influential_units(ilr.percent_agreement, GRADES)
    assert sum(listing.column("n_units")) == len(GRADES)
    assert all(len(row["grades"]) == 3 for row in listing)


def test_raters_by_name():
    scale, names = ilr.Scale([1, 2, 3]), ("Ash", "Birch", "Cedar")
    ratings = ilr.ratings_from_matrix(GRADES, scale=scale, raters=names)
    listing = ilr.influential_raters(ilr.fleiss_kappa, ratings)
    assert {row["rater"] for row in listing} == set(names)
    first = next(row for row in listing if row["rater"] == "Cedar")
    two = ilr.fleiss_kappa(np.array(GRADES)[:, :2]).value
    assert_allclose(first["without"], two, atol=1e-12)


# overview


def test_the_overview_says_that_the_reading_depends_on_the_choice():
    paradox = ilr.ratings_from_table([[80, 10], [5, 5]], scale=ilr.Scale(["yes", "no"]))
    listing = ilr.agreement_table(paradox)
    assert listing.sentence.endswith("the reading depends on the choice.")
    alike = ilr.ratings_from_table([[500, 9], [6, 500]], scale=ilr.Scale(["no", "yes"]))
    assert ilr.agreement_table(alike).sentence.endswith("does not depend on the choice.")


def test_the_overview_feeds_frames_and_holds_the_coefficients():
    listing = ilr.agreement_table(GRADES, threshold=0.3)
    frame = pd.DataFrame(listing.rows())
    # six a kind and Light's kappa, alpha by its ordinal metric, and the correlation of scores
    assert len(frame) == 3 * 7 + 2
    assert pd.DataFrame(listing).equals(frame)
    assert pl.DataFrame(listing).equals(pl.DataFrame(listing.rows()))
    assert listing[1:3] == listing.rows()[1:3]
    row = frame[(frame.coefficient == "gwet_ac") & (frame.weights == "linear")].iloc[0]
    wanted = ilr.gwet_ac(GRADES, weights="linear")
    assert row.value == close(wanted.value)
    assert (row.low, row.high) == tuple(wanted.confidence_interval())
    assert set(frame.above_threshold.dropna()) <= {"yes", "no", "open"}
    assert frame[frame.coefficient == "percent_agreement"].band.eq("").all()
    assert "<table>" in listing._repr_html_()
    json.dumps(listing.rows())


def test_the_overview_lists_further_coefficients_where_they_are_asked_for():
    scale = ilr.Scale([1, 2, 3])
    two = ilr.ratings_from_table([[9, 2, 0], [1, 8, 2], [0, 1, 6]], scale=scale)
    names = ("bangdiwala_b", "icc", "lin_ccc", "kendall_w")
    listing = ilr.agreement_table(two, also=names)
    found = {(row["coefficient"], row["weights"]): row for row in listing}
    assert found["bangdiwala_b", "linear"]["value"] == close(
        ilr.bangdiwala_b(two, weights="linear").value
    )
    assert found["icc", "scores, A,1"]["value"] == close(ilr.icc(two).value)
    assert found["kendall_w", "ranks"]["value"] == close(ilr.kendall_w(two).value)
    quadratic = found["cohen_kappa", "quadratic"]["value"]
    assert_allclose(found["lin_ccc", "scores"]["value"], quadratic, rtol=1e-12)
    assert found["icc", "scores, A,1"]["band"]
    assert not found["kendall_w", "ranks"]["band"]
    default = set(ilr.agreement_table(two).column("coefficient"))
    assert "icc" in default
    assert not default & {"light_kappa", "bangdiwala_b", "kendall_w", "lin_ccc"}
    assert len(ilr.agreement_table(two, also=())) == 19


def test_the_overview_of_anonymous_raters_leaves_out_what_needs_names():
    counts = ilr.ratings_from_counts([[6, 0], [4, 2], [0, 6]], scale=ilr.Scale(["no", "yes"]))
    names = set(ilr.agreement_table(counts).column("coefficient"))
    assert "conger_kappa" not in names
    assert "fleiss_kappa" in names


def test_the_overview_of_one_grade_only_says_why_nothing_is_defined():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        listing = ilr.agreement_table([[1, 1], [1, 1]])
    assert "every rating is the same grade" in listing.sentence


# by grade, by unit, within a grade


def test_agreement_within_a_grade_has_an_exact_interval():
    ratings = ilr.ratings_from_codes(
        [[2, 2], [1, 2], [3, 1], [3, 3], [0, 1]], scale=ilr.OFSTED_SCALE
    )
    near = ilr.percent_agreement(ratings, weights=ilr.tolerance_weights(ilr.OFSTED_SCALE))
    assert near.interval_methods[0] == "clopper_pearson"
    low, high = near.confidence_interval()
    exact = stats.binomtest(4, 5).proportion_ci(method="exact")
    assert_allclose([low, high], [exact.low, exact.high], atol=1e-10)
    linear = ilr.percent_agreement(ratings, weights="linear")
    assert "clopper_pearson" not in linear.interval_methods


def test_a_grade_that_nobody_gave_is_undefined_without_a_warning():
    ratings = ilr.ratings_from_codes([[0, 0], [2, 2]], scale=ilr.OFSTED_SCALE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shares = ilr.specific_agreement(ratings)
    assert shares["outstanding"].status == "undefined"
    assert "outstanding" in shares["outstanding"].notes[-1]
    assert [row["grade"] for row in shares.rows()] == list(ilr.OFSTED_SCALE.labels)


def test_units_that_agree_alike_are_listed_by_their_number_whatever_rounding_says():
    """On a circle of three grades any two that differ earn the same, but for its last digit."""
    table = [[0, 6, 1], [5, 0, 3], [4, 2, 0]]
    ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["poor", "fair", "good"]))
    listing = ilr.unit_agreement(ratings, weights="circular")
    assert [row["n_units"] for row in listing] == [6, 5, 4, 3, 2, 1]


def test_units_are_listed_from_least_to_most_agreement():
    listing = ilr.unit_agreement(GRADES)
    assert listing.column("agreement") == sorted(listing.column("agreement"))
    mean = np.average(listing.column("agreement"), weights=listing.column("n_units"))
    assert_allclose(mean, ilr.percent_agreement(GRADES).value, atol=1e-12)


def test_pairs_can_be_compared_on_the_same_units():
    pairs = ilr.pairwise_agreement(GRADES, coefficient=ilr.gwet_ac)
    gap = ilr.difference(pairs[1, 2], pairs[1, 3], paired=True)
    assert_allclose(gap.value, pairs[1, 2].value - pairs[1, 3].value)
    assert gap.standard_error > 0


# the test of concordance


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (4, 3), (5, 2)])
def test_the_exact_test_of_concordance_is_brute_force(shape):
    table = np.random.default_rng(sum(shape)).integers(1, 4, shape)
    observed, hits, total = ilr.kendall_w(table).value, 0, 0
    orders = [list(order) for order in permutations(range(shape[0]))]
    for chosen in product(orders, repeat=shape[1] - 1):
        others = [table[order, rater + 1] for rater, order in enumerate(chosen)]
        dealt = np.column_stack([table[:, 0], *others])
        hits += ilr.kendall_w(dealt).value >= observed - 1e-12
        total += 1
    result = ilr.kendall_w_test(table)
    assert result.method == "exact"
    assert_allclose(result.p_value, hits / total, atol=1e-12)


def test_the_sampled_test_of_concordance_is_near_the_exact_one():
    table = [[1, 1, 2], [2, 3, 3], [3, 2, 4], [4, 4, 4], [2, 2, 1]]
    exact = ilr.kendall_w_test(table).p_value
    sampled = ilr.kendall_w_test(table, method="monte_carlo", rng=1)
    assert abs(sampled.p_value - exact) < 5 * np.sqrt(exact / 9999)
    assert sampled.method == "monte_carlo with 9,999 draws"


def test_too_many_cases_give_way_to_draws_and_say_so():
    table = np.random.default_rng(1).integers(0, 5, (24, 3))
    result = ilr.kendall_w_test(table, n_resamples=99, rng=2)
    assert result.method == "monte_carlo with 99 draws, since there is too much to enumerate"


# more raters


def test_d_study_steps_up_the_reliability():
    study = ilr.d_study(GRADES, n_raters=(1, 3), reliability=0.9)
    rows = {row["n_raters"]: row for row in study}
    assert_allclose(rows[1]["relative"], ilr.icc(GRADES, form="C,1").value, atol=1e-12)
    assert_allclose(rows[3]["absolute"], ilr.icc(GRADES, form="A,k").value, atol=0.02)
    reached = [number for number, row in rows.items() if row["is_reached"]]
    needed = min(reached)
    assert f"{needed} raters" in study.sentence
    fewer = ilr.d_study(GRADES, n_raters=[needed - 1], reliability=0.9)
    assert not next(row for row in fewer if row["n_raters"] == needed - 1)["is_reached"]


def test_one_missing_of_fifteen_ratings_drops_no_unit():
    gap = [[1, 1, 2], [2, 2, 3], [4, 4, 4], [3, 3, np.nan], [2, 1, 2]]
    assert ilr.icc(gap).n_units == 5
    assert ilr.icc(gap, form="1,1").n_ratings == 14


def test_a_normal_benchmark_of_perfect_agreement_is_read_off_the_interval():
    perfect = ilr.gwet_ac([[1, 1], [2, 2], [3, 3]])
    normal = ilr.benchmark(perfect, method="normal")
    assert normal.band == ilr.benchmark(perfect).band != "almost perfect"
    assert normal.method == "interval, since normal has no width"


def test_at_perfect_agreement_the_certainty_differs_and_not_the_reading():
    perfect = ilr.ratings_from_matrix([[1, 1], [2, 2], [3, 3], [1, 1]], scale=ilr.Scale([1, 2, 3]))
    sentence = ilr.agreement_table(perfect).sentence
    assert sentence.startswith("By 16 chance-corrected choices and 1 correlation of scores the")
    assert "value is 1.000, and the band that is surely reached runs from" in sentence
    assert sentence.endswith("how sure one can be depends on the choice, the value does not.")
    alone = ilr.agreement_table(GRADES, weights=[], also=["lin_ccc"]).sentence
    assert alone.startswith("By 1 correlation of scores the value is")


def test_pairs_from_a_pool_of_raters_have_the_exact_interval():
    nan = np.nan
    pool = [[1, 1, nan], [nan, 2, 2], [1, nan, 2], [2, 2, nan], [nan, nan, 1]]
    pairs = ilr.percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2]])
    found = ilr.percent_agreement(pool)
    assert found.interval_methods == pairs.interval_methods
    assert_allclose([*found.confidence_interval()], [*pairs.confidence_interval()], rtol=1e-12)
    clusters = ilr.ratings_from_matrix(pool, scale=ilr.Scale([1, 2]), clusters=[0, 0, 1, 1, 1])
    assert "clopper_pearson" not in ilr.percent_agreement(clusters).interval_methods


@pytest.mark.parametrize("form", ["1,1", "1,k"])
def test_one_way_correlations_need_no_names(form):
    known = ilr.ratings_from_matrix([*GRADES, [1, np.nan, 2]], scale=ilr.Scale([1, 2, 3]))
    counts = ilr.ratings_from_counts(known.counts, scale=known.scale, frequencies=known.frequencies)
    for estimator in ("anova", "reml"):
        named = ilr.icc(known, form=form, estimator=estimator)
        found = ilr.icc(counts, form=form, estimator=estimator)
        assert_allclose(found.value, named.value, rtol=1e-9)
        assert_allclose(found.standard_error, named.standard_error, rtol=1e-9)
        assert_allclose([*found.confidence_interval()], [*named.confidence_interval()], rtol=1e-9)
    complete = ilr.ratings_from_matrix(GRADES, scale=known.scale)
    unnamed = ilr.ratings_from_counts(
        complete.counts, scale=known.scale, frequencies=complete.frequencies
    )
    named_test, found_test = (ilr.icc_test(r, form=form) for r in (complete, unnamed))
    assert_allclose(found_test.p_value, named_test.p_value, rtol=1e-9)


def test_clusters_do_not_repeat_a_pattern_of_grades():
    plain = ilr.unit_agreement(ilr.ratings_from_matrix(GRADES, scale=ilr.Scale([1, 2, 3])))
    clustered = ilr.unit_agreement(CLUSTERED).rows()
    assert sorted(clustered, key=str) == sorted(plain.rows(), key=str)


def test_a_missing_grade_is_shown_as_missing():
    assert "<td>1, missing</td>" in ilr.unit_agreement([[1, np.nan], [2, 2]])._repr_html_()


LOW = ilr.Scale([1, 2, 3, 4])
EXTREME = {
    "two units": [[1, 2], [2, 4]],
    "all agree": [[1, 1], [2, 2], [3, 3]],
    "opposed": [[1, 2], [2, 3], [1, 3], [3, 1]],
    "reversed": [[1, 4], [4, 1], [1, 4], [4, 2]],
}


@pytest.mark.parametrize("form", ["1,1", "C,1", "A,1"])
@pytest.mark.parametrize("grades", list(EXTREME.values())[:3], ids=list(EXTREME)[:3])
def test_score_limits_of_a_correlation_stay_within_its_range(grades, form):
    found = ilr.icc(ilr.ratings_from_matrix(grades, scale=LOW), form=form)
    assert found.confidence_interval().low >= min(-1.0, found.value) - 1e-12
    for method in found.interval_methods:
        assert np.isfinite([*found.confidence_interval(method=method)]).all()


@pytest.mark.parametrize("kind", ["1", "A", "C"])
@pytest.mark.parametrize("grades", list(EXTREME.values())[:3], ids=list(EXTREME)[:3])
def test_limits_of_a_mean_are_those_of_one_rating_carried_over(grades, kind):
    # two raters: 2 r / (1 + r), which has no end at -1, but is cut there with the estimate above
    ratings = ilr.ratings_from_matrix(grades, scale=LOW)
    one, mean = (ilr.icc(ratings, form=f"{kind},{k}") for k in "1k")
    for method in one.interval_methods:
        low, high = one.confidence_interval(method=method)
        found = mean.confidence_interval(method=method)
        assert found.high == close(2 * high / (1 + high))
        carried = 2 * low / (1 + low) if low > -1 + 1e-12 else -np.inf
        assert found.low == close(carried if mean.value < -1 else max(carried, -1.0))


def test_a_single_consistency_of_three_raters_is_not_below_minus_a_half():
    found = ilr.icc([[1, 2, 3], [3, 1, 2], [2, 3, 3]], form="C,1")
    assert_allclose(found.confidence_interval().low, -0.5)


def test_concordance_and_quadratic_kappa_have_no_limit_below_minus_one():
    ratings = ilr.ratings_from_matrix(EXTREME["reversed"], scale=LOW)
    for found in (ilr.lin_ccc(ratings), ilr.cohen_kappa(ratings, weights="quadratic")):
        assert found.confidence_interval().low == close(-1)
        assert found.confidence_interval(method="logit").low == close(-1)


def test_likelihood_at_the_end_of_its_range_has_no_standard_error():
    ratings = ilr.ratings_from_matrix(EXTREME["opposed"], scale=LOW)
    for form in ("A,1", "C,k"):
        found = ilr.icc(ratings, form=form, estimator="reml")
        assert (found.value, found.confidence_interval().low) == (0, 0)
        assert np.isnan(found.standard_error)
        assert found.confidence_interval(method="t").method == "score, since t has no width"


def test_a_mean_of_like_units_says_why_it_has_no_correlation():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="units differ too little"):
        found = ilr.icc([[1, 2], [2, 1], [1, 2]], form="C,k")
    assert found.reason == "like_means"


def test_ratings_left_out_are_not_missing():
    nan = np.nan
    ratings = [[1, 1], [2, 3], [3, 3], [1, nan], [1, 2], [nan, nan]]
    indices = ilr.marginal_indices(ratings).values()
    for found in (ilr.lin_ccc(ratings), ilr.kendall_w(ratings), ilr.kappa_max(ratings), *indices):
        assert found.n_missing == 3
    assert "1 unit that not every rater rated does not enter." in ilr.lin_ccc(ratings).describe()


def test_a_grade_that_nobody_used_is_undefined_for_that_reason():
    ratings = ilr.ratings_from_matrix([[1, 1], [2, 3], [3, 3]], scale=LOW)
    assert ilr.specific_agreement(ratings)[4].reason == "unused_grade"


def test_a_pair_of_raters_is_named():
    pairs = ilr.pairwise_agreement(GRADES)
    assert pairs[1, 3].describe().startswith("Percent agreement of raters 1 and 3 is")


@pytest.mark.parametrize("form", ["1,1", "A,1", "C,1", "1,k", "A,k", "C,k"])
def test_no_disagreement_at_all_is_tested_by_the_interval(form):
    alike = [[1, 1], [2, 2], [1, 1], [3, 3]]
    result = ilr.icc_test(alike, form=form, threshold=0.5)
    assert result.method == "inverted score interval"
    assert result.p_value == close(ilr.threshold_test(ilr.icc(alike, form=form), 0.5).p_value)
    assert result.p_value > 0.01
    assert "raters leave no residual" in result.notes[-1]
    # raters who differ by a step leave none either, whatever the threshold
    steps = ilr.icc_test([[1, 2], [2, 3], [3, 4]], form=form)
    assert (steps.method == "F") == form.startswith("1")


@pytest.mark.parametrize("form", ["1,1", "A,1", "C,1", "1,k", "A,k", "C,k"])
def test_the_f_test_agrees_with_its_interval(form):
    rng = np.random.default_rng(20261123)
    compared = 0
    for _ in range(60):
        n, m = rng.integers(2, 9), rng.integers(2, 5)
        merit = rng.integers(1, 5, (n, 1))
        table = np.clip(merit + rng.integers(-1, 2, (n, m)), 1, 4)
        if np.ptp(table) == 0:
            continue
        for threshold in (0.0, 0.5):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
                result = ilr.icc_test(table, form=form, threshold=threshold)
            if result.status != "ok":
                continue
            for level in (0.5, 0.8, 0.9, 0.95, 0.99, 0.9999):
                interval = result.effect.confidence_interval(level)
                assert (result.p_value <= (1 - level) / 2) == (interval.low > threshold)
                if result.statistic > 0:
                    assert (result.p_value > (1 + level) / 2) <= (interval.high <= threshold)
                compared += result.method == "F"
    assert compared > 300


def test_the_f_test_says_what_it_rests_on():
    judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    result = ilr.icc_test(judges, form="A,k", threshold=0.1)
    assert result.effect.interval_methods[:3] == ("inverted_f", "mcgraw_wong", "score")
    for words in ("takes scores as normal", 'form="A,k"), 0.1) holds', "other degrees of freedom"):
        assert words in result.describe()
    assert ilr.icc_test(judges, form="C,1").effect.interval_methods[:2] == ("mcgraw_wong", "score")
    plain, first = ilr.icc(judges, form="A,k"), result.effect
    for method in plain.interval_methods:
        found, wanted = (each.confidence_interval(method=method) for each in (first, plain))
        assert tuple(found) == tuple(wanted)
    with pytest.raises(ValueError, match=r"must be above -0\.3333"):
        ilr.icc_test(judges, form="C,1", threshold=-0.4)


@pytest.mark.parametrize("form", ["1,1", "A,1", "C,1"])
@pytest.mark.parametrize("table", [[[1, 2, 3], [2, 3, 1], [3, 1, 2]] * 3, [[1, 2], [2, 1]] * 2])
def test_an_f_of_0_says_that_its_interval_is_by_score(form, table):
    result = ilr.icc_test(table, form=form)
    assert (result.statistic, result.p_value) == (0.0, 1.0)
    assert result.effect.confidence_interval().method == "score"
    assert 'the interval is the "score" one' in result.describe()
    lowest = -1 / (len(table[0]) - 1)
    for level in (0.5, 0.8, 0.95, 0.999):
        interval = result.effect.confidence_interval(level)
        assert interval.low <= lowest + 1e-12 < interval.high
        # the test never exceeds a threshold, and no interval lies above one
        assert interval.low <= 0.0


def test_an_undefined_icc_test_names_its_method():
    nan = np.nan
    with pytest.warns(ilr.UndefinedEstimateWarning):
        result = ilr.icc_test([[1, nan], [nan, 2]])
    assert (result.method, result.status) == ("inverted score interval", "undefined")


# bad input

ANONYMOUS = ilr.ratings_from_counts([[2, 0], [1, 1]], scale=ilr.Scale(["no", "yes"]))
NAMES = ilr.ratings_from_codes([[0, 1, 0], [1, 1, 1]], scale=ilr.Scale(["b", "a"], ordered=False))
CLUSTERED = ilr.ratings_from_matrix(GRADES, scale=ilr.Scale([1, 2, 3]), clusters=[0, 0, 1, 1] * 2)
BATCH = TABLE.with_frequencies(np.stack([TABLE.frequencies] * 2))

BAD = [
    (lambda: ilr.light_kappa(ANONYMOUS), ValueError, "anonymous"),
    (lambda: ilr.light_kappa([["good", "bad"]]), TypeError, "labels have no order"),
    (lambda: ilr.bangdiwala_b(GRADES), ValueError, "for 2 raters, but `ratings` has 3"),
    (
        lambda: ilr.bangdiwala_b(TABLE, weights="linear", partial_credit=[0.5]),
        ValueError,
        "both say the credit",
    ),
    (lambda: ilr.bangdiwala_b(TABLE, weights=np.eye(3)), ValueError, "`weights` must have shape"),
    (lambda: ilr.bangdiwala_b(TABLE, partial_credit=[1.5]), ValueError, "`partial_credit` must"),
    (lambda: ilr.bangdiwala_b(TABLE, partial_credit=[0.5, 0.2]), ValueError, "at most 1"),
    (lambda: ilr.kendall_w(NAMES), ValueError, "needs an ordered scale"),
    (lambda: ilr.lin_ccc(ANONYMOUS), ValueError, "anonymous"),
    (lambda: ilr.kendall_w_test(GRADES, method="guess"), ValueError, "`method` must be one of"),
    (lambda: ilr.kendall_w_test(GRADES, n_resamples=0), ValueError, "`n_resamples` must be"),
    (lambda: ilr.kendall_w_test(BATCH), ValueError, "must be one study"),
    (lambda: ilr.kappa_max(GRADES), ValueError, "for 2 raters"),
    (lambda: ilr.marginal_indices(GRADES), ValueError, "for 2 raters"),
    (lambda: ilr.pairwise_agreement([[1], [2]]), ValueError, "two raters or more"),
    (lambda: ilr.pairwise_agreement(GRADES, coefficient=repr), TypeError, "`coefficient` must"),
    (lambda: ilr.unit_agreement(BATCH), ValueError, "must be one study"),
    (lambda: ilr.icc(GRADES, form="2,1"), ValueError, "`form` must be one of"),
    (lambda: ilr.icc(GRADES, estimator="ml"), ValueError, "`estimator` must be one of"),
    (lambda: ilr.icc(NAMES), ValueError, "ordered scale"),
    (
        lambda: ilr.influential_units(ilr.gwet_ac, GRADES, units=["a"]),
        TypeError,
        "`units` must be a mapping",
    ),
    (lambda: ilr.agreement_table(TABLE, weights=[np.eye(2)]), TypeError, "ndarray at 0"),
    (lambda: ilr.icc_test(GRADES, threshold=1.0), ValueError, "`threshold` must be below 1"),
    (lambda: ilr.icc_test(GRADES, threshold=-0.1), ValueError, "`threshold` must be 0 or more"),
    (lambda: ilr.variance_components(BATCH), ValueError, "must be one study"),
    (lambda: ilr.d_study(GRADES, reliability=80), ValueError, "`reliability` must be between"),
    (lambda: ilr.d_study(GRADES, n_raters=[0]), ValueError, "`n_raters` must hold"),
    (lambda: ilr.d_study(GRADES, decision="both"), ValueError, "`decision` must be one of"),
    (lambda: ilr.benchmark(0.5), TypeError, "`estimate` must be an Estimate"),
    (lambda: ilr.benchmark(ilr.gwet_ac(BATCH)), ValueError, "of one study"),
    (lambda: ilr.benchmark(ilr.gwet_ac(TABLE), scale="mine"), ValueError, "`scale` must be one"),
    (
        lambda: ilr.benchmark(ilr.gwet_ac(TABLE), scale={"a": 0.5, "b": 0.2}),
        ValueError,
        "rising limits",
    ),
    (lambda: ilr.benchmark(ilr.gwet_ac(TABLE), certainty=95), ValueError, "`certainty` must be"),
    (lambda: ilr.generalise(ilr.gwet_ac, TABLE, to="raters"), ValueError, "three raters or more"),
    (lambda: ilr.generalise(ilr.gwet_ac, GRADES, to="all"), ValueError, "`to` must be one of"),
    (
        lambda: ilr.generalise(ilr.gwet_ac, GRADES, to="units", n_units_in_population=3),
        ValueError,
        "at least the 8",
    ),
    (
        lambda: ilr.generalise(ilr.krippendorff_alpha, GRADES, method="linearised"),
        ValueError,
        "'linearised' is for",
    ),
    (lambda: ilr.generalise(repr, GRADES), TypeError, "`coefficient` must return"),
    (
        lambda: ilr.difference(
            ilr.generalise(ilr.gwet_ac, GRADES), ilr.fleiss_kappa(GRADES), paired=True
        ),
        ValueError,
        "`a` must be a plain estimate",
    ),
    (lambda: ilr.influential_raters(ilr.gwet_ac, TABLE), ValueError, "three raters or more"),
    (
        lambda: ilr.influential_units(ilr.gwet_ac, GRADES, units={"A": [3, 1, 1]}),
        ValueError,
        "not in `ratings`",
    ),
    (lambda: ilr.agreement_table(BATCH), ValueError, "must be one study"),
    (lambda: ilr.agreement_table(GRADES, weights="linear"), TypeError, "sequence of kinds"),
    (lambda: ilr.agreement_table(GRADES, weights=["cubic"]), ValueError, "'cubic' at 0"),
    (lambda: ilr.agreement_table(GRADES, also="icc"), TypeError, "`also` must be a sequence"),
    (lambda: ilr.agreement_table(GRADES, also=["iccc"]), ValueError, "'iccc' at 0"),
    (lambda: ilr.agreement_table(GRADES, also=["bangdiwala_b"]), ValueError, "for 2 raters"),
    (lambda: ilr.agreement_table(GRADES, confidence_level=95), ValueError, "write 95 % as 0.95"),
    (lambda: ilr.cross_check(BATCH), ValueError, "must be one study"),
    (lambda: ilr.tolerance_weights([1, 2]), TypeError, "`scale` must be a Scale"),
    (lambda: ilr.tolerance_weights(ilr.OFSTED_SCALE, within=-1), ValueError, "`within` must be"),
]


@pytest.mark.parametrize(("call", "kind", "message"), BAD, ids=[text for _, _, text in BAD])
def test_bad_input_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_weights_of_ones_own_run_through_light():
    near = ilr.tolerance_weights(ilr.Scale([1, 2, 3]))
    found = ilr.light_kappa(GRADES, weights=near)
    assert found.weights == "custom"
    assert partial(ilr.light_kappa, weights="linear")(GRADES).weights == "linear"


@pytest.mark.parametrize("population", ["a", [12]])
def test_a_population_that_is_no_number_is_named(population):
    with pytest.raises(TypeError, match="`n_units_in_population` must be a number or None"):
        ilr.generalise(ilr.gwet_ac, GRADES, to="units", n_units_in_population=population)


def test_an_infinite_population_is_none():
    given = ilr.generalise(ilr.gwet_ac, GRADES, to="units", n_units_in_population=float("inf"))
    assert given.notes == ilr.generalise(ilr.gwet_ac, GRADES, to="units").notes


def test_light_kappa_of_one_rater_is_undefined_throughout():
    with pytest.warns(ilr.UndefinedEstimateWarning, match="only one rater"):
        found = ilr.light_kappa([[1], [2], [2]])
    assert found.to_dict()["standard_error"] is None
    assert np.isnan(found.influence).all()
    assert found.influence.shape == found.frequencies.shape


def test_a_population_is_not_known_where_ratings_are_missing():
    grades = np.array([[1, 1, 2], [2, 2, 2], [1, 2, 1], [2, 2, 2], [3, 3, 3], [3, 3, 2]], float)
    complete = ilr.generalise(ilr.gwet_ac, grades, to="units", n_units_in_population=6)
    assert complete.standard_error == close(0)
    assert complete.confidence_interval().width == close(0)
    grades[0, 0] = np.nan
    # 16 of 18 pairs of ratings, of 6 in 8 units
    plain = ilr.gwet_ac(grades).standard_error
    for population in (6, 8):
        found = ilr.generalise(ilr.gwet_ac, grades, to="units", n_units_in_population=population)
        left = 1 - 6 / population * 16 / 18
        assert_allclose(found.standard_error, plain * left**0.5, rtol=1e-12)
        assert "with 88.9% of their pairs of ratings" in found.notes[-1]
    # by two raters it is the share of units with two ratings
    pairs = [[1, 1], [2, 2], [1, 2], [3, 3], [np.nan, 2]]
    found = ilr.generalise(ilr.gwet_ac, pairs, to="units", n_units_in_population=10)
    assert_allclose(found.standard_error, ilr.gwet_ac(pairs).standard_error * 0.6**0.5, rtol=1e-12)


def test_sentences_say_why_nothing_can_be_computed():
    one = ilr.ratings_from_codes([[0, 1, 1]], scale=ilr.Scale([1, 2, 3]))
    sentence = ilr.agreement_table(one).sentence
    assert sentence == "No coefficient that has bands is defined (there is only one unit)."
    alike = ilr.ratings_from_codes([[1, 1, 1]] * 6, scale=ilr.Scale([1, 2, 3]))
    sentence = ilr.influential_units(ilr.gwet_ac, alike).sentence
    assert sentence == "No unit moves Gwet's AC: it stays 1.000 whichever is left out."
    many = ilr.ratings_from_table([[70_000, 3], [2, 90_000]], scale=ilr.Scale(["no", "yes"]))
    assert " most, by 1.2e-05, from 0.9999." in ilr.influential_units(ilr.gwet_ac, many).sentence


def test_a_reading_that_does_not_depend_is_of_the_band_surely_reached():
    ratings = ilr.ratings_from_codes([[0, 1], [1, 1], [2, 2], [0, 0]], scale=ilr.Scale([1, 2, 3]))
    sentence = ilr.agreement_table(ratings).sentence
    assert "the band that is surely reached is 'poor' throughout" in sentence


def test_the_test_of_concordance_does_not_ask_who_is_first():
    grades = np.array([[0, 0, 0, 0], [2, 2, 2, 2], [3, 3, 3, 3], [4, 3, 4, 4], [1, 1, 1, 1]])
    found = [ilr.kendall_w_test(grades[:, np.roll(range(4), by)]) for by in range(4)]
    assert {result.method for result in found} == {"exact"}
    # the chance that three orders of 120 (60 with a tie) fall as the first does
    agreeing = [1 / 120 / 120 / 60] * 4
    assert_allclose([result.p_value for result in found], agreeing, rtol=1e-12)


def test_draws_are_as_many_as_some_seconds_allow_and_say_so(monkeypatch):
    # as if one rank took a thousand times as long
    monkeypatch.setattr(reorderings, "NANOSECONDS_SORTED", 20_000.0)
    monkeypatch.setattr(reorderings, "NANOSECONDS_A_CELL", 5_000.0)
    grades = np.random.default_rng(5).integers(0, 4, (60, 5))
    result = ilr.kendall_w_test(grades, rng=5)
    # five seconds of 300 ranks, each in 25 microseconds
    assert result.method.startswith("monte_carlo with 666 draws as more take too long")
    assert result.p_value >= 1 / 667


def test_w_of_a_million_million_units_is_tested_by_chi_square():
    codes = [[0, 0, 0], [1, 1, 0], [2, 2, 2], [0, 1, 1]]
    frequencies = np.array([10, 1, 10, 3]) * 10**11
    huge = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3]), frequencies=frequencies)
    for method in ("exact", "monte_carlo"):
        result = ilr.kendall_w_test(huge, method=method)
        assert (result.method, result.p_value) == ("asymptotic", 0.0)
        assert "since random draws for so many units take too long" in result.describe()
    asked = ilr.kendall_w_test(huge, method="asymptotic")
    assert "too long" not in asked.describe()


def test_a_standard_error_that_is_rounding_makes_no_statistic():
    perfect = ilr.ratings_from_matrix(
        [[0.7, 0.7, 0.7], [0.4, 0.4, 0.4], [0.5, 0.5, 0.5]], scale=ilr.Scale([0.4, 0.5, 0.7])
    )
    for form in ("A,1", "C,1"):
        estimate = ilr.icc(perfect, form=form)
        noisy = replace(estimate, influence_source=np.array([1e-16, -1e-16, 0.0]))
        assert np.isnan(ilr.threshold_test(noisy, 0.5).statistic)


def test_no_number_of_raters_mends_units_that_do_not_differ_but_for_rounding():
    every_pattern = list(product([1, 2], repeat=5))
    study = ilr.d_study(every_pattern)
    assert abs(ilr.variance_components(every_pattern).units) < 1e-15
    assert study.sentence.startswith("No number of raters would do")
    assert max(row["n_raters"] for row in study.rows()) == 10


def test_a_jackknife_over_fractions_of_units_says_so():
    ratings = ilr.ratings_from_codes([[0, 0, 1], [1, 1, 1]], scale=ilr.Scale([1, 2]))
    weighed = ratings.with_frequencies([0.13, 2.92])
    with pytest.raises(ValueError, match="`ratings` must hold whole units here"):
        ilr.generalise(ilr.icc, weighed, method="jackknife")


def test_a_band_is_reached_at_exactly_the_certainty_asked_for():
    kappa = ilr.cohen_kappa(ilr.ratings_from_table([[40, 9], [6, 45]], scale=ilr.Scale([0, 1])))
    found = ilr.benchmark(kappa)
    sure = {one: band for band, one in zip(found.bands, found.cumulative, strict=True)}
    inside = {one: band for one, band in sure.items() if 0 < one < 1}
    assert len(inside) > 2
    for certainty, band in inside.items():
        assert ilr.benchmark(kappa, certainty=certainty).band == band
