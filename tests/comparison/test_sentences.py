"""Sentences about tables without labels say what is a group, a stratum or a grade."""

import re

import pytest

import ilacs_reliability as ilr

PLAIN = [[3, 8, 45, 39], [4, 6, 5, 3]]
NUMBERED = ilr.grades_from_table(PLAIN, scale=ilr.Scale([0, 1, 2, 3]), groups=(0, 1))
STRATA = ilr.grades_from_table(
    [PLAIN, [[0, 1, 3, 23], [1, 2, 0, 1]]],
    scale=ilr.Scale([0, 1, 2, 3]),
    groups=(0, 1),
    strata=(0, 1),
)
BY_SIZE = ilr.grades_from_table([[2, 45], [4, 34], [9, 28]], groups=(1000, 90000, 230000))
OUTSIDE = ilr.grades_from_table([PLAIN, [[0, 0, 0, 0], [1, 2, 3, 4]]], groups=(0, 1), strata=(0, 1))

RESULTS = {
    "relative_effect": lambda: ilr.relative_effect(NUMBERED),
    "generalised_odds": lambda: ilr.generalised_odds(NUMBERED),
    "cliffs_delta": lambda: ilr.cliffs_delta(NUMBERED),
    "somers_d": lambda: ilr.somers_d(NUMBERED),
    "risk_difference": lambda: ilr.risk_difference(NUMBERED, at_least=2),
    "risk_ratio": lambda: ilr.risk_ratio(NUMBERED, at_most=0),
    "odds_ratio": lambda: ilr.odds_ratio(NUMBERED, at_least=3),
    "e_value": lambda: ilr.e_value(NUMBERED, at_most=1),
    "two_proportions": lambda: ilr.two_proportions(NUMBERED, at_least=2, method="score"),
    "brunner_munzel": lambda: ilr.brunner_munzel(NUMBERED),
    "mann_whitney": lambda: ilr.mann_whitney(NUMBERED),
    "jonckheere": lambda: ilr.jonckheere(BY_SIZE),
    "ordinal_equivalence": lambda: ilr.ordinal_equivalence(NUMBERED, margin=0.1),
    "ordinal_noninferiority": lambda: ilr.ordinal_noninferiority(NUMBERED, margin=0.1),
    "van_elteren": lambda: ilr.van_elteren(STRATA),
    "heterogeneity": lambda: ilr.heterogeneity(STRATA, at_least=2),
    "proportional_odds": lambda: ilr.proportional_odds(BY_SIZE, group=230000),
    "overlap_report": lambda: ilr.overlap_report(OUTSIDE),
    "selection_bounds": lambda: ilr.selection_bounds(OUTSIDE, at_least=2),
}


@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_a_numbered_group_is_called_a_group(result):
    text = result().describe()
    assert "group " in text
    # a name that is a number stands nowhere without what it names
    for bare in (r"P\(\d", r"(minus|over|above|from|nor|neither) (1000|230000|0|1)\b(?!\.\d)"):
        assert not re.search(bare, text), text
    for bare in (
        r"(share|shares) \d",
        r"(odds ratio of) \d",
        r"(^|\. )\d+( or better| or worse)?:",
    ):
        assert not re.search(bare, text), text


def test_sentences_of_numbered_grades():
    difference = ilr.risk_difference(NUMBERED, at_least=2).describe()
    assert difference.startswith(
        "Difference in the share of grade 2 or better, group 1 minus group 0"
    )
    assert difference.endswith("Grade 2 or better: group 0 84 of 95, group 1 8 of 18.")
    assert "odds ratio of grade 3, group 1 over group 0" in (
        ilr.odds_ratio(NUMBERED, at_least=3).label
    )
    trend = ilr.jonckheere(BY_SIZE)
    assert trend.null == "grades do not rise or fall from group 1000 to group 230000"
    change = ilr.heterogeneity(STRATA, at_least=2).effect.label
    assert change.startswith("change from stratum 0 to stratum 1 in the difference in the share")


def test_names_that_are_words_stay_as_they_are():
    labelled = ilr.grades_from_table(PLAIN, scale=ilr.OFSTED_SCALE, groups=("short", "standard"))
    difference = ilr.risk_difference(labelled, at_least="good")
    assert difference.label == "difference in the share good or better, standard minus short"
    assert difference.describe().endswith("Good or better: short 84 of 95, standard 8 of 18.")


def test_a_grade_whose_own_name_begins_with_of_keeps_it():
    scale = ilr.Scale(["of concern", "of no concern"])
    grades = ilr.grades_from_table([[3, 4], [5, 2]], scale=scale)
    found = ilr.risk_difference(grades, at_most="of concern")
    assert any(note.startswith("Of concern: ") for note in found.notes)
