"""A consensus of raters: what it is of each unit, and who is held against whose."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import ilacs_reliability as ilr
import strategies as our
from closeness import close

SCALE = ilr.Scale([1, 2, 3])
FIVE = ["a", "b", "c", "d", "e"]
rules = st.sampled_from(["majority", "median"])
breaks = st.sampled_from(["missing", "worst", "best"])


def tables(most=8):
    return st.integers(1, most).flatmap(
        lambda n: hnp.arrays(np.int64, (n, 5), elements=st.integers(-1, 2)).filter(
            lambda table: (table >= 0).any()
        )
    )


def ratings_of(table, **more):
    return ilr.ratings_from_codes(table, scale=SCALE, raters=FIVE, **more)


def of_unit(grades, rule, ties, least):
    """Return what a consensus of these grades is, by its definition; None where there is none."""
    given_ = sorted(grade for grade in grades if grade >= 0)
    if not given_ or len(given_) < least:
        return -1
    times = Counter(given_)
    leaders = sorted(grade for grade, many in times.items() if many == max(times.values()))
    if rule == "median":
        leaders = sorted({given_[(len(given_) - 1) // 2], given_[len(given_) // 2]})
    if len(leaders) > 1:
        return {"missing": -1, "worst": leaders[0], "best": leaders[-1]}[ties]
    return leaders[0]


@given(tables(), rules, breaks, st.integers(1, 3), st.permutations(range(5)))
@our.examples(60)
def test_the_consensus_is_what_its_rule_says_of_each_unit(table, rule, ties, least, order):
    members, others = sorted(order[:3]), sorted(order[3:])
    made = ilr.ratings_with_consensus(
        ratings_of(table), members, rule=rule, ties=ties, least=least, name="all"
    )
    wanted = Counter(
        (*row[others].tolist(), of_unit(row[members], rule, ties, least)) for row in table
    )
    found = Counter()
    for pattern, times in zip(made.patterns.tolist(), made.frequencies, strict=True):
        found[tuple(pattern)] += times
    assert found == wanted
    assert made.raters == (*(FIVE[other] for other in others), "all")


@given(tables(), rules, st.permutations(range(5)), st.permutations(range(5)))
@our.examples(30)
def test_the_order_of_members_units_and_names_of_columns_do_not_matter(table, rule, order, turn):
    members = order[:3]
    made = ilr.consensus_agreement(ratings_of(table), raters=members, rule=rule)
    turned = ilr.ratings_from_codes(
        table[::-1, list(turn)], scale=SCALE, raters=[FIVE[column] for column in turn]
    )
    names = [FIVE[member] for member in members[::-1]]
    again = ilr.consensus_agreement(turned, raters=names, rule=rule)
    assert set(made) == set(again)
    for who, one in made.items():
        assert one.status == again[who].status
        assert one.status == "undefined" or one.value == close(again[who].value)


def kappa(pairs):
    """Return Cohen's kappa of pairs of grades, in fractions; None where it is undefined."""
    n = len(pairs)
    if n < 2:
        return None
    seen = Fraction(sum(a == b for a, b in pairs), n)
    first, second = (Counter(side) for side in zip(*pairs, strict=True))
    chance = Fraction(sum(first[grade] * second[grade] for grade in range(3)), n * n)
    return None if chance == 1 else (seen - chance) / (1 - chance)


@given(tables(most=12), rules)
@our.examples(40)
def test_each_member_is_held_against_the_others_and_anyone_else_against_all(table, rule):
    members = [0, 1, 2, 3]
    found = ilr.consensus_agreement(ratings_of(table), raters=FIVE[:4], rule=rule)
    for column, who in enumerate(FIVE):
        by = [member for member in members if member != column]
        pairs = [(row[column], of_unit(row[by], rule, "missing", 2)) for row in table]
        # margins are over all that each graded, as everywhere here
        if all(min(pair) >= 0 for pair in pairs):
            right = kappa(pairs)
            assert found[who].status == ("undefined" if right is None else "ok")
            assert right is None or found[who].value == close(float(right))
        whose = "the others" if column in members else "all members"
        assert f"of {who} with the consensus of {whose}" in found[who].label


