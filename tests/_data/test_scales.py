"""Grades in their declared order, and the credit between them."""

import copy
import pickle
from decimal import Decimal
from fractions import Fraction
from math import comb, isclose, pi, sin, sqrt

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability._data.scales import is_missing

SCALES = {
    "ofsted": ilr.OFSTED_SCALE,
    "scored": ilr.Scale(["low", "high"], scores=[1, 5]),
    "unordered": ilr.Scale(["red", "green", "blue"], ordered=False),
    "numbers": ilr.Scale([0, 2, 5]),
}

NUMBERS = (int, float, str, Fraction, Decimal, np.int8, np.float32, lambda x: f" {float(x)} ")

# labels


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("inadequate", 0),
        ("Inadequate", 0),
        ("requires improvement", 1),
        ("Requires improvement to be good", 1),
        ("RI", 1),
        ("ri", 1),
        ("  Requires \t Improvement ", 1),
        ("GOOD", 2),
        ("outstanding", 3),
    ],
)
def test_ofsted_grades_are_known_in_their_spellings(label, code):
    assert ilr.OFSTED_SCALE.code(label) == code


def test_labels_are_never_sorted():
    scale = ilr.Scale(["zebra", "ape", "mule"])
    assert scale.labels == ("zebra", "ape", "mule")
    assert scale.encode(["ape", "zebra"]).tolist() == [1, 0]
    assert scale.scores == (1.0, 2.0, 3.0)


def test_increasing_numbers_are_their_own_scores():
    assert ilr.Scale([0, 2, 5]).scores == (0.0, 2.0, 5.0)
    assert ilr.Scale([3, 2, 1]).scores == (1.0, 2.0, 3.0)  # declared worst first
    assert ilr.Scale([10, 3, 1]).scores == (1.0, 8.0, 10.0)  # the same steps, upwards
    assert ilr.Scale([1, 3, 2]).scores == (1.0, 2.0, 3.0)
    assert ilr.Scale([True, False]).scores == (1.0, 2.0)


@given(data=st.data(), scale=our.uneven_scales())
def test_decode_undoes_encode(data, scale):
    codes = data.draw(st.lists(st.integers(-1, len(scale) - 1), max_size=20))
    assert scale.encode(scale.decode(codes)).tolist() == codes


@pytest.mark.parametrize(
    "missing",
    [None, float("nan"), np.float32("nan"), Decimal("nan"), pd.NA, pd.NaT, "", " ", "\t\n", "\xa0"],
    ids=str,
)
def test_a_missing_rating_has_code_minus_one(missing):
    assert is_missing(missing)
    assert ilr.OFSTED_SCALE.encode([missing, "good"]).tolist() == [-1, 2]


@pytest.mark.parametrize("label", ["nan", "NA", "None", 0, False, "."])
def test_what_only_looks_missing_is_a_label(label):
    assert not is_missing(label)
    assert ilr.Scale([label, "other"]).encode([label]).tolist() == [0]


def test_codes_are_small_integers_of_the_same_shape():
    codes = ilr.OFSTED_SCALE.encode([["good", "RI"], ["good", ""]])
    assert codes.dtype == np.int8
    assert codes.shape == (2, 2)
    many = ilr.Scale(range(200))
    assert many.encode([199]).tolist() == [199]


def test_numbers_equal_to_a_label_are_that_label():
    scale = ilr.Scale([1, 2, 3])
    assert scale.encode([1.0, np.int64(2), np.float32(3)]).tolist() == [0, 1, 2]


def test_encode_names_an_unknown_grade_its_place_and_the_labels():
    message = r"`labels` holds 'excellent' at unit 1, rater 0, which is not in \('inadequate', .*\)"
    with pytest.raises(ValueError, match=message):
        ilr.OFSTED_SCALE.encode([["good", "good"], ["excellent", "good"]])
    with pytest.raises(ValueError, match=r"`grades` holds 4 at unit 2, which is not in"):
        ilr.Scale([1, 2, 3]).encode([1, 2, 4], name="grades")
    with pytest.raises(ValueError, match=r"holds \['a'\] at unit 0"):
        ilr.Scale(["a", "b"]).encode(np.array([["a"], None], dtype=object))


