"""A record's functions by their key: the same answers, and looked up once in a search."""

import pytest

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability._inference.intervals import clopper_pearson_limits, wald_limits
from ilacs_reliability._results import keyed
from ilacs_reliability._results.keyed import Keyed, looked_up

MOVES = [[2, 6, 1, 0], [3, 9, 8, 2], [1, 4, 15, 7], [0, 1, 2, 6]]
GRADES = ilr.ratings_from_table([[7, 2, 1], [1, 6, 3], [0, 2, 8]], scale=ilr.Scale([1, 2, 3]))
# the limits of each are sought: a tail or a curve is asked some dozens of times or some hundreds
SEARCHED = {
    "signed ranks": ilr.wilcoxon_signed_rank(MOVES).effect,
    "bowker": ilr.bowker(MOVES, method="exact").effect,
    "stuart_maxwell": ilr.stuart_maxwell(MOVES, method="exact").effect,
    "friedman": ilr.friedman(GRADES, method="exact").effect,
    "likelihood": ilr.cohen_kappa(GRADES),
}


def twice(limits, x, *, by):
    return tuple(by * end for end in limits(x, 10.0, confidence_level=0.9))


@pytest.mark.parametrize("name", SEARCHED)
def test_a_search_looks_its_functions_up_once(name, monkeypatch):
    found = []
    find = keyed.import_module
    monkeypatch.setattr(
        keyed, "import_module", lambda module: (found.append(module), find(module))[1]
    )
    method = "likelihood" if name == "likelihood" else None
    SEARCHED[name].confidence_interval(0.9, method)
    # the limits, their range and what they rest on, each by its key
    assert 1 <= len(found) <= 12


def test_what_is_looked_up_answers_as_its_key_does():
    inner = keyed.keyed(clopper_pearson_limits)
    outer = keyed.keyed(twice, inner, by=2.0)
    low, high = outer.bound()(3.0)
    assert outer(3.0) == (close(float(low)), close(float(high)))
    assert not isinstance(outer.bound().args[0], Keyed)
    assert looked_up(wald_limits) is wald_limits
