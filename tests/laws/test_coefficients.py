"""Laws that every coefficient obeys. A new one joins by its row in `registry.py`."""

import itertools
from dataclasses import replace
from functools import partial

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose, assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._results.wording import fixed
from registry import ROWS

COEFFICIENTS = {name: row.law for name, row in ROWS.items() if row.law}

every_coefficient = pytest.mark.parametrize("law", COEFFICIENTS.values(), ids=COEFFICIENTS)


def each_kind(keep, leave=()):
    """Parametrize over each kind of weights of the coefficients that `keep` accepts."""
    return pytest.mark.parametrize(
        ("law", "kind"),
        [
            pytest.param(law, k, id=f"{name}-{k}")
            for name, law in COEFFICIENTS.items()
            for k in law.kinds
            if keep(law) and k not in leave
        ],
    )


every_kind = each_kind(lambda law: True)


def studies(law, **limits):
    return our.studies(max_raters=law.max_raters, **limits)


def codes(law, **limits):
    return our.codes(max_raters=law.max_raters, **limits)


def on(codes, scale):
    return ilr.ratings_from_codes(codes, scale=scale)


def numbered(n_grades):
    return ilr.Scale(range(1, n_grades + 1))


def closed_forms(estimate):
    """Return the interval methods that take no search: those of the others have tests of their own.

    They are in test_likelihood_limits and test_table_limits.
    """
    searched = ("likelihood", "enumerated")
    return [method for method in estimate.interval_methods if method not in searched]


def same(first, second, *, atol=1e-10):
    assert_allclose(first.value, second.value, atol=atol)
    assert_allclose(first.standard_error, second.standard_error, atol=atol)


def as_if_many(law, estimate, value=None):
    """Return the value without the correction for few ratings, where the coefficient has one."""
    value = estimate.value if value is None else value
    if not law.few_ratings:
        return value
    return 1 - (1 - value) * estimate.n_ratings / (estimate.n_ratings - 1)


# order and names