def test_a_label_is_compared_exactly_where_no_alias_says_otherwise():
    with pytest.raises(ValueError, match="holds 'Low'"):
        ilr.Scale(["low", "high"]).encode(["Low"])
    assert ilr.Scale(["low", "high"], aliases={"LOW": "low"}).encode(["Low"]).tolist() == [0]


def test_code_and_decode_refuse_what_is_not_on_the_scale():
    for label in ("excellent", None, ""):
        with pytest.raises(ValueError, match="is not a grade of this scale"):
            ilr.OFSTED_SCALE.code(label)
    for code in (4, -2):
        with pytest.raises(ValueError, match=rf"`codes` must be -1 to 3, but got {code}"):
            ilr.OFSTED_SCALE.decode([0, code])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"labels": []}, ValueError, "at least one grade"),
        ({"labels": "abc"}, TypeError, "but got the string 'abc'"),
        ({"labels": [["a"], "b"]}, TypeError, r"hashable, but got \['a'\] at 0"),
        ({"labels": ["a", "b", "a"]}, ValueError, "'a' twice, at 0 and 2"),
        ({"labels": ["a", None]}, ValueError, "None at 1, which means a missing rating"),
        ({"labels": ["a", ""]}, ValueError, "'' at 1"),
        ({"labels": ["a", float("nan")]}, ValueError, "nan at 1"),
        ({"labels": "ab", "scores": [1, 2]}, TypeError, "the string"),
        ({"labels": ["a", "b"], "scores": [1]}, ValueError, "one number for each of 2 labels"),
        (
            {"labels": ["a", "b"], "scores": [2, 1]},
            ValueError,
            "increase .* got 1 after 2 at 1",
        ),
        ({"labels": ["a", "b"], "scores": [1, 1]}, ValueError, "must increase"),
        ({"labels": ["a", "b"], "scores": [1, np.inf]}, ValueError, "finite, but got inf at 1"),
        ({"labels": ["a", "b"], "scores": [1, np.nan]}, ValueError, "finite, but got nan at 1"),
        ({"labels": ["a", "b"], "scores": ["x", 1]}, TypeError, "`scores` must hold numbers"),
        ({"labels": ["a"], "aliases": {"x": "b"}}, ValueError, "sends 'x' to 'b'"),
    ],
)
def test_a_scale_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        ilr.Scale(**arguments)


def test_an_unordered_scale_may_have_scores_in_any_order():
    assert ilr.Scale(["a", "b"], scores=[2, 1], ordered=False).scores == (2.0, 1.0)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_a_scale_is_a_value(scale):
    copy = pickle.loads(pickle.dumps(scale))
    assert copy == scale
    assert hash(copy) == hash(scale)
    assert_array_equal(copy.encode(scale.labels), range(len(scale)))
    with pytest.raises((AttributeError, TypeError)):
        copy.labels = ("other",)


def test_scales_differ_in_labels_scores_and_order():
    assert ilr.Scale(["a", "b"]) != ilr.Scale(["b", "a"])
    assert ilr.Scale(["a", "b"]) != ilr.Scale(["a", "b"], scores=[1, 3])
    assert ilr.Scale(["a", "b"]) != ilr.Scale(["a", "b"], ordered=False)


def test_a_scale_shows_its_order():
    assert repr(ilr.Scale(["poor", "good"])) == "Scale(poor < good)"
    assert repr(ilr.Scale(["red", "green"], ordered=False)) == "Scale(red, green)"
    assert ilr.OFSTED_SCALE.n_grades == len(ilr.OFSTED_SCALE) == 4


