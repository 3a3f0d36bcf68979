"""Correlations and variance components of tiny and incomplete designs."""

import itertools
import warnings
from fractions import Fraction

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference.intervals import score_limits
from ilacs_reliability.agreement.components import (
    scores_of,
    two_way_components,
    two_way_slopes,
    two_way_sums,
)
from ilacs_reliability.agreement.formulas import gradient

FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
GRADES = ilr.Scale([1, 2, 3])
# the component of raters is 0 but for rounding, which the order of raters once decided
AT_THE_BOUNDARY = np.array([[0, 1, -1], [1, 0, -1], [-1, -1, -1], [-1, -1, 0], [0, -1, 2]])
# a correlation of -1 but for rounding, and a likelihood whose maximum no unit moves
AT_THE_END = np.array([[2, -1, 0], [1, 1, 1]])
WITHOUT_SPREAD = np.array([[2, 2, 1, 2], [0, 2, 0, 1]])
NO_RATERS = np.array([[1, -1, 0], [0, 0, 0]])
every_form = pytest.mark.parametrize("form", FORMS)
every_estimator = pytest.mark.parametrize("estimator", ["anova", "reml"])


@st.composite
def tiny_designs(draw):
    """Codes of 2 to 6 units by 2 to 4 raters on three grades, -1 where a rating is missing."""
    shape = (draw(st.integers(2, 6)), draw(st.integers(2, 4)))
    codes = draw(hnp.arrays(np.int64, shape, elements=st.integers(-1, 2)))
    assume((codes >= 0).any())
    return codes


def answers(codes, form, estimator):
    """Value, standard error and limits by every method, and why there are none."""
    ratings = ilr.ratings_from_codes(codes, scale=GRADES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        found = ilr.icc(ratings, form=form, estimator=estimator)
    limits = [found.confidence_interval(method=method) for method in found.interval_methods]
    return found.reason, np.array([found.value, found.standard_error, *np.ravel(limits)])


@every_form
@every_estimator
@given(codes=tiny_designs(), data=st.data())
@example(codes=AT_THE_BOUNDARY, data=None)
@example(codes=AT_THE_END, data=None)
@example(codes=WITHOUT_SPREAD, data=None)
@example(codes=NO_RATERS, data=None)
def test_order_of_raters_and_of_units_is_irrelevant(form, estimator, codes, data):
    raters, units = np.arange(codes.shape[1])[::-1], np.arange(len(codes))[::-1]
    if data is not None:
        raters = data.draw(st.permutations(range(codes.shape[1])))
        units = data.draw(st.permutations(range(len(codes))))
    reason, numbers = answers(codes, form, estimator)
    other_reason, others = answers(codes[units][:, raters], form, estimator)
    assert other_reason == reason
    assert_allclose(others, numbers, rtol=1e-5, atol=1e-6)


@every_form
@every_estimator
@given(codes=tiny_designs())
def test_an_undefined_correlation_has_no_error(form, estimator, codes):
    reason, numbers = answers(codes, form, estimator)
    assert np.isnan(numbers[:2]).all() if reason else np.isfinite(numbers[0])


def test_fishers_interval_at_the_end_of_the_range_has_a_width():
    ratings = ilr.ratings_from_codes(AT_THE_END, scale=GRADES)
    estimate = ilr.icc(ratings)
    assert_allclose(estimate.value, -1)
    low, high = estimate.confidence_interval(method="fisher")
    assert high - low > 0.5
    agreeing = ilr.lin_ccc([[1, 1], [2, 2], [3, 3], [2, 2]])
    assert agreeing.confidence_interval(method="fisher").width > 0.1


JUDGES = [[1, 1, 2], [3, 3, 3], [2, 2, 4], [4, 3, 4], [1, 2, 2], [3, 3, 4], [2, 2, 2], [4, 4, 4]]
STUDIES = {
    "complete": JUDGES,
    "incomplete": [*JUDGES, [1, np.nan, 2], [np.nan, 3, 3], [np.nan, np.nan, 2]],
    "all agree": [[1, 1], [2, 2], [3, 3], [2, 2], [4, 4]],
    "no units' variance": [[1, 2], [2, 1], [1, 2], [2, 1], [2, 2]],
    "one odd unit": [[2, 2], [2, 2], [2, 2], [2, 2], [3, 3], [2, 2]],
    "shifted": [[1, 2], [2, 3], [3, 4], [1, 2]],
}
every_study = pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)


