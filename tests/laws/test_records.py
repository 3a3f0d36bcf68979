"""Records are plain data: what they hold, how they travel, and in what form several come."""

import inspect

import pytest

import ilacs_reliability as ilr

FUNCTIONS = [name for name in ilr.__all__ if inspect.isfunction(getattr(ilr, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_several_estimates_come_as_estimates(name):
    returned = str(inspect.signature(getattr(ilr, name)).return_annotation)
    assert "Estimate]" not in returned, f"{name} returns {returned}"