@pytest.mark.parametrize(
    "labels", [[4, 3, 2, 1], [1, 2, 3, 4], ["4", "3", "2", "1"], [4.0, 3, "2", 1]]
)
@pytest.mark.parametrize("form", NUMBERS, ids=lambda form: getattr(form, "__name__", "text"))
def test_a_number_is_read_in_any_of_its_forms(labels, form):
    scale = ilr.Scale(labels)
    for code, label in enumerate(labels):
        assert scale.code(form(label)) == code
        assert scale.encode(np.array([form(label), None], dtype=object)).tolist() == [code, -1]


def test_true_is_a_grade_only_where_it_is_a_label():
    for numbers in (ilr.Scale([0, 1, 2]), ilr.Scale([1, 2, 3])):
        for truth in (True, False, np.True_):
            with pytest.raises(ValueError, match="True and False are not 1 and 0"):
                numbers.code(truth)
            with pytest.raises(ValueError, match="True and False are not 1 and 0"):
                numbers.encode([1, truth])
    truths = ilr.Scale([False, True])
    assert truths.encode([True, False, np.True_]).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="holds 1 at unit 1"):
        truths.encode([True, 1])


@given(
    gaps=st.lists(st.floats(0.01, 10), min_size=2, max_size=6),
    start=st.floats(-5, 5),
    data=st.data(),
)
def test_numbers_equal_up_to_rounding_are_one_grade(gaps, start, data):
    labels = (start + np.cumsum(gaps)).tolist()
    scale, code = ilr.Scale(labels), data.draw(st.integers(0, len(labels) - 1))
    for near in (np.nextafter(labels[code], 99), float(np.float32(labels[code]))):
        assert scale.code(near) == code
        assert scale.encode([near]).tolist() == [code]
    half = (labels[0] + labels[1]) / 2
    with pytest.raises(ValueError, match="is not a grade"):
        scale.code(half)


def test_a_mapping_of_labels_keeps_their_scores():
    scale = ilr.Scale({"poor": 0, "fair": 1, "good": 10})
    assert scale == ilr.Scale(["poor", "fair", "good"], scores=[0, 1, 10])
    assert scale == ilr.Scale(["poor", "fair", "good"], scores={"good": 10, "poor": 0, "fair": 1})
    assert_allclose(ilr.agreement_weights(scale, "linear")[0], [1, 0.9, 0])
    assert ilr.Scale({2: 1, 1: 5}).scores == (1.0, 5.0)
    with pytest.raises(ValueError, match=r"`scores` are for \('bad',\), but the labels are"):
        ilr.Scale(["poor"], scores={"bad": 1})
    with pytest.raises(ValueError, match="`labels` gives each grade its score already"):
        ilr.Scale({"poor": 1}, scores=[1])
    with pytest.raises(TypeError, match="`scores` must hold numbers"):
        ilr.Scale({"poor": "bad"})
    with pytest.raises(ValueError, match="must increase"):
        ilr.Scale({"good": 2, "poor": 1})


