"""The exact distribution of sums with random signs, against whole-number arithmetic."""

from fractions import Fraction
from itertools import accumulate, product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

import ilacs_reliability as ilr
from ilacs_reliability.shift import signed


def midranks(sizes):
    """Return the rank that moves of one, two, ... grades share."""
    return [sum(sizes[:k]) + (size + 1) / 2 for k, size in enumerate(sizes)]


def counted(weights, sizes, observed):
    """Count the signs whose sum reaches a number, in whole numbers: no rounding anywhere."""
    (w, n), *others = sorted(zip(weights, sizes, strict=True), key=lambda group: -group[1])
    ways = [comb(n, k) for k in range(n + 1)]
    at_least = [*list(accumulate(ways[::-1]))[::-1], 0]
    # ranks and sums in halves
    w, seen, others = round(2 * w), round(2 * observed), [(round(2 * v), m) for v, m in others]
    hits = 0
    for ups in product(*(range(m + 1) for _, m in others)):
        rest = seen - sum(v * (2 * k - m) for (v, m), k in zip(others, ups, strict=True))
        least = min(max(-((-rest - w * n) // (2 * w)), 0), n + 1)
        times = 1
        for (_, m), k in zip(others, ups, strict=True):
            times *= comb(m, k)
        hits += times * at_least[least]
    return Fraction(hits, 2 ** sum(sizes))


@pytest.mark.parametrize("sizes", [(420, 160, 60), (130, 160, 90), (60, 90, 300), (400, 0, 120)])
def test_every_tail_keeps_its_digits_beside_whole_numbers(sizes):
    weights, sizes = zip(
        *((w, s) for w, s in zip(midranks(sizes), sizes, strict=True) if s), strict=True
    )
    tail = signed.signed_sum_tail(weights, sizes)
    reach = float(np.dot(weights, sizes))
    # a sum that can be seen: all ranks up but those of some moves of each size
    for share in (0.5, 0.47, 0.4, 0.3, 0.15, 0.03, 0.0):
        downs = [round(share * size) for size in sizes]
        observed = reach - 2 * float(np.dot(weights, downs))
        exact = counted(weights, sizes, observed)
        assert_allclose(tail(observed), float(exact), rtol=1e-12)
    assert tail(reach + 1) == 0


@given(
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    share=st.floats(-0.2, 1.1),
    rare=st.floats(0.01, 5.0),
)
def test_what_is_left_out_never_shows_however_little_is_looked_at_first(sizes, share, rare):
    weights = midranks(sizes)
    observed = round(2 * share * float(np.dot(weights, sizes))) / 2
    exact = float(counted(weights, sizes, observed))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(signed, "FEW", 0)
        patched.setattr(signed, "RARE", rare)
        assert_allclose(signed.signed_sum_tail(weights, sizes)(observed), exact, rtol=1e-12)


def test_a_hundred_thousand_pairs_are_enumerated():
    table = np.full((4, 4), 6250)
    table[0, 1] += 3000
    result = ilr.wilcoxon_signed_rank(table)
    usual = ilr.wilcoxon_signed_rank(table, method="asymptotic")
    assert result.method == "exact"
    # beyond the first terms of the error of the normal distribution at so many pairs
    assert_allclose(result.p_value, usual.p_value, rtol=2e-3)
    assert result.p_value < 0.05


def in_halves(weights, sizes, observed):
    """Add up the outcomes of two halves by what they reach together, each an outer sum."""
    sums, chances = [np.zeros(1), np.zeros(1)], [np.ones(1), np.ones(1)]
    for place, (w, n) in enumerate(zip(weights, sizes, strict=True)):
        ups = np.arange(n + 1)
        own, half = stats.binom.pmf(ups, n, 0.5), place % 2
        sums[half] = np.add.outer(sums[half], w * (2 * ups - n)).ravel()
        chances[half] = np.outer(chances[half], own).ravel()
    order = np.argsort(sums[0])
    tail = np.append(np.cumsum(chances[0][order][::-1])[::-1], 0.0)
    first = np.searchsorted(sums[0][order], observed - sums[1] - 1e-9 * abs(observed))
    return float(tail[first] @ chances[1])


@pytest.mark.parametrize("ups", [(40, 44, 30, 41), (28, 20, 25, 30)])
def test_four_large_groups_are_met_in_the_middle(ups):
    """Weights of a million: a sum that is reached exactly is, whatever the order it adds up in."""
    sizes, weights = (66, 64, 62, 65), np.array([1.1, 2.3, 3.7, 5.9]) * 1e6 / 3
    observed = sum(w * (2 * k - n) for w, k, n in zip(weights[::-1], ups, sizes[::-1], strict=True))
    tail = signed.signed_sum_tail(weights.tolist(), list(sizes))
    assert tail is not None
    assert tail(observed) == pytest.approx(in_halves(weights, sizes, observed), rel=1e-9)