@every_kind
@given(data=st.data())
def test_order_of_units_is_irrelevant(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    order = data.draw(st.permutations(range(len(table))))
    coefficient, scale = law.at(kind), numbered(3)
    same(coefficient(on(table[order], scale)), coefficient(on(table, scale)))


@every_kind
@given(data=st.data())
def test_order_of_raters_is_irrelevant(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    order = data.draw(st.permutations(range(table.shape[1])))
    coefficient, scale = law.at(kind), numbered(3)
    same(coefficient(on(table[:, order], scale)), coefficient(on(table, scale)))


@every_coefficient
@given(data=st.data())
def test_grades_renamed_with_their_scale_and_credit_change_nothing(law, data):
    table = data.draw(codes(law, n_grades=4))
    order = np.array(data.draw(st.permutations(range(4))))
    credit = data.draw(our.credit(4))
    renamed = np.where(table < 0, table, np.argsort(order)[table]).astype(np.int8)
    labels = np.array(["a", "b", "c", "d"])
    first = law.at(credit)(on(table, ilr.Scale(labels.tolist())))
    second = law.at(credit[np.ix_(order, order)])(on(renamed, ilr.Scale(labels[order].tolist())))
    same(first, second)


# a ratio has a zero, so it is not the same from the other end
@each_kind(lambda law: True, leave=("ratio",))
@given(data=st.data())
def test_turning_the_scale_round_changes_nothing(law, kind, data):
    table = data.draw(codes(law, n_grades=4))
    turned = np.where(table < 0, table, 3 - table).astype(np.int8)
    coefficient, scale = law.at(kind), numbered(4)
    same(coefficient(on(turned, scale)), coefficient(on(table, scale)))


@every_coefficient
@given(data=st.data())
def test_labels_of_exact_agreement_are_only_names(law, data):
    table = data.draw(codes(law, n_grades=3))
    names = np.array(["zebra", "ape", "cat", None], dtype=object)
    named = ilr.ratings_from_matrix(names[table], scale=ilr.Scale(names[:3].tolist()))
    exact = law.at(law.kinds[0])
    same(exact(named), exact(on(table, numbered(3))), atol=0)


# range


@every_kind
@given(data=st.data())
def test_one_when_all_agree(law, kind, data):
    table = data.draw(our.agreeing_codes(max_raters=law.max_raters))
    estimate = law.at(kind)(on(table, numbered(3)))
    assert_allclose(estimate.value, 1.0, atol=1e-12)
    assert_allclose(estimate.standard_error, 0.0, atol=1e-7)


@every_kind
@given(data=st.data())
def test_at_most_one(law, kind, data):
    assert law.at(kind)(data.draw(studies(law))).value <= 1 + 1e-12


@every_kind
@given(data=st.data())
def test_value_follows_from_observed_and_expected_agreement(law, kind, data):
    estimate = law.at(kind)(data.draw(studies(law)))
    assert -1e-12 <= estimate.observed <= 1 + 1e-12
    value = (estimate.observed - estimate.expected) / (1 - estimate.expected)
    assert_allclose(estimate.value, value, atol=1e-10)


# influence and standard error


@every_kind
@given(data=st.data())
def test_influence_averages_to_zero(law, kind, data):
    estimate = law.at(kind)(data.draw(studies(law)))
    assert_allclose(estimate.frequencies @ estimate.influence, 0.0, atol=1e-8)


@every_kind
@given(data=st.data())
def test_influence_is_the_derivative_by_frequencies(law, kind, data):
    coefficient, ratings = law.at(kind), data.draw(studies(law))
    estimate = coefficient(ratings)
    step = 1e-5 * np.eye(len(ratings.frequencies))
    more, fewer = (
        as_if_many(law, batch)
        for batch in (
            coefficient(ratings.with_frequencies(ratings.frequencies + sign * step))
            for sign in (1, -1)
        )
    )
    slope = (more - fewer) / 2e-5 * estimate.n_units
    assert_allclose(estimate.influence, slope, atol=1e-5, rtol=1e-5)


@every_kind
@given(data=st.data())
def test_standard_error_tracks_the_jackknife(law, kind, data):
    coefficient, ratings = law.at(kind), data.draw(studies(law))
    # with many units the two differ by less than one part in a hundred, or by 1/n near zero
    many = ratings.with_frequencies(400 * ratings.frequencies)
    found = ilr.jackknife(coefficient, many).standard_error
    assert_allclose(coefficient(many).standard_error, found, rtol=0.01, atol=1 / many.n_units)


# units


@every_kind
@given(data=st.data())
def test_a_unit_that_nobody_rated_changes_nothing(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    longer = np.vstack([table, np.full(table.shape[1], -1, dtype=np.int8)])
    coefficient, scale = law.at(kind), numbered(3)
    first, second = coefficient(on(table, scale)), coefficient(on(longer, scale))
    same(first, second, atol=1e-12)
    assert_allclose([*first.confidence_interval()], [*second.confidence_interval()], atol=1e-10)


@every_kind
@given(data=st.data())
def test_an_unused_grade_changes_only_what_theory_says(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    place = data.draw(st.integers(0, 3))
    longer = np.where(table >= place, table + 1, table).astype(np.int8)
    scores = np.insert(np.array([1.0, 2.0, 3.0]), place, place + 0.5)
    coefficient = law.at(kind)
    first = coefficient(on(table, ilr.Scale(["a", "b", "c"], scores=[1, 2, 3])))
    second = coefficient(on(longer, ilr.Scale([0, 1, 2, 3], scores=scores)))
    if kind in law.ignores_unused:
        same(first, second)
    elif law.function is not ilr.percent_agreement and first.value < 1 - 1e-9:
        assert second.expected != first.expected


@every_kind
@given(data=st.data(), times=st.integers(2, 5))
def test_copies_of_every_unit_keep_the_value_and_shrink_the_error(law, kind, data, times):
    coefficient, ratings = law.at(kind), data.draw(studies(law))
    one = coefficient(ratings)
    many = coefficient(ratings.with_frequencies(times * ratings.frequencies))
    assert_allclose(as_if_many(law, many), as_if_many(law, one), atol=1e-10)
    shrunk = np.sqrt((one.n_units - 1) / (times * one.n_units - 1))
    assert_allclose(many.standard_error, one.standard_error * shrunk, atol=1e-10)


@every_kind
@given(data=st.data())
def test_frequencies_stand_for_repeated_units(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    times = np.array(
        data.draw(st.lists(st.integers(1, 4), min_size=len(table), max_size=len(table)))
    )
    coefficient, scale = law.at(kind), numbered(3)
    counted = ilr.ratings_from_codes(table, scale=scale, frequencies=times)
    same(coefficient(counted), coefficient(on(np.repeat(table, times, axis=0), scale)))


@every_kind
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_a_batch_is_the_studies_one_by_one(law, kind, data, seed):
    coefficient, ratings = law.at(kind), data.draw(studies(law))
    rng = np.random.default_rng(seed)
    batch = ratings.frequencies + rng.integers(0, 4, (2, 3, len(ratings.frequencies)))
    together = coefficient(ratings.with_frequencies(batch))
    method = together.interval_methods[0]
    interval = together.confidence_interval(method=method)
    assert together.value.shape == (2, 3)
    for place in np.ndindex(2, 3):
        alone = coefficient(ratings.with_frequencies(batch[place]))
        assert_allclose(together.value[place], alone.value, atol=1e-10)
        assert_allclose(together.influence[place], alone.influence, atol=1e-8)
        assert_allclose(together.standard_error[place], alone.standard_error, atol=1e-10)
        low, high = alone.confidence_interval(method=method)
        assert_allclose([interval.low[place], interval.high[place]], [low, high], atol=1e-8)


@every_kind
@given(data=st.data())
def test_an_undefined_study_is_nan_within_its_batch(law, kind, data):
    ratings = data.draw(studies(law))
    nothing = np.zeros_like(ratings.frequencies)
    batch = law.at(kind)(ratings.with_frequencies([ratings.frequencies, nothing]))
    assert np.isfinite(batch.value[0])
    assert np.isnan(batch.value[1])
    assert np.isnan(batch.standard_error[1])
    low, high = batch.confidence_interval()
    assert low[0] <= batch.value[0] <= high[0]
    assert np.isnan([low[1], high[1]]).all()


@every_kind
@given(data=st.data())
def test_clusters_of_one_unit_are_no_clusters(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    scale, coefficient = numbered(3), law.at(kind)
    alone = coefficient(ilr.ratings_from_codes(table, scale=scale, clusters=range(len(table))))
    plain = coefficient(on(table, scale))
    same(alone, plain)
    assert alone.n_independent == plain.n_independent
    for method in {*closed_forms(alone)} & {*closed_forms(plain)}:
        limits = [estimate.confidence_interval(method=method) for estimate in (alone, plain)]
        # a method without width gives way to the default, exact only without clusters
        if limits[0].method == limits[1].method:
            assert_allclose(limits[0], limits[1], atol=1e-9)


def test_a_cluster_of_which_nothing_enters_is_not_counted():
    pairs = [[0, 0], [1, 1], [0, 1], [1, 1]] * 3
    single = [[0, -1]] * 18
    names = [*np.repeat(["a", "b", "c"], 4), *map(str, range(18))]
    ratings = ilr.ratings_from_codes([*pairs, *single], scale=numbered(2), clusters=names)
    paired = ilr.ratings_from_codes(pairs, scale=numbered(2), clusters=names[:12])
    for coefficient in (ilr.krippendorff_alpha, ilr.percent_agreement, ilr.kendall_w, ilr.lin_ccc):
        assert coefficient(ratings).n_independent == 3
        same(coefficient(ratings), coefficient(paired))
    # margins are over all rated units, but score limits rest on the three clusters with pairs
    assert ilr.gwet_ac(ratings).n_independent == 21
    few = ilr.gwet_ac(ratings).confidence_interval()
    assert few.width > ilr.gwet_ac([*pairs, *[[0, float("nan")]] * 18]).confidence_interval().width


@every_kind
@given(data=st.data(), times=st.integers(2, 4))
def test_copies_within_a_cluster_add_no_information(law, kind, data, times):
    table = data.draw(codes(law, n_grades=3, missing=False))
    scale, coefficient = numbered(3), law.at(kind)
    names = np.repeat(np.arange(len(table)), times)
    copied = ilr.ratings_from_codes(np.repeat(table, times, axis=0), scale=scale, clusters=names)
    first, second = coefficient(on(table, scale)), coefficient(copied)
    assert_allclose(second.standard_error, first.standard_error, atol=1e-10)


@each_kind(lambda law: law.anonymous)
@given(data=st.data())
def test_anonymous_counts_say_the_same_as_ratings(law, kind, data):
    ratings = data.draw(studies(law, missing=False))
    counted = ilr.ratings_from_counts(
        ratings.counts, scale=ratings.scale, frequencies=ratings.frequencies
    )
    same(law.at(kind)(counted), law.at(kind)(ratings))


MISSING = {
    "nan": lambda table: np.where(table < 0, np.nan, table + 1.0),
    "None": lambda table: np.where(table < 0, None, (table + 1).astype(object)),
    "NA": lambda table: np.where(table < 0, pd.NA, (table + 1).astype(object)),
    "empty": lambda table: np.where(table < 0, "", (table + 1).astype(object)),
    "Int64": lambda table: pd.DataFrame(table + 1).astype("Int64").mask(table < 0),
}


@pytest.mark.parametrize("spelling", MISSING)
@every_coefficient
@given(data=st.data())
def test_a_missing_rating_is_missing_however_it_is_written(law, spelling, data):
    table = data.draw(codes(law, n_grades=3))
    scale, exact = numbered(3), law.at(law.kinds[0])
    written = ilr.ratings_from_matrix(MISSING[spelling](table), scale=scale)
    same(exact(written), exact(on(table, scale)), atol=0)


@every_coefficient
@given(data=st.data())
def test_a_plain_array_is_read_like_declared_ratings(law, data):
    table = data.draw(codes(law, n_grades=2))
    plain = np.where(table < 0, np.nan, table)
    exact = law.at(law.kinds[0])
    same(exact(plain), exact(on(table, ilr.Scale([0, 1]))), atol=0)
    same(exact(plain.tolist()), exact(plain), atol=0)


# identities between coefficients


@pytest.mark.parametrize("kind", our.KINDS)
@given(ratings=our.studies(max_raters=2))
def test_two_raters_make_fleiss_scott_and_conger_cohen(kind, ratings):
    same(ilr.fleiss_kappa(ratings, weights=kind), ilr.scott_pi(ratings, weights=kind), atol=1e-12)
    same(
        ilr.conger_kappa(ratings, weights=kind), ilr.cohen_kappa(ratings, weights=kind), atol=1e-12
    )


@pytest.mark.parametrize(
    ("metric", "kind"),
    [("nominal", "identity"), ("interval", "quadratic"), ("ordinal", "mid-ranks")],
)
@given(ratings=our.studies(max_raters=2, missing=False))
def test_alpha_is_scotts_pi_corrected_for_few_ratings(metric, kind, ratings):
    n = ratings.n_units
    if kind == "mid-ranks":
        seen = ratings.frequencies @ ratings.counts
        ranks = np.cumsum(seen) - seen / 2
        loss = (ranks[:, None] - ranks) ** 2
        kind = 1 - loss / loss.max()
    pi = ilr.scott_pi(ratings, weights=kind).value
    alpha = ilr.krippendorff_alpha(ratings, metric=metric).value
    assert_allclose(1 - alpha, (1 - pi) * (2 * n - 1) / (2 * n), atol=1e-12)


@given(ratings=our.studies(missing=False), data=st.data())
def test_alpha_takes_credit_as_fleiss_kappa_does(ratings, data):
    credit = data.draw(our.credit(len(ratings.scale)))
    total = ratings.n_ratings
    kappa = ilr.fleiss_kappa(ratings, weights=credit).value
    alpha = ilr.krippendorff_alpha(ratings, metric=credit).value
    assert_allclose(1 - alpha, (1 - kappa) * (total - 1) / total, atol=1e-12)


@pytest.mark.parametrize("name", ["fleiss_kappa", "conger_kappa", "gwet_ac", "brennan_prediger"])
@given(ratings=our.studies(missing=False))
def test_two_grades_leave_nothing_to_weigh(name, ratings):
    assume(len(ratings.scale) == 2)
    exact = COEFFICIENTS[name].function(ratings).value
    for kind in our.KINDS:
        weighed = COEFFICIENTS[name].function(ratings, weights=kind).value
        assert_allclose(weighed, exact, atol=1e-12)


@given(ratings=our.studies(max_raters=2, missing=False))
def test_quadratic_kappa_is_lins_concordance(ratings):
    # L. I. Lin, "A concordance correlation coefficient", Biometrics 45 (1989), 255-268: equal with
    # variances over n
    units = np.repeat(ratings.patterns, ratings.frequencies, axis=0).astype(float)
    (vx, vxy), (_, vy) = np.cov(units.T, ddof=0)
    gap = units[:, 0].mean() - units[:, 1].mean()
    concordance = 2 * vxy / (vx + vy + gap**2)
    value = ilr.cohen_kappa(ratings, weights="quadratic").value
    assert_allclose(value, concordance, atol=1e-12)


# intervals and tests


@every_kind
@given(data=st.data())
def test_the_interval_holds_the_estimate_within_its_range(law, kind, data):
    estimate = law.at(kind)(data.draw(studies(law)))
    low, high = estimate.confidence_interval()
    least, most = estimate.range
    assert min(least, estimate.value) - 1e-9 <= low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= high <= most + 1e-12


@pytest.mark.parametrize("name", COEFFICIENTS)
@our.examples(20)
@given(data=st.data())
def test_no_limit_of_exact_agreement_passes_the_range_of_its_row(name, data):
    law, (least, most) = COEFFICIENTS[name], ROWS[name].range
    drawn = data.draw(our.codes(max_raters=law.max_raters, max_units=8, missing=False))
    estimate = law.at(law.kinds[0])(on(drawn, numbered(4)))
    assume(estimate.status == "ok")
    assert least - 1e-12 <= estimate.value <= most + 1e-12
    for method in closed_forms(estimate):
        low, high = estimate.confidence_interval(method=method)
        assert least - 1e-9 <= low <= high <= most + 1e-9, method


@every_kind
@given(data=st.data())
def test_no_interval_has_zero_width(law, kind, data):
    for strategy in (studies(law), our.agreeing_codes(max_raters=law.max_raters)):
        drawn = data.draw(strategy)
        ratings = drawn if isinstance(drawn, ilr.Ratings) else on(drawn, numbered(3))
        estimate = law.at(kind)(ratings)
        for method in closed_forms(estimate):
            assert estimate.confidence_interval(method=method).width > 1e-6, method


@every_kind
@given(data=st.data())
def test_a_higher_level_gives_a_wider_interval(law, kind, data):
    estimate = law.at(kind)(data.draw(studies(law)))
    for method in closed_forms(estimate):
        inner = outer = None
        for level in (0.5, 0.8, 0.95, 0.99):
            inner, outer = outer, estimate.confidence_interval(level, method)
            if inner is not None:
                assert outer.low <= inner.low + 1e-12, method
                assert inner.high <= outer.high + 1e-12, method


@every_kind
@given(data=st.data(), threshold=st.floats(-0.9, 0.99))
def test_a_threshold_is_rejected_where_the_interval_leaves_it_out(law, kind, data, threshold):
    estimate = law.at(kind)(data.draw(studies(law)))
    interval = estimate.confidence_interval()
    assume(min(abs(threshold - end) for end in interval) > 1e-7)
    tested = partial(ilr.threshold_test, estimate, threshold)
    p = {side: tested(alternative=side).p_value for side in ("two-sided", "greater", "less")}
    assert all(0 <= value <= 1 for value in p.values())
    assert (p["two-sided"] <= 0.05) == (threshold not in interval)
    assert (p["greater"] <= 0.025) == (interval.low > threshold)
    assert (p["less"] <= 0.025) == (interval.high < threshold)


@every_kind
@given(data=st.data())
def test_describe_and_to_dict_hold_the_number(law, kind, data):
    estimate = law.at(kind)(data.draw(studies(law)))
    assert fixed(estimate.value) in estimate.describe()
    row = estimate.to_dict()
    assert row["value"] == close(estimate.value)
    assert row["low"] <= row["value"] <= row["high"]
    assert row["name"] == law.function.__name__


# what is undefined


def one_unit(law, data):
    grades = data.draw(st.lists(st.integers(0, 2), min_size=2, max_size=law.max_raters))
    return on(np.array([grades], dtype=np.int8), numbered(3))


@each_kind(lambda law: law.function is ilr.percent_agreement)
@given(data=st.data())
def test_one_unit_leaves_a_share_wide_open(law, kind, data):
    assert law.at(kind)(one_unit(law, data)).confidence_interval().width > 0.5


@each_kind(lambda law: law.function is not ilr.percent_agreement)
@given(data=st.data())
def test_one_unit_shows_no_agreement_beyond_chance(law, kind, data):
    ratings = one_unit(law, data)
    with pytest.warns(ilr.UndefinedEstimateWarning, match="only one unit"):
        estimate = law.at(kind)(ratings)
    assert np.isnan(estimate.value)
    assert (estimate.status, estimate.reason) == ("undefined", "single_unit")
    assert np.isnan([*estimate.confidence_interval()]).all()
    assert "only one unit" in estimate.describe()


@every_coefficient
def test_no_unit_with_two_ratings_is_undefined(law):
    ratings = on(np.array([[0, -1], [-1, 1], [1, -1]], dtype=np.int8), numbered(2))
    with pytest.warns(ilr.UndefinedEstimateWarning, match="no unit has two ratings"):
        estimate = law.at(law.kinds[0])(ratings)
    assert np.isnan(estimate.value)
    assert estimate.reason == "no_pairable_units"


NO_VARIATION = on(np.zeros((6, 2), dtype=np.int8), numbered(3))


@each_kind(lambda law: law.one_grade)
def test_no_variation_is_agreement_where_chance_does_not_follow_it(law, kind):
    estimate = law.at(kind)(NO_VARIATION)
    assert estimate.value == close(1.0)
    assert estimate.confidence_interval().low < 0.9


@each_kind(lambda law: not law.one_grade)
def test_no_variation_is_undefined_where_chance_would_agree_too(law, kind):
    ratings = NO_VARIATION
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        estimate = law.at(kind)(ratings)
    assert np.isnan(estimate.value)
    assert estimate.reason == "no_variation"


# purity


@every_kind
@given(data=st.data())
def test_arguments_are_never_changed(law, kind, data):
    table = data.draw(codes(law, n_grades=3))
    kept, ratings = table.copy(), on(table, numbered(3))
    before = {
        name: np.array(getattr(ratings, name)) for name in ("patterns", "counts", "frequencies")
    }
    estimate = law.at(kind)(ratings)
    estimate.confidence_interval()
    assert_array_equal(table, kept)
    for name, array in before.items():
        assert_array_equal(getattr(ratings, name), array)


@every_kind
@given(data=st.data())
def test_the_same_call_gives_the_same_bits(law, kind, data):
    ratings = data.draw(studies(law))
    first, second = law.at(kind)(ratings), law.at(kind)(replace(ratings))
    assert (first.value, first.standard_error) == (second.value, second.standard_error)
    assert [*first.confidence_interval()] == [*second.confidence_interval()]


def test_every_pair_of_raters_enters_conger_alike():
    table = np.array([[0, 1, 1], [2, 2, 1], [0, 0, 0], [1, 1, 2], [2, 2, 2]], dtype=np.int8)
    ratings = on(table, numbered(3))
    expected = [
        ilr.cohen_kappa(ratings.select_raters(*pair)).expected
        for pair in itertools.combinations(range(3), 2)
    ]
    assert_allclose(ilr.conger_kappa(ratings).expected, np.mean(expected), atol=1e-15)


@pytest.mark.parametrize(
    "coefficient",
    [ilr.cohen_kappa, ilr.gwet_ac, ilr.brennan_prediger, ilr.krippendorff_alpha],
)
def test_a_single_unit_is_undefined_in_a_batch_too(coefficient):
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1]], scale=ilr.Scale(["no", "yes"]))
    batch = coefficient(ratings.with_frequencies(np.array([[0, 1], [3, 2]]))).value
    assert np.isnan(batch[0])
    assert np.isfinite(batch[1])
