"""Laws are not opt-in: whatever returns a result stands in a table of laws, from its first day."""

import ast
import inspect
import json
from pathlib import Path

import pytest

import ilacs_reliability as ilr
import registry

TESTS = Path(__file__).parents[1]
LAWS = sorted((TESTS / "laws").glob("test_*.py"))
# these ask only what becomes of bad input
OF_INPUT = {"test_arguments", "test_arguments_elsewhere"}
RESULTS = ("Estimate", "SignificanceResult", "Shift", "Symmetry", "Components", "Bounds")


def in_tables(path: Path):
    """Yield what a module's tables name, at its top: functions of the package, and texts."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ilr":
                    yield node.attr
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


UNDER_LAWS = {name for path in LAWS if path.stem not in OF_INPUT for name in in_tables(path)} | {
    name for name, row in registry.ROWS.items() if registry.under_laws(row)
}
RETURNING = [
    name
    for name, thing in ((name, getattr(ilr, name)) for name in ilr.__all__)
    if inspect.isfunction(thing)
    and any(kind in str(inspect.signature(thing).return_annotation) for kind in RESULTS)
]


def test_the_kinds_of_results_are_found():
    assert {"cohen_kappa", "bowker", "stratified_shift", "net_shift"} <= set(RETURNING)
    assert "load_dataset" not in RETURNING


@pytest.mark.parametrize("name", RETURNING)
def test_what_returns_a_result_stands_in_a_table_of_laws(name):
    assert name in UNDER_LAWS, f"name a law in the row of `{name}` in tests/registry.py"


def test_every_public_function_has_a_row_and_every_row_a_function():
    assert set(registry.ROWS) == set(registry.FUNCTIONS), "add its row to tests/registry.py"


COEFFICIENTS = [name for name, row in registry.ROWS.items() if row.law or row.other]
every_coefficient = pytest.mark.parametrize("name", COEFFICIENTS)


@every_coefficient
def test_a_coefficient_names_its_range_and_who_else_computes_it(name):
    row = registry.ROWS[name]
    assert row.range is not None, f"give the row of `{name}` in tests/registry.py its range"
    assert row.oracle is not None, f"say in the row of `{name}` where right values come from"
    least, most = row.range
    assert least < most <= 1


@every_coefficient
def test_the_oracle_of_a_coefficient_stores_values_of_it(name):
    file, call = registry.ROWS[name].oracle
    if file.endswith(".json"):
        stored = json.loads((TESTS / "reference" / file).read_text(encoding="utf-8"))
        assert (TESTS / "reference" / stored["made_by"]).is_file()
        assert {"program", "version"} <= stored.keys()
        found = [case["values"] for case in stored["cases"] if call in case["call"]]
    else:
        tree = ast.parse((TESTS / "references" / file).read_text(encoding="utf-8"))
        tests = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        found = [node.attr for node in ast.walk(tests[call]) if isinstance(node, ast.Attribute)]
        assert name in found
    assert any(found)


@pytest.mark.parametrize("name", registry.CALLED)
def test_a_row_names_arguments_that_its_function_has(name):
    positional, options = registry.ROWS[name].call()
    inspect.signature(getattr(ilr, name)).bind(*positional, **options)
