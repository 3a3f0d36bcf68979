"""What every function says of three dozen tables and studies is what it said before."""

import json
import sys
import warnings
from pathlib import Path

import pytest

from registry import ROWS

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import golden

NAMES = sorted({label.split()[0] for label in golden.stored()})
MEANT = "where it is meant, run scripts/golden.py and look at what it changes"


def of(name, file):
    return {label: said for label, said in golden.stored(file).items() if label.split()[0] == name}


# one function at a time, so that a slip of the core is seen by a quick test
@pytest.mark.parametrize("name", NAMES)
def test_nothing_says_anything_else_than_it_did(name):
    now = golden.answers([name])
    assert golden.changes(of(name, golden.FILE), now) == [], MEANT


@pytest.mark.parametrize("label", golden.stored(golden.LIMITS))
def test_no_other_limits_are_given_than_were(label):
    call = dict(golden.calls([label.split()[0]]))[label]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        now = {label: json.loads(json.dumps(golden.limits(label, call())))}
    then = {label: golden.stored(golden.LIMITS)[label]}
    assert golden.changes(then, now, limits_alone=True) == [], MEANT


def test_what_is_left_out_is_what_it_was():
    assert golden.defaults() == golden.stored(golden.DEFAULTS), MEANT


def test_every_function_that_returns_a_result_is_asked():
    assert {name for name, row in ROWS.items() if row.golden} <= set(NAMES)


@pytest.mark.parametrize("file", [golden.FILE, golden.LIMITS])
def test_the_files_stay_small(file):
    assert file.stat().st_size < 1_500_000


@pytest.mark.parametrize("place", ["value", "notes", "p_value"])
def test_a_change_is_seen(place):
    then = {"icc a": {"value": 0.5, "notes": ["So."]}, "bowker a": {"p_value": 0.25}}
    now = {
        "icc a": {"value": 0.5 + 1e-5, "notes": ["Not so."]},
        "bowker a": {"p_value": 0.25 + 1e-11},
    }
    assert any(f": {place}" in line or f" {place} " in line for line in golden.changes(then, now))
    assert golden.changes(then, then) == []
