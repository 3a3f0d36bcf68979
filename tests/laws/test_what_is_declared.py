"""What a scale and ratings declare beside the grades: an order, its ends, clusters of units."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from inspect import signature
from numbers import Real

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from registry import CALLED, ROWS, first

RNG = np.random.default_rng(1)
LATENT = RNG.integers(0, 3, size=(24, 1))
CODES = np.where(RNG.random((24, 3)) < 0.6, LATENT, RNG.integers(0, 3, size=(24, 3)))
CLUSTERS = np.repeat(np.arange(6), 4)
# what is asked beside the grades, where the row in the registry asks it of other grades
ASKED = {
    "agreement_with_standard": {"standard": "a"},
    "attribute_agreement": {"standard": "a"},
    "misclassification_matrix": {"standard": "a"},
    "grade_accuracy": {},
    "group_agreement": {"groups": {"g": ["a", "b"], "h": ["c"]}},
    "intra_rater_agreement": {"trial": {"g": ["a", "b"], "h": ["c"]}},
    "latent_grade_model": {},
    "repeat_grade_probability": {"at_least": "fair"},
    "cochran_q": {"at_least": "fair"},
}
OF_TWO = (
    "bangdiwala_b",
    "cohen_kappa",
    "kappa_max",
    "marginal_indices",
    "polychoric_correlation",
    "scott_pi",
)
# these take what holds no ratings, or need several strata
ELSEWHERE = (
    "heterogeneity",
    "ratings_from_table",
    "ratings_with_consensus",
    "transitions_from_table",
)
OF_GRADES = [
    name
    for name in CALLED
    if first(name) in ("table", "tables", "grades", "ratings", "source", "sequences")
    and name not in ELSEWHERE
]
OF_RATINGS = [name for name in OF_GRADES if first(name) != "grades"]


def asked_of(name, scale, *, places=(0, 1, 2), clusters=None):
    """Ask a function of the same gradings, whose grades stand at other places of a scale."""
    codes = np.array(places)[CODES]
    seed = {"rng": 1} if "rng" in signature(getattr(ilr, name)).parameters else {}
    options = seed | dict(ASKED.get(name, ROWS[name].options))
    if "at_least" in options:
        options["at_least"] = scale.labels[1]
    if first(name) == "grades":
        counts = np.array(
            [np.bincount(codes[:16, 0], minlength=3), np.bincount(codes[8:, 1], minlength=3)]
        )
        given = ilr.grades_from_table(counts, scale=scale, groups=["short", "long"])
    else:
        n_raters = 2 if first(name) in ("table", "tables") or name in OF_TWO else 3
        given = ilr.ratings_from_codes(
            codes[:, :n_raters],
            scale=scale,
            raters=["a", "b", "c"][:n_raters],
            clusters=clusters,
            design="repeat" if first(name) in ("table", "tables", "sequences") else "simultaneous",
        )
    return getattr(ilr, name)([given] * 2 if first(name) == "tables" else given, **options)


def numbers(thing):
    """Yield the sizes of all numbers of a result."""
    if isinstance(thing, Mapping):
        for key, part in thing.items():
            yield from () if key == "notes" else numbers(part)
    elif isinstance(thing, (list, tuple)):
        for part in thing:
            yield from numbers(part)
    elif isinstance(thing, Real) and np.isfinite(thing):
        yield abs(float(thing))


def notes_of(result):
    parts = result.values() if isinstance(result, ilr.Estimates) else ()
    own = (
        *getattr(result, "notes", ()),
        *getattr(getattr(result, "reliability", None), "notes", ()),
    )
    return own + tuple(note for part in parts for note in part.notes)


def answer_or_refusal(name, scale, **more):
    """Return what a function answers, and "", or nothing, and why it refuses."""
    try:
        return asked_of(name, scale, **more), ""
    except ValueError as error:
        return {}, str(error)


# starts are drawn, so that another order of classes climbs to another maximum; p-values are drawn
DRAWN = ("dawid_skene", "kendall_w_test")


# whose shares up are of pairs that it names in their order
OF_PAIRS = ("pairwise_symmetry",)


@pytest.mark.parametrize("name", sorted(set(OF_GRADES) - {*DRAWN, *OF_PAIRS}))
def test_an_order_that_is_none_changes_nothing_or_is_refused(name):
    found, why = answer_or_refusal(name, ilr.Scale(["poor", "fair", "good"], ordered=False))
    turned = ilr.Scale(["fair", "good", "poor"], ordered=False)
    other, _ = answer_or_refusal(name, turned, places=(2, 0, 1))
    one, another = (sorted(numbers(each and each.to_dict())) for each in (found, other))
    assert_allclose(one, another, rtol=1e-5, atol=1e-6)
    assert one or re.search(r"ordered|no ranks", why)


REFUSING = {
    "latent_grade_model": "`source`",
    "repeat_grade_probability": "`source`",
    "grade_accuracy": "`source`",
    "reliability_from_repeats": "`sequences`",
    "polychoric_correlation": "`ratings`",
    "noise_only_transitions": "`table`",
    "regression_to_mean_test": "`table`",
    "corrected_shift": "`table`",
    "tipping_point": "`table`",
    "net_shift": "`table`",
}


@pytest.mark.parametrize("name", REFUSING)
def test_what_rests_on_an_order_refuses_a_scale_without_one_by_name(name):
    why = answer_or_refusal(name, ilr.Scale(["poor", "fair", "good"], ordered=False))[1]
    assert why.startswith(f"{REFUSING[name]} is on the unordered scale ('poor', 'fair', 'good'): ")


@pytest.mark.parametrize("model", ["bound", "quasi_simplex", "latent_markov"])
def test_every_model_of_repeats_needs_an_order(model):
    scale = ilr.Scale(["poor", "fair", "good"], ordered=False)
    repeats = ilr.ratings_from_codes(CODES, scale=scale, design="repeat")
    with pytest.raises(ValueError, match="`sequences` is on the unordered scale"):
        ilr.reliability_from_repeats(repeats, model=model)


def test_errors_of_grades_without_an_order_say_nothing_of_one_grade_apart():
    unordered = ilr.Scale(["poor", "fair", "good"], ordered=False)
    errors = asked_of("misclassification_matrix", unordered)
    assert "within one grade" not in ilr.repeat_grade_probability(errors)
    with pytest.raises(ValueError, match="`source` is on the unordered scale"):
        ilr.repeat_grade_probability(errors, at_least="fair")
    found = asked_of("attribute_agreement", unordered)
    sided = (found.misses, found.false_alarms, found.mixed)
    assert not any(map(len, sided))
    assert found.notes[-1].startswith("The scale has no order")


@pytest.mark.parametrize("test", [ilr.sign_test, ilr.marginal_rank_shift])
def test_a_plan_of_moves_needs_an_order(test):
    counts = [[3, 2, 1], [1, 4, 2], [0, 1, 3]]
    scale = ilr.Scale(["poor", "fair", "good"], ordered=False)
    moves = ilr.transitions_from_table(counts, scale=scale)
    with pytest.raises(ValueError, match="is on the unordered scale"):
        ilr.units_for_shift(moves, test=test, n_units=8)
    assert ilr.units_for_shift(moves, test=ilr.bowker, n_units=8, n_resamples=50, rng=1).n_units


# what speaks of up and down, of more and less, or of a cut, where its numbers alone do not show it
SPEAKS_OF_SIDES = {
    "attribute_agreement",
    "noise_only_transitions",
    "pairwise_occasions",
    "pairwise_symmetry",
    "regression_to_mean_test",
    "repeat_grade_probability",
    "tipping_point",
}


def words(result):
    return Counter(
        re.findall(r"[\w.+-]+", result.describe() if hasattr(result, "describe") else "")
    )


# coefficients have laws of their own, and count no grade for more than another
SIDED = [name for name in OF_GRADES if not (ROWS[name].law or ROWS[name].other)]


@pytest.mark.parametrize("name", sorted(set(SIDED) - set(DRAWN)))
def test_what_turns_with_the_order_says_which_end_of_plain_numbers_is_the_worst(name):
    found = asked_of(name, ilr.Scale(["poor", "fair", "good"]))
    turned = asked_of(name, ilr.Scale(["good", "fair", "poor"]), places=(2, 1, 0))
    plain = asked_of(name, ilr.Scale([1, 2, 3]))
    said = any(note.startswith("Grade 1 is taken for the worst") for note in notes_of(plain))
    turns = words(found) != words(turned) or name in SPEAKS_OF_SIDES
    assert said or not turns
    assert not any("for the worst" in note for note in notes_of(found))


@pytest.mark.parametrize(
    "plan",
    [
        lambda x: ilr.units_for_shift(x, n_units=8),
        lambda x: ilr.units_for_shift(x, test=ilr.stuart_maxwell, at_least=1, n_units=8),
        lambda x: ilr.units_for_comparison(x, test=ilr.mann_whitney, n_units=8),
        lambda x: ilr.units_for_comparison(x, test=ilr.two_proportions, at_least=1, n_units=8),
    ],
)
def test_plans_of_a_direction_say_which_end_is_the_worst(plan):
    assert plan([[1, 3], [2, 4]]).notes[-1].startswith("Grade 1 is taken for the worst")


def test_plans_without_a_direction_say_nothing_of_it():
    shares = [[1, 3], [2, 4]]
    assert not ilr.units_for_shift(shares, test=ilr.bowker, n_units=8).notes
    scale = ilr.Scale(["poor", "good"])
    assert not ilr.units_for_shift(ilr.transitions_from_table(shares, scale=scale), n_units=8).notes


def inference(result):
    """Yield limits of default intervals, and p-values, that a result holds anywhere."""
    if isinstance(result, ilr.Estimate):
        if result.methods and result.status == "ok":
            yield from result.confidence_interval()
    elif isinstance(result, ilr.SignificanceResult):
        yield result.p_value
        yield from inference(result.effect)
    elif isinstance(result, Mapping):
        for part in result.values():
            yield from inference(part)
    elif isinstance(result, (tuple, list, ilr.Estimates)):
        for part in result.values() if isinstance(result, ilr.Estimates) else result:
            yield from inference(part)
    elif is_dataclass(result) and not isinstance(result, (ilr.Ratings, ilr.Scale)):
        for one in fields(result):
            part = getattr(result, one.name)
            if "p_value" in one.name:
                yield from np.ravel(part)
            elif not one.name.startswith("_"):
                yield from inference(part)


@pytest.mark.parametrize("name", sorted(OF_RATINGS))
def test_clusters_enter_or_a_note_says_that_they_do_not_or_they_are_refused(name):
    scale = ilr.Scale(["poor", "fair", "good"])
    apart = list(inference(asked_of(name, scale)))
    found, why = answer_or_refusal(name, scale, clusters=CLUSTERS)
    together = list(inference(found))
    enter = len(apart) != len(together) or not np.allclose(apart, together, equal_nan=True)
    said = any("units as independent" in note for note in notes_of(found))
    assert said or enter or "clusters" in why or not apart


@pytest.mark.parametrize("name", ["noise_only_transitions", "tipping_point"])
def test_what_error_alone_does_is_said_to_leave_clusters_out(name):
    scale = ilr.Scale(["poor", "fair", "good"])
    found = asked_of(name, scale, clusters=CLUSTERS)
    assert "Clusters do not enter" in found.describe()
    assert "luster" not in asked_of(name, scale).describe()


@pytest.mark.parametrize("model", ["bound", "quasi_simplex", "latent_markov"])
def test_every_model_of_repeats_says_that_clusters_do_not_enter(model):
    scale = ilr.Scale(["poor", "fair", "good"])
    repeats = ilr.ratings_from_codes(CODES, scale=scale, design="repeat", clusters=CLUSTERS)
    found = ilr.reliability_from_repeats(repeats, model=model)
    assert found.notes[-1].startswith("Clusters do not enter")


def test_moves_of_sequences_say_that_their_clusters_are_left_behind():
    scale = ilr.Scale(["poor", "fair", "good"])
    repeats = ilr.ratings_from_codes(CODES, scale=scale, design="repeat", clusters=CLUSTERS)
    moves = ilr.transitions_from_sequences(repeats)
    assert moves.notes[-1].startswith("Clusters do not enter")
    assert moves.notes[-1] in ilr.sign_test(moves).notes
    panel = ilr.dawid_skene(repeats, n_starts=2, prior=1, rng=1)
    assert panel.notes[-1].startswith("Clusters do not enter")


def test_a_latent_grade_says_once_that_clusters_do_not_enter():
    model = asked_of("latent_grade_model", ilr.Scale(["poor", "good", "best"]), clusters=CLUSTERS)
    assert model.describe().count("Clusters do not enter") == 1
