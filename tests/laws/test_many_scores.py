"""No question of ratings takes memory in the square of units, however many scores there are."""

import tracemalloc
import warnings

import numpy as np
import pytest

import ilacs_reliability as ilr
from ilacs_reliability._checks import work
from ilacs_reliability._inference import drawn_units

UNITS, MEBIBYTES = 1200, 24
SCORES = np.random.default_rng(0).normal(size=(UNITS, 3))
ASKED = {
    "agreement_with_standard": {"standard": 0},
    "dawid_skene": {},
    "friedman": {},
    "grade_accuracy": {},
    "gwet_ac": {},
    "kappa_by_grade": {},
    "latent_grade_model": {},
    "madansky": {},
    "misclassification_matrix": {"standard": 0},
    "polychoric_correlation": {},
    "reliability_from_repeats": {},
    "specific_agreement": {},
}


@pytest.mark.parametrize("name", ASKED)
def test_memory_does_not_grow_with_scores_and_units_at_once(name):
    said = ""
    # what is imported at a first call is not held by it
    ilr.friedman(SCORES[:4])
    tracemalloc.start()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            getattr(ilr, name)(SCORES, **ASKED[name])
        except ValueError as error:
            said = str(error)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    # a table of scores by units has 33 MiB, one of scores by scores 99
    assert peak < MEBIBYTES
    assert not said or any(word in said for word in ("too many", "too large", "too long"))


def test_friedman_of_distinct_scores_is_the_formula():
    """Ranks of two occasions are 1 and 2: the statistic is that of signs."""
    first, second = SCORES[:, 0], SCORES[:, 1]
    more = int((first > second).sum())
    found = ilr.friedman(SCORES[:, :2])
    assert found.statistic == pytest.approx((2 * more - UNITS) ** 2 / UNITS, rel=1e-12)
    assert found.n_units == UNITS


def test_what_leaves_each_unit_out_refuses_before_it_starts():
    codes = np.random.default_rng(1).integers(0, 50, (40_000, 3)).astype(np.int8)
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(50)))
    with pytest.raises(ValueError, match="`ratings` has too many patterns"):
        ilr.jackknife(ilr.icc, ratings)
    with pytest.raises(ValueError, match="`ratings` has too many patterns"):
        ilr.influential_units(ilr.icc, ratings)
    # sums lose a unit at once
    assert ilr.jackknife(ilr.fleiss_kappa, ratings).standard_error > 0


def test_fewer_resamples_are_drawn_of_very_many_patterns_and_a_note_says_so(monkeypatch):
    # as if a hundredth of the time were some seconds
    monkeypatch.setattr(work, "SECONDS", work.SECONDS / 100)
    monkeypatch.setattr(drawn_units, "SECONDS", work.SECONDS)
    found = ilr.bootstrap(ilr.icc, np.random.default_rng(2).normal(size=(2500, 2)), rng=1)
    assert 99 <= len(found.replicates) < 9999
    assert "of 9,999 were drawn" in found.describe()
    assert "without acceleration" in found.confidence_interval.method