def test_people_and_a_model_as_another_program_says():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 3, 80)
    table = np.column_stack(
        [np.where(rng.random(80) < right, truth, rng.integers(0, 3, 80)) for right in (0.9,) * 5]
    )
    found = ilr.consensus_agreement(ratings_of(table), raters=FIVE[:4], ties="worst")
    for column, who in enumerate(FIVE):
        by = [member for member in range(4) if member != column]
        # the first of the most frequent is the worst
        agreed = [np.bincount(row[by], minlength=3).argmax() for row in table]
        theirs = metrics.cohen_kappa_score(table[:, column], agreed)
        assert found[who].value == close(theirs)
    gap = ilr.difference(found["e"], found["a"], paired=True)
    assert gap.value == close(found["e"].value - found["a"].value)


def test_where_all_agree_so_do_they_with_their_consensus():
    found = ilr.consensus_agreement([[1, 1, 1], [2, 2, 2], [3, 3, 3]], coefficient=ilr.fleiss_kappa)
    assert list(found) == [1, 2, 3]
    assert all(one.value == close(1.0) for one in found.values())
    assert found[1].notes[-1] == "The consensus of 2 and 3 is the grade that most of them gave."


def test_what_has_no_consensus_is_counted():
    table = [[0, 1, -1, 0, 0], [0, -1, -1, 0, 0], [-1, -1, -1, 2, 2], [2, 2, 2, 2, 2]]
    said = ilr.ratings_with_consensus(ratings_of(table), FIVE[:3]).notes[-1]
    assert said == (
        "The consensus of a, b and c is the grade that most of them gave; 1 tied unit has none; 1 "
        "unit with fewer than 2 ratings of them has none."
    )
    said = ilr.ratings_with_consensus(
        ratings_of(table), FIVE[:3], rule="median", ties="best", least=1
    ).notes[-1]
    assert said == (
        "The consensus of a, b and c is the middle one of their grades; 1 tied unit has the best "
        "of those that tied."
    )
    held = ilr.ratings_with_consensus(ratings_of(table), FIVE[:4])
    assert held.notes[-1] in ilr.cohen_kappa(held).notes


@pytest.mark.parametrize(
    ("raters", "options", "message"),
    [
        (["a"], {}, "`raters` must be two or more, each once"),
        (["a", "a"], {}, "`raters` must be two or more, each once"),
        (["a", "z"], {}, "`raters` must hold columns, 0 to 4, or names, but got 'z'"),
        ([0, 7], {}, "`raters` must hold columns, 0 to 4, or names, but got 7"),
        (["a", "b"], {"rule": "mode"}, "`rule` must be"),
        (["a", "b"], {"ties": "first"}, "`ties` must be"),
        (["a", "b"], {"least": 0}, "`least` must be a positive whole number"),
        (["a", "b"], {"least": 3}, "`least` must be at most the number of `raters`, 2"),
        (["a", "b"], {"name": "e"}, "`name` is 'e', as one of the raters"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(raters, options, message):
    with pytest.raises(ValueError, match=message):
        ilr.ratings_with_consensus(ratings_of([[0, 1, 2, 0, 1]]), raters, **options)


@pytest.mark.parametrize("options", [{"rule": "median"}, {"ties": "worst"}, {"ties": "best"}])
def test_an_order_is_needed_where_it_decides(options):
    plain = ilr.ratings_from_codes([[0, 1, 2]], scale=ilr.Scale(["x", "y", "z"], ordered=False))
    [name] = options
    with pytest.raises(ValueError, match=f"`{name}` is .* has no order"):
        ilr.ratings_with_consensus(plain, [0, 1], **options)


def test_two_raters_leave_no_consensus_of_the_others():
    found = ilr.consensus_agreement([[1, 2], [2, 2], [1, 1.0]])
    for one in found.values():
        said = one.describe()
        assert "no unit that was rated has the consensus of the others, as that is of 1" in said
        assert "give least=1)" in said
        assert "missing" not in said
        assert one.n_missing == 0
    given = ilr.consensus_agreement([[1, 2], [2, 2], [1, 1.0]], least=1)
    alone = ilr.cohen_kappa([[1, 2], [2, 2], [1, 1.0]]).value
    assert [one.value for one in given.values()] == [pytest.approx(alone)] * 2


def test_where_all_tie_it_is_the_consensus_that_lacks_and_no_rating():
    tied = [[1, 1, 2], [2, 2, 1], [float("nan"), 1, 2]]
    one = ilr.consensus_agreement(tied)[1]
    assert "no unit that was rated has the consensus of the others)" in one.describe()
    assert one.n_missing == 1
