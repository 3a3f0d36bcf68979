"""Limits of a paired difference by the likelihood, against closed forms and a general optimiser."""

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy import optimize, special, stats

import ilacs_reliability as ilr
import strategies as our
from closeness import close

pytestmark = pytest.mark.filterwarnings("ignore::ilacs_reliability.UndefinedEstimateWarning")
COEFFICIENTS = (ilr.gwet_ac, ilr.fleiss_kappa, ilr.conger_kappa, ilr.brennan_prediger)


def of_table(table):
    return ilr.ratings_from_table(table, scale=ilr.Scale(range(len(table))))


def limits(gap, level=0.95):
    return gap.confidence_interval(level, "likelihood")


def test_a_difference_of_agreement_and_twice_itself_has_the_limits_of_agreement():
    # of two grades Brennan and Prediger's coefficient is 2 p - 1, p less that is 1 - p
    ratings = of_table([[10, 9], [6, 5]])
    agreement = ilr.percent_agreement(ratings)
    gap = ilr.difference(agreement, ilr.brennan_prediger(ratings), paired=True)
    share = agreement.confidence_interval(method="likelihood")
    np.testing.assert_allclose(limits(gap), [1 - share.high, 1 - share.low], atol=2e-6)
    assert gap.confidence_interval().method == "likelihood"


def test_no_shares_within_reach_are_further_apart():
    # quadratic less exact kappa of three grades, by an optimiser over the nine shares
    table = np.array([[9, 2, 1], [3, 6, 2], [1, 2, 8]])
    ratings, n = of_table(table), table.sum()
    steps = np.subtract.outer(np.arange(3), np.arange(3))
    credit_of = {"identity": steps == 0, "quadratic": 1 - steps**2 / 4}

    def gap(logits):
        shares = special.softmax(logits).reshape(3, 3)
        chance = np.outer(shares.sum(axis=1), shares.sum(axis=0))
        kappas = {
            name: 1 - (1 - (credit * shares).sum()) / (1 - (credit * chance).sum())
            for name, credit in credit_of.items()
        }
        return kappas["quadratic"] - kappas["identity"]

    # as far as for the mid-p limit of a Poisson mean, where units that agree or differ are few
    few = [trace := np.trace(table), n - trace]
    most = special.gammainccinv(np.add(few, 2 / 3), 0.025)
    reach = max(stats.t.ppf(0.975, n - 1) ** 2, *(2 * (most - few - few * np.log(most / few))))

    def left(logits):
        fall = table.ravel() @ (np.log(table.ravel() / n) - special.log_softmax(logits))
        return reach - 2 * fall

    ends = []
    for sign in (1, -1):
        found = optimize.minimize(
            lambda logits, sign=sign: sign * gap(logits),
            np.log(table.ravel()),
            constraints={"type": "ineq", "fun": left},
            method="SLSQP",
            options={"ftol": 1e-13, "maxiter": 500},
        )
        ends.append(gap(found.x))
    pair = (ilr.cohen_kappa(ratings, weights=kind) for kind in ("quadratic", "identity"))
    np.testing.assert_allclose(limits(ilr.difference(*pair, paired=True)), ends, atol=1e-5)


@settings(max_examples=8)
@given(ratings=our.studies(max_raters=3, max_units=9), data=st.data())
def test_it_turns_with_the_difference_holds_it_and_is_nested(ratings, data):
    a, b = (data.draw(st.sampled_from(COEFFICIENTS))(ratings) for _ in range(2))
    assume(a.status == b.status == "ok")
    there, back = (ilr.difference(*pair, paired=True) for pair in ((a, b), (b, a)))
    assume("likelihood" in there.interval_methods)
    inner, outer = limits(there, 0.8), limits(there, 0.95)
    low, high = limits(back)
    np.testing.assert_allclose([outer.low, outer.high], [-high, -low], atol=1e-5)
    assert outer.low - 1e-6 <= inner.low <= there.value <= inner.high <= outer.high + 1e-6
    assert there.range[0] - 1e-9 <= outer.low <= outer.high <= there.range[1] + 1e-9


def test_it_is_offered_for_the_same_raters_and_five_units():
    codes = [[0, 0, 1], [1, 1, 1], [2, 1, 2], [0, 0, 0], [1, 2, 1], [2, 2, 2]]
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(3)))
    pairs = ilr.pairwise_agreement(ratings, coefficient=ilr.cohen_kappa)
    few = ilr.ratings_from_codes(codes[:4], scale=ilr.Scale(range(3)))
    gaps = {
        "plain": (ilr.gwet_ac(ratings), ilr.fleiss_kappa(ratings), True),
        "apart": (ilr.gwet_ac(ratings), ilr.fleiss_kappa(ratings), False),
        "pairs": (pairs[1, 2], pairs[1, 3], True),
        "few": (ilr.gwet_ac(few), ilr.fleiss_kappa(few), True),
        "other": (ilr.gwet_ac(ratings), ilr.kendall_w(ratings), True),
    }
    firsts = {
        name: ilr.difference(a, b, paired=paired).interval_methods[0]
        for name, (a, b, paired) in gaps.items()
    }
    assert firsts.pop("plain") == "likelihood"
    assert set(firsts.values()) == {"mover"}


def test_the_test_of_a_difference_answers_as_the_interval():
    ratings = of_table([[9, 2, 1], [3, 6, 2], [1, 2, 8]])
    gap = ilr.difference(ilr.gwet_ac(ratings), ilr.fleiss_kappa(ratings), paired=True)
    low, high = gap.confidence_interval()
    for threshold in (low - 1e-4, high + 1e-4):
        assert ilr.threshold_test(gap, threshold, alternative="two-sided").p_value < 0.05
    assert ilr.threshold_test(gap, gap.value).p_value == close(0.5)
    assert all(itertools.starmap(np.less_equal, [(gap.range[0], low), (high, gap.range[1])]))


@pytest.mark.parametrize("table", [[[9, 3], [1, 8]], [[19, 4, 1], [1, 16, 2], [2, 1, 9]]])
def test_a_difference_that_is_never_negative_is_not_shown_by_that(table):
    # Cohen's kappa is Scott's pi where both raters use each grade equally often, else more
    ratings = of_table(table)
    gap = ilr.difference(ilr.cohen_kappa(ratings), ilr.scott_pi(ratings), paired=True)
    assert gap.value > 0
    assert -1e-5 < gap.confidence_interval().low < 0
    assert ilr.threshold_test(gap, 0.0, alternative="two-sided").p_value > 0.2
