"""Quantiles of Student's t near the middle, where SciPy's search gives 0 for some of them."""

import numpy as np
import pytest
from scipy import special

from closeness import close
from ilacs_reliability._inference.students import t_quantile

AWAY = [1e-12, 5e-10, 1e-7, 5e-5, 9.9e-5]
# the chance between 0 and a point, in closed form
BETWEEN = {
    1: lambda t: np.arctan(t) / np.pi,
    2: lambda t: t / np.sqrt(2 + t**2) / 2,
    4: lambda t: 3 / 8 * (t / np.sqrt(1 + t**2 / 4)) * (1 - t**2 / (12 + 3 * t**2)),
}


@pytest.mark.parametrize("df", BETWEEN)
@pytest.mark.parametrize("away", AWAY)
def test_the_chance_up_to_a_quantile_near_the_middle_is_asked_for(df, away):
    for sign in (1, -1):
        wanted = (0.5 + sign * away) - 0.5
        assert BETWEEN[df](t_quantile(df, 0.5 + sign * away)) == pytest.approx(wanted, rel=1e-10)


def test_elsewhere_it_is_scipys_also_where_both_kinds_are_asked_at_once():
    df, chances = np.array([[3.0], [40.0], [1e15]]), np.array([0.5 + 1e-6, 0.7, 0.975])
    found = t_quantile(df, chances)
    assert found[:, 1:] == close(special.stdtrit(df, chances[1:]))
    assert found[2, 0] == pytest.approx(1e-6 * np.sqrt(2 * np.pi), rel=1e-9)
    assert np.isnan(t_quantile(-1.0, 0.5 + 1e-6))
