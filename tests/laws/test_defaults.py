"""A test is exact where nothing else is asked for; the few that are not say where that matters."""

import inspect
import re
import typing
from pathlib import Path

import numpy as np
import pytest

import ilacs_reliability as ilr
from closeness import close

TABLE = [[1, 3, 0], [1, 2, 0], [0, 0, 2]]
OCCASIONS = ilr.ratings_from_codes(
    [[0, 1, 2], [1, 0, 2], [1, 2, 2], [0, 1, 1]], scale=ilr.Scale(["poor", "fair", "good"])
)
# those whose authors judge them by large samples, with a call that has few moves
OF_LARGE_SAMPLES = {
    "bowker": lambda **how: ilr.bowker(TABLE, **how),
    "stuart_maxwell": lambda **how: ilr.stuart_maxwell(TABLE, **how),
    "marginal_score_shift": lambda **how: ilr.marginal_score_shift(TABLE, **how),
    "cochran_q": lambda **how: ilr.cochran_q(OCCASIONS, at_least="good", **how),
    "friedman": lambda **how: ilr.friedman(OCCASIONS, **how),
    "madansky": lambda **how: ilr.madansky(OCCASIONS, **how),
}


# what they are exact about is how often a planned study succeeds
PLANNED = {name for name in ilr.__all__ if re.match("(units|power|precision)_for|minimum_", name)}


def defaults():
    """Return the default of every public test that can be exact."""
    functions = (getattr(ilr, name) for name in ilr.__all__)
    asked = {
        function: inspect.signature(function).parameters["method"]
        for function in filter(inspect.isfunction, functions)
        if "method" in inspect.signature(function).parameters
    }
    return {
        function.__name__: method.default
        for function, method in asked.items()
        if "exact" in typing.get_args(eval(method.annotation, function.__globals__))
    }


def test_a_test_is_exact_by_default_but_for_those_that_are_named():
    found = {name for name, method in defaults().items() if method != "exact"}
    assert found == {*OF_LARGE_SAMPLES, *PLANNED}


@pytest.mark.parametrize("name", OF_LARGE_SAMPLES)
def test_a_test_of_large_samples_names_the_exact_one_where_few_moved(name):
    assert any("method='exact'" in note for note in OF_LARGE_SAMPLES[name]().notes)


@pytest.mark.parametrize("name", OF_LARGE_SAMPLES)
def test_a_test_that_is_asked_to_be_exact_is_and_says_so(name):
    asked = OF_LARGE_SAMPLES[name](method="exact")
    assert asked.method == "exact"
    assert not any("prefer" in note for note in asked.notes)


def test_with_many_moves_there_is_nothing_to_say():
    many = np.full((3, 3), 40)
    assert not ilr.bowker(many).notes
    assert not ilr.stuart_maxwell(many).notes


def test_the_page_names_those_that_are_not_exact_by_default():
    page = (Path(__file__).parents[2] / "docs" / "shift.md").read_text()
    section = page.split("## Which method is the default")[1].split("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", section.split("but")[1].split(".")[0])) == {*OF_LARGE_SAMPLES}


def numbers_by_default():
    """Yield each function with its arguments that are a number by default."""
    for name in ilr.__all__:
        function = getattr(ilr, name)
        if inspect.isfunction(function):
            for argument, parameter in inspect.signature(function).parameters.items():
                if type(parameter.default) in (int, float):
                    yield name, argument, parameter.default


def test_a_number_by_default_is_the_one_that_is_promised():
    for name, argument, default in numbers_by_default():
        lines = inspect.getdoc(getattr(ilr, name)).partition("Parameters")[2]
        entry = re.search(rf"^[\w, ]*\b{argument}\b[\w, ]* : .*\n((?:    .*\n|\n)+)", lines, re.M)
        said = re.search(r"Default:\s+([\d.,]*\d)", entry[1]) if entry else None
        assert said, (name, argument)
        assert float(said[1].replace(",", "")) == close(default), (name, argument)
