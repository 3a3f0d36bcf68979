"""What a grade is worth: chances of a repeat, from a reliability, gradings or errors by grade."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import special, stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.error import latent_fits, profile

LATEST = {"inadequate": 13, "requires improvement": 29, "good": 65, "outstanding": 46}
# with these margins, by an independent program: same grade, same side of good, within one grade,
# kappa, quadratic kappa, and the same grade again by the first, worst to best
KNOWN = {
    0.60: (0.4802, 0.7568, 0.9189, 0.2423, 0.5254, 0.369, 0.323, 0.505, 0.576),
    0.70: (0.5309, 0.7905, 0.9481, 0.3161, 0.6179, 0.448, 0.368, 0.546, 0.635),
    0.80: (0.5995, 0.8299, 0.9756, 0.4161, 0.7128, 0.545, 0.435, 0.609, 0.704),
    0.90: (0.7048, 0.8804, 0.9955, 0.5697, 0.8134, 0.676, 0.559, 0.714, 0.792),
    0.95: (0.7889, 0.9157, 0.9996, 0.6922, 0.8716, 0.770, 0.676, 0.797, 0.854),
}


def values(estimates):
    return [one.value for one in estimates.values()]


@pytest.mark.parametrize("reliability", KNOWN)
def test_chances_of_a_repeat_are_the_known_ones(reliability):
    same, side, within, kappa, quadratic, *again = KNOWN[reliability]
    found = ilr.repeat_grade_probability(LATEST, reliability=reliability, at_least="good")
    assert list(found)[:3] == ["same grade", "within one grade", "same side of good"]
    assert values(found)[:3] == pytest.approx([same, within, side], abs=5.1e-5)
    assert values(found)[3:] == pytest.approx(again, abs=5.1e-4)
    table = ilr.latent_grade_model(LATEST, reliability=reliability).joint()
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0))
    steps = np.subtract.outer(range(4), range(4)) ** 2
    assert 1 - (1 - np.trace(table)) / (1 - np.trace(by_chance)) == pytest.approx(kappa, abs=5.1e-5)
    assert 1 - (steps * table).sum() / (steps * by_chance).sum() == pytest.approx(
        quadratic, abs=5.1e-5
    )


def test_near_certainty_chances_are_those_of_a_general_routine():
    """SciPy's multivariate normal; sums over 61 states are 0.002 off there."""
    table = ilr.latent_grade_model(LATEST, reliability=0.99).joint()
    cuts = special.ndtri(np.cumsum(list(LATEST.values())) / 153)[:-1]
    below = stats.multivariate_normal([0, 0], [[1, 0.99], [0.99, 1]])
    corners = np.array([[below.cdf([a, b]) for b in cuts] for a in cuts])
    assert np.cumsum(np.cumsum(table, axis=0), axis=1)[:-1, :-1] == pytest.approx(corners, abs=1e-7)


@pytest.mark.parametrize("reliability", [0.0, 0.3, 0.8, 1.0])
def test_two_grades_cut_at_the_median_have_a_closed_form(reliability):
    found = ilr.repeat_grade_probability([50, 50], reliability=reliability)
    expected = 0.5 + math.asin(reliability) / math.pi
    assert values(found)[0] == pytest.approx(expected, abs=1e-10)
    # with the root of the reliability for a grade that is right
    right = ilr.grade_accuracy([50, 50], reliability=reliability)
    root = 0.5 + math.asin(math.sqrt(reliability)) / math.pi
    assert right["right grade"].value == pytest.approx(root, abs=1e-10)


margins = st.lists(st.integers(0, 40), min_size=2, max_size=5).filter(
    lambda counts: sum(one > 0 for one in counts) >= 2
)


@our.examples(8)
@given(counts=margins)
def test_the_ends_of_reliability_are_certainty_and_chance(counts):
    shares = np.array(counts) / sum(counts)
    assert values(ilr.repeat_grade_probability(counts, reliability=1.0))[0] == pytest.approx(1)
    assert values(ilr.repeat_grade_probability(counts, reliability=0.0))[0] == pytest.approx(
        (shares**2).sum(), abs=1e-12
    )


