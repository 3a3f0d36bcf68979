"""A test of agreement is "ok" exactly where its p-value is a number, a band where its chance is."""

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr

COEFFICIENTS = (
    ilr.percent_agreement,
    ilr.conger_kappa,
    ilr.fleiss_kappa,
    ilr.brennan_prediger,
    ilr.gwet_ac,
    ilr.krippendorff_alpha,
    ilr.light_kappa,
    ilr.icc,
    ilr.lin_ccc,
    ilr.kendall_w,
)
TESTS = {
    "threshold_test": lambda found, at: ilr.threshold_test(found, at),
    "threshold_test two-sided": lambda found, at: ilr.threshold_test(
        found, at, alternative="two-sided"
    ),
    "equivalence_test": lambda found, at: ilr.equivalence_test(found, low=at - 0.2, high=at + 0.2),
    "difference": lambda found, at: ilr.threshold_test(
        ilr.difference(found, found, paired=True), at
    ),
}
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")


@st.composite
def small_tables(draw):
    """Grades 0 to 3 of one to six units by one to four raters, nan where missing."""
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 4)))
    codes = draw(hnp.arrays(np.int8, shape, elements=st.integers(-1, 3)))
    codes[0, 0] = max(codes[0, 0], 0)
    return ilr.ratings_from_codes(codes, scale=ilr.Scale(range(4)))


