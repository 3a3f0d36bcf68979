"""The script that changes the core to see whether a test notices."""

import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import mutants  # noqa: E402

SOURCE = '''"""A module: 1 + 1."""

def half(x: float, least: float = 0.5) -> float:
    """Return 2 of it."""
    if x < 0 and not x == 3:
        raise ValueError(f"`x` is {x + 1}.")
    return -x / 2
'''


def changed(source):
    encoded = source.encode()
    for found in mutants.mutants("module", source):
        yield (encoded[: found.start] + found.after.encode() + encoded[found.end :]).decode()


def test_each_operator_and_constant_is_changed_once_but_texts_and_errors():
    found = [(mutant.line, mutant.before, mutant.after) for mutant in mutants.mutants("m", SOURCE)]
    assert found == [
        (3, "0.5", "(1.0)"),
        (5, "x < 0 and not x == 3", "(x < 0 or not x == 3)"),
        (5, "x < 0", "(x <= 0)"),
        (5, "0", "(1)"),
        (5, "not x == 3", "(x == 3)"),
        (5, "x == 3", "(x != 3)"),
        (5, "3", "(4)"),
        (7, "-x / 2", "(-x * 2)"),
        (7, "-x", "(x)"),
        (7, "2", "(3)"),
    ]


def test_the_last_axis_becomes_another_one_not_that_of_a_table_counted_from_the_front():
    found = [(one.before, one.after) for one in mutants.mutants("m", "y = f(x, axis=-1) + -1")]
    assert found == [
        ("f(x, axis=-1) + -1", "(f(x, axis=-1) - -1)"),
        ("1", "(2)"),
        ("-1", "(1)"),
        ("1", "(2)"),
    ]


def test_a_change_is_one_place_of_a_module_that_still_reads():
    for module in ("shift.signs", "_inference.intervals"):
        source = (ROOT / "src/ilacs_reliability" / Path(*module.split("."))).with_suffix(".py")
        text = source.read_text(encoding="utf-8")
        for one in changed(text):
            compile(one, module, "exec")
            assert one != text


def test_the_core_is_where_numbers_are_computed():
    core = mutants._core()
    assert "shift.signs" in core
    assert not {"__init__", "shift.__init__", "reporting.text"} & {*core}


HALF = """LIMIT = 9


def half(x):
    if x < LIMIT:
        return x / 2
    return x * 0.5
"""
ITS_TESTS = """import ilacs_reliability as ilr


def test_half():
    assert ilr.half(3) == 1.5
    assert ilr.half(9) > 0


def test_that_fails_whatever_is_changed():
    assert ilr.half(3) == 2
"""


def test_what_no_test_notices_is_printed_and_the_checkout_left_alone(tmp_path):
    package = tmp_path / "src" / mutants.PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from ilacs_reliability.half import half\n")
    (package / "half.py").write_text(HALF)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_half.py").write_text(ITS_TESTS)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = "src"\n')
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scratch").mkdir()
    for name in ("mutants.py", "mutant_runs.py", "equivalent_mutants.toml"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    options = ["--all", "--modules", "half", "--scratch", str(tmp_path / "scratch")]
    done = subprocess.run(
        [sys.executable, "scripts/mutants.py", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    *survived, summary = done.stdout.splitlines()
    assert [line.partition("  [")[0] for line in survived] == [
        "survived  half:1: 9  ->  (10)",
        "survived  half:5: x < LIMIT  ->  (x <= LIMIT)",
        "survived  half:7: x * 0.5  ->  (x / 0.5)",
        "survived  half:7: 0.5  ->  (1.0)",
    ]
    assert summary == "6 changes: 2 killed, 4 survived; of those not equivalent 33.3 % died."
    assert (package / "half.py").read_text() == HALF


def test_each_change_said_to_alter_no_result_is_one_that_is_made_and_has_a_reason():
    listed = tomllib.loads((ROOT / "scripts" / "equivalent_mutants.toml").read_text())
    made = Counter(
        mutant.listed()
        for module in listed
        for mutant in mutants.mutants(module, mutants._source(module))
    )
    for module, entries in listed.items():
        for entry in entries:
            for change in entry["changes"]:
                assert made[module, entry["line"], change] == entry.get("times", 1), change
    assert all(len(entry["why"]) > 10 for entries in listed.values() for entry in entries)


def test_a_sample_follows_from_its_seed():
    parsed = mutants.argparse.Namespace(modules=["shift.signs"], all=False, sample=5, seed=3)
    assert mutants._chosen(parsed) == mutants._chosen(parsed)
    assert len(mutants._chosen(parsed)) == 5


@pytest.mark.parametrize("word", ["--sample", "--seed", "--all", "--modules"])
def test_the_usage_names_its_options(word):
    assert word in (mutants.__doc__ or "")
