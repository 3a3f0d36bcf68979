"""Shares with shapes too large for SciPy's series."""

import numpy as np
import pytest
from scipy import integrate, special

from ilacs_reliability._inference import betas

LEVELS = [0.001, 0.025, 0.2, 0.5, 0.9, 0.975]


def chance(a, b, x):
    """Integrate the density about its mode, where its logarithm has no linear term."""
    mode, n = (a - 1) / (a + b - 2), a + b
    error = np.sqrt(a * b / n) / n

    def curve(u):
        return -(u**2) / 2 + u**3 / 3 - u**4 / 4

    def density(z):
        gap = z * error
        return np.exp((a - 1) * curve(gap / mode) + (b - 1) * curve(-gap / (1 - mode)))

    end = (x - mode) / error
    below, above = (
        integrate.quad(density, *ends, epsabs=1e-13, epsrel=1e-12)[0]
        for ends in ((-12, end), (end, 12))
    )
    return below / (below + above)


@pytest.mark.parametrize(("a", "b"), [(2e8, 3e8), (1e9, 1e12), (4e12, 1e11), (2.5e15, 2.5e15)])
def test_large_shares_have_the_chance_of_their_density(a, b):
    error = np.sqrt(a * b / (a + b)) / (a + b)
    for z in (-3.1, -1, -0.05, 0, 0.7, 2.2):
        x = a / (a + b) + z * error
        assert abs(betas.betainc(a, b, x) - chance(a, b, x)) < 2e-8
        assert abs(betas.betaincc(a, b, x) - (1 - chance(a, b, x))) < 2e-8
    for level in LEVELS:
        assert abs(chance(a, b, float(betas.betaincinv(a, b, level))) - level) < 2e-8
        assert abs(chance(a, b, float(betas.betainccinv(a, b, level))) - (1 - level)) < 2e-8
    assert betas.betainc(a, b, 0.0) < 1e-300
    assert betas.betainc(a, b, 1.0) > 1 - 1e-15


def test_other_shares_are_scipys():
    a, b = np.array([0.5, 3.0, 1e6, 5e8]), np.array([2.0, 3.0, 1e13, 5e8])
    for ours, theirs in (
        (betas.betainc, special.betainc),
        (betas.betaincc, special.betaincc),
        (betas.betaincinv, special.betaincinv),
        (betas.betainccinv, special.betainccinv),
    ):
        found = ours(a, b, np.array([0.3, 0.3, 0.3, 0.5]))
        np.testing.assert_allclose(found[:3], theirs(a, b, 0.3)[:3], rtol=1e-15)
        assert abs(found[3] - 0.5) < 1e-12
