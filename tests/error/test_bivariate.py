"""Two normal variables cut at thresholds."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose
from scipy import special

from closeness import close
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of

EDGES = [-np.inf, *np.arange(-2.5, 3.0, 0.5).tolist(), np.inf]
cuts = st.lists(st.sampled_from(EDGES), min_size=1, max_size=4).map(sorted)
correlations = st.sampled_from([-1.0, -0.999, -0.5, 0.0, 0.3, 0.9, 1 - 1e-12, 1.0])

LATEST = (13, 29, 65, 46)
# R 4.2.2, mvtnorm 1.1.3: pmvnorm(lower, upper, corr, algorithm=Miwa(steps=4096)) of each cell of
# the diagonal, thresholds qnorm(cumsum(c(13, 29, 65, 46))[1:3] / 153)
DIAGONAL = {
    0.60: (0.0313907168715, 0.0612317548333, 0.214352256348, 0.173267009275),
    0.95: (0.0654156248689, 0.128188333479, 0.338637198392, 0.25661271628),
    0.99: (0.0761970528228, 0.161953290565, 0.386370004384, 0.281005923778),
}
# mpmath 1.4.1, 30 digits: the integral of the first variable's density by the share of the second
SMALL = {
    (-np.inf, -1.3, 2.5, np.inf, 0.7): 2.38506248672e-8,
    (-np.inf, -1.3, 2.5, np.inf, 0.95): 1.26663590568e-35,
    (-0.6, 0.5, 2.5, np.inf, 0.9): 4.46690739114e-8,
    (5.0, np.inf, 6.0, np.inf, 0.3): 4.76312247867e-13,
    (5.0, np.inf, -np.inf, -6.0, -0.8): 4.45380623836e-10,
    (1.0, 1.5, 1.55, np.inf, 0.9999): 8.94930142665e-8,
    (5.5, 6.0, 5.4, 5.9, 0.99999): 1.71720546028e-8,
    (-np.inf, -7.0, -np.inf, -6.5, 0.999999): 1.27981254389e-12,
    (-np.inf, 2.61594144e-14, -np.inf, -7.51721528, 0.9999): 2.79776199173e-14,
}


@pytest.mark.parametrize("rho", DIAGONAL)
def test_same_grades_are_as_another_program_has_them(rho):
    cuts = thresholds_of(LATEST)
    cells = cell_probabilities(cuts, cuts, rho).probabilities
    assert_allclose(np.diagonal(cells), DIAGONAL[rho], rtol=2e-7)


@pytest.mark.parametrize(("low", "high", "left", "right", "rho"), SMALL)
def test_cells_far_out_keep_their_digits(low, high, left, right, rho):
    cells = cell_probabilities([low, high], [left, right], rho).probabilities
    assert cells[1, 1] == pytest.approx(SMALL[low, high, left, right, rho], rel=1e-7)


@given(a=cuts, b=cuts, rho=correlations, seed=st.integers(0, 99))
def test_cells_not_wanted_with_digits_are_as_near_as_a_difference(a, b, rho, seed):
    whole = cell_probabilities(a, b, rho).probabilities
    wanted = np.random.default_rng(seed).random(whole.shape) < 0.5
    cells = cell_probabilities(a, b, rho, digits=wanted).probabilities
    assert_allclose(cells[wanted], whole[wanted], rtol=1e-12)
    assert_allclose(cells, whole, atol=2e-15)
    assert (cells >= 0).all()


@given(rho=st.floats(-1, 1))
def test_halves_agree_by_the_arc_sine(rho):
    cells = cell_probabilities([0.0], [0.0], rho).probabilities
    assert np.trace(cells) == close(0.5 + np.arcsin(rho) / np.pi)


@given(a=cuts, b=cuts, rho=correlations)
def test_cells_add_up_to_the_shares_and_turn_with_the_table(a, b, rho):
    cells, slopes = cell_probabilities(a, b, rho)
    assert (cells >= 0).all()
    assert not np.isnan(slopes).any()
    for axis, edges in ((1, a), (0, b)):
        below = np.cumsum(cells.sum(axis=axis))[:-1]
        assert_allclose(below, special.ndtr(edges), atol=1e-14)
    turned = cell_probabilities(b, a, rho).probabilities
    assert_allclose(turned.T, cells, rtol=1e-6, atol=1e-15)
    mirrored = cell_probabilities(a, -np.array(b[::-1]), -rho).probabilities
    assert_allclose(mirrored[:, ::-1], cells, rtol=1e-6, atol=1e-15)


@given(a=cuts, b=cuts, rho=st.sampled_from([-0.95, -0.4, 0.0, 0.6, 0.9]))
def test_the_derivative_is_the_slope(a, b, rho):
    step = 1e-5
    back, forth = (cell_probabilities(a, b, r).probabilities for r in (rho - step, rho + step))
    slope = cell_probabilities(a, b, rho).derivative
    assert_allclose((forth - back) / (2 * step), slope, atol=1e-7)


def test_many_correlations_are_each_as_alone():
    cuts, rho = thresholds_of(LATEST), np.array([[-1.0, 0.0, 0.5], [0.9, 0.99, 1.0]])
    many = cell_probabilities(cuts, cuts, rho)
    for place, one in np.ndenumerate(rho):
        alone = cell_probabilities(cuts, cuts, one)
        assert_allclose(many.probabilities[place], alone.probabilities, rtol=1e-12)
        assert_allclose(many.derivative[place], alone.derivative, rtol=1e-12)


def test_perfect_correlation_leaves_the_diagonal():
    cuts = thresholds_of(LATEST)
    same, opposite = (cell_probabilities(cuts, cuts, rho).probabilities for rho in (1, -1))
    assert_allclose(same, np.diag(LATEST) / 153, atol=1e-15)
    assert_allclose(opposite.sum(axis=0), np.array(LATEST) / 153, atol=1e-15)


@pytest.mark.parametrize("rho", [1e-320, -1e-320, 5e-324])
def test_hardly_any_correlation_is_none(rho):
    cuts = [6.0, 7.0]
    cells = cell_probabilities(cuts, cuts, rho).probabilities
    shares = -np.diff(special.ndtr([-6.0, -7.0, -np.inf]))
    assert_allclose(cells[1:, 1:], np.outer(shares, shares), rtol=1e-7)