@our.examples(8)
@given(counts=margins, low=st.floats(0, 0.98), high=st.floats(0, 0.98))
def test_every_chance_rises_with_the_reliability(counts, low, high):
    low, high = sorted((low, high))
    for function in (ilr.repeat_grade_probability, ilr.grade_accuracy):
        less, more = (values(function(counts, reliability=at)) for at in (low, high))
        known = ~np.isnan(less)
        assert (np.array(more)[known] >= np.array(less)[known] - 1e-9).all()
    assert values(ilr.grade_accuracy(counts, reliability=low))[0] >= (
        values(ilr.repeat_grade_probability(counts, reliability=low))[0] - 1e-9
    )


@our.examples(8)
@given(counts=margins, reliability=st.floats(0, 0.98))
def test_a_scale_turned_over_changes_nothing(counts, reliability):
    found, turned = (
        values(ilr.repeat_grade_probability(one, reliability=reliability))
        for one in (counts, counts[::-1])
    )
    assert turned[:2] == pytest.approx(found[:2], abs=1e-9)
    assert turned[2:][::-1] == pytest.approx(found[2:], abs=1e-8, nan_ok=True)


def drawn(reliability, *, n_units=4000, n_raters=2, seed=1):
    rng = np.random.default_rng(seed)
    state = rng.normal(size=(n_units, 1))
    seen = math.sqrt(reliability) * state
    seen = seen + math.sqrt(1 - reliability) * rng.normal(size=(n_units, n_raters))
    codes = np.digitize(seen, [-1.2, -0.4, 0.7])
    return ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE)


@pytest.mark.parametrize(("reliability", "n_raters"), [(0.5, 2), (0.8, 2), (0.95, 2), (0.8, 3)])
def test_a_reliability_is_found_again_in_what_it_made(reliability, n_raters):
    model = ilr.latent_grade_model(drawn(reliability, n_raters=n_raters))
    low, high = model.reliability.confidence_interval(0.999)
    assert low < reliability < high
    assert high - low < 0.15
    assert model.thresholds == pytest.approx([-1.2, -0.4, 0.7], abs=0.1)
    by_error = model.reliability.confidence_interval(0.95)
    assert by_error.width == pytest.approx(4 * model.reliability.standard_error, rel=0.15)


def test_two_grades_by_two_raters_are_worked_out_otherwise():
    """With even margins the chance of the same grade, 3/4, is 1/2 + asin(r)/pi: r = sin(pi/4)."""
    table = ilr.ratings_from_table([[30, 10], [10, 30]], scale=ilr.Scale(["no", "yes"]))
    reliability = ilr.latent_grade_model(table).reliability
    assert reliability.value == pytest.approx(math.sin(math.pi / 4), abs=1e-6)
    drop = stats.chi2.ppf(0.95, 1)
    low, high = reliability.confidence_interval()
    for limit in (low, high):
        p = 0.5 + math.asin(limit) / math.pi
        ratio = 2 * (special.xlogy(60, 0.75 / p) + special.xlogy(20, 0.25 / (1 - p)))
        assert ratio == pytest.approx(drop, abs=1e-4)


def test_three_raters_by_sums_over_states_agree_with_pairs_by_cells():
    """Ratings by a third rater of one unit in ten thousand change next to nothing."""
    codes = np.array([[0, 0, -1]] * 3000 + [[1, 1, -1]] * 3000 + [[0, 1, -1]] * 2000)
    more = np.vstack([codes, [[0, 0, 0]]])
    scale = ilr.Scale(["no", "yes"])
    pairs, three = (
        ilr.latent_grade_model(ilr.ratings_from_codes(rows, scale=scale)).reliability
        for rows in (codes, more)
    )
    assert three.value == pytest.approx(pairs.value, abs=1e-3)


@pytest.mark.parametrize("n_raters", [2, 3])
def test_ends_are_found_and_have_limits(n_raters):
    alike = [[0] * n_raters] * 10 + [[1] * n_raters] * 10
    scale = ilr.Scale(["no", "yes"])
    certain = ilr.latent_grade_model(ilr.ratings_from_codes(alike, scale=scale)).reliability
    assert certain.value == close(1)
    low, high = certain.confidence_interval()
    assert (0.5 < low < 0.99, high) == (True, close(1))
    apart = ilr.ratings_from_codes([[0, 1]] * 10 + [[1, 0]] * 10, scale=scale)
    never = ilr.latent_grade_model(apart).reliability
    assert never.value == close(0)
    assert never.confidence_interval().low == close(0)
    assert never.confidence_interval().high < 0.6