@every_study
@every_estimator
def test_limits_of_components_are_nested_hold_the_component_and_have_a_width(study, estimator):
    parts = ilr.variance_components(study, estimator=estimator)
    for source in ("units", "raters", "residual"):
        limits = [parts.confidence_interval(source, level) for level in (0.5, 0.9, 0.95, 0.999)]
        value = getattr(parts, source)
        for narrow, wide in itertools.pairwise(limits):
            assert wide.low <= narrow.low <= value <= narrow.high <= wide.high
            assert narrow.high > narrow.low
            assert narrow.low >= min(value, 0)


def test_components_have_errors_that_track_the_jackknife():
    rng = np.random.default_rng(20261201)
    merit = rng.integers(1, 5, (80, 1))
    codes = np.clip(merit + rng.integers(-1, 2, (80, 3)), 1, 4)
    parts = ilr.variance_components(codes)
    left = [ilr.variance_components(np.delete(codes, unit, axis=0)) for unit in range(80)]
    for source in ("units", "raters", "residual"):
        values = np.array([getattr(without, source) for without in left])
        error = np.sqrt(79 / 80 * ((values - values.mean()) ** 2).sum())
        assert_allclose(parts.estimates[source].standard_error, error, rtol=0.06)


def test_clusters_of_like_units_widen_the_limits_of_components():
    codes = np.repeat(np.array(JUDGES, dtype=int), 4, axis=0) - 1
    scale, clusters = ilr.Scale([1, 2, 3, 4]), np.repeat(np.arange(8), 4)
    alone, together = (
        ilr.variance_components(ilr.ratings_from_codes(codes, scale=scale, clusters=groups))
        for groups in (None, clusters)
    )
    for source in ("units", "raters", "residual"):
        assert_allclose(getattr(together, source), getattr(alone, source), rtol=1e-12)
        low, high = alone.confidence_interval(source)
        wider = together.confidence_interval(source)
        assert wider.high - wider.low > high - low


@pytest.mark.parametrize(("decision", "form"), [("absolute", "A,1"), ("relative", "C,1")])
def test_limits_of_a_d_study_are_those_of_the_correlation(decision, form):
    study = ilr.d_study(2 * JUDGES, n_raters=[1, 4], reliability=0.9, decision=decision)
    correlation = ilr.icc(2 * JUDGES, form=form).confidence_interval()
    row = study[0]
    assert_allclose(
        [row[f"{decision}_low"], row[f"{decision}_high"]], list(correlation), atol=1e-12
    )
    least, most = (int(np.ceil(9 * (1 - end) / end)) for end in reversed(correlation))
    assert f"interval {least} to {most} raters" in study.sentence
    for row in study:
        assert row[f"{decision}_low"] <= row[decision] <= row[f"{decision}_high"]
        assert row["surely"] == (row[f"{decision}_low"] >= 0.9)
        assert row["is_reached"] or not row["surely"]


def test_a_d_study_without_variance_of_units_says_what_its_interval_leaves_open():
    study = ilr.d_study(STUDIES["no units' variance"])
    assert "No number of raters would do" in study.sentence
    assert "interval 2 raters or more, without an upper bound" in study.sentence
    few = ilr.d_study([[1, 1, 2], [3, 3, 3], [2, 2, 4], [4, 3, 4]], reliability=0.9)
    assert "at 95% confidence the data do not bound the number of raters" in few.sentence
    unlike = np.array([[1, 2], [2, 1]] * 4 + [[1, 1], [2, 1]]).repeat(2, axis=0)
    assert "interval 6 raters or more, without an upper bound" in ilr.d_study(unlike).sentence


@pytest.mark.parametrize("estimator", ["anova", "reml"])
def test_no_interval_of_a_d_study_is_without_width(estimator):
    rng = np.random.default_rng(20261124)
    at_zero = 0
    for trial in range(80):
        n, m = rng.integers(2, 9), rng.integers(2, 5)
        table = rng.integers(1, 4, (n, m)).astype(float)
        if trial % 2:
            # raters who rank units the other way round
            table[:, 1] = 4 - table[:, 0]
        if trial % 3 == 0:
            table[rng.random((n, m)) < 0.2] = np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
            parts = ilr.variance_components(table, estimator=estimator)
            if parts.status != "ok":
                continue
            narrow, wide = (
                ilr.d_study(parts, n_raters=[1, 3], confidence_level=level) for level in (0.5, 0.99)
            )
        for kind in ("absolute", "relative"):
            if parts.estimates[kind].status != "ok":
                continue
            for one, other in zip(narrow[:2], wide[:2], strict=True):
                low, high = one[f"{kind}_low"], one[f"{kind}_high"]
                assert 0 <= other[f"{kind}_low"] <= low <= one[kind] <= high
                assert high <= other[f"{kind}_high"] <= 1
                assert high - low > 1e-3
            at_zero += narrow[0][kind] == 0
    assert at_zero > 10


