"""Imports point down, importing is light, and every public name is whole and documented."""

import ast
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

import ilacs_reliability as ilr

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import front_door

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ilacs_reliability"

# from the ground up; each part stands on those before its own row
LAYERS = [
    {"_checks"},
    {"_results"},
    {"_data"},
    {"_inference"},
    {"agreement", "shift", "comparison", "datasets"},
    {"error", "planning"},
    {"claims"},
    {"reporting"},
    {"commands"},
    {"__main__"},
]
# rooms that serve the questions, and are nobody's outside the package
ROOMS = {"_checks", "_results", "_data", "_inference"}
# the questions stay apart, though they stand on the same ground
APART = {"agreement", "shift", "comparison"}
LAZY = {"pandas", "polars", "narwhals", "statsmodels", "matplotlib", "krippendorff", "sklearn"}
AT_IMPORT = {"numpy", "scipy", "ilacs_reliability"} | sys.stdlib_module_names
# over 350 lines of code: what a study is, and what a scale is, from whatever stands for them
LONG_MODULES = {"_data.ratings", "_data.scales"}

# rooms of formulas, what says their numbers in words, and a name and hints that stay where they are
NUMERIC = ("_inference.", "agreement.", "shift.", "comparison.")
IN_WORDS = {
    "_inference.said",
    *(f"agreement.{name}" for name in ("reasons", "spoken", "spoken_notes", "titles")),
    "shift.sentences",
    "comparison.in_words",
}
KEPT = {
    "intermediate to good",
    " Rows are units and columns raters: is the table transposed?",
    "; `threshold_test` finds one",
    "have no names",
}

MODULES = sorted(PACKAGE.rglob("*.py"))
GROUPS = tomllib.loads((ROOT / "docs" / "reference.toml").read_text(encoding="utf-8"))
ALL = ilr.__all__
PUBLIC = sorted(name for name in ALL if not name.startswith("_"))
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(ilr, name))]
CLASSES = [name for name in PUBLIC if inspect.isclass(getattr(ilr, name))]
SOURCED = {name for group in GROUPS.values() if group["sources"] for name in group["names"]}


def dotted(path: Path) -> str:
    """Return the module's name inside the package, "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {dotted(path): path for path in MODULES}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}
# the package itself collects the names of all
every_inner_module = pytest.mark.parametrize("module", sorted(filter(None, TREES)))
every_module = pytest.mark.parametrize("module", sorted(TREES), ids=lambda name: name or "__init__")


def imports(module: str, nodes=None):
    """Yield (module of the package, name or None) for each import from the package itself."""
    for node in ast.walk(TREES[module]) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                head, _, rest = alias.name.partition(".")
                if head == "ilacs_reliability":
                    yield rest, None
        elif isinstance(node, ast.ImportFrom):
            source = origin(module, node)
            if source is not None:
                for alias in node.names:
                    inner = f"{source}.{alias.name}".strip(".")
                    yield (inner, None) if inner in TREES else (source, alias.name)


def origin(module: str, node: ast.ImportFrom) -> str | None:
    """Return the module of the package that `node` imports from, None for another package."""
    if node.level == 0:
        head, _, rest = (node.module or "").partition(".")
        return rest if head == "ilacs_reliability" else None
    is_package = SOURCES[module].name == "__init__.py"
    parts = module.split(".") if module else []
    up = parts[: len(parts) - node.level + is_package]
    return ".".join([*up, *filter(None, [node.module])])


def part(module: str) -> str:
    return module.partition(".")[0]


def layer(module: str) -> int:
    return next(i for i, row in enumerate(LAYERS) if part(module) in row)


def at_top(tree: ast.AST):
    """Yield the nodes that run at import: not those in functions or for type checkers alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from chain.from_iterable(at_top(other) for other in node.orelse)
            yield from node.orelse
            continue
        yield node
        yield from at_top(node)