def quietly(call, *args, **options):
    """Return what a call returns, whatever it warns of; None where it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        try:
            return call(*args, **options)
        except ValueError:
            return None


def check(result):
    assert (result.status == "ok") == np.isfinite(result.p_value), repr(result)
    assert (result.status == "ok") == (not result.reason)
    assert np.isnan(result.p_value) or 0 <= result.p_value <= 1
    if result.status == "ok":
        assert result.effect is None or np.isfinite(result.effect.value)


@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
@given(ratings=small_tables(), at=st.sampled_from([-0.5, 0.0, 0.4, 0.8, 1.0]), data=st.data())
def test_a_test_of_an_estimate_is_ok_exactly_with_a_p_value(test, ratings, at, data):
    found = quietly(data.draw(st.sampled_from(COEFFICIENTS)), ratings)
    result = None if found is None else quietly(test, found, at)
    if result is not None:
        check(result)


@given(ratings=small_tables(), method=st.sampled_from(["exact", "monte_carlo", "asymptotic"]))
def test_concordance_is_tested_exactly_where_there_is_one(ratings, method):
    result = quietly(ilr.kendall_w_test, ratings, method=method, n_resamples=19, rng=1)
    if result is not None:
        check(result)


@given(
    ratings=small_tables(),
    form=st.sampled_from(FORMS),
    threshold=st.sampled_from([-0.2, 0.0, 0.5]),
)
def test_intraclass_correlation_is_tested_exactly_where_there_is_one(ratings, form, threshold):
    result = quietly(ilr.icc_test, ratings, form=form, threshold=threshold)
    if result is not None:
        check(result)


@given(ratings=small_tables(), coefficient=st.sampled_from(COEFFICIENTS))
def test_bands_have_chances_exactly_where_there_is_an_estimate(ratings, coefficient):
    found = quietly(coefficient, ratings)
    bands = None if found is None else quietly(ilr.benchmark, found)
    assume(bands is not None)
    chances = np.array(bands.probabilities)
    assert (found.status == "ok") == np.isfinite(chances).all()
    assert (found.status == "ok") == bool(bands.band and bands.at_value)
    if found.status == "ok":
        assert abs(chances.sum() - 1.0) < 1e-9
        assert chances.min() >= 0


@pytest.mark.parametrize("form", ["A,1", "A,k"])
def test_limits_of_an_agreement_below_minus_one_hold_it_by_themselves(form):
    """With ratings missing, components of variance can leave an agreement of -1.5."""
    grades = [[2, 0], [-1, 1], [-1, 0], [0, 2], [-1, 1], [1, 2]]
    found = ilr.icc(ilr.ratings_from_codes(grades, scale=ilr.Scale(range(4))), form=form)
    assert found.value < -1
    for name, limits in found.methods:
        low, high = limits(found, 0.95)
        assert low <= found.value <= high, name


def test_grades_that_lie_close_for_their_scale_are_taken_as_all_of_it():
    far, near = (ilr.Scale(range(3), scores=[0, 1, last]) for last in (1e6, 2))
    codes = [[1, 0], [0, 0], [1, 1], [1, 0], [0, 0], [0, 1]]
    for ask in (ilr.lin_ccc, ilr.icc):
        one, other = (ask(ilr.ratings_from_codes(codes, scale=scale)) for scale in (far, near))
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.influence == pytest.approx(other.influence, rel=1e-9)
        low, high = one.confidence_interval()
        assert -1 <= low < one.value < high < 1


def test_raters_who_are_not_correlated_have_lins_own_limits():
    """Where c and r are 0 the limits are those of r times the bias correction, here 1."""
    codes = [[0, 1], [2, 1], [1, 0], [1, 2]] * 3
    found = ilr.lin_ccc(ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3))))
    low, high = found.confidence_interval(method="lin")
    assert found.value == pytest.approx(0, abs=1e-12)
    # z has the variance (1 - r^2) (c/r)^2 / (1 - c^2) / (n - 2) = 1 / 10
    assert (low, high) == pytest.approx((-np.tanh(1.959964 / 10**0.5), np.tanh(1.959964 / 10**0.5)))


def test_one_grade_in_less_than_two_units_defines_no_correlation():
    codes = ilr.ratings_from_codes([[-1, 0], [0, -1], [0, 0]], scale=ilr.Scale(range(2)))
    for shares in ([0.17, 0.32, 0.23], [2.17, 0.32, 3.3]):
        with pytest.warns(ilr.UndefinedEstimateWarning):
            assert np.isnan(ilr.icc(codes.with_frequencies(shares)).value)


def test_limits_by_f_come_from_one_method_at_every_level():
    """Whether F has a width at all does not hang on the level."""
    units = ilr.ratings_from_table([[3, 10**9], [11, 1]], scale=ilr.Scale(range(2)))
    found = ilr.icc(units, form="A,1")
    limits = [
        found.confidence_interval(level, "mcgraw_wong") for level in (0.5, 0.95, 0.99, 1 - 1e-6)
    ]
    assert len({one.method for one in limits}) == 1
    assert (np.diff([one.low for one in limits]) <= 0).all()
    assert (np.diff([one.high for one in limits]) >= 0).all()


def test_limits_by_f_that_lie_below_minus_one_give_way():
    codes = ilr.ratings_from_codes([[2, 1], [1, 2], [2, 0]], scale=ilr.Scale(range(3)))
    found = ilr.icc(codes, form="A,1")
    for level in (1e-9, 0.1, 0.5):
        low, high = limits = found.confidence_interval(level, "mcgraw_wong")
        assert low < high
        assert limits.method.startswith("score, since F")
    assert found.confidence_interval(0.95, "mcgraw_wong").method == "mcgraw_wong"


def test_f_limits_of_great_counts_and_few_degrees_of_freedom_hold_or_give_way():
    """Where Satterthwaite leaves .002 degrees of freedom a quantile is nothing, or beyond all."""
    table = [[28, 6, 2**50, 0], [0, 2, 15, 1], [11, 0, 17, 1], [10_000, 19, 2, 15]]
    great = ilr.icc(ilr.ratings_from_table(table, scale=ilr.Scale(range(4))), form="A,1")
    apart = ilr.icc(np.array([[8, 3], [5, 5]]), form="A,1")
    for found in (great, apart):
        for level in (1e-12, 0.5, 0.95, 1 - 1e-12):
            limits = found.confidence_interval(level, "mcgraw_wong")
            assert limits.low <= found.value <= limits.high
            assert limits.method == "score, since F has no width"
    raw = dict(apart.methods)["mcgraw_wong"](apart, 0.95)
    assert raw[0] < apart.value < raw[1]
