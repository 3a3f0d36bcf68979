"""Records are plain data: read-only, equal by content, strict in JSON, whole in a dataframe."""

import copy
import dataclasses
import json
import pickle
import re
import warnings
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import ilacs_reliability as ilr
from ilacs_reliability._results.keyed import Keyed
from laws.test_arguments import CALLS, call_of

SCALE = ilr.Scale(["poor", "good"])
# results of little data, whose numbers are undefined or infinite
ODD = {
    "kappa": lambda: ilr.cohen_kappa([[1, 1], [1, 1]]),
    "kappa of one grade": lambda: ilr.specific_agreement([[1, 1], [1, 2]]),
    "one unit": lambda: ilr.icc([[1, 2]]),
    "infinite odds": lambda: ilr.odds_ratio([[0, 5], [5, 0]], at_least=2),
    "risk of none": lambda: ilr.risk_ratio([[5, 0], [5, 5]], at_least=2),
    "no move": lambda: ilr.sign_test([[5, 0], [0, 5]]),
    "no moves": lambda: ilr.pairwise_symmetry([[5, 0], [0, 5]]),
    "components": lambda: ilr.variance_components([[1, 1], [1, 1]]),
    "likelihood": lambda: ilr.variance_components([[1, 2], [3, 4], [2, 2]], estimator="reml"),
    "bootstrap": lambda: ilr.bootstrap(ilr.cohen_kappa, [[1, 1], [1, 1]], n_resamples=9, rng=1),
    "jackknife": lambda: ilr.jackknife(ilr.cohen_kappa, [[1, 1], [1, 1]]),
    "units": lambda: ilr.influential_units(ilr.cohen_kappa, [[1, 1], [1, 2]]),
    "bounds": lambda: ilr.rosenbaum_bounds([[0, 9], [9, 0]]),
    "table": lambda: ilr.agreement_table([[1, 1], [1, 1]]),
    "batch": lambda: ilr.fleiss_kappa(
        ilr.ratings_from_codes([[0, 0], [0, 1]], scale=SCALE).with_frequencies([[1, 2], [3, 0]])
    ),
    "no batch": lambda: ilr.fleiss_kappa(
        ilr.ratings_from_codes([[0, 0], [0, 1]], scale=SCALE).with_frequencies(np.ones((0, 2)))
    ),
    "grades of odd kinds": lambda: ilr.Scale(
        [Fraction(1, 2), date(2020, 1, 1)], scores=[0, 1], aliases={"x": Fraction(1, 2)}
    ),
    "named units": lambda: ilr.ratings_from_codes(
        [[0, 0], [0, -1]], scale=SCALE, units=["a", "b"], clusters=["x", "y"]
    ),
    "nobody known": lambda: ilr.ratings_from_counts([[2, 1]], scale=SCALE),
    "claim": lambda: ilr.Claim(statement="s", kind="shift", threshold=0.5),
    "protocol": ilr.Protocol,
    "columns": lambda: ilr.load_dataset("inspections").where(framework="ILACS"),
    "array": lambda: ilr.load_dataset("stuart_vision_women"),
    "info": lambda: ilr.list_datasets()[0],
    "transitions": lambda: ilr.transitions_from_table([[1, 2], [3, 4]], scale=SCALE),
    "groups": lambda: ilr.grades_from_table([[1, 2], [3, 4]], groups=(1.5, "b")),
    "interval": lambda: ilr.Interval(0.1, float("nan")),
}