def takes(function: ast.FunctionDef) -> int:
    """Return how many arguments a function takes, the record itself apart."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    more = [one for one in (given.vararg, given.kwarg) if one is not None]
    return len([name for name in names if name not in ("self", "cls")]) + len(more)


@every_inner_module
def test_no_function_within_takes_more_than_eight_arguments(module):
    functions = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.FunctionDef)]
    many = {one.name: takes(one) for one in functions if takes(one) > 8}
    assert many.keys() <= set(PUBLIC), "give what belongs together as one thing"


def test_no_two_modules_share_a_name():
    names = Counter(module.rpartition(".")[2] for module in TREES if module.count(".") == 1)
    assert not [name for name, times in names.items() if times > 1]


@every_module
def test_each_part_has_its_place(module):
    assert not module or any(part(module) in row for row in LAYERS), "name its row in LAYERS"


@every_inner_module
def test_imports_point_down(module):
    for target, name in imports(module):
        if name == "__version__":
            continue
        assert target, f"{name} is imported from the package, not from the module that defines it"
        if part(target) == part(module):
            continue
        assert layer(target) <= layer(module), f"{module} imports {target}, which stands above it"
        assert not {part(module), part(target)} <= APART, f"{module} imports {target}, its peer"


def test_no_two_parts_import_each_other():
    graph = {part(module): set() for module in TREES if module}
    for module in filter(None, TREES):
        graph[part(module)] |= {part(target) for target, _ in imports(module)} - {part(module)}
    TopologicalSorter(graph).prepare()  # raises CycleError


@every_inner_module
def test_names_come_from_where_they_are_defined(module):
    for target, name in imports(module):
        if name is not None:
            assert target in TREES, f"{target} is not a module of the package"
            assert name in defined(TREES[target]), f"{target} does not define {name}"


def defined(tree: ast.Module) -> set[str]:
    """Return the names that a module defines itself, as opposed to those it imports."""
    names = set()
    for node in at_top(tree):
        if isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    functions = (node for node in ast.iter_child_nodes(tree) if isinstance(node, ast.FunctionDef))
    return names | {node.name for node in functions}


@every_module
def test_no_private_name_crosses_modules(module):
    for target, name in imports(module):
        steps = [step for step in [*target.split("."), name or ""] if step not in ROOMS]
        private = [step for step in steps if re.match(r"_[^_]", step)]
        assert not private, f"{module} reaches for {'.'.join(private)} of {target}"
    aliases = set(module_aliases(module))
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr):
            assert ast.unparse(node.value) not in aliases, ast.unparse(node)


def module_aliases(module: str):
    """Yield each name that a module of the package goes by in `module`."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (source := origin(module, node)) is not None:
            for alias in node.names:
                if f"{source}.{alias.name}".strip(".") in TREES:
                    yield alias.asname or alias.name


@every_module
def test_a_module_loads_only_numpy_and_scipy(module):
    for node in at_top(TREES[module]):
        heads = []
        if isinstance(node, ast.Import):
            heads = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            heads = [(node.module or "").partition(".")[0]]
        assert set(heads) <= AT_IMPORT, f"line {node.lineno} belongs inside the function it serves"


def test_importing_the_package_loads_no_optional_one():
    code = "import sys, ilacs_reliability; print(*{name.partition('.')[0] for name in sys.modules})"
    place = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=place
    )
    loaded = set(done.stdout.split())
    assert "ilacs_reliability" in loaded
    assert not loaded & LAZY


def test_the_front_door_knows_every_name_and_its_type():
    stub = (PACKAGE / "__init__.pyi").read_text(encoding="utf-8")
    assert stub == front_door.stub(ilr.HOMES), "run scripts/front_door.py"
    typed = {
        f"{node.module}.{alias.name}".removeprefix("ilacs_reliability.")
        for node in ast.parse(stub).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    assert typed == {
        f"{home}.{name}" for home, names in ilr.HOMES.items() for name in names.split()
    }
    assert set(PUBLIC) <= set(dir(ilr))
    with pytest.raises(AttributeError, match="no attribute 'cohens_kappa'"):
        ilr.cohens_kappa  # noqa: B018


@pytest.mark.parametrize("module", ["scipy.stats", "scipy.sparse", "scipy.optimize", "statsmodels"])
def test_a_first_coefficient_loads_no_more_than_it_needs(module):
    code = (
        "import sys, ilacs_reliability as ilr; print('scipy' in sys.modules);"
        "print(ilr.cohen_kappa([[1, 1], [1, 2], [2, 2], [1, 1]]).describe());"
        f"print({module!r} in sys.modules)"
    )
    place = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=place,
    )
    first, *_, last = done.stdout.split()
    assert (first, last) == ("False", "False")


