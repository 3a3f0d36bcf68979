"""Numbers that sums, BLAS or an optimiser made are alike, never equal: processors differ."""

import pytest


def close(expected):
    """Return what compares equal to anything within rounding of `expected`."""
    return pytest.approx(expected, rel=1e-9, abs=1e-12)