def test_what_is_declared_missing_is_no_grade():
    scale = ilr.Scale([1, 2, 3], missing=["Not judged", 9, "-"])
    for spelling in ("Not judged", "not  JUDGED ", 9, 9.0, "9", "9.0", Decimal(9), "-"):
        assert scale.encode([spelling, 2]).tolist() == [-1, 1]
        with pytest.raises(ValueError, match="is not a grade"):
            scale.code(spelling)
    assert scale.missing == ("Not judged", 9, "-")
    assert scale != ilr.Scale([1, 2, 3])
    again = pickle.loads(pickle.dumps(scale))
    assert again == scale
    assert hash(again) == hash(scale)
    assert again.encode(["9"]).tolist() == [-1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"missing": "N/A"}, TypeError, "`missing` must be a sequence .*the string 'N/A'"),
        ({"missing": ["low"]}, ValueError, "`missing` holds 'low' at 0, which is a grade"),
        ({"missing": [9, " LOW"]}, ValueError, "`missing` holds ' LOW' at 1, which is a grade"),
        ({"missing": ["meh"], "aliases": {"Meh": "low"}}, ValueError, "`aliases` sends to 'low'"),
        ({"missing": [["x"]]}, TypeError, r"`missing` must be hashable, but got \['x'\] at 0"),
        ({"aliases": {"x": ["low"]}}, ValueError, r"sends 'x' to \['low'\]"),
        ({"aliases": {"high": "low"}}, ValueError, "'high' to 'low', but it is a grade itself"),
        ({"aliases": {"": "low"}}, ValueError, "but it means no grade"),
        ({"aliases": {3: "RI"}}, ValueError, "sends 3 to 'RI', which is not in"),
        ({"fold": "yes"}, TypeError, "`fold` must be True or False"),
        ({"labels": ["Low", "low "], "fold": True}, ValueError, "differ only in case or spaces"),
    ],
)
def test_a_scale_refuses_readings_that_clash(arguments, error, message):
    with pytest.raises(error, match=message):
        ilr.Scale(**{"labels": ["low", "high"], **arguments})


def test_a_number_may_be_an_alias():
    scale = ilr.Scale(["requires improvement", "good"], aliases={3: "requires improvement"})
    assert scale.encode([3, "3", 3.0, "good"]).tolist() == [0, 0, 0, 1]


def test_folding_reads_labels_without_case_and_spaces():
    scale = ilr.Scale(["Needs work", "Fine"], fold=True)
    assert scale.encode(["needs  WORK", " fine", "Fine"]).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("LOW", "it differs from 'low' only in case or spaces, which `fold=True`"),
        ("low ", "it differs from 'low' only in case or spaces, which `fold=True`"),
        ("N/A", r"where it means that no grade was given, declare `missing=\['N/A'\]`"),
        (9, r"where it means that no grade was given, declare `missing=\[9\]`"),
        ("lower", r"not in \('low', 'high'\)\."),
    ],
)
def test_an_unknown_label_says_how_it_is_accepted(label, hint):
    scale = ilr.Scale(["low", "high"])
    with pytest.raises(ValueError, match=hint):
        scale.encode([label])
    if "not in" not in hint:
        with pytest.raises(ValueError, match=hint):
            scale.code(label)


# weights


