"""Latent classes of studies drawn anew."""

from dataclasses import replace

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.error.class_bootstrap import drawn_anew
from ilacs_reliability.error.latent_classes import em, posterior

SCALE = ilr.Scale(["no", "yes"])
ROWS = [[0, 0, 0, 0], [0, 0, 0, 1], [1, 1, 1, 1], [1, 1, 1, 0]]


def certain(n_right, n_wrong):
    """Three raters who never differ say each unit's class; the fourth's rate is then a share."""
    return ilr.ratings_from_codes(ROWS, scale=SCALE, frequencies=[n_right, n_wrong, 35, 3])


def slides():
    data = ilr.load_dataset("carcinoma")
    codes = data.ratings.astype(int) - 1
    return ilr.ratings_from_codes(codes, scale=SCALE, frequencies=data.frequencies.astype(int))


def test_where_classes_are_certain_draws_are_those_of_a_share():
    found = ilr.dawid_skene(certain(25, 5), n_starts=4).resampled(n_resamples=4999, rng=1)
    low, high = found.error_rates(4)["no", "no"].confidence_interval(0.9, method="bootstrap")
    drawn = np.random.default_rng(2).multinomial(68, np.array([25, 5, 35, 3]) / 68, size=20000)
    shares = drawn[:, 0] / drawn[:, :2].sum(axis=1)
    assert (low, high) == pytest.approx(np.quantile(shares, [0.05, 0.95]), abs=0.012)


def test_at_an_end_the_limits_are_the_profile_s_and_say_so():
    rates = ilr.dawid_skene(certain(30, 0), n_starts=4).resampled(n_resamples=99).error_rates(4)
    drawn = rates["no", "no"].confidence_interval(method="bootstrap")
    profile = rates["no", "no"].confidence_interval(method="profile")
    assert drawn.method == "profile, since draws have no spread at an end"
    assert tuple(drawn) == close(tuple(profile))
    assert drawn.low < 0.95


def test_each_study_is_climbed_to_its_maximum():
    found = ilr.dawid_skene(slides(), n_classes=2)
    panel, fit = found._panel, found._found.fit
    draws = drawn_anew(panel, fit, 20, np.random.default_rng(5))
    n_units = int(panel.frequencies.sum())
    # the same studies again
    counts = np.random.default_rng(5).multinomial(n_units, panel.frequencies / n_units, size=20)
    batch = replace(panel, frequencies=counts.astype(float))
    reached = replace(fit, shares=draws.shares, errors=draws.errors)
    before, _ = posterior(batch, reached)
    _, after, _ = em(batch, reached, n_steps=3000)
    assert (after - before).max() < 1e-3


def test_draws_spread_as_the_standard_error_says():
    found = ilr.dawid_skene(slides(), n_classes=2)
    share = found.resampled(rng=3).class_shares()["yes"]
    low, high = share.confidence_interval(method="bootstrap")
    # influences are of the logits at the maximum, draws of the shares themselves
    assert high - low == pytest.approx(2 * 1.96 * share.standard_error, rel=0.2)
    assert share.interval_methods == ("profile", "bootstrap")
    again = found.resampled(rng=3).class_shares()["yes"]
    assert tuple(again.confidence_interval(method="bootstrap")) == close((low, high))


def test_without_draws_there_are_profiles_alone():
    share = ilr.dawid_skene(slides(), n_classes=2).class_shares()["yes"]
    assert share.interval_methods == ("profile",)


def test_too_many_draws_are_refused():
    with pytest.raises(ValueError, match=r"`n_resamples` of .* take too long"):
        ilr.dawid_skene(slides(), n_classes=2).resampled(n_resamples=1_000_000)
    with pytest.raises(ValueError, match="`n_resamples` must be"):
        ilr.dawid_skene(slides(), n_classes=2).resampled(n_resamples=0)
    with pytest.raises(TypeError, match="`rng` must be"):
        ilr.dawid_skene(slides(), n_classes=2).resampled(rng="x")
