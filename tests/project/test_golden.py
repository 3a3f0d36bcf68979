"""What every function says of some thirty tables and studies is what it said before."""

import sys
from pathlib import Path

import pytest

from registry import ROWS

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import golden


def test_nothing_says_anything_else_than_it_did():
    found = golden.changes(golden.stored(), golden.answers())
    assert found == [], "where it is meant, run scripts/golden.py and look at what it changes"


def test_every_function_that_returns_a_result_is_asked():
    asked = {name.split()[0] for name in golden.stored()}
    assert {name for name, row in ROWS.items() if row.golden} <= asked


def test_the_file_stays_small():
    assert golden.FILE.stat().st_size < 1_500_000


@pytest.mark.parametrize("place", ["value", "notes", "p_value"])
def test_a_change_is_seen(place):
    then = {"icc a": {"value": 0.5, "notes": ["So."]}, "bowker a": {"p_value": 0.25}}
    now = {
        "icc a": {"value": 0.5 + 1e-5, "notes": ["Not so."]},
        "bowker a": {"p_value": 0.25 + 1e-11},
    }
    assert any(f": {place}" in line or f" {place} " in line for line in golden.changes(then, now))
    assert golden.changes(then, then) == []
