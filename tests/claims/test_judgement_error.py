"""The report says what repeats allow under named assumptions, and what error alone gives."""

import numpy as np
import pytest

import ilacs_reliability as ilr
from ilacs_reliability.claims.judgement_error import SHIFTS, bundled_sequences, judgement_error

NAME = next(iter(SHIFTS))


@pytest.fixture(scope="module")
def section():
    [found] = ilr.assess_security().sections
    return found


def test_the_range_is_that_of_the_functions(section):
    sequences = bundled_sequences()
    assert sequences.n_units == 146
    found = ilr.reliability_from_repeats(sequences)
    last = np.bincount(sequences.patterns[:, -1], weights=sequences.frequencies)
    same = ilr.repeat_grade_probability(last, reliability=found)["same grade"]
    low, high = same.confidence_interval()
    assert f"same grade in {low:.1%} to {high:.1%} of inspections" in section.lines[0]
    assert all(one in section.lines[0] for one in found.assumptions)


def test_the_plain_claim_stays_not_answerable(section):
    assert ilr.assess_security().outcomes["consistent_and_reliable"] == "not answerable"
    assert "stays not answerable" in section.lines[1]


def test_each_shift_has_its_tipping_point(section):
    assert sum("error alone gives as much" in line for line in section.lines) == 2


def test_too_few_repeats_leave_the_block_out():
    alike = ilr.ratings_from_codes([[2, 2, 2]], scale=ilr.OFSTED_SCALE)
    for sequences in (None, alike):
        assert judgement_error(sequences, {}, ilr.Protocol()) == ()


def test_a_grade_that_the_latest_lack_leaves_its_tipping_point_out():
    codes = [[0, 1, 2], [1, 2, 3], [2, 2, 2], [3, 3, 3], [1, 1, 2]] * 6
    sequences = ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE, design="repeat")
    left = np.array([[0, 2, 0, 0], [0, 3, 4, 0], [0, 1, 5, 1], [0, 0, 0, 3]])
    kept = left.copy()
    kept[:2] = 0
    for table, lines in ((left, 2), (kept, 3)):
        [found] = judgement_error(sequences, {NAME: table}, ilr.Protocol())
        assert len(found.lines) == lines
