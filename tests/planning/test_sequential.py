"""The sequence holds its level at every look, summed over all paths."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

import ilacs_reliability as ilr
import strategies as our
from closeness import close
from ilacs_reliability.planning.sequential import (
    _limits,
    _log_evidence,
    _look_ahead,
    stopping_bounds,
)
from stored import cases

sequences = st.lists(st.booleans(), min_size=1, max_size=40)


def crossing(truth, threshold, *, prior, alpha, looks):
    """Return the chances of ever supporting and ever contradicting, over all paths."""
    paths = np.zeros(looks + 2)
    paths[0] = 1.0
    supported = contradicted = 0.0
    bounds = stopping_bounds(np.arange(1, looks + 1), threshold, prior, alpha)
    for most, least in zip(*bounds, strict=True):
        paths[1:] = paths[1:] * (1 - truth) + paths[:-1] * truth
        paths[0] *= 1 - truth
        supported += paths[max(least, 0) :].sum()
        contradicted += paths[: most + 1].sum()
        paths[: most + 1] = 0.0
        paths[max(least, 0) :] = 0.0
    return supported, contradicted


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.5), (18.0, 2.0)])
def test_no_stopping_rule_beats_the_level(threshold, prior):
    # the worst moment to stop is when a bound is crossed: all paths of 600 inspections
    either = sum(crossing(threshold, threshold, prior=prior, alpha=0.05, looks=600))
    assert 0.005 < either <= 0.05


@pytest.mark.parametrize("truth", [0.6, 0.7, 0.79])
def test_a_share_below_the_threshold_is_hardly_ever_supported(truth):
    supported, contradicted = crossing(truth, 0.8, prior=(1.0, 1.0), alpha=0.05, looks=400)
    assert supported <= 0.05
    assert contradicted > supported


def test_the_evidence_is_a_martingale():
    # by definition, in fractions: its mean over all sequences of six is 1
    share, n, total = Fraction(4, 5), 6, Fraction(0)
    for decisions in product((0, 1), repeat=n):
        agreed = sum(decisions)
        mixed = Fraction(1, (n + 1) * comb(n, agreed))
        total += mixed
        likelihood = share**agreed * (1 - share) ** (n - agreed)
        evidence = float(np.exp(_log_evidence(agreed, n, float(share), (1.0, 1.0))))
        assert evidence == close(float(mixed / likelihood))
    assert total == 1


def test_the_mixture_is_that_of_the_beta_distribution():
    def weighed(p):
        return p**7 * (1 - p) ** 2 * p * (1 - p) ** 2 * 12

    mixed, _ = integrate.quad(weighed, 0, 1)
    found = np.exp(_log_evidence(7, 9, 0.8, (2.0, 3.0)))
    assert found == pytest.approx(mixed / (0.8**7 * 0.2**2), rel=1e-9)


CONFSEQ = cases("confseq_sequence")
every_case = pytest.mark.parametrize("entry", CONFSEQ, ids=lambda entry: entry["id"])


def of_confseq(share):
    """Return the beta distribution that confseq mixes over when it tries a share."""
    # the root law's best weight after 50 trials, for 5 %: BetaBinomialMixture::optimal_r
    log_level = 2 * np.log(1 / 0.05)
    spread = share * (1 - share)
    weight = max(50 * spread / (log_level + np.log1p(log_level)) - spread, 1e-3 * spread)
    return weight / (1 - share), weight / share


@every_case
def test_the_evidence_is_that_of_confseq(entry):
    agreed, n = map(int, entry["id"].split(" of "))
    found = _log_evidence(agreed, n, 0.8, of_confseq(0.8))
    assert found == pytest.approx(entry["values"]["log_evidence"], rel=1e-9, abs=1e-9)


@every_case
def test_the_evidence_reaches_its_bound_at_the_limits_of_confseq(entry):
    agreed, n = map(int, entry["id"].split(" of "))
    for limit in (entry["values"]["low"], entry["values"]["high"]):
        found = _log_evidence(agreed, n, limit, of_confseq(limit))
        assert found == pytest.approx(np.log(20), rel=1e-4)


@our.examples(15)
@given(sequences)
def test_limits_only_ever_close_in_and_hold_what_was_seen_last(decisions):
    found = ilr.agreement_sequence(decisions, threshold=0.8)
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) <= 0).all()
    fresh = ilr.agreement_sequence(sorted(decisions), threshold=0.8)
    assert fresh.agreed[-1] == found.agreed[-1]


@our.examples(15)
@given(sequences)
def test_looking_at_more_changes_no_earlier_look(decisions):
    whole = ilr.agreement_sequence(decisions, threshold=0.8)
    part = ilr.agreement_sequence(decisions[: len(decisions) // 2], threshold=0.8)
    n = part.n_decisions
    assert (whole.low[:n] == part.low).all()
    assert part.settled_at is None or whole.settled_at == part.settled_at


@given(sequences, st.sampled_from([0.5, 0.8, 0.9]))
def test_the_verdict_is_that_of_the_limits(decisions, threshold):
    found = ilr.agreement_sequence(decisions, threshold=threshold)
    above, below = found.low >= threshold, found.high < threshold
    if found.outcome == "not shown":
        assert not (above | below).any()
    else:
        first = found.settled_at - 1
        assert (above if found.outcome == "supported" else below)[first]
        assert not (above | below)[:first].any()


def test_limits_lie_where_the_evidence_reaches_its_bound():
    # each look's own limits, before those of earlier looks close in
    agreed, n = np.array([0, 5, 6, 22]), np.array([6, 6, 6, 24])
    low, high = _limits(agreed, n, (1.0, 1.0), 0.05)
    assert low[0] == close(0.0)
    assert high[2] == close(1.0)
    for limits, some in ((low, slice(1, 4)), (high, [0, 1, 3])):
        evidence = np.exp(_log_evidence(agreed, n, limits, (1.0, 1.0)))
        assert evidence[some] == pytest.approx(20.0, rel=1e-9)


@given(sequences, st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([0.05, 0.3]))
def test_bounds_are_those_that_the_evidence_crosses_first(decisions, threshold, alpha):
    n = np.arange(1, len(decisions) + 1)
    found = stopping_bounds(n, threshold, (1.0, 1.0), alpha)
    for size, most, least in zip(n, *found, strict=True):
        agreed = np.arange(size + 1)
        far = np.exp(_log_evidence(agreed, size, threshold, (1.0, 1.0))) >= 1 / alpha
        assert most == max(agreed[far & (agreed < size * threshold)], default=-1)
        assert least == min(agreed[far & (agreed > size * threshold)], default=size + 1)


@pytest.mark.parametrize(("truth", "threshold", "agreed"), [(0.7, 0.4, 3), (0.3, 0.6, 1)])
def test_what_is_expected_is_the_mean_over_all_paths(truth, threshold, agreed):
    n, most = 4, 10
    bounds = stopping_bounds(n + np.arange(1, most + 1), threshold, (1.0, 1.0), 0.3)
    mean = settled = 0.0
    for decisions in product((0, 1), repeat=most):
        chance = truth ** sum(decisions) * (1 - truth) ** (most - sum(decisions))
        total = agreed + np.cumsum(decisions)
        over = np.flatnonzero((total <= bounds[0]) | (total >= bounds[1]))
        settled += chance * (len(over) > 0)
        mean += chance * (over[0] + 1 if len(over) else most)
    found = _look_ahead((agreed, n), truth, bounds)
    assert 0.1 < settled < 0.99
    assert found == pytest.approx((mean, settled))


def test_a_share_that_changed_is_noticed():
    found = ilr.agreement_sequence([True] * 60 + [False] * 60, threshold=0.5)
    assert found.outcome == "supported"
    assert "contradict one another" in found.describe()


def test_nothing_yet_says_how_long_it_takes():
    found = ilr.agreement_sequence([], threshold=0.8, truth=0.95)
    assert found.n_decisions == 0
    assert 20 < found.expected_more < 100
    assert found.settled_ahead == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"decisions": [0.5]}, TypeError, "`decisions` must hold true or false"),
        ({"decisions": "yes"}, TypeError, "`decisions` must be a sequence"),
        ({"threshold": 80}, ValueError, "`threshold` must be between 0 and 1"),
        ({"prior": (0, 1)}, ValueError, "`prior` must be two numbers above 0"),
        ({"truth": 1.0}, ValueError, "`truth` must be between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(said, error, message):
    with pytest.raises(error, match=message):
        ilr.agreement_sequence(**{"decisions": [True], "threshold": 0.8} | said)


def test_a_sequence_says_how_many_agreed_in_a_line():
    found = ilr.agreement_sequence([1, 0, 1, 1], threshold=0.8)
    assert repr(found).startswith("AgreementSequence(4 decisions, 3 agreed: at least 0.8 ")


def test_no_mean_is_told_of_what_may_never_settle():
    short = ilr.agreement_sequence([1, 1, 0, 1, 1, 1, 1, 1], threshold=0.8)
    assert short.describe().endswith(
        "If the true share is 0.800, 1,000 more would settle it with a chance of 1.1%."
    )
    soon = ilr.agreement_sequence([1, 1, 0, 1, 1, 1, 1, 1], threshold=0.5)
    assert "some 11 more would settle it on average" in soon.describe()
