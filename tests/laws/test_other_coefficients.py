"""Laws of the coefficients of ranks, scores, pairs and single grades."""

import warnings
from functools import partial
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._results.wording import fixed
from registry import ROWS

# name: (coefficient, for two raters only, 1 where all agree)
COEFFICIENTS = {
    name + suffix: (coefficient, row.other.two_raters, row.other.one_where_all_agree)
    for name, row in ROWS.items()
    if row.other
    for suffix, coefficient in row.other.forms.items()
}
RANGES = {name + s: row.range for name, row in ROWS.items() if row.other for s in row.other.forms}
LIKELIHOOD = {
    f"icc-reml-{form}": (partial(ilr.icc, form=form, estimator="reml"), False, True)
    for form in ("1,1", "A,1", "C,k")
}
every_coefficient = pytest.mark.parametrize(
    ("coefficient", "two"), [parts[:2] for parts in COEFFICIENTS.values()], ids=COEFFICIENTS
)
every_one_and_reml = pytest.mark.parametrize(
    ("coefficient", "two"),
    [parts[:2] for parts in [*COEFFICIENTS.values(), *LIKELIHOOD.values()]],
    ids=[*COEFFICIENTS, *LIKELIHOOD],
)
# the largest kappa has no slope where a grade's two margins are equal
every_smooth_one = pytest.mark.parametrize(
    ("coefficient", "two"),
    [parts[:2] for name, parts in COEFFICIENTS.items() if name != "kappa_max"],
    ids=[name for name in COEFFICIENTS if name != "kappa_max"],
)
few = our.examples(30)
SMALL = {"max_units": 8, "n_grades": 3}
SCALE = ilr.Scale([1, 2, 3])


def on(codes, scale=SCALE, **options):
    return ilr.ratings_from_codes(codes, scale=scale, **options)


def drawn(data, two, **limits):
    return data.draw(our.codes(max_raters=2 if two else 4, **SMALL, **limits))


