"""One null distribution: chances of every outcome, of draws and of large samples."""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference import null, reorderings
from ilacs_reliability.comparison import fixed_margins, rank_sums, trend
from ilacs_reliability.shift import imbalance, sums

ALTERNATIVES = ["two-sided", "less", "greater"]
weights = st.lists(st.integers(1, 4), min_size=1, max_size=7)


def all_signs(pieces):
    return [sum(s * w for s, w in zip(signs, pieces, strict=True)) for signs in _signs(pieces)]


def _signs(pieces):
    return product((-1, 1), repeat=len(pieces))


def share(outcomes, extreme):
    return Fraction(sum(map(extreme, outcomes)), len(outcomes))


def of_signs(pieces):
    outcomes = np.abs(all_signs(pieces)).astype(float)
    return null.listed(outcomes, np.full(len(outcomes), 1 / len(outcomes)))


@given(pieces=weights, seen=st.integers(0, 28))
def test_listed_outcomes_give_the_p_value_and_half_of_what_was_seen_the_mid_p(pieces, seen):
    outcomes = all_signs(pieces)
    as_large = share(outcomes, lambda x: abs(x) >= seen)
    larger = share(outcomes, lambda x: abs(x) > seen)
    exact = of_signs(pieces)
    assert exact.reach(seen) == close(float(as_large))
    assert exact.past(seen) == close(float(larger))
    assert exact.midp(seen) == close(float((as_large + larger) / 2))
    assert null.MidP(exact.tail).reach(seen) == close(float((as_large + larger) / 2))


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(pieces=weights, place=st.integers(0, 127))
def test_a_symmetric_sum_has_the_p_value_of_its_side(alternative, pieces, place):
    outcomes = all_signs(pieces)
    seen = outcomes[place % len(outcomes)]
    extreme = {
        "two-sided": lambda x: abs(x) >= abs(seen),
        "less": lambda x: x <= seen,
        "greater": lambda x: x >= seen,
    }[alternative]
    found = null.symmetric_p(of_signs(pieces), seen, alternative)
    assert found == close(float(share(outcomes, extreme)))


@given(pieces=weights, level=st.floats(0.01, 0.5), usual=st.floats(0.5, 20))
@example(pieces=[1] * 6, level=1 / 32, usual=4.8)
def test_exactly_the_statistics_past_the_critical_value_are_rejected(pieces, level, usual):
    exact, top = of_signs(pieces), float(sum(pieces))
    draws = np.sort(np.abs(all_signs(pieces * 1)).astype(float))
    for one in (exact, null.Drawn(draws)):
        edge = one.critical_value(level, usual=usual, top=top)
        for size in set(np.abs(all_signs(pieces)).tolist()):
            assert (one.reach(size) <= level) == (size > edge)


@given(draws=st.lists(st.integers(0, 9), min_size=1, max_size=30), seen=st.integers(0, 9))
def test_what_was_seen_counts_among_the_draws(draws, seen):
    drawn = null.Drawn(np.sort(np.array(draws, dtype=float)))
    hits = sum(draw >= seen for draw in draws)
    assert drawn.reach(seen) == close((1 + hits) / (1 + len(draws)))
    assert drawn.past(seen) == close(sum(draw > seen for draw in draws) / (1 + len(draws)))


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("gap", [-2.5, 0.0, 1.2])
def test_the_normal_has_the_tails_of_scipy(alternative, gap):
    tail = {"two-sided": 2 * stats.norm.sf(abs(gap / 1.5)), "less": stats.norm.cdf(gap / 1.5)}
    expected = tail.get(alternative, stats.norm.sf(gap / 1.5))
    extreme = float(null.extremity(gap, alternative))
    assert null.normal(1.5**2, alternative).reach(extreme) == close(expected)
    assert null.symmetric_p(null.Normal(1.5), gap, alternative) == close(expected)
    assert null.normal(0.0, alternative).reach(extreme) == close(1.0)


def test_chi_square_has_the_tail_of_scipy_and_nothing_to_say_without_freedom():
    assert null.ChiSquare(3).reach(5.5) == close(stats.chi2.sf(5.5, 3))
    assert null.ChiSquare(0).reach(0.0) == close(1.0)


