"""The report says what repeats allow under named assumptions, and what error alone gives."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special, stats

import ilacs_reliability as ilr
from ilacs_reliability.claims.error_alone import WHY_NONE, noise_of_claims
from ilacs_reliability.claims.evidence import bundled_evidence
from ilacs_reliability.claims.judgement_error import (
    AS_THE_MIDDLE,
    bundled_sequences,
    judgement_error,
)

REPORT = ilr.assess_security()


@pytest.fixture(scope="module")
def section():
    [found] = REPORT.sections
    return found


def test_the_range_is_that_of_the_functions(section):
    sequences = bundled_sequences()
    assert sequences.n_units == 146
    found = ilr.reliability_from_repeats(sequences)
    last = np.bincount(sequences.patterns[:, -1], weights=sequences.frequencies)
    same = ilr.repeat_grade_probability(last, reliability=found)["same grade"]
    low, high = same.confidence_interval()
    assert f"same grade in {low:.1%} to {high:.1%} of inspections" in section.lines[0]
    assert all(one in section.lines[0] for one in (*found.assumptions, AS_THE_MIDDLE))


def test_the_plain_claim_stays_not_answerable(section):
    assert REPORT.outcomes["consistent_and_reliable"] == "not answerable"
    assert "stays not answerable" in section.lines[1]


def test_each_claim_about_a_shift_says_what_error_alone_gives():
    by_name = {one.claim.name: one for one in REPORT.assessments}
    table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    sequences = bundled_sequences()
    last = np.bincount(sequences.patterns[:, -1], weights=sequences.frequencies)
    tip = ilr.tipping_point(table, shares=last)
    said = by_name["reinspections_2024"].noise
    assert "14 or more rises beyond the falls" in said
    assert f"the reliability is {tip.reliability:.2f} or less" in said
    low = ilr.reliability_from_repeats(sequences).confidence_interval().low
    noise = ilr.noise_only_transitions(table, reliability=low, shares=last, given="first").expected
    assert f"lifts {np.triu(noise, 1).sum():.0f} and lowers {np.tril(noise, -1).sum():.0f}" in said
    shifts = {name for name, one in by_name.items() if one.claim.kind == "shift"}
    assert {name for name, one in by_name.items() if one.noise} == shifts - {"about_60_percent"}


def test_a_claim_tips_at_a_reliability_or_the_report_says_why_not(section):
    blocks = [one.claim for one in REPORT.assessments if one.recomputed or one.details]
    assert {one.name for one in blocks} == set(section.shown.tips) | set(WHY_NONE)
    text = " ".join(section.lines)
    assert all(one.statement.rstrip(".") in text for one in blocks)
    assert all(f"{tip:.2f}" in text for tip in section.shown.tips.values())


def test_an_inadequate_authority_leaves_by_error_alone_as_a_binomial_has_it():
    """Each of 20 is graded higher with one chance, that of the second grade given the first."""
    [still, *better] = ilr.load_dataset("sif_to_next_sif").counts[0]
    last = np.array([13, 29, 65, 46])
    found = noise_of_claims(bundled_evidence(), last, 0.6)["two_thirds_left_inadequate"]
    cut = special.ndtri(13 / 153)
    inside = stats.multivariate_normal(cov=[[1, r := found.tip.reliability], [r, 1]])
    chance = 1 - inside.cdf([cut, cut]) / (13 / 153)
    left, units = sum(better), still + sum(better)
    assert stats.binom.sf(left - 1, units, chance) == pytest.approx(0.05, abs=1e-4)


def test_the_picture_holds_the_curves_of_the_functions(section):
    shown = section.shown
    place = int(np.argmin(np.abs(shown.reliabilities - 0.8)))
    latest = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}
    sequences = bundled_sequences()
    last = np.bincount(sequences.patterns[:, -1], weights=sequences.frequencies)
    again = ilr.repeat_grade_probability(
        dict(zip(latest, last.astype(int).tolist(), strict=True)),
        reliability=float(shown.reliabilities[place]),
        at_least="good",
    )
    assert shown.same[place] == pytest.approx(again["same grade"].value, abs=1e-9)
    assert shown.side[place] == pytest.approx(again["same side of good"].value, abs=1e-9)
    assert shown.same[0] == pytest.approx(((last / last.sum()) ** 2).sum(), abs=1e-9)
    page = ilr.report_html(REPORT)
    assert page.count('<svg class="error"') == 1
    assert "claim 4 at 0.92" in page


def test_too_few_repeats_leave_the_block_out():
    alike = ilr.ratings_from_codes([[2, 2, 2]], scale=ilr.OFSTED_SCALE)
    for sequences in (None, alike):
        assert judgement_error(sequences, bundled_evidence(), (), ilr.Protocol()) == ((), {})


def test_a_grade_that_the_latest_lack_leaves_its_tipping_point_out():
    evidence = bundled_evidence()
    kept = noise_of_claims(evidence, [0, 29, 65, 46], 0.6)
    # only those good and outstanding were inspected shortly
    assert set(kept) == {"short_kept", "effectiveness_improving"}


def test_a_shift_that_is_none_asks_nothing_of_error():
    evidence = bundled_evidence()
    even = np.array([[3, 2, 0, 0], [2, 5, 1, 0], [0, 1, 5, 0], [0, 0, 0, 4]])
    tables = {**evidence.tables, "review_transitions": even, "year_one_transitions": 0 * even}
    found = noise_of_claims(replace(evidence, tables=tables), [13, 29, 65, 46], 0.6)
    assert {"already_improving", "year_one"}.isdisjoint(found)
    assert "reinspections_2024" in found


def test_records_without_any_move_have_no_shift_to_ask_of():
    evidence = bundled_evidence()
    tables = {name: 0 * counts for name, counts in evidence.tables.items()}
    empty = replace(evidence, tables=tables, left_by_date={})
    assert noise_of_claims(empty, [13, 29, 65, 46], 0.6) == {}