def defined(coefficient, ratings):
    """Return the estimate, and let go of an example that leaves it undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        estimate = coefficient(ratings)
    assume(estimate.status == "ok")
    return estimate


def same_limits(first, second):
    # what is searched for has laws of its own
    for method in set(first.interval_methods) & set(second.interval_methods) - {"likelihood"}:
        limits = [estimate.confidence_interval(method=method) for estimate in (first, second)]
        # a method without width gives way to the default, which clusters may change
        if {one.method for one in limits} == {method}:
            assert_allclose(list(limits[0]), list(limits[1]), atol=1e-9)


def same(first, second, atol=1e-9):
    assert_allclose(first.value, second.value, atol=atol)
    assert_allclose(first.standard_error, second.standard_error, atol=1e3 * atol, rtol=1e-5)


@every_one_and_reml
@few
@given(data=st.data())
def test_order_of_units_is_irrelevant(coefficient, two, data):
    codes = drawn(data, two)
    order = data.draw(st.permutations(range(len(codes))))
    same(defined(coefficient, on(codes)), defined(coefficient, on(codes[order])))


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if name != "marginal_indices"])
@few
@given(data=st.data())
def test_order_of_raters_is_irrelevant(name, data):
    coefficient, two, _ = COEFFICIENTS[name]
    codes = drawn(data, two)
    order = data.draw(st.permutations(range(codes.shape[1])))
    same(defined(coefficient, on(codes)), defined(coefficient, on(codes[:, order])))


@every_one_and_reml
@few
@given(data=st.data())
def test_at_most_one(coefficient, two, data):
    assert defined(coefficient, on(drawn(data, two))).value <= 1 + 1e-9


@pytest.mark.parametrize("name", [*COEFFICIENTS, *LIKELIHOOD])
@few
@given(codes=our.agreeing_codes(max_raters=2, n_grades=3))
def test_one_when_all_agree(name, codes):
    coefficient, _, is_full = (COEFFICIENTS | LIKELIHOOD)[name]
    if is_full:
        estimate = defined(coefficient, on(codes))
        assert_allclose(estimate.value, 1.0, atol=1e-12)
        low, high = estimate.confidence_interval()
        assert low < 1 - 1e-3
        assert_allclose(high, 1.0, atol=1e-12)


@every_one_and_reml
@few
@given(data=st.data())
def test_influence_averages_to_zero(coefficient, two, data):
    estimate = defined(coefficient, on(drawn(data, two)))
    # where a likelihood is highest at no correlation there is no slope
    assume(abs(estimate.value) > 0 or not np.isnan(estimate.standard_error))
    scale = 1 + np.abs(estimate.influence).max()
    assert_allclose(estimate.frequencies @ estimate.influence / scale, 0.0, atol=1e-7)


@every_smooth_one
@few
@given(data=st.data())
def test_influence_is_the_derivative_by_frequencies(coefficient, two, data):
    ratings = on(drawn(data, two, missing=False))
    # with many units the numbers of units in mean squares hardly move
    many = ratings.with_frequencies(10_000 * ratings.frequencies)
    estimate = defined(coefficient, many)
    assume(estimate.value > -2)  # an average of ratings has no bound below, nor its slope
    step = np.eye(len(many.frequencies))
    more, fewer = (
        coefficient(many.with_frequencies(many.frequencies + sign * step)).value for sign in (1, -1)
    )
    slope = (more - fewer) / 2 * estimate.n_units
    assert_allclose(estimate.influence, slope, atol=1e-2, rtol=1e-2)


@every_smooth_one
@few
@given(data=st.data())
def test_standard_error_tracks_the_jackknife(coefficient, two, data):
    ratings = on(drawn(data, two))
    many = ratings.with_frequencies(1000 * ratings.frequencies)
    estimate = defined(coefficient, many)
    assume(estimate.value > -2)
    found = ilr.jackknife(coefficient, many).standard_error
    assert_allclose(estimate.standard_error, found, rtol=0.02, atol=3 / estimate.n_units)


@every_one_and_reml
@few
@given(data=st.data())
def test_a_unit_that_nobody_rated_changes_nothing(coefficient, two, data):
    codes = drawn(data, two)
    longer = np.vstack([codes, np.full(codes.shape[1], -1, dtype=np.int8)])
    same(defined(coefficient, on(codes)), defined(coefficient, on(longer)))


@every_coefficient
@few
@given(data=st.data())
def test_a_batch_is_the_studies_one_by_one(coefficient, two, data):
    ratings = on(drawn(data, two))
    size = len(ratings.frequencies)
    draws = data.draw(
        st.lists(st.lists(st.integers(0, 3), min_size=size, max_size=size), max_size=3)
    )
    frequencies = np.array([ratings.frequencies, *draws])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        batch = coefficient(ratings.with_frequencies(frequencies))
        single = [coefficient(ratings.with_frequencies(row)) for row in frequencies]
    for place, estimate in enumerate(single):
        if estimate.status == "ok":
            assert_allclose(batch.value[place], estimate.value, atol=1e-9)
            assert_allclose(batch.influence[place], estimate.influence, atol=1e-6, rtol=1e-6)


@every_coefficient
@few
@given(data=st.data())
def test_clusters_of_one_unit_are_no_clusters(coefficient, two, data):
    codes = drawn(data, two)
    plain = defined(coefficient, on(codes))
    clustered = defined(coefficient, on(codes, clusters=np.arange(len(codes))))
    same(plain, clustered)
    assert clustered.n_independent == plain.n_independent
    same_limits(plain, clustered)


@every_one_and_reml
@few
@given(data=st.data())
def test_every_interval_holds_the_estimate(coefficient, two, data):
    estimate = defined(coefficient, on(drawn(data, two)))
    for method in estimate.interval_methods:
        low, high = estimate.confidence_interval(method=method)
        assert low <= estimate.value + 1e-9
        assert high >= estimate.value - 1e-9
    low, high = estimate.confidence_interval()
    assert high - low > 1e-6
    assert high <= 1 + 1e-9


@every_one_and_reml
@our.examples(12)
@given(data=st.data())
def test_intervals_of_low_levels_have_a_width_and_widen(coefficient, two, data):
    estimate = defined(coefficient, on(drawn(data, two)))
    every = [estimate.confidence_interval(level) for level in (0.01, 0.3, 0.95)]
    assert all(limits.low < limits.high for limits in every)
    for inner, outer in pairwise(every):
        assert outer.low <= inner.low + 1e-9
        assert outer.high >= inner.high - 1e-9


@pytest.mark.parametrize("codes", [
    [[0, 1], [1, 0]],
    [[1, 0], [2, -1], [1, 0], [-1, 1], [2, 0]],
    [[0, 0, 2], [0, 1, 0], [1, 0, 1]],
])  # fmt: skip
def test_a_likelihood_at_its_end_leaves_out_the_level_of_what_lies_beyond(codes):
    """By the Beta that the "score" limit of a higher level is a quantile of."""
    found = ilr.icc(on(np.array(codes)), form="1,1", estimator="reml")
    assert found.value == close(0.0)
    share, n = found.expected, np.count_nonzero((np.array(codes) >= 0).sum(axis=1) > 1)
    beyond = stats.beta(n * share + 0.6, n * (1 - share) + 0.4)
    for level in (0.02, 0.2, 0.95):
        high = found.confidence_interval(level).high * (1 - share) + share
        assert beyond.sf(high) == close(min((1 - level) * beyond.sf(share), (1 - level) / 2))


@every_one_and_reml
@few
@given(data=st.data())
def test_describe_and_to_dict_hold_the_number(coefficient, two, data):
    estimate = defined(coefficient, on(drawn(data, two)))
    assert fixed(estimate.value) in estimate.describe()
    assert estimate.to_dict()["value"] == close(estimate.value)


# a share of ratings, and a mean, that one unit has
OF_ONE_UNIT = ("specific_agreement", "marginal_indices")


@pytest.mark.parametrize(
    "name", [name for name in (*COEFFICIENTS, *LIKELIHOOD) if name not in OF_ONE_UNIT]
)
def test_one_unit_is_undefined(name):
    coefficient, two, _ = (COEFFICIENTS | LIKELIHOOD)[name]
    ratings = on([[1, 1]] if two else [[1, 1, 2]])
    with pytest.warns(ilr.UndefinedEstimateWarning):
        estimate = coefficient(ratings)
    assert np.isnan(estimate.value)
    assert estimate.reason == "single_unit"


@pytest.mark.parametrize("name", ["light_kappa", "kendall_w", "lin_ccc", "kappa_max", "icc-A,1"])
def test_no_variation_is_undefined(name):
    coefficient = COEFFICIENTS[name][0]
    with pytest.warns(ilr.UndefinedEstimateWarning, match="every rating is the same grade"):
        estimate = coefficient(on([[1, 1], [1, 1], [1, 1]]))
    assert estimate.reason == "no_variation"


# identities


@few
@given(table=our.codes(max_raters=4, missing=False, n_grades=4))
def test_quadratic_conger_kappa_is_lins_concordance(table):
    ratings = on(table, ilr.Scale([1, 2, 3, 4]))
    kappa = ilr.conger_kappa(ratings, weights="quadratic")
    same(kappa, ilr.lin_ccc(ratings), atol=1e-12)


@few
@given(table=our.codes(min_raters=2, max_raters=2, missing=False, n_grades=4))
def test_quadratic_kappa_follows_from_the_mean_squares_of_the_icc(table):
    # Fleiss and Cohen (1973): the two differ by terms of order 1/n
    ratings = on(table, ilr.Scale([1, 2, 3, 4]))
    parts, n = ilr.variance_components(ratings), len(table)
    units, raters, residual = (parts.mean_squares[k] for k in ("units", "raters", "residual"))
    expected = (units - residual) / (units + residual + 2 * raters / (n - 1))
    assert_allclose(ilr.cohen_kappa(ratings, weights="quadratic").value, expected, atol=1e-10)


@few
@given(table=our.codes(min_raters=3, max_raters=3, missing=False, n_grades=3))
def test_light_is_the_average_of_the_pairs(table):
    ratings = on(table)
    light = defined(ilr.light_kappa, ratings)
    pairs = ilr.pairwise_agreement(ratings, coefficient=ilr.cohen_kappa)
    assert_allclose(light.value, np.mean([pair.value for pair in pairs.values()]), atol=1e-12)


@few
@given(table=our.codes(min_raters=2, max_raters=2, missing=False, n_grades=3))
def test_kappa_never_exceeds_what_the_margins_allow(table):
    largest = defined(ilr.kappa_max, on(table)).value
    assert ilr.cohen_kappa(on(table)).value <= largest + 1e-12


@few
@given(table=our.codes(min_raters=2, max_raters=4, n_grades=3, missing=False))
def test_averaging_steps_up_by_spearman_and_brown(table):
    k = table.shape[1]
    for kind in ("1", "A", "C"):
        single = defined(partial(ilr.icc, form=f"{kind},1"), on(table))
        assume(single.value > -1 / (k - 1) + 0.01)
        many = ilr.icc(on(table), form=f"{kind},k")
        assert_allclose(many.value, k * single.value / (1 + (k - 1) * single.value), atol=1e-9)


@few
@given(table=our.codes(min_raters=2, max_raters=4, n_grades=4, missing=False))
def test_reml_is_anova_where_no_component_is_negative(table):
    ratings = on(table, ilr.Scale([1, 2, 3, 4]))
    parts = ilr.variance_components(ratings)
    assume(min(parts.units, parts.raters, parts.residual) > 1e-3)
    likely = ilr.variance_components(ratings, estimator="reml")
    for source in ("units", "raters", "residual"):
        assert_allclose(getattr(likely, source), getattr(parts, source), rtol=1e-6)
    for form in ("A,1", "C,k"):
        same(ilr.icc(ratings, form=form), ilr.icc(ratings, form=form, estimator="reml"), 1e-7)


@few
@given(table=our.codes(min_raters=3, max_raters=3, n_grades=4))
def test_kendalls_w_knows_order_only(table):
    spread = ilr.Scale(["a", "b", "c", "d"], scores=[1, 2, 10, 500])
    first = defined(ilr.kendall_w, on(table, ilr.Scale("abcd".replace("", " ").split())))
    same(first, ilr.kendall_w(on(table, spread)), atol=1e-12)


@few
@given(data=st.data())
def test_consistency_forgives_a_lenient_rater(data):
    table = data.draw(our.codes(min_raters=2, max_raters=3, n_grades=3, missing=False))
    scale = ilr.Scale(range(1, 7))
    shifted = table.astype(np.int64)
    shifted[:, 1] += data.draw(st.integers(1, 3))
    first = defined(partial(ilr.icc, form="C,1"), on(table, scale))
    same(first, ilr.icc(on(shifted, scale), form="C,1"), atol=1e-10)


@few
@given(data=st.data())
def test_linearised_errors_are_the_others_where_every_unit_has_two_ratings(data):
    ratings = on(drawn(data, False, missing=False))
    for coefficient in (ilr.gwet_ac, ilr.fleiss_kappa, ilr.brennan_prediger):
        found = ilr.generalise(coefficient, ratings, to="units", method="linearised")
        assert_allclose(found.standard_error, coefficient(ratings).standard_error, atol=1e-12)


LEAST = {
    "cohen_kappa": (ilr.cohen_kappa, lambda m: -1.0),
    "scott_pi": (ilr.scott_pi, lambda m: -1.0),
    "fleiss_kappa": (ilr.fleiss_kappa, lambda m: -1.0 / (m - 1)),
    "conger_kappa": (ilr.conger_kappa, lambda m: -1.0),
    "light_kappa": (ilr.light_kappa, lambda m: -1.0),
    "kappa_max": (ilr.kappa_max, lambda m: 0.0),
}


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@pytest.mark.parametrize("name", LEAST)
@given(data=st.data(), kind=st.sampled_from(our.KINDS), level=st.floats(0.5, 0.999))
def test_no_kappa_and_no_limit_lies_below_the_least_that_can_be(name, data, kind, level):
    coefficient, least = LEAST[name]
    two = name in ("cohen_kappa", "scott_pi", "kappa_max")
    codes = data.draw(our.codes(missing=False, n_grades=3, max_raters=2 if two else 4))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3]))
    found = coefficient(ratings) if name == "kappa_max" else coefficient(ratings, weights=kind)
    if found.status == "ok":
        lowest = least(codes.shape[1]) - 1e-9
        assert found.value >= lowest
        for method in {"score", "logit", found.interval_methods[0]}:
            assert found.confidence_interval(level, method).low >= lowest, method


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if "-linear" not in name])
@our.examples(10)
@given(data=st.data())
def test_no_limit_of_a_whole_study_passes_the_range_of_its_row(name, data):
    coefficient, two, _ = COEFFICIENTS[name]
    estimate = defined(coefficient, on(drawn(data, two, missing=False)))
    least, most = RANGES[name]
    assert least - 1e-12 <= estimate.value <= most + 1e-12
    for method in set(estimate.interval_methods) - {"likelihood"}:
        low, high = estimate.confidence_interval(method=method)
        assert least - 1e-9 <= low <= high <= most + 1e-9, method


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_specific_agreement_does_not_hang_on_who_gave_which_grade(grade):
    codes = [[0, 0, 1], [1, 1, 1], [2, 2, 1], [0, 2, 1], [2, 2, 2]]
    scale = ilr.Scale([1, 2, 3])
    known = ilr.ratings_from_codes(codes, scale=scale, frequencies=[3, 5, 2, 1, 4])
    pool = ilr.ratings_from_counts(
        [[codes[k].count(code) for code in range(3)] for k in range(5)],
        scale=scale,
        frequencies=[3, 5, 2, 1, 4],
    )
    ours, other = (ilr.specific_agreement(one)[grade] for one in (known, pool))
    assert ours.value == close(other.value)
    assert ours.standard_error == close(other.standard_error)