def test_many_units_leave_one_number_of_raters_and_no_memory_is_asked_for():
    codes, times = [[0, 0], [0, 1], [1, 1], [2, 2], [2, 1]], [10**9, 10**8, 10**9, 10**9, 10**8]
    many = ilr.ratings_from_codes(codes, scale=GRADES, frequencies=times)
    assert "(95% interval 1 rater)" in ilr.d_study(many).sentence
    assert ilr.kendall_w_test(many, method="asymptotic").p_value == close(0)


def test_a_single_cluster_leaves_the_raters_nearly_unknown():
    codes = np.array(JUDGES) - 1
    one = ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3, 4]), clusters=[7] * len(codes))
    low, high = ilr.variance_components(one).confidence_interval("raters")
    assert low == 0
    assert high > 2 * ilr.variance_components(JUDGES).confidence_interval("raters").high


def test_units_of_nearly_the_largest_variance_are_limited_by_the_variance_itself():
    """No share of odd units, whose root would tell nothing there."""
    codes = [[1, 1]] * 5 + [[1, 2]] + [[4, 4]] * 6
    parts = ilr.variance_components(codes)
    most = 3**2 / 4 * 12 / 11
    share = parts.units / most
    assert share > 0.75
    error = parts.estimates["units"].standard_error / most
    low, high = score_limits(1 - share, 1 - share, 0.0, error, 12, 6, confidence_level=0.9)
    found = parts.confidence_interval("units", 0.9)
    assert_allclose([*found], [most * (1 - high), most * (1 - low)], rtol=1e-9)


@pytest.mark.parametrize("source", ["units", "raters", "residual"])
def test_a_scale_turned_round_has_the_same_limits(source):
    """Which grade most units are nearest to is not one grade for two that are both common."""
    codes = np.array([[3, 3]] * 5 + [[2, 2]] * 4 + [[1, 1], [0, 1], [2, 3]])
    scale = ilr.Scale(range(4))
    limits = [
        ilr.variance_components(ilr.ratings_from_codes(one, scale=scale)).confidence_interval(
            source
        )
        for one in (codes, 3 - codes)
    ]
    assert_allclose([*limits[0]], [*limits[1]], rtol=1e-9)