def test_an_interval_in_is_an_interval_out():
    reliability = ilr.latent_grade_model(drawn(0.8, n_units=150)).reliability
    found = ilr.repeat_grade_probability(LATEST, reliability=reliability, at_least="good")
    low, high = reliability.confidence_interval(0.9)
    for event, chance in found.items():
        ends = (
            ilr.repeat_grade_probability(LATEST, reliability=at, at_least="good")[event].value
            for at in (low, high)
        )
        assert tuple(chance.confidence_interval(0.9)) == close(tuple(ends))
        assert chance.confidence_interval().method == "carried"
    alone = ilr.repeat_grade_probability(LATEST, reliability=0.8)["same grade"]
    assert alone.interval_methods == ()
    assert "errors of two gradings are independent" in alone.describe()


def test_double_gradings_say_it_all_themselves():
    found = ilr.repeat_grade_probability(drawn(0.8, n_units=2000), at_least="good")
    agreed = ilr.percent_agreement(drawn(0.8, n_units=2000)).value
    assert found["same grade"].value == pytest.approx(agreed, abs=0.03)
    assert agreed in found["same grade"].confidence_interval(0.999)


def sequences():
    """The bundled authorities by their gradings in order, as often as each sequence occurred."""
    rows: dict[int, list[str]] = {}
    data = ilr.load_dataset("grade_sequences").columns
    for sequence, grade in zip(data["sequence"], data["overall"], strict=True):
        rows.setdefault(sequence, []).append(grade)
    times = dict(zip(data["sequence"], data["count"], strict=True))
    # the last three gradings of each
    kept = {key: grades[-3:] for key, grades in rows.items() if len(grades) >= 3}
    return ilr.ratings_from_matrix(
        list(kept.values()),
        scale=ilr.OFSTED_SCALE,
        frequencies=[times[key] for key in kept],
        design="repeat",
    )


def test_repeats_say_it_under_named_assumptions():
    """146 authorities with three gradings or more, as in the tests of repeats."""
    gradings = sequences()
    assert gradings.n_units == pytest.approx(146)
    model = ilr.latent_grade_model(gradings)
    low, high = model.reliability.confidence_interval()
    assert (low, high) == pytest.approx((0.613, 1.0), abs=0.002)
    assert (model.basis, len(model.assumptions)) == ("repeats", 4)
    found = ilr.repeat_grade_probability(gradings, at_least="good")
    ends = [
        ilr.repeat_grade_probability(gradings, reliability=at)["same grade"].value
        for at in (low, high)
    ]
    assert tuple(found["same grade"].confidence_interval()) == pytest.approx(ends, abs=1e-9)
    said = found["same grade"].describe()
    assert "the state changes from one date to the next" in said
    assert "counts as disagreement" not in said


def test_errors_by_grade_give_the_same_as_their_definition():
    codes = np.random.default_rng(8).integers(0, 3, (60, 3))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["a", "b", "c"]))
    errors = ilr.misclassification_matrix(ratings, standard=2)
    shares = [[np.mean(codes[codes[:, 2] == k][:, :2] == j) for j in range(3)] for k in range(3)]
    assert errors.shares == close(np.array(shares))
    margins = np.bincount(codes[:, 2]) / 60
    found = ilr.repeat_grade_probability(errors, at_least="b")
    assert found["same grade"].value == close(
        sum(margins[k] * shares[k][j] ** 2 for k in range(3) for j in range(3))
    )
    low = np.array(shares)[:, 0]
    assert found["same side of b"].value == close(float(margins @ (low**2 + (1 - low) ** 2)))
    with pytest.raises(ValueError, match="`reliability` is for margins"):
        ilr.repeat_grade_probability(errors, reliability=0.8)


def test_raters_of_a_latent_class_model_are_paired():
    codes = np.random.default_rng(8).integers(0, 2, (60, 4))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(["a", "b"]))
    classes = ilr.dawid_skene(ratings, known=3)
    pairs = [
        classes.shares[k] * classes.errors[r, k, j] * classes.errors[s, k, j]
        for k in range(2) for j in range(2) for r in range(3) for s in range(3) if r != s
    ]  # fmt: skip
    found = ilr.repeat_grade_probability(classes)
    assert found["same grade"].value == close(sum(pairs) / 6)