@given(scale=our.uneven_scales(min_grades=2), data=st.data())
def test_labelled_weights_are_matched_by_label(scale, data):
    weights = data.draw(our.credit(len(scale)))
    rows = data.draw(st.permutations(range(len(scale))))
    columns = data.draw(st.permutations(range(len(scale))))
    named = pd.DataFrame(weights, index=scale.labels, columns=scale.labels)
    moved = named.iloc[rows, columns]
    by_row = {label: dict(row) for label, row in moved.iterrows()}
    for given_as in (named, moved, by_row):
        assert_array_equal(ilr.agreement_weights(scale, given_as), weights)
    ratings = ilr.ratings_from_codes([[0, 1], [1, 1], [0, 0]], scale=scale)
    for coefficient, argument in ((ilr.gwet_ac, "weights"), (ilr.krippendorff_alpha, "metric")):
        plain, labelled = (
            coefficient(ratings, **{argument: matrix}).value for matrix in (weights, moved)
        )
        assert_allclose(labelled, plain, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize(
    "names",
    [{"index": ["a", "x"], "columns": ["a", "b"]}, {"index": ["a", "b"], "columns": [1, 2]}],
)
def test_weights_for_other_grades_are_refused(names):
    message = r"the (rows|columns) of `weights` are .*, but the grades are \('a', 'b'\)"
    with pytest.raises(ValueError, match=message):
        ilr.agreement_weights(ilr.Scale(["a", "b"]), pd.DataFrame(np.eye(2), **names))


def test_weights_named_on_one_axis_must_be_in_order():
    scale, mine = ilr.Scale(["a", "b"]), np.array([[1, 0.5], [0.5, 1]])
    in_order = pl.DataFrame(mine, schema=["a", "b"], orient="row")
    assert_array_equal(ilr.agreement_weights(scale, in_order), mine)
    with pytest.raises(ValueError, match="names on one axis only"):
        ilr.agreement_weights(scale, in_order.select("b", "a"))
    assert_array_equal(ilr.agreement_weights(scale, pd.DataFrame(mine)), mine)


@pytest.mark.parametrize(
    ("weights", "error"),
    [
        (None, TypeError),
        ([[1, 0], [0]], ValueError),
        ([["a", "b"], ["b", "a"]], ValueError),
        ({1, 2}, TypeError),
        (3.5, TypeError),
    ],
)
def test_weights_that_are_no_matrix_name_their_argument(weights, error):
    ratings = ilr.ratings_from_codes([[0, 1], [1, 1]], scale=ilr.Scale(["a", "b"]))
    with pytest.raises(error, match="`weights` must be a name or a matrix of numbers"):
        ilr.cohen_kappa(ratings, weights=weights)
    with pytest.raises(error, match="`metric` must be a name or a matrix of numbers"):
        ilr.krippendorff_alpha(ratings, metric=weights)


def literal(kind, x, y, scores, i, j):
    """K. L. Gwet, Handbook of Inter-Rater Reliability (2014), pages 91 to 93."""
    low, high, q = min(scores), max(scores), len(scores)
    match kind:
        case "identity":
            return float(i == j)
        case "linear":
            return 1 - abs(x - y) / (high - low)
        case "quadratic":
            return 1 - (x - y) ** 2 / (high - low) ** 2
        case "radical":
            return 1 - sqrt(abs(x - y)) / sqrt(high - low)
        case "ordinal":
            return float(1 - Fraction(comb(abs(i - j) + 1, 2), comb(q, 2)))
        case "ratio":
            return 1 - ((x - y) / (x + y)) ** 2 / ((high - low) / (high + low)) ** 2
    if kind == "circular":
        losses = [sin(pi * (a - b) / (high - low + 1)) ** 2 for a in scores for b in scores]
        return 1 - sin(pi * (x - y) / (high - low + 1)) ** 2 / max(losses)

    def bipolar(a, b):
        return 0 if a == b else (a - b) ** 2 / ((a + b - 2 * low) * (2 * high - a - b))

    return 1 - bipolar(x, y) / max(bipolar(a, b) for a in scores for b in scores)


def test_a_score_of_0_is_as_far_as_can_be_in_ratio():
    weights = ilr.agreement_weights(SCALES["numbers"], "ratio")
    # ((0 - x) / (0 + x))^2 = 1 is the largest loss; (3 / 7)^2 that of 2 and 5
    assert weights.tolist() == [[1, 0, 0], [0, 1, close(1 - 9 / 49)], [0, close(1 - 9 / 49), 1]]


def test_report_cards_have_five_grades_of_their_own():
    scale = ilr.REPORT_CARD_SCALE
    assert scale.encode([["Strong Standard", "exceptional"]]).tolist() == [[3, 4]]
    assert scale.ordered
    assert not set(scale.labels) & set(ilr.OFSTED_SCALE.labels)


@pytest.mark.parametrize("kind", our.KINDS)
@given(scale=our.uneven_scales())
def test_weights_are_their_definition(kind, scale):
    weights = ilr.agreement_weights(scale, kind)
    for i, x in enumerate(scale.scores):
        for j, y in enumerate(scale.scores):
            assert isclose(weights[i, j], literal(kind, x, y, scale.scores, i, j), abs_tol=1e-12)


@pytest.mark.parametrize("kind", our.KINDS)
@given(scale=our.uneven_scales())
def test_credit_is_symmetric_full_for_the_same_grade_and_never_more(kind, scale):
    weights = ilr.agreement_weights(scale, kind)
    assert_array_equal(weights, weights.T)
    assert_array_equal(np.diagonal(weights), 1.0)
    assert weights.min() >= -1e-15
    assert weights[~np.eye(len(scale), dtype=bool)].max() < 1
    assert_array_equal(ilr.agreement_weights(scale, weights.clip(0)), weights.clip(0))


@pytest.mark.parametrize("kind", ["identity", "linear", "quadratic", "radical", "ordinal"])
def test_further_grades_never_earn_more(kind):
    weights = ilr.agreement_weights(ilr.OFSTED_SCALE, kind)
    assert (np.diff(weights[0]) <= 0).all()
    if kind != "identity":
        assert_allclose(weights[0, -1], 0.0, atol=1e-15)


def test_weights_use_scores_but_ordinal_uses_ranks():
    even, uneven = ilr.Scale(["a", "b", "c"]), ilr.Scale(["a", "b", "c"], scores=[1, 2, 11])
    assert_allclose(ilr.agreement_weights(uneven, "linear")[0], [1, 0.9, 0])
    for kind in ("identity", "ordinal"):
        assert_array_equal(ilr.agreement_weights(even, kind), ilr.agreement_weights(uneven, kind))


@pytest.mark.parametrize("kind", our.KINDS)
def test_one_grade_has_full_credit(kind):
    assert ilr.agreement_weights(ilr.Scale([1]), kind).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("scale", "kind", "error", "message"),
    [
        (["a", "b"], "identity", TypeError, "`scale` must be a Scale, but got list"),
        (SCALES["ofsted"], "cubic", ValueError, r"`weights` must be one of \('identity'.*'cubic'"),
        (SCALES["unordered"], "linear", ValueError, "'linear', which needs an ordered scale"),
        (
            SCALES["ofsted"],
            np.eye(3),
            ValueError,
            r"shape \(4, 4\) .* but got \(3, 3\)",
        ),
        (SCALES["scored"], [[1, 0.5], [0, 1]], ValueError, r"symmetric, but got 0.5 at \(0, 1\)"),
        (SCALES["scored"], [[0.9, 0], [0, 1]], ValueError, "1 on the diagonal, but got 0.9 at 0"),
        (
            SCALES["scored"],
            [[1, -1], [-1, 1]],
            ValueError,
            r"0 and 1, but got -1 at \(0, 1\)",
        ),
        (SCALES["scored"], [[1, 2], [2, 1]], ValueError, "between 0 and 1, but got 2"),
        (SCALES["scored"], [[1, np.nan], [np.nan, 1]], ValueError, "symmetric, but got nan"),
        (ilr.Scale([-1, 2]), "ratio", ValueError, "'ratio' needs scores of 0 or more, but got -1"),
    ],
)
def test_agreement_weights_refuses(scale, kind, error, message):
    with pytest.raises(error, match=message):
        ilr.agreement_weights(scale, kind)