def test_undefined_components_have_no_limits():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        parts = ilr.variance_components([[1, 1], [1, 1]])
    assert np.isnan(list(parts.confidence_interval("units"))).all()
    assert np.isnan(ilr.d_study(parts)[0]["absolute_low"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ilr.variance_components(JUDGES).confidence_interval("error"), "`source` must be"),
        (
            lambda: ilr.variance_components(JUDGES).confidence_interval("units", 95),
            "`confidence_level` must be",
        ),
        (lambda: ilr.d_study(JUDGES, confidence_level=95), "`confidence_level` must be"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(codes=tiny_designs(), weights=st.lists(st.floats(0.5, 5), min_size=6, max_size=6))
def test_derivatives_of_components_are_those_of_their_formula(codes, weights):
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale([0.1, 0.4, 1.7]))
    fractional = ratings.with_frequencies(np.resize(weights, len(ratings.frequencies)))
    for taken in (ratings, fractional):
        sums = two_way_sums(scores_of(taken)).sums
        found = two_way_slopes(sums)
        assume(found is not None)
        parts, slopes = found
        assert_allclose(parts, two_way_components(sums), rtol=1e-9, atol=1e-12)
        for place, row in enumerate(slopes):
            expected = gradient(lambda moved, place=place: two_way_components(moved)[place], sums)
            assert_allclose(row, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("form", ["1,1", "A,1", "C,1", "A,k"])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_likelihood_is_the_same_to_twelve_digits_however_it_is_summed(form, missing):
    rng = np.random.default_rng(29)
    grades = rng.integers(0, 3, (25, 4)) + rng.integers(0, 4, (25, 1))
    grades[rng.random(grades.shape) < missing] = -1
    found = []
    for _ in range(4):
        codes = grades[rng.permutation(25)][:, rng.permutation(4)]
        ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(list(range(6))))
        estimate = ilr.icc(ratings, form=form, estimator="reml")
        limits = [tuple(estimate.confidence_interval(method=way)) for way in ("score", "t")]
        found.append([estimate.value, estimate.standard_error, *limits[0], *limits[1]])
    assert_allclose(found, [found[0]] * 4, rtol=1e-12, atol=1e-12)


# panels of raters without a unit in common


def by_constants(codes):
    """Return components by Henderson's third method, from projections and traces alone."""
    units, raters = np.nonzero(codes >= 0)
    y = codes[units, raters].astype(float)
    columns = [np.eye(len(codes))[units], np.eye(codes.shape[1])[raters]]
    columns = [part[:, part.any(axis=0)] for part in columns]

    def onto(*parts):
        basis, sizes, _ = np.linalg.svd(np.column_stack(parts), full_matrices=False)
        basis = basis[:, sizes > 1e-9]
        return basis @ basis.T

    whole = onto(*columns)
    rest = np.eye(len(y)) - whole
    residual = y @ rest @ y / np.trace(rest)
    found = []
    for own, other in (columns, columns[::-1]):
        given = whole - onto(other)
        times = np.trace(own.T @ given @ own)
        found.append((y @ given @ y - np.trace(given) * residual) / times)
    return [*found, residual]


@st.composite
def panels(draw):
    """Codes of two or three panels of raters, each with units of its own, some ratings missing."""
    sizes = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=2, max_size=3))
    codes = np.full(np.sum(sizes, axis=0), -1)
    row = column = 0
    for n, m in sizes:
        block = draw(hnp.arrays(np.int64, (n, m), elements=st.integers(-1, 2)))
        codes[row : row + n, column : column + m] = block
        row, column = row + n, column + m
    assume((codes >= 0).any())
    return codes


@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
@given(codes=panels())
def test_components_of_separate_panels_are_hendersons(codes):
    ratings = ilr.ratings_from_codes(codes, scale=GRADES)
    found = ilr.variance_components(ratings)
    if found.status == "ok":
        with np.errstate(invalid="ignore", divide="ignore"):
            right = by_constants(codes)
        assert_allclose([found.units, found.raters, found.residual], right, atol=1e-9)
        single = ilr.icc(ratings, form="C,1")
        if single.status == "ok":
            assert single.value == close(found.units / (found.units + found.residual))
    else:
        assert found.reason != "disconnected"


@every_form
def test_panels_beside_each_other_are_as_one_where_nothing_links_them(form):
    one = np.array([[0, 1, 2], [1, 2, 2], [0, 0, 1], [2, 2, 2]])
    none = np.full_like(one, -1)
    twice = ilr.ratings_from_codes(np.block([[one, none], [none, one]]), scale=GRADES)
    alone = ilr.variance_components(ilr.ratings_from_codes(one, scale=GRADES))
    both = ilr.variance_components(twice)
    # within each panel the same squares on the same degrees of freedom
    assert both.units == close(alone.units)
    assert both.raters == close(alone.raters)
    assert both.residual == close(alone.residual)
    assert ilr.icc(twice, form=form).status == "ok"


def test_raters_who_rated_one_unit_each_are_told_from_nothing():
    nan = np.nan
    own = ilr.ratings_from_matrix(
        [[1, 2, nan, nan, nan], [nan, nan, 3, 3, nan], [nan, nan, nan, nan, 1]], scale=GRADES
    )
    for form in ("A,1", "C,1", "A,k", "C,k"):
        for estimator in ("anova", "reml"):
            with pytest.warns(ilr.UndefinedEstimateWarning, match="each rater rated one unit only"):
                assert ilr.icc(own, form=form, estimator=estimator).reason == "own_raters"
    with pytest.warns(ilr.UndefinedEstimateWarning, match="cannot be told from the residual"):
        assert ilr.variance_components(own).reason == "own_raters"
    assert ilr.icc(own, form="1,1").status == "ok"


