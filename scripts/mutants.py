"""Change one operator or constant of the core at a time, and print the changes no test notices.

Usage: python scripts/mutants.py [--sample 20] [--seed 0] [--all] [--modules shift.signs ...]

At first every test is run once to see which lines it reaches; what was seen is kept in a scratch
folder (--scratch), so that a change runs only the tests that reach it. Changes that cannot alter a
result are listed, each with its reason, in equivalent_mutants.toml. The checkout is never written
to.
"""

import argparse
import ast
import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import mutant_runs  # noqa: E402

PACKAGE = "ilacs_reliability"
# where numbers are computed
CORE = re.compile(
    r"(agreement|comparison|error|planning|shift|_inference)\.(?!__init__|crosscheck)"
    r"|_results\.estimates$"
)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", ".*_cache", ".hypothesis", "build", "dist"
)
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: a place in a module, and what stands there before and after."""

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"

    def listed(self) -> tuple[str, str, str]:
        """Return the module, the line as it stands and the change, which outlive line numbers."""
        line = _source(self.module).splitlines()[self.line - 1].strip()
        return self.module, line, f"{self.before} -> {self.after}"

    def applied(self, source: str) -> str:
        """Return a module's text with the change."""
        encoded = source.encode()
        return (encoded[: self.start] + self.after.encode() + encoded[self.end :]).decode()

    def lines(self) -> range:
        """Return the lines of the innermost statement that holds the change, or of its head."""
        around = [
            node
            for node in ast.walk(ast.parse(_source(self.module)))
            if isinstance(node, ast.stmt)
            and node.lineno <= self.line <= (node.end_lineno or node.lineno)
        ]
        inner = max(around, key=lambda node: node.lineno)
        body = getattr(inner, "body", None)
        end = body[0].lineno - 1 if body else inner.end_lineno or inner.lineno
        return range(inner.lineno, max(end, inner.lineno) + 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests against changes of the core.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; default that of the process.

    Returns
    -------
    int
        Exit status: 0 where there are tests to run; survivors are for people to judge.
    """
    parser = argparse.ArgumentParser(description="Change one operator or constant at a time.")
    parser.add_argument("--sample", type=int, default=20, help="how many changes (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--all", action="store_true", help="every change there is")
    parser.add_argument("--modules", nargs="*", default=(), help="only these, as shift.signs")
    parser.add_argument(
        "--seconds", type=float, default=60, help="of tests that a change must survive (default 60)"
    )
    parser.add_argument(
        "--scratch", type=Path, default=Path(tempfile.gettempdir()), help="where the lines are kept"
    )
    parser.add_argument("--tests", nargs="*", default=("tests", "src"), help="only these")
    parser.add_argument("--verbose", action="store_true", help="print what is killed too")
    given = parser.parse_args(arguments)
    # one thread, that a copied process can take along
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(given.scratch / f"{PACKAGE}-hypothesis")
    # an interrupt and a polite end both leave by the door that ends what was started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    def work(items: Sequence[pytest.Item]) -> int:
        for module in _core():
            importlib.import_module(f"{PACKAGE}.{module}")
        tests = mutant_runs.Tests(items)
        ran = _ran(tests, given.scratch / f"{PACKAGE}-mutants.json")
        _run(Judge(tests, ran, given.seconds), _chosen(given), verbose=given.verbose)
        return 0

    return mutant_runs.collected(ROOT, given.tests, work)


def _chosen(given: argparse.Namespace) -> list[Mutant]:
    modules = given.modules or _core()
    every = [mutant for module in modules for mutant in mutants(module, _source(module))]
    if given.all or given.sample >= len(every):
        return every
    picked = random.Random(given.seed).sample(range(len(every)), given.sample)
    return [every[place] for place in sorted(picked)]


def _run(judge: "Judge", chosen: Iterable[Mutant], *, verbose: bool) -> None:
    known = Known()
    outcomes: Counter[str] = Counter()
    for mutant in chosen:
        outcome, why = ("equivalent", "listed") if mutant in known else judge(mutant)
        outcomes[outcome] += 1
        if verbose or outcome not in ("equivalent", "killed"):
            print(f"{outcome:10}{mutant}  [{why}]", flush=True)
    print(summary(outcomes))


def summary(outcomes: Counter[str]) -> str:
    """Say how many changes died.

    Parameters
    ----------
    outcomes : Counter
        How many ended in which way.

    Returns
    -------
    str
        A sentence.
    """
    tried = outcomes.total()
    others = tried - outcomes["equivalent"]
    found = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    died = 100 * (1 - outcomes["survived"] / others) if others else 100.0
    return f"{tried} changes: {found}; of those not equivalent {died:.1f} % died."


class Judge:
    """Tells of each change whether a test notices it.

    Parameters
    ----------
    tests : mutant_runs.Tests
        The tests.
    ran : dict of str to mutant_runs.Ran
        What each test did on the code as it is.
    seconds : float
        Of tests to run for each change at most.
    """

    def __init__(
        self, tests: mutant_runs.Tests, ran: dict[str, mutant_runs.Ran], seconds: float
    ) -> None:
        self.tests, self.seconds = tests, seconds
        self.ran = {name: one for name, one in ran.items() if one.passed and name in tests.items}
        self.reaching: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for name, one in self.ran.items():
            for module, lines in one.lines.items():
                for line in lines:
                    self.reaching[module][line].add(name)

    def __call__(self, mutant: Mutant) -> tuple[str, str]:
        """Return what became of a change, and by which test or why."""
        source = _source(mutant.module)
        changed = mutant.applied(source)
        file = str(ROOT / _path(mutant.module))
        if mutant_runs.same_code(source, changed):
            return "equivalent", "the same code"
        exchange = self.tests.exchange(file, source, changed)
        while True:
            names = self._names(mutant, everywhere=exchange is None)
            limits = {name: 10 + 10 * self.ran[name].seconds for name in names}
            if exchange is None:
                return self._imported(mutant, changed, names)
            failed = self.tests.failure(limits, exchange)
            if failed is None:
                reach = f"{len(names)} tests" if names else "no test reaches it"
                return "survived", reach
            # a test that fails on the code as it is, as on a busy machine, says nothing
            if not failed.name or self.tests.failure({failed.name: limits[failed.name]}) is None:
                return failed.how, failed.name
            del self.ran[failed.name]

    def _names(self, mutant: Mutant, *, everywhere: bool) -> list[str]:
        """Return the tests that reach a change, the narrowest and fastest first."""
        places = _mentions(mutant) if everywhere else {mutant.module: mutant.lines()}
        found = {
            name
            for module, lines in places.items()
            for line in lines
            for name in self.reaching[module].get(line, ())
            if name in self.ran
        }

        def width(name: str) -> float:
            one = self.ran[name]
            return (0.01 + one.seconds) * sum(map(len, one.lines.values()))

        chosen, total = [], 0.0
        for name in sorted(found, key=width):
            total += self.ran[name].seconds
            if total > self.seconds and chosen:
                break
            chosen.append(name)
        return chosen

    def _imported(self, mutant: Mutant, changed: str, names: list[str]) -> tuple[str, str]:
        """Try a change of what runs at import: in a copy of the checkout and a new process."""
        if not names:
            return "survived", "no test reaches it"
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            copy = Path(folder) / "copy"
            shutil.copytree(ROOT, copy, ignore=NOT_COPIED, symlinks=True)
            (copy / _path(mutant.module)).write_text(changed, encoding="utf-8")
            command = [sys.executable, str(copy / "scripts" / "mutant_runs.py"), str(copy)]
            with subprocess.Popen(
                command,
                cwd=copy,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process:
                try:
                    process.communicate(json.dumps(names).encode(), timeout=60 + 10 * self.seconds)
                except subprocess.TimeoutExpired:
                    process.kill()
                    return "timed out", "at import"
                return ("killed" if process.returncode else "survived"), f"{len(names)} tests"


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """List the changes of a module, in order.

    Parameters
    ----------
    module : str
        Its name below the package.
    source : str
        Its text.

    Yields
    ------
    Mutant
        A change of one operator or constant.
    """
    starts = [0]
    for text in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(text))
    for node in _expressions(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before = source.encode()[start:end].decode()
        for after in _changes(node):
            short = " ".join(before.split())
            yield Mutant(module, node.lineno, start, end, short, f"({ast.unparse(after)})")


def _expressions(tree: ast.AST) -> Iterator[ast.expr]:
    """Walk what is computed: no annotations, texts or messages of errors."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr | ast.Raise):
                continue
            if isinstance(child, ast.expr) and not _is_axis(tree, child):
                yield child
            if isinstance(child, ast.AST):
                yield from _expressions(child)


def _is_axis(around: ast.AST, node: ast.expr) -> bool:
    """Tell whether a sign counts axes from the end: of a table, -1 and 1 are the same one.

    Its number is changed all the same, to that of another axis.
    """
    named = isinstance(around, ast.keyword) and around.arg == "axis"
    return named and isinstance(node, ast.UnaryOp)


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            whole = isinstance(node.value, int) or not node.value
            yield ast.Constant(node.value + 1 if whole else node.value * 2)
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        if not _is_text(node):
            yield ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right)  # type: ignore[arg-type]
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPPED[type(node.op)](), node.values)  # type: ignore[arg-type]
    elif isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            if type(op) in SWAPPED:
                ops = [*node.ops[:place], SWAPPED[type(op)](), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)  # type: ignore[arg-type]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _ran(tests: mutant_runs.Tests, kept: Path) -> dict[str, mutant_runs.Ran]:
    """Return what each test does; only what has changed since it was kept is run."""
    files = {module: str(ROOT / _path(module)) for module in _modules()}
    source = _digest(files.values())
    old = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    known = old["files"] if old.get("source") == source else {}
    by_file: dict[str, list[str]] = defaultdict(list)
    for name, item in tests.items.items():
        by_file[item.nodeid.partition("::")[0]].append(name)
    found: dict[str, dict[str, object]] = {}
    for place, (file, names) in enumerate(by_file.items(), start=1):
        digest = _digest([str(ROOT / file)])
        found[file] = known.get(file, {})
        if found[file].get("digest") != digest:
            print(f"seeing what {file} reaches ({place} of {len(by_file)})", file=sys.stderr)
            ran = tests.reach(names, files)
            found[file] = {
                "digest": digest,
                "ran": {name: [one.passed, one.seconds, one.lines] for name, one in ran.items()},
            }
            whole = {"source": source, "files": {**known, **found}}
            kept.write_text(json.dumps(whole), encoding="utf-8")
    return {
        name: mutant_runs.Ran(*one)
        for of_file in found.values()
        for name, one in of_file["ran"].items()  # type: ignore[attr-defined]
    }