def test_every_public_name_exists_and_has_a_group():
    assert len(set(ALL)) == len(ALL)
    assert all(hasattr(ilr, name) for name in ALL)
    grouped = list(chain.from_iterable(group["names"] for group in GROUPS.values()))
    assert len(set(grouped)) == len(grouped)
    assert set(PUBLIC) <= set(grouped), "give each public name a group in docs/reference.toml"


def test_no_public_name_is_taken_for_a_test():
    assert not [name for name in dir(ilr) if name.startswith("test_")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_is_documented(name):
    sections = numpydoc_sections(getattr(ilr, name))
    wanted = ["Returns", "Examples"]
    if inspect.signature(getattr(ilr, name)).parameters:
        wanted.append("Parameters")
    if name in SOURCED:
        wanted.append("References")
    assert not set(wanted) - sections.keys()
    assert ">>> import ilacs_reliability as ilr" in sections["Examples"]
    assert f"ilr.{name}(" in sections["Examples"]


@pytest.mark.parametrize("name", CLASSES)
def test_a_public_class_is_documented(name):
    record = getattr(ilr, name)
    sections = numpydoc_sections(record)
    assert inspect.getdoc(record)
    assert issubclass(record, Warning) or {"Attributes", "Parameters"} & sections.keys()
    if "Examples" in sections:
        assert ">>> import ilacs_reliability as ilr" in sections["Examples"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_the_data_are_positional(name):
    parameters = inspect.signature(getattr(ilr, name)).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    assert not kinds & {inspect.Parameter.VAR_KEYWORD}, "a misspelt argument must fail"
    for parameter in list(parameters)[1:]:
        if parameter.default is not inspect.Parameter.empty:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, parameter.name


def numpydoc_sections(thing: object) -> dict[str, str]:
    """Return the text of each section of a docstring by its heading."""
    pieces = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.getdoc(thing) or "", flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@every_module
def test_nothing_is_left_open(module):
    text = SOURCES[module].read_text(encoding="utf-8")
    assert not re.findall(r"NotImplementedError|\b(?:TODO|FIXME|XXX)\b", text)


@every_module
def test_only_the_command_line_prints(module):
    calls = [node.func for node in ast.walk(TREES[module]) if isinstance(node, ast.Call)]
    prints = [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]
    assert not prints or module == "__main__"


def lines_of_code(module):
    """Count the lines that are neither blank, nor a comment, nor in a docstring."""
    texts = (node.value for node in ast.walk(TREES[module]) if isinstance(node, ast.Expr))
    said = {
        line
        for text in texts
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
        for line in range(text.lineno, text.end_lineno + 1)
    }
    lines = SOURCES[module].read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for number, line in enumerate(lines, 1) if number not in said)
    return sum(bool(line) and not line.startswith("#") for line in kept)


@every_module
def test_a_module_has_one_subject(module):
    lines = lines_of_code(module)
    assert lines <= 350 or module in LONG_MODULES, f"{lines} lines of code: two subjects?"


def prose(node: ast.AST):
    """Yield texts of three words or more, but those of errors, docstrings and `__repr__`."""
    if isinstance(node, ast.Raise) or getattr(node, "name", "") == "__repr__":
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.keyword) and node.arg == "of":
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(one.value if isinstance(one, ast.Constant) else "_" for one in node.values)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from prose(child)


@pytest.mark.parametrize("module", [one for one in TREES if one.startswith(NUMERIC)])
def test_formulas_hold_no_sentences(module):
    said = [text for text in prose(TREES[module]) if len(text.split()) > 2 and text not in KEPT]
    assert (module in IN_WORDS) == bool(said), said
