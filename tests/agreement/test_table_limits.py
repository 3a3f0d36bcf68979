"""The interval by all tables, against the definition by another optimiser, and its laws."""

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given
from scipy import optimize, special, stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close

TWO = ilr.Scale(["no", "yes"])
COEFFICIENTS = {
    "cohen_kappa": ilr.cohen_kappa,
    "conger_kappa": ilr.conger_kappa,
    "scott_pi": ilr.scott_pi,
    "fleiss_kappa": ilr.fleiss_kappa,
    "krippendorff_alpha": ilr.krippendorff_alpha,
    "gwet_ac": ilr.gwet_ac,
    "brennan_prediger": ilr.brennan_prediger,
}
# chance agreement of two grades by shares of the four cells
CHANCE = {
    "cohen_kappa": lambda u, v: u * v + (1 - u) * (1 - v),
    "fleiss_kappa": lambda u, v: 1 - 2 * (u + v) / 2 * (1 - (u + v) / 2),
    "gwet_ac": lambda u, v: 2 * (u + v) / 2 * (1 - (u + v) / 2),
}
pytestmark = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
every_coefficient = pytest.mark.parametrize("name", COEFFICIENTS)
tables = st.lists(st.integers(0, 6), min_size=4, max_size=4).map(
    lambda counts: np.reshape(counts, (2, 2))
)


def of_table(table):
    return ilr.ratings_from_table(table, scale=ilr.Scale(range(len(table))))


def limits(estimate, level=0.95):
    return estimate.confidence_interval(level, "enumerated")


def offered(name, table):
    """Return the estimate of a table, or None where it has no value or no such interval."""
    if np.sum(table) < 2:
        return None
    found = COEFFICIENTS[name](of_table(table))
    return found if found.status == "ok" and "enumerated" in found.interval_methods else None


def by_definition(name, cells):
    """Return the coefficient of shares or counts of the four cells."""
    shares = np.asarray(cells, dtype=float) / np.sum(cells)
    chance = CHANCE[name](shares[..., 0] + shares[..., 1], shares[..., 0] + shares[..., 2])
    return (shares[..., 0] + shares[..., 3] - chance) / (1 - chance)


def fitted(name, counts, value):
    """Return the shares of greatest likelihood at which the coefficient has a value."""
    best = None
    for start in ([1, 1, 1, 1], [8, 1, 1, 2], [2, 1, 1, 8], [4, 2, 1, 4]):
        found = optimize.minimize(
            lambda logits: -special.log_softmax(logits) @ counts,
            np.log(start),
            constraints={
                "type": "eq",
                "fun": lambda logits: by_definition(name, special.softmax(logits)) - value,
            },
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 500},
        )
        if found.success and (best is None or found.fun < best.fun):
            best = found
    return special.softmax(best.x)


@pytest.mark.parametrize("name", CHANCE)
@pytest.mark.parametrize("counts", [(6, 1, 2, 4)])
def test_a_limit_leaves_a_fortieth_beyond_it(name, counts):
    estimate = COEFFICIENTS[name](of_table(np.reshape(counts, (2, 2))))
    n = sum(counts)
    every = np.array([c for c in itertools.product(range(n + 1), repeat=4) if sum(c) == n])
    with np.errstate(invalid="ignore"):
        values = np.array([by_definition(name, each) for each in every])
    known = np.isfinite(values)
    for limit, side in zip(limits(estimate), (-1, 1), strict=True):
        chances = stats.multinomial.pmf(every, n, fitted(name, counts, limit))[known]
        away = (values[known] - estimate.value) * -side
        beyond = chances[away > 1e-9].sum() + chances[np.abs(away) <= 1e-9].sum() / 2
        assert beyond / chances.sum() == pytest.approx(0.025, rel=2e-4)