def test_the_words_say_how_many_were_drawn_and_why():
    draws = np.zeros(1200)
    assert null.Drawn(draws).method == "monte_carlo with 1,200 draws"
    assert null.Drawn(draws, asked=1200, instead=True).method == (
        "monte_carlo with 1,200 draws, since there is too much to enumerate"
    )
    assert null.Drawn(draws, asked=9999).method == (
        "monte_carlo with 1,200 draws as more take too long"
    )


@given(
    totals=st.lists(st.integers(0, 4), min_size=1, max_size=5),
    first=st.integers(0, 20),
)
def test_pairing_halves_lists_every_sum_of_scores(totals, first):
    totals = np.array(totals)
    first = min(first, int(totals.sum()))
    scores = fixed_margins.double_mid_ranks(totals)
    if not totals.any():
        totals, scores, first = np.array([1]), np.array([2]), 1
    rows = [row for row in np.ndindex(*(totals + 1)) if sum(row) == first]
    ways = [prod(comb(int(n), k) for n, k in zip(totals, row, strict=True)) for row in rows]
    sums = Counter()
    for row, times in zip(rows, ways, strict=True):
        sums[int(np.dot(row, scores))] += times
    values, logs = fixed_margins.score_list(totals, first, scores)
    assert values.tolist() == sorted(sums)
    chances = [sums[value] / comb(int(totals.sum()), first) for value in sorted(sums)]
    assert_allclose(np.exp(logs), chances, rtol=1e-11)


@given(
    table=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=4),
    alternative=st.sampled_from(ALTERNATIVES),
)
def test_a_rank_sum_judged_by_its_list_and_by_meeting_in_the_middle_is_judged_alike(
    table, alternative
):
    counts = np.array(table).T + np.array([[1], [1]]) * (np.arange(len(table)) == 0)
    once, twice = (
        rank_sums.rank_sum(counts, "exact", alternative, 9, 0, listing=listing).p_value
        for listing in (True, False)
    )
    assert once == close(twice)


MOVED = [[5, 3, 1], [2, 20, 5], [1, 3, 30]]
SHOWN = {
    "stuart_maxwell": lambda: ilr.stuart_maxwell(MOVED, method="exact"),
    "bowker": lambda: ilr.bowker(MOVED, method="exact"),
    "wilcoxon_signed_rank": lambda: ilr.wilcoxon_signed_rank(MOVED),
    "marginal_score_shift": lambda: ilr.marginal_score_shift(MOVED, method="exact"),
    "kendall_w_test": lambda: ilr.kendall_w_test([[1, 2, 3], [2, 2, 3], [1, 3, 2]]),
    "friedman": lambda: ilr.friedman([[1, 2, 3], [2, 2, 3], [1, 3, 2]], method="exact"),
    "mann_whitney": lambda: ilr.mann_whitney([[9, 4, 3], [2, 6, 4]]),
    "jonckheere": lambda: ilr.jonckheere([[9, 4, 3], [2, 6, 4], [1, 4, 5]]),
    "madansky": lambda: ilr.madansky([[1, 2, 3], [2, 2, 3], [1, 3, 2]], method="exact"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_showing_an_exact_test_counts_nothing_again(name, monkeypatch):
    result = SHOWN[name]()
    assert result.method == "exact"
    for module in (imbalance, sums):
        monkeypatch.setattr(module, "_enumerated", None)
    monkeypatch.setattr(reorderings, "_counted", None)
    for maker in ("quadratic_tail", "squares_tail"):
        monkeypatch.setattr(imbalance, maker, None)
    monkeypatch.setattr(sums, "signed_sum_tail", None)
    for maker in ("score_list", "score_sums", "score_tails", "log_first_rows", "first_rows"):
        monkeypatch.setattr(fixed_margins, maker, None)
        for module in (rank_sums, trend):
            monkeypatch.setattr(module, maker, None, raising=False)
    assert repr(result)
    assert result.describe()
    assert result.to_dict()["effect_low"] <= result.to_dict()["effect_high"]
