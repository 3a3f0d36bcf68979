"""Sentences, notes and reasons say nothing that is not so of the data in hand."""

import re
import warnings

import numpy as np
import pytest

import ilacs_reliability as ilr
from registry import SCALE

GREAT = [[10**9, 10**8, 1], [10**8, 10**9, 3], [0, 10**7, 10**9]]
APART = [[[5, 4, 1], [0, 0, 0]], [[0, 0, 0], [0, 0, 9]]]


def coded(*rows):
    return ilr.ratings_from_codes(rows, scale=SCALE)


def quietly(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ilr.UndefinedEstimateWarning)
        return call()


@pytest.mark.parametrize("compare", [ilr.relative_effect, ilr.mann_whitney, ilr.brunner_munzel])
def test_units_that_differ_are_not_said_to_differ_hardly(compare):
    said = compare([[0, 0, 2, 0], [1, 0, 1, 0]]).describe()
    assert "hardly differ" not in said
    assert ("taken from that of a share" in said) == (compare is not ilr.mann_whitney)


@pytest.mark.parametrize("compare", [ilr.mann_whitney, ilr.jonckheere])
@pytest.mark.parametrize("grades", [[[0, 9, 0], [0, 0, 9]], [[0, 1, 0], [0, 0, 9]]])
def test_a_note_on_an_interval_is_on_the_one_that_is_printed(compare, grades):
    found = compare(grades)
    assert found.effect.interval_methods[0] == "conditional"
    said = " ".join((*found.notes, *found.effect.notes))
    assert "taken from that of a share" not in said
    assert "exact one for" not in said
    assert "likelier by a constant factor" in said or "tilted by their ranks" in said


def test_equal_estimates_lack_a_spread_of_differences_not_an_error():
    one = ilr.cohen_kappa(coded([0, 0], [1, 1], [2, 1], [0, 2], [1, 1]))
    assert one.standard_error > 0.1
    test = quietly(lambda: ilr.equal_agreement_test([one, one], paired=True))
    assert test.why == "the differences between the estimates have no spread"
    assert not any("F is a rough guide" in note for note in test.notes)


def test_groups_that_never_meet_are_not_said_to_be_comparable():
    said = ilr.overlap_report([[[5, 0], [3, 1], [0, 0]], [[1, 0], [0, 0], [1, 1]]]).describe()
    assert said.startswith("Two or more of group 1, group 2 and group 3 can be compared in 2 of 2")
    assert "all of the groups in none of them; group 2 and group 3 share no stratum" in said
    met = ilr.overlap_report([[[5, 0], [3, 1], [0, 2]], [[1, 0], [0, 0], [0, 0]]]).describe()
    assert met.startswith("Group 1, group 2 and group 3 can be compared in 1 of 2 strata (stratum")
    assert "1), which holds 11 of 12 units" in met
    never = ilr.overlap_report([[[5, 0], [0, 0], [0, 0]], [[0, 0], [3, 0], [0, 0]]]).describe()
    assert "no stratum holds two of them" in never


@pytest.mark.parametrize("test", [ilr.bowker, ilr.stuart_maxwell])
def test_a_note_recommends_a_method_that_can_be_had(test):
    table = [[10**9, 10**8, 1], [10**8, 10**9, 0], [0, 1, 10**9]]
    for counts in (GREAT, table, [[9, 4, 1], [3, 9, 0], [0, 0, 9]]):
        for note in test(counts).notes:
            method = re.search("prefer method='([a-z_]+)'", note)
            assert method is None or test(counts, method=method[1], rng=1, n_resamples=99)


def test_ratings_that_meet_no_other_are_not_denied():
    ratings = coded([0, -1], [-1, 1])
    pabak = quietly(lambda: ilr.marginal_indices(ratings))["pabak"]
    assert pabak.why == "no unit has two ratings: 2 units have one"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[1, 1]] * 5, "every rating is the same grade, 'fair'"),
        ([[1, 1], [1, 2]], "rater 1 gave 'fair' only"),
        ([[1, 2]] * 2, "rater 1 gave 'fair' only and rater 2 gave 'good' only"),
        ([[1, 1], [1, 2], [0, -1]], "rater 1 gave 'fair' only among the units that both rated"),
    ],
)
def test_who_gave_one_grade_only_is_named(rows, why):
    assert quietly(lambda: ilr.polychoric_correlation(coded(*rows))).why == why


def test_each_pair_of_raters_is_named():
    ratings = coded([0, 1, 0], [1, 1, 2], [2, 1, 2], [0, 0, 1], [1, 2, 1])
    said = ilr.polychoric_correlation(ratings).describe()
    assert re.findall("Polychoric correlation of raters ([123] and [123]) is", said) == [
        "1 and 2",
        "1 and 3",
        "2 and 3",
    ]


def test_an_odds_ratio_counts_only_units_that_say_something_of_it():
    both = [[[5, 4, 1], [3, 9, 6]], [[0, 0, 4], [0, 0, 9]]]
    ratio, alone = (ilr.odds_ratio(table, at_least=2) for table in (both, both[:1]))
    assert ratio.n_units == 28
    assert any(note.startswith("13 units of strata in which no unit") for note in ratio.notes)
    np.testing.assert_allclose(ratio.value, alone.value, rtol=1e-12)
    np.testing.assert_allclose(
        [*ratio.confidence_interval()], [*alone.confidence_interval()], rtol=1e-9
    )


@pytest.mark.parametrize("test", [ilr.ordinal_equivalence, ilr.ordinal_noninferiority])
def test_an_undefined_test_says_nothing_of_large_p_values(test):
    found = quietly(lambda: test(APART, margin=0.1))
    assert found.reason == "no_overlap"
    assert "p-value" not in " ".join(found.notes)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ilr.friedman([[0, 1]]),
        lambda: ilr.sign_test([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        lambda: ilr.bowker([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        lambda: ilr.marginal_rank_shift([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        lambda: ilr.marginal_score_shift([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        lambda: ilr.wilcoxon_signed_rank([[0, 1, 0], [0, 0, 0], [0, 0, 0]]),
    ],
)
def test_clusters_are_spoken_of_where_there_are_some(call):
    assert "There is a single unit: " in " ".join(call().notes)
    ratings = ilr.ratings_from_codes([[0, 1], [1, 2]], scale=SCALE, clusters=["a", "a"])
    assert "There is a single cluster: " in " ".join(ilr.friedman(ratings).notes)


def test_bounds_that_coincide_are_one_number():
    said = ilr.selection_bounds([[5, 4, 1], [3, 9, 6]]).describe()
    assert " is 0.708 (with sampling error, " in said
    assert "anything from" not in said