@pytest.mark.parametrize(("alike", "total"), [(17, 20), (20, 20), (0, 7), (90, 95)])
def test_where_chance_is_known_it_is_the_mid_p_interval_of_a_share(alike, total):
    table = [[alike // 2, total - alike], [0, alike - alike // 2]]
    share = ilr.percent_agreement(of_table(table)).confidence_interval(method="midp")
    found = limits(ilr.brennan_prediger(of_table(table)))
    np.testing.assert_allclose(found, [2 * end - 1 for end in share], atol=1e-8)


@every_coefficient
@our.examples(6)
@given(table=tables)
@example(table=np.array([[0, 1], [1, 0]]))
def test_limits_are_nested_hold_the_value_and_keep_to_the_range(name, table):
    estimate = offered(name, table)
    if estimate is not None:
        found = [limits(estimate, level) for level in (0.2, 0.9, 0.95, 0.999)]
        assert {each.method for each in found[1:]} == {"enumerated"}
        if found[0].method != "enumerated":
            # the estimate is at the end of the range, and too rare there for this level
            assert found[0].method == "score, since enumerated has no width"
            assert estimate.value == close(estimate.range[0])
        assert all(each.low <= estimate.value <= each.high for each in found)
        for inner, outer in itertools.pairwise(found):
            assert outer.low <= inner.low + 1e-9
            assert inner.high - 1e-9 <= outer.high
        assert estimate.range[0] - 1e-12 <= found[-1].low < found[-1].high <= 1


@every_coefficient
@our.examples(8)
@given(table=tables)
def test_names_of_raters_and_grades_do_not_matter(name, table):
    estimate = offered(name, table)
    if estimate is not None:
        for other in (np.transpose(table), table[::-1, ::-1]):
            np.testing.assert_allclose(
                limits(offered(name, other)), limits(estimate), rtol=0, atol=1e-12
            )


@pytest.mark.parametrize("name", ["cohen_kappa", "fleiss_kappa", "krippendorff_alpha"])
@our.examples(8)
@given(table=tables)
def test_a_grade_that_nobody_used_changes_nothing(name, table):
    estimate = offered(name, table)
    more = offered(name, np.pad(table, (0, 2)))
    # with one grade used there is no second to look at
    assert (more is None) == (estimate is None or not np.all(np.sum(table, 0) + np.sum(table, 1)))
    if more is not None:
        np.testing.assert_allclose(limits(more), limits(estimate), rtol=0, atol=1e-12)


@every_coefficient
def test_two_grades_give_the_same_for_every_kind_of_weights(name):
    ratings = of_table([[11, 2], [1, 5]])
    option = "metric" if name == "krippendorff_alpha" else "weights"
    kinds = (
        ("nominal", "ordinal", "interval")
        if option == "metric"
        else ("identity", "linear", "quadratic", "ordinal")
    )
    found = [limits(COEFFICIENTS[name](ratings, **{option: kind})) for kind in kinds]
    np.testing.assert_allclose(found, [found[0]] * len(kinds), atol=1e-12)


@pytest.mark.parametrize("name", ["scott_pi", "gwet_ac", "brennan_prediger", "cohen_kappa"])
def test_part_credit_for_every_difference_changes_only_what_chance_gives(name):
    # half credit for the other grade: all but AC are the same, and AC's chance agreement is higher
    half = [[1.0, 0.5], [0.5, 1.0]]
    plain, part = (
        COEFFICIENTS[name](of_table([[9, 2], [1, 6]]), **k) for k in ({}, {"weights": half})
    )
    low, high = limits(part)
    assert low < part.value < high
    assert (plain.value == close(part.value)) == (name != "gwet_ac")
    assert (limits(plain).low == close(low)) == (name != "gwet_ac")


@every_coefficient
def test_studies_of_a_batch_are_as_each_alone_by_default(name):
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=TWO)
    times = np.array(
        [[9, 1, 2, 3], [3, 2, 1, 9], [12, 0, 0, 0], [0, 5, 5, 0], [199, 1, 0, 20], [2, 0, 0, 3]]
    )
    together = COEFFICIENTS[name](ratings.with_frequencies(times))
    alone = [COEFFICIENTS[name](ratings.with_frequencies(row)) for row in times]
    found = together.confidence_interval()
    each = [one.confidence_interval() for one in alone]
    np.testing.assert_allclose(np.transpose(found[:]), [one[:] for one in each], atol=1e-9)
    assert found.method == "score, where there are more than 200 units"
    assert limits(alone[4]).method == "score, since there are more than 200 units"


def test_studies_too_many_to_look_through_take_the_score_and_say_so():
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=TWO)
    times = np.random.default_rng(4).multinomial(150, [0.4, 0.1, 0.1, 0.4], size=900)
    many = ilr.cohen_kappa(ratings.with_frequencies(times))
    found = many.confidence_interval()
    assert found.method == "score, since there are many studies"
    np.testing.assert_allclose(found[:], many.confidence_interval(method="score")[:])


def test_anonymous_raters_are_as_known_ones():
    codes = [[0, 0]] * 8 + [[0, 1]] * 3 + [[1, 1]] * 4
    counts = [[2 - sum(row), sum(row)] for row in codes]
    known = limits(ilr.fleiss_kappa(ilr.ratings_from_codes(codes, scale=TWO)))
    found = limits(ilr.fleiss_kappa(ilr.ratings_from_counts(counts, scale=TWO)))
    np.testing.assert_allclose(found, known, atol=1e-12)


