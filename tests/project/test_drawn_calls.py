"""What calls with drawn input said, which go where no example goes, they say again."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import drawn_calls

CALLS = list(drawn_calls.stored())
MEANT = "where it is meant, run scripts/drawn_calls.py --again and look at what it changes"


# a call a test, so that a slip of the core is seen by a quick one
@pytest.mark.parametrize("place", range(len(CALLS)), ids=[one[4:24] for one in CALLS])
def test_a_call_says_what_it_said(place):
    text = CALLS[place]
    now = drawn_calls.said(text)
    assert drawn_calls.differences(drawn_calls.stored()[text], now) == [], f"{text}: {MEANT}"


def test_the_file_stays_small():
    assert drawn_calls.FILE.stat().st_size < 1_500_000


@pytest.mark.parametrize(
    "now",
    [
        {"numbers": [0.5, 2, None], "words": "a"},
        {"numbers": [0.5001, 1, None], "words": "a"},
        {"numbers": [0.5, 1, 1.0], "words": "a"},
        {"numbers": [0.5, 1], "words": "a"},
        {"numbers": [0.5, 1, None], "words": "b"},
        {"error": "ValueError", "words": "a"},
    ],
)
def test_a_change_is_seen(now):
    then = {"numbers": [0.5, 1, None], "words": "a"}
    assert drawn_calls.differences(then, now)
    assert drawn_calls.differences(then, then) == []


def test_words_are_told_apart_without_their_numbers():
    same = ["p = 0.25 of 1,200 units", "p = 1.2e-05 of 7 units"]
    first, second = (drawn_calls.digest([one]) for one in same)
    assert first == second != drawn_calls.digest(["p = 0.25 of 1,200 pairs"])
