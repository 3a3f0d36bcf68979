"""A test asks what it says: it ends by an assertion, and asks no sum for equality."""

import ast
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parents[1].rglob("test_*.py"))
# numbers of results that sums, BLAS or an optimiser made: compare them by `close`
SUMMED = {"value", "p_value", "statistic", "standard_error", "low", "high", "width"}
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def tree_of(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def own_nodes(function):
    """Yield the nodes of a function, but not those of functions inside it."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


@every_file
def test_no_test_returns_before_it_has_asked(file):
    early = [
        f"{file.name}:{node.lineno}"
        for function in ast.walk(tree_of(file))
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_")
        for node in own_nodes(function)
        if isinstance(node, ast.Return)
    ]
    assert not early, "leave a case out where cases are listed, or assume()"


def is_number_of_a_result(node):
    match node:
        case ast.Attribute(attr=attr):
            return attr in SUMMED
        case ast.UnaryOp(operand=inner):
            return is_number_of_a_result(inner)
        case ast.BinOp(left=left, right=right):
            return is_number_of_a_result(left) or is_number_of_a_result(right)
    return False


def is_no_number(node):
    """Say whether a side is an infinity, or says itself how close is close."""
    said = ast.unparse(node)
    return said.lstrip("-") in {"np.inf", "math.inf"} or said.startswith(
        ("close(", "pytest.approx(")
    )


@every_file
def test_no_float_is_asked_for_equality(file):
    equal = [
        f"{file.name}:{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        if is_number_of_a_result(node.left)
        if not is_no_number(node.comparators[0])
    ]
    assert not equal, "compare by closeness.close"