@pytest.mark.parametrize("name", ["cohen_kappa", "gwet_ac"])
def test_a_test_answers_as_the_interval_does(name):
    estimate = COEFFICIENTS[name](of_table([[14, 2], [3, 6]]))
    low, high = limits(estimate, 0.9)
    above = ilr.threshold_test(estimate, low)
    assert above.p_value == pytest.approx(0.05, abs=1e-6)
    assert above.method == "inverted enumerated interval"
    assert ilr.threshold_test(estimate, high, alternative="less").p_value == pytest.approx(
        0.05, abs=1e-6
    )


def test_it_is_offered_for_two_complete_ratings_of_two_grades():
    first = {
        "plain": ilr.cohen_kappa([[0, 0], [1, 1], [1, 0], [0, 0], [1, 1]]),
        "many": ilr.cohen_kappa(of_table([[150, 9], [12, 40]])),
        "missing": ilr.cohen_kappa([[0, 0], [1, 1], [1, 0], [0, np.nan]]),
        "three grades": ilr.cohen_kappa([[0, 0], [1, 1], [2, 0], [0, 0]]),
        "three raters": ilr.fleiss_kappa([[0, 0, 1], [1, 1, 1], [0, 0, 0]]),
    }
    defaults = {name: each.interval_methods[0] for name, each in first.items()}
    assert defaults.pop("plain") == "enumerated"
    assert set(defaults.values()) == {"score"}
    assert "enumerated" in first["many"].interval_methods
    kept = [n for n, each in first.items() if "enumerated" in each.interval_methods]
    assert kept == ["plain", "many"]
    codes = [[0, 0], [1, 1], [1, 0], [0, 0]]
    clusters = ilr.ratings_from_codes(codes, scale=TWO, clusters=[0, 0, 1, 2])
    assert "enumerated" not in ilr.cohen_kappa(clusters).interval_methods


def test_weighted_units_take_the_score_and_say_so():
    ratings = of_table([[5, 1], [1, 4]])
    found = limits(ilr.cohen_kappa(ratings.with_frequencies([4.5, 1.0, 1.0, 4.0])))
    assert found.method == "score, since units are weighted"


@pytest.mark.parametrize(("share", "kappa"), [(0.95, 0.9), (0.6, 0.2), (0.8, 0.7)])
def test_it_covers_where_the_score_does_not(share, kappa):
    n = 9
    every = np.array([c for c in itertools.product(range(n + 1), repeat=4) if sum(c) == n])
    margin = np.array([share, 1 - share])
    world = kappa * np.diag(margin) + (1 - kappa) * np.outer(margin, margin)
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1], [1, 0], [1, 1]], scale=TWO)
    estimate = ilr.cohen_kappa(ratings.with_frequencies(every))
    low, high = limits(estimate)
    chances = np.where(
        np.isfinite(estimate.value), stats.multinomial.pmf(every, n, world.ravel()), 0
    )
    assert chances @ ((low <= kappa) & (kappa <= high)) / chances.sum() >= 0.93


@every_coefficient
def test_what_is_offered_is_looked_into_when_limits_are_asked_for(name):
    ratings = of_table([[8, 3], [1, 6]])
    estimate = COEFFICIENTS[name](ratings)
    assert "two grades" not in ratings.known
    assert estimate.interval_methods[0] == "enumerated"
    assert "two grades" in ratings.known


@pytest.mark.parametrize(
    ("coefficient", "options"),
    [
        (ilr.gwet_ac, {}),
        (ilr.gwet_ac, {"weights": "linear"}),
        (ilr.brennan_prediger, {"weights": "linear"}),
    ],
)
def test_where_an_unused_grade_allows_less_the_estimate_is_no_lower_limit(coefficient, options):
    # two grades, and no unit on which raters agree: with a third they might agree less
    ratings = ilr.ratings_from_codes([[0, 1], [1, 0], [0, 1]], scale=ilr.Scale(["a", "b", "c"]))
    estimate = coefficient(ratings, **options)
    found = estimate.confidence_interval()
    assert found.low < estimate.value - 0.1
    assert found.method == "score, since a grade that nobody used allows less agreement"
    inside = (found.low + estimate.value) / 2
    assert ilr.threshold_test(estimate, inside).p_value > 0.05