def call(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in ODD:
            return ODD[name]()
        positional, options = call_of(name)
        options = {"rng": 1, **options} if name == "bootstrap" else options
        return getattr(ilr, name)(*positional, **options)


def is_record(thing):
    return dataclasses.is_dataclass(thing) and type(thing).__module__.startswith("ilacs")


RECORDS = [name for name in [*CALLS, *ODD] if is_record(call(name))]
every_record = pytest.mark.parametrize("name", RECORDS)


def arrays_in(thing, path="", seen=None):
    """Yield every array that can be reached from a record by its public names."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, Keyed):
        return  # what it holds has no public name
    if isinstance(thing, np.ndarray):
        yield path, thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from arrays_in(value, f"{path}[{key!r}]", seen)
    elif isinstance(thing, tuple | list):
        for place, value in enumerate(thing):
            yield from arrays_in(value, f"{path}[{place}]", seen)
    elif is_record(thing):
        for name in public_values(thing):
            yield from arrays_in(getattr(thing, name), f"{path}.{name}", seen)


def public_values(record):
    """Return the names of the fields and properties of a record."""
    if isinstance(record, ilr.Dataset):
        return ["arrays"]
    properties = [n for n in dir(type(record)) if isinstance(getattr(type(record), n), property)]
    # what follows from the others is made anew where a record arrives; see test_frozen
    fields = [field.name for field in dataclasses.fields(record) if field.init]
    return [name for name in (*fields, *properties) if not name.startswith("_")]


@every_record
def test_no_array_of_a_record_can_be_written_to(name):
    open_ones = [path for path, array in arrays_in(call(name)) if array.flags.writeable]
    assert open_ones == []


@every_record
def test_what_is_made_twice_is_equal(name):
    one, other = call(name), call(name)
    assert one == other
    assert one != "anything"
    try:
        assert hash(one) == hash(other)
    except TypeError:
        assert type(one).__hash__ is None


@every_record
@pytest.mark.parametrize("again", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy])
def test_what_travels_stays_equal(name, again):
    record = call(name)
    there = again(record)
    assert there == record
    assert repr(there) == repr(record)
    open_ones = [path for path, array in arrays_in(there) if array.flags.writeable]
    assert open_ones == []


@every_record
def test_a_dict_is_strict_json(name):
    row = call(name).to_dict()
    assert row
    assert json.loads(json.dumps(row, allow_nan=False)) == row


@every_record
def test_a_record_shows_itself(name):
    record = call(name)
    assert "\n" not in repr(record)
    for show in ("describe", "_repr_html_"):
        if hasattr(record, show):
            assert getattr(record, show)()


def test_another_number_is_another_estimate():
    some = ilr.cohen_kappa([[1, 1], [1, 2], [2, 2], [2, 2]])
    assert some != ilr.cohen_kappa([[1, 1], [1, 2], [2, 2], [2, 1]])
    assert some != ilr.scott_pi([[1, 1], [1, 2], [2, 2], [2, 2]])
    assert len({some, ilr.cohen_kappa([[1, 1], [1, 2], [2, 2], [2, 2]])}) == 1


def test_writing_to_an_influence_fails():
    estimate = ilr.percent_agreement([[1, 1], [1, 2], [2, 2], [2, 2]])
    with pytest.raises(ValueError, match="read-only"):
        estimate.influence[0] = 9


def test_what_was_given_stays_writeable():
    frequencies = np.array([2.0, 3.0])
    codes = np.array([[0, 0], [0, 1]])
    limits = np.array([0.1, 0.2])
    ilr.ratings_from_codes(codes, scale=SCALE).with_frequencies(frequencies)
    ilr.Interval(limits, limits)
    table = np.array([[3, 1], [2, 4]])
    ilr.transitions_from_table(table)
    ilr.grades_from_table(table)
    frequencies[0], codes[0], limits[0], table[0] = 1, 1, 0.3, 7


@pytest.mark.parametrize(
    "listing",
    [
        ilr.specific_agreement([[1, 1], [2, 2], [1, 2], [2, 2]]),
        ilr.pairwise_agreement([[1, 1, 2], [2, 2, 2], [1, 2, 1], [2, 2, 2]]),
        ilr.unit_agreement([[1, 1], [2, 2], [1, 2], [2, 2]]),
    ],
)
def test_a_dataframe_of_a_listing_has_its_rows(listing):
    rows = listing.rows()
    frame = pd.DataFrame(listing)
    assert list(frame.columns) == list(rows[0])
    assert len(frame) == len(rows)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(rows))


@pytest.mark.parametrize("limits", [("a", "b"), (None, 1.0), ([0.1], 1.0), (True, 1.0), ({}, 1)])
def test_an_interval_has_numbers(limits):
    with pytest.raises(TypeError, match="`low` must be a number"):
        ilr.Interval(*limits)


def test_an_interval_of_a_batch_shows_itself():
    batch = call("batch")
    interval = batch.confidence_interval()
    assert repr(interval) == "Interval(2 studies, 95% enumerated)"
    assert interval == batch.confidence_interval()
    with pytest.raises(TypeError, match="several studies"):
        assert 0.5 in interval
    assert repr(call("no batch").confidence_interval()) == "Interval(0 studies, 95% score)"


def test_near_certainty_is_not_written_as_certainty():
    table = ilr.ratings_from_table([[600_000, 3], [2, 700_000]], scale=SCALE)
    kappa = ilr.cohen_kappa(table)
    assert "1.000" not in kappa.describe()
    assert "1.000" not in repr(kappa)
    assert "of 1,300,005 units" in kappa.describe()
    said = re.sub(r"<[^>]*>", " ", kappa._repr_html_())
    assert len(re.findall(r"\b0\.99999", said)) >= 4
    assert not re.search(r"\b1\.0+\b", said)


def test_records_that_people_make_hold_plain_numbers():
    level, count = np.array(0.5), np.int64(3)
    made = (
        ilr.Interval(0.1, 0.9, level),
        ilr.Claim(statement="so", kind="shift", threshold=0, confidence_level=level),
        ilr.Fieldwork(ratings_per_unit=count, cluster_size=count),
    )
    assert [type(one.confidence_level) for one in made[:2]] == [float, float]
    assert (type(made[2].ratings_per_unit), type(made[2].cluster_size)) == (int, int)
