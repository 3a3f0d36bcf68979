"""What kind of question each estimate answers: one table, for every estimate there is."""

import warnings
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

import ilacs_reliability as ilr
import registry
from ilacs_reliability._results.bearing import ANSWERS, is_agreement
from ilacs_reliability._results.records import Record

KINDS = ("consistency", "shift", "comparison", "share")
# a plan, a report and a fit of every number hold no estimate of their own kind
ASKED = sorted(
    name
    for name, row in registry.CALLED.items()
    if not getattr(ilr, name).__module__.startswith(
        tuple(f"ilacs_reliability.{room}" for room in ("planning", "claims", "reporting"))
    )
)
GIVEN = (registry.TABLE, registry.OCCASIONS, registry.PASSED)
MOVED = [
    name
    for name in ASKED
    if any(registry.CALLED[name].given is one for one in GIVEN)
    and getattr(ilr, name).__module__.startswith("ilacs_reliability.shift")
]
SAID = "The ratings are of one time"
OF_ERROR = ("corrected_shift", "noise_only_transitions", "regression_to_mean_test", "tipping_point")


def estimates(held: object, depth: int = 0) -> Iterator[ilr.Estimate]:
    """Yield the estimates that a result holds, with the effects of its tests."""
    if isinstance(held, ilr.Estimate):
        yield held
    elif isinstance(held, Mapping):
        for one in held.values():
            yield from estimates(one, depth + 1)
    elif isinstance(held, (list, tuple)):
        for one in held:
            yield from estimates(one, depth + 1)
    elif isinstance(held, Record) and depth < 3:
        for field in held.__dataclass_fields__:
            yield from estimates(getattr(held, field), depth + 1)


@cache
def found_by(name: str, design: str = "") -> object:
    row = registry.CALLED[name]
    given, options = row.call()
    if design:
        ratings = given[0] if isinstance(given[0], ilr.Ratings) else None
        codes = None if ratings is None else ratings.patterns
        given = (
            ilr.ratings_from_table(given[0], scale=registry.SCALE, design=design)
            if ratings is None
            else ilr.ratings_from_codes(codes, scale=ratings.scale, design=design),
        )
        if "at_least" in options:
            options = options | {"at_least": "good"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(ilr, name)(*given, **options)


def everything_said(result: object) -> str:
    notes = [one.notes for one in estimates(result)]
    return " ".join(str(one) for one in (notes, getattr(result, "notes", "")))


def test_the_table_of_what_estimates_answer_is_whole():
    made = {one.name for name in ASKED for one in estimates(found_by(name))}
    assert len(made) > 40
    assert made <= set(ANSWERS)


@pytest.mark.parametrize("name", ASKED)
def test_evidence_of_the_wrong_kind_answers_no_claim(name):
    for one in estimates(found_by(name)):
        for kind in set(KINDS) - set(ANSWERS[one.name]):
            claim = ilr.Claim(statement="So.", kind=kind, threshold=0.5, direction="more than")
            verdict = ilr.judge(claim, one)
            assert verdict.outcome == "not answerable"
            assert "undefined" in verdict.reason or "not a" in verdict.reason or one.design


@pytest.mark.parametrize("name", ASKED)
def test_only_agreement_is_read_by_bands_and_tested_as_equal(name):
    for one in estimates(found_by(name)):
        if is_agreement(one):
            continue
        with pytest.raises(ValueError, match=f"`estimate` must be an agreement.* got {one.name}"):
            ilr.benchmark(one)
        with pytest.raises(ValueError, match=one.name):
            ilr.equal_agreement_test([registry.KAPPA, one], paired=False)


@pytest.mark.parametrize("name", [*MOVED, *OF_ERROR, "transitions_from_sequences"])
def test_between_ratings_of_one_time_nothing_moved(name):
    once, twice = (found_by(name, design) for design in ("simultaneous", "repeat"))
    assert SAID in everything_said(once)
    assert SAID not in everything_said(twice)
    claim = ilr.Claim(statement="So.", kind="shift", threshold=0.5, direction="more than")
    for one in estimates(once):
        assert SAID in " ".join(one.notes)
        assert ilr.judge(claim, one).outcome == "not answerable"


def test_one_stratum_of_one_time_is_enough():
    known, once = (
        ilr.ratings_from_table(registry.TABLE[0], scale=registry.SCALE, design=design)
        for design in ("repeat", "simultaneous")
    )
    found = ilr.stratified_shift({"north": known, "south": once})
    claim = ilr.Claim(statement="So.", kind="shift", threshold=0.5)
    assert ilr.judge(claim, found.pooled).outcome == "not answerable"
    assert SAID in " ".join(found.notes)