def _digest(files: Iterable[str]) -> str:
    texts = [Path(file).read_bytes() for file in sorted(files)]
    return hashlib.sha256(b"\0".join([sys.version.encode(), *texts])).hexdigest()


def _mentions(mutant: Mutant) -> dict[str, list[int]]:
    """Return the lines that mention what a statement at the top of a module defines."""
    tree = ast.parse(_source(mutant.module))
    top = next(x for x in tree.body if x.lineno <= mutant.line <= (x.end_lineno or x.lineno))
    if isinstance(top, ast.FunctionDef | ast.ClassDef):
        names = [top.name]
    else:
        names = [x.id for x in ast.walk(top) if isinstance(x, ast.Name) and _is_set(x)]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
    found = {mutant.module: [*range(top.lineno, (top.end_lineno or top.lineno) + 1)]}
    for module in _modules() if pattern else ():
        for number, line in enumerate(_source(module).splitlines(), start=1):
            if pattern.search(line):
                found.setdefault(module, []).append(number)
    return found


def _is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


class Known:
    """Changes that cannot alter a result, as listed in equivalent_mutants.toml."""

    def __init__(self) -> None:
        text = (ROOT / "scripts" / "equivalent_mutants.toml").read_text(encoding="utf-8")
        self.changes = {
            (module, entry["line"], change)
            for module, entries in tomllib.loads(text).items()
            for entry in entries
            for change in entry["changes"]
        }

    def __contains__(self, mutant: Mutant) -> bool:
        return mutant.listed() in self.changes


def _core() -> list[str]:
    return [name for name in _modules() if CORE.match(name)]


def _modules() -> list[str]:
    folder = ROOT / "src" / PACKAGE
    paths = sorted(folder.rglob("*.py"))
    return [".".join(path.relative_to(folder).with_suffix("").parts) for path in paths]


def _path(module: str) -> Path:
    return Path("src", PACKAGE, *module.split(".")).with_suffix(".py")


def _source(module: str) -> str:
    return (ROOT / _path(module)).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
