"""Raters against themselves and each other: other programs, definitions in fractions, laws."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose
from sklearn.metrics import cohen_kappa_score

import ilacs_reliability as ilr
import strategies as our
from closeness import close

SCALE = ilr.Scale([1, 2, 3])
TRIALS = {"Ann": [0, 1], "Bob": [2, 3, 4]}
ignoring = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")


def on(codes, **more):
    return ilr.ratings_from_codes(codes, scale=SCALE, **more)


def codes(*, least=0, most=7):
    return st.integers(2, most).flatmap(
        lambda n: hnp.arrays(np.int64, (n, 5), elements=st.integers(least, 2))
    )


def of_pair(table, i, j, weights):
    """Return observed and chance agreement of two columns, in fractions; None without a unit."""
    both = table[(table[:, i] >= 0) & (table[:, j] >= 0)]
    n, observed, expected = len(both), Fraction(0), Fraction(0)
    for a, b in product(range(3), repeat=2):
        here, there = both[:, i] == a, both[:, j] == b
        observed += weights[a][b] * int((here & there).sum())
        expected += weights[a][b] * int(here.sum()) * int(there.sum())
    return (observed / n, expected / n**2) if n else None


def pooled(table, sets, weights):
    """Return kappa of averages over the pairs of each set, and then over sets."""
    averages = []
    for pairs in sets:
        parts = [part for i, j in pairs if (part := of_pair(table, i, j, weights)) is not None]
        if parts:
            averages.append([sum(side) / len(parts) for side in zip(*parts, strict=True)])
    if not averages:
        return None
    observed, expected = (sum(side) / len(averages) for side in zip(*averages, strict=True))
    return (observed - expected) / (1 - expected) if expected < 1 else None


@given(codes(least=-1), st.sampled_from(["identity", "linear"]))
@our.examples(25)
def test_kappas_are_those_of_averages_over_pairs(table, kind):
    assume((table >= 0).any())
    half = Fraction(1, 2)
    weights = {
        "identity": [[Fraction(int(i == j)) for j in range(3)] for i in range(3)],
        "linear": [[1 - half * abs(i - j) for j in range(3)] for i in range(3)],
    }[kind]
    found = ilr.intra_rater_agreement(on(table), trial=TRIALS, weights=kind)
    own = {who: list(combinations(places, 2)) for who, places in TRIALS.items()}
    asked = {
        **{who: [pairs] for who, pairs in own.items()},
        "within raters": list(own.values()),
        "between raters": [list(product(*TRIALS.values()))],
    }
    assert list(found) == list(asked)
    for who, sets in asked.items():
        wanted = pooled(table, sets, weights)
        if found[who].status == "ok":
            assert found[who].value == close(float(wanted))
        else:
            few = found[who].reason in ("single_unit", "no_pairable_units")
            assert few or wanted is None


@given(codes(most=12), st.sampled_from([None, "linear", "quadratic"]))
@our.examples(20)
def test_two_trials_are_compared_as_scikit_learn_does(table, kind):
    found = ilr.intra_rater_agreement(
        on(table[:, :4]), trial=2, weights="identity" if kind is None else kind
    )
    for who, (i, j) in {1: (0, 1), 3: (2, 3)}.items():
        if found[who].status == "ok":
            theirs = cohen_kappa_score(table[:, i], table[:, j], weights=kind, labels=[0, 1, 2])
            assert found[who].value == close(theirs)


@given(codes(most=9), st.sampled_from(["identity", "quadratic"]))
@ignoring
@our.examples(20)
def test_of_complete_trials_it_is_what_its_neighbours_say(table, kind):
    taken = on(table)
    found = ilr.intra_rater_agreement(taken, trial=TRIALS, weights=kind)
    apart = ilr.group_agreement(taken, TRIALS, weights=kind)
    for who, pair in (
        ("Ann", ("Ann", "Ann")),
        ("Bob", ("Bob", "Bob")),
        ("between raters", ("Ann", "Bob")),
    ):
        assert found[who].status == apart[pair].status
        if found[who].status == "ok":
            assert found[who].value == close(apart[pair].value)
            assert found[who].standard_error == close(apart[pair].standard_error)
    cohens = ilr.cohen_kappa(taken.select_raters(0, 1), weights=kind)
    assert found["Ann"].status == cohens.status
    assert np.isnan(cohens.value) or found["Ann"].standard_error == close(cohens.standard_error)


@given(codes(most=7), st.permutations(range(5)))
@our.examples(15)
def test_order_is_irrelevant_and_influences_are_derivatives(table, order):
    names = np.array([("Ann", 1), ("Ann", 2), ("Bob", 1), ("Bob", 2), ("Bob", 3)], dtype=object)
    found = ilr.intra_rater_agreement(on(table), trial=TRIALS)
    raters = [tuple(one) for one in names[list(order)].tolist()]
    turned = ilr.intra_rater_agreement(on(table[::-1, list(order)], raters=raters))
    assert set(turned) == set(found)
    taken = on(table)
    many = 1_000_000 * taken.frequencies
    n = many.sum()
    there = ilr.intra_rater_agreement(replace(taken, frequencies=many), trial=TRIALS)
    many[0] += 1
    moved = ilr.intra_rater_agreement(replace(taken, frequencies=many), trial=TRIALS)
    for who, kappa in found.items():
        if kappa.status == "ok":
            assert turned[who].value == close(kappa.value)
            assert turned[who].standard_error == close(kappa.standard_error)
            slope = (moved[who].value - there[who].value) * n
            assert_allclose(slope, there[who].influence[0], atol=1e-3 * (1 + abs(slope)))


def test_raters_who_differ_agree_less_with_each_other_than_with_themselves():
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 3, 80)
    own = [np.where(rng.random(80) < 0.8, truth, rng.integers(0, 3, 80)) for _ in range(3)]
    trials = [
        np.where(rng.random(80) < 0.95, one, rng.integers(0, 3, 80)) for one in own for _ in "12"
    ]
    found = ilr.intra_rater_agreement(on(np.column_stack(trials)), trial=2)
    assert list(found) == [1, 3, 5, "within raters", "between raters"]
    gap = ilr.difference(found["within raters"], found["between raters"], paired=True)
    assert gap.confidence_interval().low > 0
    assert "Kappa of the trials of 1 is" in found[1].describe()
    low, high = found["within raters"].confidence_interval()
    assert low < found["within raters"].value < high


def test_units_without_two_ratings_to_compare_are_counted():
    table = [[0, 0, 1], [1, 1, 1], [2, -1, 2], [0, 1, -1]]
    found = ilr.intra_rater_agreement(on(table), trial={"Ann": [0, 1], "Bob": [2]})
    assert list(found) == ["Ann", "within raters", "between raters"]
    assert found["Ann"].n_units == 3
    assert "1 unit without two ratings to compare does not enter." in found["Ann"].notes
    assert found["between raters"].n_units == 3


def test_many_studies_at_once_are_each_by_itself():
    rng = np.random.default_rng(5)
    taken = on(rng.integers(-1, 3, (9, 5)))
    weights = rng.integers(1, 4, (3, len(taken.frequencies)))
    batch = ilr.intra_rater_agreement(replace(taken, frequencies=weights), trial=TRIALS)
    for place, row in enumerate(weights):
        alone = ilr.intra_rater_agreement(replace(taken, frequencies=row), trial=TRIALS)
        for who, kappa in batch.items():
            assert kappa.value[place] == close(alone[who].value)
            assert kappa.standard_error[place] == close(alone[who].standard_error)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: ilr.intra_rater_agreement([[1, 2], [2, 2]]), ValueError, "no rater of `ratings`"),
        (
            lambda: ilr.intra_rater_agreement([[1, 2, 1]] * 4, trial=2),
            ValueError,
            "does not divide",
        ),
        (
            lambda: ilr.intra_rater_agreement(ilr.ratings_from_counts([[2, 1, 0]], scale=SCALE)),
            ValueError,
            "needs to know who gave each rating",
        ),
        (lambda: ilr.intra_rater_agreement([[1, 2], [2, 2]], trial="all"), TypeError, "`trial`"),
    ],
)
def test_what_has_no_trials_is_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_a_kappa_of_trials_rests_on_the_ratings_in_them():
    table = [[1, 1, 2, 2, 1], [2, 2, 2, 1, 2], [1, 2, 1, 1, 1], [2, 1, np.nan, 2, 2]]
    trials = {"Ann": [0, 1], "Bob": [2, 3], "Cy": [4]}
    ratings = ilr.ratings_from_matrix(table, scale=ilr.Scale([1, 2]))
    found = ilr.intra_rater_agreement(ratings, trial=trials)
    said = {who: kappa.describe() for who, kappa in found.items()}
    assert "from 8 ratings of 4 units by Ann in 2 trials;" in said["Ann"]
    assert "from 6 ratings of 3 units by Bob in 2 trials (1 missing);" in said["Bob"]
    assert (
        "from 15 ratings of 4 units by 2 raters in 4 trials (1 missing);" in said["within raters"]
    )
    assert "from 19 ratings of 4 units by 3 raters in 5 trials" in said["between raters"]
    assert [kappa.n_raters for kappa in found.values()] == [1, 1, 2, 3]
    batch = ratings.with_frequencies(np.multiply.outer([1, 3], ratings.frequencies))
    many = ilr.intra_rater_agreement(batch, trial=trials)
    for who, kappa in found.items():
        assert many[who].n_ratings.tolist() == [kappa.n_ratings, 3 * kappa.n_ratings]
    shares = ilr.attribute_agreement(ratings, trial=trials)
    assert "from 8 ratings of 4 units by Ann in 2 trials;" in shares.within["Ann"].describe()
    assert "from 15 ratings of 3 units by 3 raters in 5 trials;" in shares.between.describe()
