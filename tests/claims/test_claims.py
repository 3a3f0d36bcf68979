"""Claims go in with a threshold; verdicts come out, and the report holds the published figures."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability.claims.evidence import TABLES, evidence_from, moves, share
from ilacs_reliability.datasets.inspections import parse_inspections

BINARY = ilr.Scale(("converts", "stays good"))
REPORT = ilr.assess_security()
BY_NAME = {one.claim.name: one for one in REPORT.assessments}


def claim(**changes):
    given_ = {"statement": "Inspectors agree.", "kind": "consistency", "threshold": 0.8}
    if changes.get("kind", "consistency") == "consistency":
        given_ |= {"coefficient": "percent_agreement"}
    return ilr.Claim(**(given_ | changes))


def pairs(agreed, disagreed, design="simultaneous"):
    """Return ratings that use both grades equally often, as far as whole numbers go."""
    table = [[agreed // 2, disagreed // 2], [disagreed - disagreed // 2, agreed - agreed // 2]]
    return ilr.ratings_from_table(table, scale=BINARY, design=design)


def agreement(agreed, disagreed, design="simultaneous"):
    return ilr.percent_agreement(pairs(agreed, disagreed, design))


# --- judging ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "disagreed", "outcome"),
    [(22, 2, "not shown"), (145, 5, "supported"), (60, 60, "contradicted"), (5, 0, "not shown")],
)
def test_a_verdict_follows_from_the_interval_and_the_threshold(agreed, disagreed, outcome):
    verdict = ilr.judge(claim(), agreement(agreed, disagreed))
    assert verdict.outcome == outcome


@given(
    agreed=st.integers(0, 40),
    disagreed=st.integers(0, 40),
    threshold=st.floats(0.05, 0.95),
    level=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
)
def test_a_verdict_agrees_with_the_test_of_its_threshold(agreed, disagreed, threshold, level):
    assume(agreed + disagreed > 0)
    evidence = agreement(agreed, disagreed)
    one = claim(kind="share", threshold=threshold, confidence_level=level)
    verdict = ilr.judge(one, evidence)
    tail = (1 - level) / 2
    above = ilr.threshold_test(evidence, threshold, alternative="greater").p_value
    below = ilr.threshold_test(evidence, threshold, alternative="less").p_value
    if abs(above - tail) > 1e-6 and abs(below - tail) > 1e-6:
        assert (verdict.outcome == "supported") == (above < tail)
        assert (verdict.outcome == "contradicted") == (below < tail)


@given(agreed=st.integers(1, 200), disagreed=st.integers(0, 200))
def test_the_opposite_claim_has_the_opposite_verdict(agreed, disagreed):
    evidence = agreement(agreed, disagreed)
    opposite = {"supported": "contradicted", "contradicted": "supported"}
    one = claim(kind="share", threshold=0.701)
    up = ilr.judge(one, evidence).outcome
    down = ilr.judge(replace(one, direction="less than"), evidence).outcome
    assert down == opposite.get(up, up)


def test_a_difference_that_is_not_significant_is_not_sameness():
    few = ilr.relative_effect([[2, 3, 4], [2, 4, 3]])
    same = claim(kind="comparison", threshold=(0.4, 0.6), direction="within")
    assert 0.5 in few.confidence_interval()
    assert ilr.judge(same, few).outcome == "not shown"


def test_margins_are_judged_at_the_level_of_every_other_direction():
    within = claim(kind="share", threshold=(0.4, 0.6), direction="within")
    evidence = agreement(50, 50)
    verdict = ilr.judge(within, evidence)
    assert verdict.interval == evidence.confidence_interval(0.95)
    assert within.interval_level == claim().interval_level
    assert verdict.outcome == "not shown"
    assert ilr.judge(within, agreement(500, 500)).outcome == "supported"


def test_a_repeat_is_not_a_second_opinion():
    verdict = ilr.judge(claim(), agreement(145, 5, design="repeat"))
    assert verdict.outcome == "not answerable"
    assert "repeat is not a second opinion" in verdict.reason


def test_repeats_may_bear_on_a_claim_about_shift():
    verdict = ilr.judge(claim(kind="shift"), agreement(145, 5, design="repeat"))
    assert verdict.outcome == "supported"


def test_a_comparison_under_selection_is_not_answerable():
    effect = ilr.relative_effect([[300, 400, 300], [310, 395, 295]])
    same = claim(
        kind="comparison", threshold=(0.4, 0.6), direction="within", selection="risk decided"
    )
    verdict = ilr.judge(same, effect)
    assert verdict.outcome == "not answerable"
    assert "risk decided" in verdict.reason


def test_no_overlap_is_not_answerable():
    grades = ilr.grades_from_table([[[3, 4], [0, 0]], [[0, 0], [5, 6]]])
    report = ilr.overlap_report(grades)
    same = claim(kind="comparison", threshold=(0.4, 0.6), direction="within")
    assert ilr.judge(same, report).outcome == "not answerable"
    with pytest.warns(ilr.UndefinedEstimateWarning):
        effect = ilr.relative_effect(grades)
    assert ilr.judge(same, effect).outcome == "not answerable"


def test_an_overlap_report_with_overlap_is_no_evidence():
    report = ilr.overlap_report(ilr.grades_from_table([[3, 4], [5, 6]]))
    with pytest.raises(TypeError, match="`result` must be an Estimate"):
        ilr.judge(claim(kind="comparison"), report)


def test_undefined_evidence_is_not_answerable():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        kappa = ilr.cohen_kappa([[1, 1], [1, 1], [1, 1]])
    verdict = ilr.judge(claim(threshold=0.6, coefficient="cohen_kappa"), kappa)
    assert verdict.outcome == "not answerable"
    assert "every rating is the same grade" in verdict.reason


def test_no_evidence_is_not_answerable():
    assert ilr.judge(claim(), None).outcome == "not answerable"


def test_a_tests_effect_is_its_evidence():
    test = ilr.threshold_test(agreement(145, 5), 0.8)
    assert ilr.judge(claim(), test).outcome == "supported"


def test_more_than_a_share_is_not_shown_by_a_limit_that_equals_it():
    evidence = agreement(10, 10)
    low, _ = evidence.confidence_interval()
    one = claim(kind="share", threshold=low)
    assert ilr.judge(one, evidence).outcome == "supported"
    assert ilr.judge(replace(one, direction="more than"), evidence).outcome == "not shown"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "consistent"}, "`kind` must be one of"),
        ({"direction": "over"}, "`direction` must be one of"),
        ({"threshold": (0.1, 0.2)}, "`threshold` must be a finite number"),
        ({"threshold": 0.1, "direction": "within"}, "two finite margins"),
        ({"threshold": (0.6, 0.4), "direction": "within"}, "in order"),
        ({"threshold": float("nan")}, "finite"),
        ({"confidence_level": 95}, "write 95 % as 0.95"),
        ({"floor": 60}, "`floor` must be between -1 and 1"),
    ],
)
def test_a_claim_refuses_what_it_cannot_be_held_to(changes, message):
    with pytest.raises(ValueError, match=message):
        claim(**changes)


def test_judge_refuses_other_things():
    with pytest.raises(TypeError, match="`claim` must be a Claim"):
        ilr.judge("we agree", agreement(1, 1))
    with pytest.raises(TypeError, match="`result` must be an Estimate"):
        ilr.judge(claim(), 0.9)
    batch = ilr.ratings_from_codes([[0, 0], [0, 1]], scale=BINARY).with_frequencies(
        [[1, 1], [2, 1]]
    )
    with pytest.raises(ValueError, match="one study"):
        ilr.judge(claim(), ilr.percent_agreement(batch))


def test_a_verdict_says_everything_in_a_sentence_and_in_a_row():
    verdict = ilr.judge(claim(would_settle="more pairs."), agreement(22, 2))
    assert verdict.describe() == (
        '"Inspectors agree." is not shown: the 95% interval of the percent agreement, 0.730 to '
        "0.990 in 24 units, straddles the threshold (at least 0.8). Of those inspected it is true. "
        "What would settle it: more pairs."
    )
    row = verdict.to_dict()
    assert row["outcome"] == "not shown"
    assert row["evidence"]["value"] == pytest.approx(22 / 24)
    assert ">not shown</span>" in verdict._repr_html_()
    assert pickle.loads(pickle.dumps(verdict)).outcome == "not shown"


# --- protocol ---------------------------------------------------------------------------------


def test_a_protocol_survives_toml():
    protocol = ilr.Protocol(agreement=0.9, superiority_margin=0.05)
    again = ilr.Protocol.from_toml(protocol.to_toml())
    assert again == protocol
    assert again.fingerprint == protocol.fingerprint


@given(
    name=st.sampled_from(
        ["power", "coefficient", "agreement", "majority", "about", "kept", "vast_majority"]
    ),
    value=st.floats(0.01, 0.99),
)
def test_any_other_number_has_another_fingerprint(name, value):
    changed = ilr.Protocol(**{name: value})
    assert (changed.fingerprint == ilr.Protocol().fingerprint) == (changed == ilr.Protocol())


def test_a_whole_number_and_its_float_declare_the_same():
    text = "schema = 2\nsuperiority_margin = 0.10"
    assert ilr.Protocol.from_toml(text).fingerprint == ilr.Protocol().fingerprint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agreement = 80", "`agreement` must be between 0 and 1, but got 80"),
        ("superiority_margin = 0.6", "between 0 and 0.5"),
        ("agrement = 0.8", "'agrement', which is not one of"),
        ("agreement = ", "is not TOML"),
        ("agreement = nan", "between 0 and 1"),
    ],
)
def test_a_protocol_refuses_what_it_cannot_declare(text, message):
    with pytest.raises(ValueError, match=message):
        ilr.Protocol.from_toml(text)


@pytest.mark.parametrize("value", ["'0.8'", "true", "[0.8]"])
def test_a_protocol_holds_numbers_only(value):
    with pytest.raises(TypeError, match="`agreement` must be a number"):
        ilr.Protocol.from_toml(f"agreement = {value}")


# --- the published claims -----------------------------------------------------------------------


@pytest.mark.parametrize("name", [one.name for one in ilr.published_claims()])
def test_every_published_figure_is_found_again(name):
    reproduction = ilr.reproduce(BY_NAME[name].claim)
    assert reproduction.agrees, reproduction.describe()
    assert reproduction.to_dict()["agrees"]


def test_only_published_claims_can_be_reproduced():
    with pytest.raises(ValueError, match="`claim` must be one of"):
        ilr.reproduce(claim(name="ours"))


def test_the_verdicts_are_those_of_the_declared_protocol():
    said = {
        one.claim.name: (one.verdict.as_count, one.verdict.outcome) for one in REPORT.assessments
    }
    unknown = "cannot be checked"
    assert said == {
        "two_inspectors": ("true", "not shown"),
        "year_one": ("true", "not shown"),
        "about_60_percent": (unknown, "not shown"),
        "reinspections_2024": ("true", "supported"),
        "short_kept": ("true", "not shown"),
        "short_against_standard": (unknown, "not answerable"),
        "consistent_and_reliable": (unknown, "not answerable"),
        "already_improving": ("true", "supported"),
        "effectiveness_improving": ("true", "supported"),
        "two_thirds_left_inadequate": ("true", "not shown"),
        "inadequate_left_similarly": (unknown, "not shown"),
        "none_still_inadequate": ("true", "not shown"),
        "vast_majority_improving": ("false", "contradicted"),
        "state_2018": ("true", "not shown"),
        "state_2022": ("true", "not shown"),
        "quarter_outstanding_2025": ("true", "not shown"),
        "lesson_observations_1996": ("false", "contradicted"),
        "lesson_visits_2019": (unknown, "not answerable"),
        "bigger_authorities": (unknown, "not answerable"),
        "caught_before_they_fell": (unknown, "not answerable"),
        "visits_reduced": (unknown, "not answerable"),
        "rigorous_but_fair": (unknown, "not answerable"),
        "confident": (unknown, "not answerable"),
    }


def test_another_protocol_may_give_other_verdicts():
    easy = ilr.assess_security(protocol=ilr.Protocol(kept=0.7))
    assert easy.outcomes["short_kept"] == "supported"


def test_agreement_alone_does_not_show_consistency():
    easy = ilr.assess_security(protocol=ilr.Protocol(agreement=0.7))
    verdict = easy.assessments[0].verdict
    assert verdict.outcome == "not shown"
    assert "in 0 of the 69 it may be" in verdict.reason


def test_22_of_24_has_its_interval_its_range_and_its_study():
    one = BY_NAME["two_inspectors"]
    low, high = one.verdict.evidence.confidence_interval()
    assert_allclose([low, high], [0.730027, 0.989744], atol=5e-7)  # claims: derived, exact binomial
    assert "22 of 24 = 91.7% (95% 73.0% to 99.0%)" in one.recomputed
    assert "We have not seen the two-by-two table. Over the 69" in one.details[0]
    assert "-0.04 to 0.83" in one.details[0]
    assert "0.83 to 0.91" in one.details[0]
    assert "without their table no number" in one.verdict.would_settle
    assert "supported" not in one.verdict.reachable


def test_the_first_year_is_19_12_3_of_34_and_33_are_in_the_records():
    one = BY_NAME["year_one"]
    assert one.moves == (19, 12, 3)
    assert "33 of the 34: 19 improved, 11 kept, 3 fell" in " ".join(one.details)


def test_short_against_standard_is_answered_inside_the_overlap_both_ways():
    one = BY_NAME["short_against_standard"]
    assert "short 11 of 95 fell, standard 10 of 18 fell" in one.recomputed
    assert "with the 3 of unclear kind" in one.recomputed
    assert "nothing shows that chance decided" in one.verdict.reason
    short = ilr.load_dataset("short_transitions").counts[2]
    standard = ilr.load_dataset("standard_transitions").counts[2]
    effect = ilr.relative_effect([short, standard])
    assert f"{effect.value:.2f}" in one.recomputed


def test_the_short_claim_hangs_on_three_inspections_of_unclear_kind():
    one = BY_NAME["short_kept"]
    assert "15 of 122" in one.recomputed
    assert "18 of 125" in one.recomputed
    assert "hangs on 3 inspections" in one.verdict.reason


def test_the_report_describes_itself():
    assert REPORT.describe().startswith("Of 23 claims and questions, as rates: 3 supported")
    row = REPORT.to_dict()
    assert len(row["claims"]) == 23
    assert len(row["answer"]) == 3
    assert row["fingerprint"] == ilr.Protocol().fingerprint
    assert "SecurityReport" in repr(REPORT)
    assert pickle.loads(pickle.dumps(REPORT)).outcomes == REPORT.outcomes


# --- someone's own records -----------------------------------------------------------------------

HEADER = (
    "urn,region,framework,kind,start_date,end_date,published_date,overall,leadership,"
    "help_and_protection,in_care,care_leavers,previous_overall,previous_framework,"
    "pre_sif_safeguarding,days_on_site,lead_inspector_id,population_0_25"
)


def records(*rows):
    return parse_inspections([HEADER, *rows], file_name="own.csv")


SIF = "1,North,SIF,sif,2015-01-05,2015-01-30,2015-03-01,good,good,good,good,good,,,,,1,1000"
SHORT = (
    "1,North,ILACS,short,2018-05-14,2018-05-18,2018-06-30,requires improvement,good,good,good,,"
    "good,SIF,,5,2,1000"
)


def test_own_records_that_hold_nothing_answer_nothing():
    report = ilr.assess_security(records(SIF))
    studies = {"two_inspectors": "not shown", "lesson_observations_1996": "contradicted"}
    # one authority has a grade, and so a state
    states = dict.fromkeys(("state_2018", "state_2022", "quarter_outstanding_2025"), "not shown")
    answered = {k: v for k, v in report.outcomes.items() if v != "not answerable"}
    assert answered == studies | states
    assert all(one.reproduction is None for one in report.assessments)


def test_own_records_are_tabulated_as_the_bundled_ones_are():
    evidence = evidence_from(records(SIF, SHORT))
    assert set(evidence.tables) == set(TABLES)
    assert evidence.tables["short_transitions"][2, 1] == 1
    assert not evidence.is_bundled
    report = ilr.assess_security(records(SIF, SHORT))
    assert report.outcomes["short_kept"] == "not shown"
    assert "no comparison" in own(report, "short_against_standard").verdict.reason


def own(report, name):
    return next(one for one in report.assessments if one.claim.name == name)


def test_moves_counts_above_on_and_below_the_diagonal():
    assert moves(np.array([[1, 2], [4, 8]])) == (2, 9, 4)


@given(count=st.integers(0, 30), other=st.integers(0, 30))
def test_a_share_has_the_standard_error_of_a_proportion(count, other):
    assume(count + other >= 2)
    n = count + other
    one = share(count, n, name="share", label="share", limits="why")
    p = count / n
    assert_allclose(one.standard_error, np.sqrt(p * (1 - p) / (n - 1)), atol=1e-12)


def test_a_stated_previous_grade_counts_where_the_earlier_inspection_is_not_there():
    evidence = evidence_from(records(SHORT))
    assert evidence.tables["short_transitions"][2, 1] == 1
    assert evidence.tables["sif_to_first_ilacs"][2, 1] == 1
    both = evidence_from(records(SIF, SHORT))
    # those that ask for a SIF inspection itself
    of_sif = {"first_sif_to_state_2019", "worst_sif_to_state_2022", "last_sif_to_latest_ilacs_2022"}
    assert all((evidence.tables[n] == both.tables[n]).all() for n in set(TABLES) - of_sif)


def test_a_kind_that_does_not_fit_its_framework_is_refused():
    with pytest.raises(ValueError, match="column `kind`: 'sif' does not fit the framework ILACS"):
        records(SHORT.replace(",short,", ",sif,"))


def test_a_share_of_units_is_no_evidence_of_consistency():
    table = ilr.load_dataset("ilacs_to_next_ilacs").counts
    unchanged = ilr.net_shift(table).unchanged
    verdict = ilr.judge(claim(threshold=0.3, coefficient=""), unchanged)
    assert verdict.outcome == "not answerable"
    assert "is not an agreement between ratings" in verdict.reason


@pytest.mark.parametrize("threshold", ["0.8", True, None, [0.1, "0.2"]])
def test_a_threshold_is_a_number(threshold):
    with pytest.raises(TypeError, match="`threshold` must be a number"):
        claim(threshold=threshold)


def test_margins_may_come_in_a_list_or_an_array():
    for margins in ([0.4, 0.6], np.array([0.4, 0.6])):
        one = claim(kind="comparison", threshold=margins, direction="within")
        assert one.margins == (0.4, 0.6)


def test_assessing_and_reproducing_refuse_other_things():
    with pytest.raises(ValueError, match="`records` holds no inspection"):
        ilr.assess_security([])
    with pytest.raises(TypeError, match="`protocol` must be a Protocol"):
        ilr.assess_security(protocol="agreement = 0.8")
    with pytest.raises(TypeError, match="`claim` must be a Claim"):
        ilr.reproduce("year_one")
    with pytest.raises(ValueError, match="`claim` must be one of"):
        ilr.reproduce(claim(name="year_one"))


def test_the_claim_of_60_percent_is_judged_at_every_candidate_date():
    one = BY_NAME["about_60_percent"]
    assert "9 of 15 by 2018-10-01 (60%)" in one.recomputed
    # two of the eight days have the same 19 of 33
    assert "in 4 of 7 counts" in one.details[0]
    assert "47 of 101 by 2020-12-31" in one.details[0]


def test_every_first_inspection_stands_beside_the_first_year():
    assert "70 of 147 rose, 47.6%" in " ".join(BY_NAME["year_one"].details)
