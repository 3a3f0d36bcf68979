"""Groups of raters: another program, definitions in fractions, and what must hold."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from stored import cases

SCALE = ilr.Scale([1, 2, 3])
GROUPS = {"people": [0, 1, 2], "models": [3, 4]}
KINDS = {"unweighted": "identity"}


def codes(*, least=0, most=6):
    return st.integers(2, most).flatmap(
        lambda n: hnp.arrays(np.int64, (n, 5), elements=st.integers(least, 2)).filter(
            lambda table: (table >= 0).any()
        )
    )


def ratings_of(table, **more):
    return ilr.ratings_from_codes(table, scale=SCALE, **more)


@pytest.mark.parametrize(
    ("ratings", "call", "theirs"),
    [
        pytest.param(case["data"]["ratings"], case["id"], case["values"], id=case["id"])
        for case in cases("kappagold_agreement")
    ],
)
def test_two_groups_agree_as_kappagold_says(ratings, call, theirs):
    kind = call.partition(".")[2]
    taken = ilr.ratings_from_matrix(ratings, scale=ilr.Scale([-2, -1, 0, 1, 2]))
    groups = {"students": range(39), "experts": range(39, 50)}

    def between(these):
        found = ilr.group_agreement(
            these, groups, weights=KINDS.get(kind, kind), between="vanbelle_albert"
        )
        return found["students", "experts"]

    found = between(taken)
    assert_allclose(found.value, theirs["value0"], rtol=1e-12)
    left_out = ilr.jackknife(between, taken)
    assert_allclose(left_out.value - left_out.bias, theirs["value"], rtol=1e-9)
    assert_allclose(left_out.standard_error, theirs["se"], rtol=1e-9)
    # Vanbelle and Albert (2009), table 5: 0.72, with a standard error of 0.049 by leaving out
    assert_allclose(found.standard_error, theirs["se"], rtol=0.05)


def by_pairs(table, groups, weights):
    """Return kappa from the observed and the chance agreement of each pair, in fractions."""
    observed = expected = Fraction(0)
    first, second = groups
    for i, j in product(first, second):
        for a, b in product(range(3), repeat=2):
            credit = Fraction(weights[a][b])
            here, there = table[:, i] == a, table[:, j] == b
            n = len(table)
            observed += credit * Fraction(int((here & there).sum()), n)
            expected += credit * Fraction(int(here.sum()), n) * Fraction(int(there.sum()), n)
    n_pairs = len(first) * len(second)
    observed, expected = observed / n_pairs, expected / n_pairs
    return (observed - expected) / (1 - expected) if expected < 1 else None


@given(codes(), st.sampled_from(["identity", "linear"]))
@our.examples(20)
def test_between_groups_it_is_the_average_over_pairs(table, kind):
    weights = {"identity": np.eye(3), "linear": 1 - abs(np.subtract.outer(range(3), range(3))) / 2}
    found = ilr.group_agreement(ratings_of(table), GROUPS, weights=kind)["people", "models"]
    wanted = by_pairs(table, GROUPS.values(), weights[kind].tolist())
    assert found.status == ("undefined" if wanted is None else "ok")
    assert wanted is None or found.value == close(float(wanted))


@given(codes(least=-1, most=8), st.sampled_from(["identity", "quadratic"]))
@our.examples(20)
def test_groups_of_one_are_two_raters(table, kind):
    taken = ratings_of(table)
    found = ilr.group_agreement(taken, {"a": [1], "b": [3]}, weights=kind)
    assert list(found) == [("a", "b")]
    both = table[(table[:, [1, 3]] >= 0).all(axis=1)]
    pair = found["a", "b"]
    if len(both) > 1 and len(np.unique(both[:, [1, 3]])) > 1:
        kappa = ilr.cohen_kappa(ratings_of(both[:, [1, 3]]), weights=kind)
        assert pair.value == close(kappa.value)
        assert pair.standard_error == close(kappa.standard_error)
        assert [*pair.confidence_interval(method="score")] == [
            *map(close, kappa.confidence_interval(method="score"))
        ]
    else:
        assert pair.status == "undefined"


@given(
    codes(least=-1, most=8),
    st.permutations(range(5)),
    st.sampled_from(["schouten", "vanbelle_albert"]),
)
@our.examples(20)
def test_neither_columns_nor_units_nor_names_matter(table, order, rule):
    names = np.array(["a", "b", "c", "d", "e"])
    named = {"people": ["a", "b", "c"], "models": ["d", "e"]}
    found = ilr.group_agreement(ratings_of(table), GROUPS, between=rule)
    turned = ratings_of(table[::-1, list(order)], raters=names[list(order)].tolist())
    other = ilr.group_agreement(turned, named, between=rule)
    swapped = ilr.group_agreement(
        ratings_of(table), {"models": [4, 3], "people": [2, 0, 1]}, between=rule
    )
    assert list(found) == list(other)
    for pair, estimate in found.items():
        for same in (other[pair], swapped[pair[::-1]]):
            assert same.status == estimate.status
            assert estimate.status == "undefined" or same.value == close(estimate.value)
            assert np.isnan(estimate.standard_error) or same.standard_error == close(
                estimate.standard_error
            )


@given(codes(most=8))
@our.examples(15)
def test_influences_are_derivatives(table):
    for rule in ("schouten", "vanbelle_albert"):
        taken = ratings_of(table)
        found = ilr.group_agreement(taken, GROUPS, between=rule)["people", "models"]
        if found.status == "ok":
            assert found.influence @ taken.frequencies == close(0.0)
            many, n = 1_000_000 * taken.frequencies, taken.frequencies.sum()
            many[0] += 1
            moved = ilr.group_agreement(
                ratings_of(taken.patterns, frequencies=many), GROUPS, between=rule
            )["people", "models"]
            slope = (moved.value - found.value) * 1_000_000 * n
            assert_allclose(slope, found.influence[0], atol=1e-3 * (1 + abs(slope)))


def test_within_and_between_are_compared_on_the_same_units():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 60)
    near = [np.where(rng.random(60) < 0.9, truth, rng.integers(0, 3, 60)) for _ in range(3)]
    far = [np.where(rng.random(60) < 0.5, truth, rng.integers(0, 3, 60)) for _ in range(2)]
    found = ilr.group_agreement(ratings_of(np.column_stack([*near, *far])), GROUPS)
    people, between = found["people", "people"], found["people", "models"]
    gap = ilr.difference(people, between, paired=True)
    assert gap.value == close(people.value - between.value)
    assert gap.confidence_interval().low > 0
    assert ilr.equal_agreement_test(found, paired=True).p_value < 0.01
    assert "between people and models" in between.describe()


def test_where_both_groups_share_out_alike_vanbelle_and_albert_say_one():
    table = [[0, 1, 0, 1], [2, 2, 2, 2], [1, 2, 2, 1], [0, 0, 0, 0]]
    groups = {"a": [0, 1], "b": [2, 3]}
    alike = ilr.group_agreement(ratings_of(table), groups, between="vanbelle_albert")["a", "b"]
    assert alike.value == close(1.0)
    assert ilr.group_agreement(ratings_of(table), groups)["a", "b"].value < 1


def test_a_unit_without_both_groups_does_not_enter_and_is_counted():
    table = [[0, 0, 0, 0, 1], [1, 1, 2, 1, 1], [2, 2, 2, -1, -1], [0, 1, 0, 2, 0]]
    found = ilr.group_agreement(ratings_of(table), GROUPS)["people", "models"]
    assert found.n_units == 3
    assert "1 unit without a rating by both groups does not enter." in found.notes
    alone = ilr.group_agreement(ratings_of(np.delete(table, 2, axis=0)), GROUPS)
    assert found.value == close(alone["people", "models"].value)


def test_many_studies_at_once_are_each_by_itself():
    rng = np.random.default_rng(5)
    taken = ratings_of(rng.integers(0, 3, (9, 5)))
    weights = rng.integers(0, 4, (4, len(taken.frequencies)))
    batch = replace(taken, frequencies=weights)
    found = ilr.group_agreement(batch, GROUPS, weights="linear")["people", "models"]
    for row, value, error in zip(weights, found.value, found.standard_error, strict=True):
        alone = ilr.group_agreement(
            ratings_of(taken.patterns, frequencies=row), GROUPS, weights="linear"
        )
        assert value == close(alone["people", "models"].value)
        assert error == close(alone["people", "models"].standard_error)


FIVE = ratings_of([[0, 1, 2, 0, 1], [1, 1, 0, 0, 2]], raters=["a", "b", "c", "d", "e"])


@pytest.mark.parametrize(
    ("groups", "kind", "message"),
    [
        ({"people": [0, 1]}, ValueError, "two groups or more"),
        ({"people": [0], "models": []}, ValueError, "'models' has none"),
        ({"people": [0, 1], "models": [1]}, ValueError, "each rater once"),
        ({"people": [0], "models": [7]}, ValueError, "7 in 'models'; the raters are"),
        ({"people": ["a"], "models": ["z"]}, ValueError, "'z' in 'models'"),
        ({"people": "ab", "models": [1]}, TypeError, "`groups` must be a sequence of raters"),
        ([[0], [1]], TypeError, "`groups` must be a mapping"),
    ],
)
def test_groups_that_are_none_are_refused(groups, kind, message):
    with pytest.raises(kind, match=message):
        ilr.group_agreement(FIVE, groups)


def test_anonymous_raters_and_unknown_rules_are_refused():
    with pytest.raises(ValueError, match="needs to know who gave each rating"):
        ilr.group_agreement(ilr.ratings_from_counts([[2, 1, 0]], scale=SCALE), GROUPS)
    with pytest.raises(ValueError, match="`between` must be one of"):
        ilr.group_agreement(FIVE, GROUPS, between="fleiss")