def test_a_matrix_of_ones_own_is_copied():
    mine = np.array([[1.0, 0.5], [0.5, 1.0]])
    weights = ilr.agreement_weights(SCALES["scored"], mine)
    weights[0, 1] = 0
    assert mine[0, 1] == 0.5


@pytest.mark.parametrize("labels", [{"a", "b", "c"}, frozenset("abc")])
def test_a_set_has_no_order(labels):
    with pytest.raises(TypeError, match="`labels` must be in order"):
        ilr.Scale(labels)
    with pytest.raises(TypeError, match="`scores` must be in order"):
        ilr.Scale(["a", "b", "c"], scores={1, 2, 3})
    assert ilr.Scale(dict.fromkeys("abc").keys()).labels == ("a", "b", "c")


def test_aliases_that_read_alike_must_agree():
    with pytest.raises(ValueError, match=r"`aliases` sends 'a ' to 'b', but .* to 'a'"):
        ilr.Scale(["a", "b"], aliases={"A": "a", "a ": "b"})
    assert ilr.Scale(["a", "b"], aliases={"X": "a", "x ": "a"}).encode(["x"]).tolist() == [0]


def test_a_scale_cannot_be_changed_through_its_aliases():
    with pytest.raises(TypeError, match="cannot be changed"):
        ilr.OFSTED_SCALE.aliases["meh"] = "good"
    assert dict(ilr.OFSTED_SCALE.aliases)["ri"] == "requires improvement"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda scale: pickle.loads(pickle.dumps(scale))]
)
def test_a_scale_travels(again):
    scale = again(ilr.OFSTED_SCALE)
    assert scale == ilr.OFSTED_SCALE
    assert hash(scale) == hash(ilr.OFSTED_SCALE)
    assert scale.encode(["RI", "Good"]).tolist() == [1, 2]


