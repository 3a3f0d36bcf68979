"""Limits sought outwards from a peak."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import special

from ilacs_reliability.error.outwards import limit_outwards


@given(
    peak=st.floats(-3, 3),
    side=st.sampled_from([-1, 1]),
    room=st.floats(0.1, 4),
    step=st.floats(1e-4, 3),
    curvature=st.floats(0.1, 50),
)
def test_the_limit_of_a_parabola_is_its_root_or_the_end(peak, side, room, step, curvature):
    end = peak + side * room
    found = limit_outwards(
        lambda at: curvature * (at - peak) ** 2, peak=peak, end=end, step=step, allowed=3.84
    )
    away = min(np.sqrt(3.84 / curvature), room)
    assert found == pytest.approx(peak + side * away, abs=1e-6)


def test_a_second_peak_farther_out_is_not_reached():
    def drop(at):
        return 5 * np.sin(at) ** 2

    found = limit_outwards(drop, peak=0.0, end=np.pi, step=0.1, allowed=2.0)
    assert found == pytest.approx(np.arcsin(np.sqrt(0.4)), abs=1e-6)


def test_a_share_seen_in_none_of_ten_has_the_limit_of_its_likelihood():
    found = limit_outwards(
        lambda at: float(-2 * special.xlog1py(10, -at)), peak=0.0, end=1.0, step=0.01, allowed=3.0
    )
    assert found == pytest.approx(1 - np.exp(-0.15), abs=1e-7)
