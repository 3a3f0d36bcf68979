"""Sentences, notes and reasons say nothing that is not so of the data in hand."""

import re
import warnings

import numpy as np
import pytest

import ilacs_reliability as ilr
from registry import CALLED, GROUPS, OCCASIONS, SCALE, STUDY, TABLE

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


def unevenly_scored(counts, **options):
    scale = ilr.Scale(["poor", "fair", "good"], scores=[0, 1, 10**6])
    return ilr.marginal_score_shift(ilr.transitions_from_table(counts, scale=scale), **options)


@pytest.mark.parametrize("test", [ilr.bowker, ilr.stuart_maxwell, unevenly_scored])
def test_a_note_recommends_a_method_that_can_be_had(test):
    table = [[10**9, 10**8, 1], [10**8, 10**9, 0], [0, 1, 10**9]]
    uneven = [[9, 10**8, 0], [10**8, 9, 1], [0, 0, 9]]
    for counts in (GREAT, table, uneven, [[9, 4, 1], [3, 9, 0], [0, 0, 9]]):
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


def test_ratings_are_counted_with_the_units_that_enter():
    ratings = coded([0, 0, -1], [1, -1, 1], [-1, 2, 2], [0, -1, -1])
    chance = ilr.repeat_grade_probability(ratings)["same grade"]
    reliability = ilr.latent_grade_model(ratings).reliability
    for found in (chance, reliability):
        assert (found.n_units, found.n_ratings, found.n_missing) == (3, 6, 5)
    alone = coded([0], [1], [1])
    for found in (ilr.kendall_w, lambda x: ilr.latent_grade_model(x).reliability):
        assert quietly(lambda found=found: found(alone)).n_ratings == 0


def test_what_is_undefined_is_not_written_as_a_number():
    model = quietly(lambda: ilr.latent_grade_model(coded([0], [1], [1])))
    assert "nan" not in model.describe()
    with pytest.raises(ValueError, match="`margins` must leave conger_kappa a value, but with"):
        ilr.agreement_world(0.5, margins=[0, 1])


def test_one_appraiser_alone_is_told_so():
    found = ilr.attribute_agreement(coded([0], [1]))
    assert found.describe().startswith("Nothing can be compared: there is one appraiser")
    assert "Nothing can be compared" in found._repr_html_()


def test_one_of_a_thing_is_spoken_of_in_the_singular():
    table = [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert ilr.tipping_point(table, n_resamples=9).describe().startswith("1 more unit up than down")
    pair = ilr.Scale(["no", "yes"])
    one = ilr.tables_consistent_with(4, scale=pair, cells=[[4, 0], [0, 0]])
    said = quietly(lambda: ilr.identified_range(ilr.percent_agreement, one)).describe()
    assert said.startswith("Over the one table that the published figures allow, ")
    with pytest.warns(
        ilr.UndefinedEstimateWarning, match="^cohen_kappa is undefined: no table that"
    ):
        ilr.identified_range(ilr.cohen_kappa, one)


KAPPA = ilr.cohen_kappa(ilr.ratings_from_table([[5, 1, 0], [1, 4, 1], [0, 2, 3]], scale=SCALE))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: ilr.e_value(0.5), ValueError, "whole numbers of 0 or more, but got 0.5."),
        (lambda: ilr.adjust_p_values([1.5]), ValueError, "between 0 and 1, but got 1.5 at 0."),
        (lambda: ilr.e_value(KAPPA), TypeError, "but got Estimate("),
        (lambda: ilr.rater_severity(KAPPA), TypeError, "but got Estimate("),
    ],
)
def test_an_error_says_the_fault_and_its_place(call, error, says):
    with pytest.raises(error, match=re.escape(says)) as caught:
        call()
    assert "labels have no order" not in str(caught.value)
    assert not re.search(r"at [.(]", str(caught.value))


def test_labels_are_still_told_how_to_be_read():
    with pytest.raises(TypeError, match="labels have no order of their own"):
        ilr.cohen_kappa([["good", "fair"], ["fair", 1]])


@pytest.mark.parametrize("found", [ilr.icc_test, ilr.kendall_w_test])
def test_a_test_is_called_by_what_it_is_of(found):
    ratings = ilr.ratings_from_codes(
        [[0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1]], scale=SCALE, clusters=[1, 1, 2, 2]
    )
    labels = {quietly(lambda given=given: found(given)).label for given in (ratings, ALONE)}
    assert len(labels) == 1


ALONE = coded([0, 1, 1], [1, 1, 2], [2, 2, 2], [0, 0, 1])

# counts whose digits run on where no commas part them
GREAT_TABLE = np.array([[10**9, 123456789, 12], [12345678, 10**9, 31234], [20001, 10**7, 10**9]])
GREAT_GROUPS = np.array([[123456789, 12345678, 40004], [22222222, 98765432, 34567]])
FEW_TABLES = ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], [[3, 1, 0], [0, 0, 0], [0, 0, 2]])
FEW_GROUPS = ([[0, 1, 0], [0, 0, 1]], [[5, 4, 1], [3, 9, 6]], [[0, 1, 0], [1, 0, 0]])
FEW_RATINGS = (coded([0], [1], [1]), coded([0, -1], [-1, 1]), coded([0, 1]))
# what is never so: a run of digits, what is no number, one of several, limits that are one
NEVER = (
    r"(?<![\d.,e+-])\d{5,}(?!\d*\.?\d*e)",
    r"\bnan\b",
    r"(?<![\d,.-])1 (?:more )?(?:units|ratings|raters|tables|clusters|inspections|strata)\b",
    r"from (-?\d\S*) to \1[ ,.)]",
    r"single unit or cluster",
    r"no unit has a rating\b",
)
# takes long of few units, or says what was given
LEFT = ("reliability_from_repeats",)


def others(first):
    if first is TABLE[0]:
        return (GREAT_TABLE, *FEW_TABLES)
    if first is GROUPS[0]:
        return (GREAT_GROUPS, *FEW_GROUPS)
    if isinstance(first, ilr.Ratings):
        return (first.with_frequencies(first.frequencies * 1234567), *FEW_RATINGS)
    return ()


def told(name, given, rest, options):
    """Return what a function says of something: its sentences, or why it refuses."""
    try:
        found = quietly(lambda: getattr(ilr, name)(given, *rest, **options))
    except (TypeError, ValueError) as error:
        return str(error)
    said = [found.describe()] if hasattr(found, "describe") else []
    return " ".join([*said, *getattr(found, "notes", ()), getattr(found, "why", "") or ""])


def asked():
    """Return the functions that take ratings, a table of moves or one of groups."""
    data = [id(one) for one in (TABLE, GROUPS, STUDY, OCCASIONS)]
    return [name for name, row in CALLED.items() if id(row.given) in data and name not in LEFT]


@pytest.mark.parametrize("name", asked())
def test_no_sentence_says_what_is_never_so(name):
    given, options = CALLED[name].call()
    for other in others(given[0]):
        text = told(name, other, given[1:], options)
        for never in NEVER:
            assert not re.search(never, text), text