@pytest.mark.parametrize("codes", [[0.0], ["good"], [True]])
def test_codes_to_decode_are_whole_numbers(codes):
    with pytest.raises(TypeError, match="`codes` must be whole numbers"):
        ilr.OFSTED_SCALE.decode(codes)


@pytest.mark.parametrize("n_grades", [1, 4, 9])
def test_the_scale_of_a_plain_table_is_the_numbers_from_one(n_grades):
    table = np.eye(n_grades, dtype=int)
    plain, checked = ilr.transitions_from_table(table).scale, ilr.Scale(range(1, n_grades + 1))
    assert plain == checked
    assert plain.to_dict() == checked.to_dict()
    spellings = [1, 1.0, "1", n_grades, f" {n_grades}.0"]
    assert plain.encode(spellings).tolist() == checked.encode(spellings).tolist()
    assert {name: getattr(plain, name) for name in ilr.Scale.__slots__} == {
        name: getattr(checked, name) for name in ilr.Scale.__slots__
    }


@pytest.mark.parametrize("weights", our.KINDS)
def test_credit_is_symmetric_to_the_last_digit(weights):
    scores = np.sort(np.random.default_rng(7).uniform(0, 2, 9)).tolist()
    credit = ilr.agreement_weights(ilr.Scale(scores), weights)
    assert np.array_equal(credit, credit.T)


@pytest.mark.parametrize("scores", [["0", "1"], [False, True], {"a": "0", "b": 1}, ["0", 1]])
def test_scores_are_numbers_and_not_text_that_looks_so(scores):
    with pytest.raises(TypeError, match=r"`scores` must hold numbers, but got (False|'0') at 0"):
        ilr.Scale(["a", "b"], scores=scores)


ORDER = ["a", "b"]


@pytest.mark.parametrize(
    "labels",
    [
        pd.Categorical(["b", "a"], categories=ORDER, ordered=True),
        pd.Series(pd.Categorical(["b", "a", "b"], categories=ORDER, ordered=True)).unique(),
        pd.CategoricalIndex(["b", "a"], categories=ORDER, ordered=True),
        pl.Series(["b", "a"], dtype=pl.Enum(ORDER)),
    ],
)
def test_grades_keep_the_order_that_their_type_has(labels):
    with pytest.raises(ValueError, match=r"its type has the order \('a', 'b'\): list the grades"):
        ilr.Scale(labels)


def test_grades_of_a_type_in_its_order_are_a_scale():
    typed = pd.Categorical(["a", "c"], categories=["a", "b", "c"], ordered=True)
    assert ilr.Scale(typed).labels == ("a", "c")
    assert ilr.Scale(pl.Series(["a", "b"], dtype=pl.Enum(ORDER))).labels == ("a", "b")
    for unordered in (pd.Categorical(["b", "a"]), pl.Series(["b", "a"], dtype=pl.Categorical)):
        assert ilr.Scale(unordered).labels == ("b", "a")


@pytest.mark.parametrize("scores", [False, 1, 2.5, "12", np.array(1.0)])
def test_scores_that_are_one_thing_are_refused_by_name(scores):
    with pytest.raises(TypeError, match="`scores` must hold one number for each label, but got"):
        ilr.Scale(["a", "b"], scores=scores)