def test_without_a_standard_a_latent_grade_stands_in():
    ratings = drawn(0.8)
    errors = ilr.misclassification_matrix(ratings)
    model = ilr.latent_grade_model(ratings)
    assert errors.shares.sum(axis=1) == pytest.approx(np.ones(4))
    right = ilr.grade_accuracy(model)["right grade"].value
    states = special.ndtr(np.append(model.thresholds, np.inf))
    states = np.diff(states, prepend=0.0)
    assert float(states @ np.diag(errors.shares)) == pytest.approx(right, abs=1e-9)
    assert "exists only inside the model" in errors.describe()


def test_what_says_nothing_is_undefined_with_one_warning():
    for gradings in ([[1, np.nan], [np.nan, 2]], [[1, 1], [1, 1]]):
        for function in (ilr.latent_grade_model, ilr.repeat_grade_probability, ilr.grade_accuracy):
            with pytest.warns(ilr.UndefinedEstimateWarning) as heard:
                found = function(gradings)
            assert len(heard) == 1
            assert "undefined" in found.describe()


def test_a_grade_that_is_never_given_is_never_given_again():
    found = ilr.repeat_grade_probability({"a": 3, "b": 0, "c": 9}, reliability=0.5)
    assert found["b again"].reason == "unused_grade"
    assert found["same grade"].status == "ok"


@pytest.mark.parametrize(
    ("source", "options", "error", "said"),
    [
        (LATEST, {}, ValueError, "`reliability` is needed"),
        (LATEST, {"reliability": 1.1}, ValueError, "`reliability` must be from 0 to 1"),
        (LATEST, {"reliability": "high"}, TypeError, "`reliability` must be a number"),
        ([3, -1], {"reliability": 0.5}, ValueError, "`source` must hold numbers of units"),
        ([3, 0], {"reliability": 0.5}, ValueError, "`source` must have units of two grades"),
        (
            LATEST,
            {"reliability": 0.5, "at_least": "fine"},
            ValueError,
            "`at_least` must be a grade",
        ),
        (LATEST, {"reliability": 0.5, "at_least": "inadequate"}, ValueError, "the worst grade"),
    ],
)
def test_what_does_not_fit_is_named(source, options, error, said):
    with pytest.raises(error, match=said):
        ilr.repeat_grade_probability(source, **options)


def test_a_chance_that_no_reliability_changes_has_no_interval():
    """Of two grades that are used each is within one of the other."""
    gradings = ilr.ratings_from_codes([[2, 1], [1, 1], [2, 2]], scale=ilr.Scale(range(3)))
    for found in (ilr.repeat_grade_probability(gradings), ilr.grade_accuracy([[1, 1], [2, 2]])):
        sure = found["within one grade"]
        assert sure.value == close(1)
        assert sure.interval_methods == ()
        assert "whatever the reliability" in sure.describe()
        first = next(iter(found.values()))
        assert np.ptp(first.confidence_interval()) > 0.01


@pytest.mark.parametrize(
    "ask", [ilr.misclassification_matrix, ilr.grade_accuracy, ilr.repeat_grade_probability]
)
@pytest.mark.parametrize("grades", [[[1, 1, 2, 1, 1, 2]] * 3, [[1]], [[1, 1, 1]]])
@pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
def test_errors_name_the_argument_of_the_function_that_was_called(ask, grades):
    taken = ilr.ratings_from_codes(grades, scale=ilr.Scale(range(3)), design="repeat")
    taken = taken.with_frequencies([[3]]) if grades == [[1]] else taken
    own = "ratings" if ask is ilr.misclassification_matrix else "source"
    with pytest.raises(ValueError, match=f"^`{own}`"):
        ask(taken)


def test_of_many_units_that_hardly_agree_limits_beside_zero_have_a_width():
    counts = [[1, 1, 0], [0, 1, 1], [1, 0, 1], [2, 0, 0]]
    scale = ilr.Scale(range(3))
    many = ilr.ratings_from_counts(counts, scale=scale, frequencies=[2**50, 2**50, 2**50, 3])
    reliability = ilr.latent_grade_model(many).reliability
    low, high = reliability.confidence_interval()
    assert reliability.value == close(0)
    assert low == close(0)
    assert 0 < high < 1e-4


def test_a_pair_of_grades_too_rare_for_a_float_leaves_the_model_its_limits():
    seen = ilr.ratings_from_codes(
        [[2, 2], [3, 3], [0, 3], [2, 1], [1, 1]],
        scale=ilr.Scale(range(4)),
        frequencies=[2 * 10**9, 20_000, 1, 6, 15],
    )
    reliability = ilr.latent_grade_model(seen).reliability
    low, high = reliability.confidence_interval()
    assert np.isnan(reliability.standard_error)
    assert 0.9 < low < reliability.value <= high


