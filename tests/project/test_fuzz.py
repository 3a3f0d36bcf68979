"""The fuzzer knows every public name, and draws the same cases from the same seed."""

import functools
import sys
from pathlib import Path

import pytest

import ilacs_reliability as ilr
from fuzzing import running
from fuzzing.calls import FUNCTIONS, MADE, NOT_CALLED, RECORDS, SHARES, parameters, strategy
from fuzzing.draws import ALIENS

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import fuzz

SEED = 18


@pytest.mark.parametrize("name", [*FUNCTIONS, *MADE])
def test_every_argument_of_a_public_name_can_be_drawn(name):
    assert all(strategy(name, one.name) for one in parameters(name))


def test_every_public_name_is_called_or_found_in_a_result():
    assert {*FUNCTIONS, *MADE, *RECORDS, *NOT_CALLED} == set(ilr.__all__)
    assert all(isinstance(getattr(ilr, name), type) for name in RECORDS)


def test_a_case_is_known_by_its_number():
    first, again = ([str(running.drawn(3, case)[1]) for case in range(50)] for _ in range(2))
    assert first == again
    assert len(set(first)) == 50


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("given", ALIENS)
def test_a_wrong_argument_can_be_made(given):
    assert eval(given, running.NAMESPACE) is not NotImplemented


def test_a_finding_names_its_case_and_its_call(monkeypatch):
    monkeypatch.setattr(ilr, "sign_test", lambda table: table.absent)
    draw, call = running.drawn(0, 0, frozenset(["sign_test"]))
    found = list(running.findings(draw, call, running.Tally(), "0/0"))
    assert [one.case for one in found] == ["0/0"]
    assert found[0].text.startswith("ilr.sign_test(")
    assert "AttributeError" in found[0].kind


@pytest.mark.parametrize("name", [*FUNCTIONS, *MADE])
def test_whatever_is_given_the_outcome_is_allowed(name):
    tally = running.Tally()
    cases = 2 if SHARES.get(name, 1.0) < 0.02 else 8
    drawn = (running.drawn(SEED, case, frozenset([name])) for case in range(cases))
    found = [one for draw, call in drawn for one in running.findings(draw, call, tally)]
    assert list(map(str, found)) == []


def test_a_run_ends_in_one_where_anything_was_found_and_counts_what_was_called(monkeypatch, capsys):
    options = ["--seconds", "20", "--calls", "30", "--seed", "5", "--names", "adjust_p_values"]
    assert fuzz.main(options) == 0
    said = capsys.readouterr().out
    assert "0 kinds of finding" in said
    assert int(said.split(" calls")[0]) >= 30
    broken = functools.wraps(ilr.adjust_p_values)(lambda p_values, **_: p_values.absent)
    monkeypatch.setattr(ilr, "adjust_p_values", broken)
    assert fuzz.main(options) == 1
    assert "AttributeError" in capsys.readouterr().out