def test_what_panels_make_of_an_estimate_is_said():
    nan = np.nan
    apart = [[1, 2, nan, nan], [2, 3, nan, nan], [nan, nan, 1, 1], [nan, nan, 3, 2]]
    said = "No unit links raters 1 and 2; raters 3 and 4: "
    assert f"{said}units and raters are compared within panels only." in ilr.icc(apart).notes
    likely = ilr.icc(apart, estimator="reml").notes
    assert f"{said}what panels differ by is put down to units and raters alike." in likely
    assert f"{said}units and raters" in " ".join(ilr.variance_components(apart).notes)
    linked = [[1, 2, nan, nan], [2, 3, 2, nan], [nan, nan, 1, 1], [nan, nan, 3, 2]]
    assert "No unit links" not in " ".join(ilr.icc(linked).notes)
    assert "No unit links" not in " ".join(ilr.icc(apart, form="1,1").notes)


def test_a_batch_counts_the_panels_of_each_study():
    patterns = [[0, 1, -1, -1], [1, 1, -1, -1], [-1, -1, 2, 1], [-1, -1, 0, 0], [1, 0, 1, 2]]
    weights = [[2, 3, 1, 2, 0], [2, 3, 1, 2, 1], [4, 1, 0, 0, 3]]
    batch = ilr.ratings_from_codes(patterns, scale=GRADES).with_frequencies(weights)
    for row, value in zip(weights, ilr.icc(batch).value, strict=True):
        alone = batch.with_frequencies(row)
        assert value == close(ilr.icc(alone).value)


def test_the_variance_of_a_score_leaves_out_components_below_zero():
    parts = ilr.variance_components([[1, 3], [3, 1], [2, 2], [1, 2], [3, 1]])
    assert parts.units < 0 < parts.residual
    assert parts.total == close(max(parts.raters, 0.0) + parts.residual)


@pytest.mark.parametrize("form", ["1,1", "A,1"])
def test_scores_that_are_all_alike_do_not_vary_for_being_missing(form):
    codes = [[0, 0], [0, -1], [0, 0], [-1, 0]]
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = ilr.icc(ilr.ratings_from_codes(codes, scale=ilr.Scale([1, 2, 3])), form=form)
    assert found.reason == "no_variation"


def test_a_threshold_that_no_correlation_can_be_is_refused():
    with pytest.raises(ValueError, match=r"`threshold` must be above -1 for form 'C,1'"):
        ilr.icc_test([[1, 2], [2, 3], [3, 1], [4, 4]], form="C,1", threshold=-1.0)


def test_limits_of_the_largest_kappa_of_two_grades_are_those_of_the_shift():
    """Of one set of grades and its complement, between which the level is shared."""
    counts = np.array([[30.0, 25.0], [1.0, 19.0]])

    def shift(table):
        shares = table / table.sum()
        first, second = shares.sum(axis=1), shares.sum(axis=0)
        return (first[0] - second[0]) / (1 - first @ second), 1 - first @ second

    value, room = shift(counts)
    step = 1e-5 * np.eye(4).reshape(4, 2, 2)
    slopes = np.array([(shift(counts + s)[0] - shift(counts - s)[0]) / 2e-5 for s in step])
    n = counts.sum()
    # of a sum that is n: slopes by units times n are influences
    error = n * np.sqrt((counts.ravel() / n * slopes**2).sum() / n)

    def ends(level):
        known = n * room
        return [
            score_limits(
                sign * value, (1 + sign * value) / 2, 0.5, error, known, min(26, known),
                confidence_level=level,
            )
            for sign in (1, -1)
        ]  # fmt: skip

    found = ilr.kappa_max(ilr.ratings_from_table(counts.astype(int), scale=ilr.Scale([1, 2])))
    low, high = found.confidence_interval(method="margins")
    assert low == pytest.approx(1 - max(top for _, top in ends(0.95)), abs=1e-6)
    least = max(bottom for bottom, _ in ends(0.975))
    assert high == pytest.approx(1 - max(least, 0.0), abs=1e-6)


def test_limits_of_a_mean_hold_an_estimate_below_the_range_of_one_rating():
    found = ilr.icc([[np.nan, 2], [3, 5], [5, 2]], form="C,k")
    single = ilr.icc([[np.nan, 2], [3, 5], [5, 2]], form="C,1")
    assert single.value < single.range[0]
    for _, limits in found.methods:
        low, high = limits(found, 0.95)
        assert low <= found.value * (1 - 1e-9)
        assert high > found.value


def test_a_level_may_be_any_number():
    ratings = [[1, 2], [2, 2], [3, 3], [1, 1], [4, 3]]
    exact = ilr.d_study(ratings, confidence_level=Fraction(1, 2))
    assert exact.to_dict() == ilr.d_study(ratings, confidence_level=0.5).to_dict()