@pytest.mark.parametrize("units", [(10, 10, 10), (2**40, 5, 3), (1, 1, 1)])
def test_where_all_agree_no_chance_is_certain(units):
    pairs = ilr.ratings_from_table(np.diag(units), scale=ilr.Scale(["poor", "fair", "good"]))
    chances = ilr.repeat_grade_probability(pairs, at_least="fair")
    assert len(chances) == 6
    for chance in chances.values():
        for level in (0.5, 0.95, 0.999):
            low, high = chance.confidence_interval(level)
            assert low < high <= 1


def test_grades_that_nobody_used_take_no_time_and_change_nothing():
    given = [[1, 2], [2, 2], [3, 1], [4, 4], [3, 3], [2, 2], [1, 1]] * 4
    few, many = (
        ilr.latent_grade_model(ilr.ratings_from_matrix(given, scale=ilr.Scale(range(1, q + 1))))
        for q in (4, 60)
    )
    assert many.reliability.value == pytest.approx(few.reliability.value, rel=1e-6)
    np.testing.assert_allclose(many.errors()[:4, :4], few.errors(), atol=1e-6)


def test_a_fit_of_too_many_grades_is_refused_before_it_starts():
    numbers = np.random.default_rng(41).integers(0, 2000, (1000, 2))
    with pytest.raises(ValueError, match=r"`ratings` has too many grades .* join grades"):
        ilr.misclassification_matrix(numbers)


# models of what lies behind grades, by what they are asked of ratings
MODELS = {
    "dawid_skene": ilr.dawid_skene,
    "grade_accuracy": lambda r: ilr.grade_accuracy(r)["right grade"],
    "latent_grade_model": lambda r: ilr.latent_grade_model(r).reliability,
    "misclassification_matrix": ilr.misclassification_matrix,
    "polychoric_correlation": lambda r: ilr.polychoric_correlation(r.select_raters(0, 1)),
    "repeat_grade_probability": lambda r: ilr.repeat_grade_probability(r)["same grade"],
    "reliability_from_repeats": ilr.reliability_from_repeats,
    "latent_markov": lambda r: ilr.reliability_from_repeats(r, model="latent_markov"),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@given(n_units=st.integers(2, 9), n_raters=st.integers(3, 5), grade=st.integers(0, 2))
def test_of_ratings_that_are_all_alike_no_model_says_more(model, n_units, n_raters, grade):
    codes = np.full((n_units, n_raters), grade)
    scale = ilr.Scale(["poor", "fair", "good"])
    with pytest.warns(ilr.UndefinedEstimateWarning):
        found = model(ilr.ratings_from_codes(codes, scale=scale))
    assert (found.status, found.reason) == ("undefined", "no_variation")
    assert "undefined" in found.describe()


def test_gradings_that_hardly_differ_are_fitted_without_a_word_from_numpy():
    codes = [[3, 3, 3], [2, 2, 2], [3, 0, 0], [3, 3, 3], [0, 0, 0]]
    ratings = ilr.ratings_from_codes(
        codes,
        scale=ilr.Scale(["poor", "fair", "good", "fine"]),
        frequencies=[3, 10**9, 2, 1, 2],
        design="repeat",
    )
    # warnings are errors here
    assert 0 < ilr.latent_grade_model(ratings).reliability.value < 1


@pytest.mark.parametrize("repeats", [False, True])
def test_all_chances_of_a_reliability_share_its_limits(repeats, monkeypatch):
    """Sixty-one of them took half a second each, before."""
    codes = np.random.default_rng(5).integers(0, 4, (40, 3))
    codes[:25] = codes[:25, :1]
    ratings = ilr.ratings_from_codes(
        codes, scale=ilr.Scale(range(4)), design="repeat" if repeats else "simultaneous"
    )
    of, name = (profile, "climb") if repeats else (latent_fits.Gradings, "logs")
    asked, once = [], getattr(of, name)

    def counted(*given):
        asked.append(given)
        return once(*given)

    chances = ilr.repeat_grade_probability(ratings)
    monkeypatch.setattr(of, name, counted)
    limits = [one.confidence_interval(0.9) for one in chances.values() if one.interval_methods]
    assert len(limits) > 3
    assert all(0 <= one.low < one.high <= 1 for one in limits)
    # 48 and 168 where each searched for itself
    assert 3 < len(asked) < 35
