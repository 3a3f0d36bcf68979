"""Records are plain data: what they hold, how they travel, and in what form several come."""

import contextlib
import copy
import dataclasses
import inspect
import pickle
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import ilacs_reliability as ilr
from ilacs_reliability._results.keyed import Keyed, keyed

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import golden

FUNCTIONS = [name for name in ilr.__all__ if inspect.isfunction(getattr(ilr, name))]
# a report holds the results of every claim, a walk over orders those of all
SMALL, OF_MANY = 16_000, 64_000
PLAIN = (str, bytes, bool, int, float, complex, type(None), np.ndarray, np.generic, type)


NAMES = sorted({name.split()[0] for name in golden.stored()} - {"adjust_p_values", "reproduce"})
each_result = pytest.mark.parametrize("name", NAMES)


def made(name: str) -> object:
    """Return what the function's first call of the golden file says that is not refused."""
    for call in every_call()[name]:
        with warnings.catch_warnings(), contextlib.suppress(TypeError, ValueError):
            warnings.simplefilter("ignore")
            return call()
    raise LookupError(name)


@cache
def every_call() -> dict[str, list[Callable[[], object]]]:
    found = defaultdict(list)
    for name, call in golden.calls():
        found[name.split()[0]].append(call)
    return found


result_of = cache(made)


def parts(held, seen: set[int]) -> Iterator[object]:
    """Yield all that a record is made of that is neither data nor made of data."""
    if isinstance(held, PLAIN) or id(held) in seen:
        return
    seen.add(id(held))
    if isinstance(held, Mapping):
        held = [*held.keys(), *held.values()]
    if isinstance(held, list | tuple):
        for one in held:
            yield from parts(one, seen)
    elif dataclasses.is_dataclass(held):
        for field in dataclasses.fields(held):
            # what follows from the others is not held, but made where a record arrives
            if field.init:
                yield from parts(getattr(held, field.name), seen)
    else:
        yield held


@each_result
def test_a_record_holds_no_function(name):
    odd = {type(part).__name__ for part in parts(result_of(name), set())}
    # days of publication, and what a report says of its claims
    assert odd <= {"date", "datetime"}, f"{name} holds {odd}"


def held_in(part: object, path: str, seen: dict[int, object]) -> Iterator[tuple[str, object]]:
    """Yield every mapping, list, set and array that can be reached, with the way to it.

    What a function that a record names takes, `Keyed`, is the package's own and no part of it, nor
    is what has an underscore.
    """
    if isinstance(part, str | bytes | np.generic | Keyed) or id(part) in seen:
        return
    seen[id(part)] = part
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        for field in dataclasses.fields(part):
            # what follows from the others is not held, but made where a record arrives
            if field.init and not field.name.startswith("_"):
                yield from held_in(getattr(part, field.name), f"{path}.{field.name}", seen)
        return
    if isinstance(part, Mapping | list | set | np.ndarray):
        yield path, part
    if isinstance(part, Mapping):
        for key, one in part.items():
            yield from held_in(one, f"{path}[{key!r}]", seen)
    if isinstance(part, list | tuple):
        for place, one in enumerate(part):
            yield from held_in(one, f"{path}[{place}]", seen)


def is_written_to(part: object) -> bool:
    """Try to put something in and to take something out."""
    if isinstance(part, np.ndarray):
        return part.flags.writeable
    tries = [
        lambda: part.__setitem__("new", 1),
        lambda: part.__setitem__(0, 1),
        lambda: part.append(1),
        lambda: part.add(1),
        lambda: part.update({"new": 1}),
        lambda: part.pop(),
        lambda: part.popitem(),
        lambda: part.clear(),
    ]
    for attempt in tries:
        with contextlib.suppress(AttributeError, TypeError):
            attempt()
            return True
    return False


@each_result
def test_nobody_can_write_to_a_record(name):
    result = result_of(name)
    twins = {"": result, " unpickled": pickle.loads(pickle.dumps(result))}
    twins |= {" copied": copy.deepcopy(result)}
    for how, twin in twins.items():
        open_to_all = [path for path, part in held_in(twin, name + how, {}) if is_written_to(part)]
        assert not open_to_all


@each_result
def test_what_a_record_hands_out_is_not_what_it_holds(name):
    result = result_of(name)
    before = copy.deepcopy(result)
    rows = getattr(result, "rows", list)
    handed = [result.to_dict(), rows() if callable(rows) else []]
    if isinstance(result, ilr.Listing):
        handed += [result[0], result[:], list(result), result.column(next(iter(result[0])))]
    for path, part in list(held_in(handed, name, {})):
        assert not isinstance(part, np.ndarray) or not part.flags.writeable, path
        if isinstance(part, dict | list):
            with contextlib.suppress(TypeError):
                part.clear()
    assert result == before


@each_result
def test_a_record_travels_small_and_whole(name):
    result = result_of(name)
    sent = pickle.dumps(result)
    assert len(sent) < (OF_MANY if name == "assess_security" else SMALL)
    for twin in (pickle.loads(sent), copy.copy(result), copy.deepcopy(result), made(name)):
        assert twin == result
        assert hash(twin) == hash(result)
        assert repr(twin) == repr(result)


@each_result
def test_showing_a_record_makes_no_distribution(name, monkeypatch):
    result = result_of(name)

    def refused(*asked, **more):
        raise AssertionError(f"a distribution is made again to show {name}")

    for module in [m for n, m in sys.modules.items() if n.startswith("ilacs_reliability.")]:
        for maker in ("found_by", "imbalance_of", "signed_sum", "reordered", "rank_sum"):
            if maker in vars(module):
                monkeypatch.setattr(module, maker, refused)
    assert repr(result)
    assert result.to_dict()
    if hasattr(result, "describe"):
        assert result.describe()
    if hasattr(result, "_repr_html_"):
        assert result._repr_html_()


@pytest.mark.parametrize(
    "coefficient",
    [ilr.cohen_kappa, ilr.gwet_ac, ilr.krippendorff_alpha, ilr.light_kappa, ilr.lin_ccc, ilr.icc],
)
def test_a_record_grows_no_faster_than_its_data(coefficient):
    codes = np.random.default_rng(1).integers(0, 30, (600, 2))
    ratings = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(30)))
    sent, held = (len(pickle.dumps(one)) for one in (coefficient(ratings), ratings))
    # of each pattern an influence, whether it enters, and the data themselves
    assert sent < 4 * held + 4000


def test_a_function_inside_another_has_no_key():
    assert keyed(golden.told).key == "golden:told"
    with pytest.raises(TypeError, match="no key finds"):
        keyed(lambda: None)


def test_keyed_functions_are_equal_where_all_they_hold_is():
    one, same, other = (keyed(np.add, np.array([1.0, x])) for x in (2.0, 2.0, 3.0))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert isinstance(pickle.loads(pickle.dumps(one)), Keyed)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_several_estimates_come_as_estimates(name):
    returned = str(inspect.signature(getattr(ilr, name)).return_annotation)
    assert "Estimate]" not in returned, f"{name} returns {returned}"
