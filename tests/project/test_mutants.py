"""The script that changes the core to see whether a test notices."""

import sys
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


def test_a_change_is_one_place_of_a_module_that_still_reads():
    for module in ("shift.signs", "_inference.intervals"):
        source = (ROOT / "src/ilacs_reliability" / Path(*module.split("."))).with_suffix(".py")
        text = source.read_text(encoding="utf-8")
        for one in changed(text):
            compile(one, module, "exec")
            assert one != text


def test_every_module_of_the_core_has_tests_that_touch_it():
    core = mutants._core()
    assert "shift.signs" in core
    assert "__init__" not in core
    for module in core:
        assert mutants.touching(module), module


def test_a_change_that_a_test_notices_is_killed_and_the_copy_restored(tmp_path, monkeypatch):
    package = tmp_path / "src" / mutants.PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from ilacs_reliability.half import half\n")
    (package / "half.py").write_text("def half(x):\n    return x / 2 if x < 9 else x * 0.5\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_half.py").write_text(
        "import ilacs_reliability as ilr\n\n\ndef test_half():\n    assert ilr.half(3) == 1.5\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = "src"\n')
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    text = (package / "half.py").read_text()
    tests = mutants.touching("half")
    assert tests == ["tests/test_half.py"]
    outcomes = {
        mutant.before: mutants._outcome(tmp_path, mutant, tests, 60)
        for mutant in mutants.mutants("half", text)
        if mutant.before in ("x / 2", "x * 0.5")
    }
    assert outcomes == {"x / 2": "killed", "x * 0.5": "survived"}
    assert (package / "half.py").read_text() == text


def test_a_sample_follows_from_its_seed():
    parsed = mutants.argparse.Namespace(modules=["shift.signs"], all=False, sample=5, seed=3)
    assert mutants._chosen(parsed) == mutants._chosen(parsed)
    assert len(mutants._chosen(parsed)) == 5


def test_tests_that_fail_unchanged_are_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(mutants, "_tested", lambda *_, **__: "killed")
    some = list(mutants.mutants("shift.signs", (ROOT / mutants._path("shift.signs")).read_text()))
    assert mutants._run(tmp_path, some[:1]) == 1
    assert "its tests fail unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["--sample", "--seed", "--all", "--modules"])
def test_the_usage_names_its_options(word):
    assert word in (mutants.__doc__ or "")
