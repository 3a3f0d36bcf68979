"""Install the wheel and the sdist into clean environments, and use what each extra promises.

    python scripts/try_install.py                              # this Python
    python scripts/try_install.py python3.12 python3.13        # others
    python scripts/try_install.py python3.13 --extras none word

For each interpreter it installs the sdist bare and the wheel with each extra alone, answers a file
by the installed command, does what the extra is for, and ends with 1 where one fails.
"""

import argparse
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
KAPPA = "import ilacs_reliability as ilr; kappa = ilr.cohen_kappa([[0, 0], [1, 1], [1, 0]]); "
USES = {
    "none": "assert 0 < kappa.value < 1",
    "frames": "import narwhals",
    "plot": "kappa.plot().figure.savefig('kappa.svg')",
    "files": "import pyarrow, python_calamine, rich",
    "word": "import docx",
    "crosscheck": "assert ilr.cross_check([[0, 0], [1, 1], [1, 0]])",
}
ANSWERS = {"word": ["--docx", "answer.docx"]}
"""What the command is asked for beside its words."""
GRADES = "unit,a,b\n1,good,good\n2,good,inadequate\n3,outstanding,good\n"


def tried(python: str, package: Path, extra: str) -> str:
    """Install a package with an extra and use it; return what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "grades.csv").write_text(GRADES, encoding="utf-8")
        bin_ = Path(folder) / "env" / "bin"
        asked = f"{package}[{extra}]" if extra != "none" else str(package)
        for call in (
            [python, "-m", "venv", "env"],
            [bin_ / "python", "-m", "pip", "install", "--quiet", asked],
            [bin_ / "ilacs-reliability", "agree", "grades.csv", *ANSWERS.get(extra, [])],
            [bin_ / "python", "-W", "error", "-c", KAPPA + USES[extra]],
        ):
            done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                return f"{call[-1]}: {done.stderr.strip()[-500:]}"
    return ""


def main() -> int:
    """Print a line for each environment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    parser.add_argument("--extras", nargs="+", choices=USES, default=list(USES))
    options = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(USES) == {"none", *project["optional-dependencies"]}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        wheel, sdist = (
            Path(next(builder(str(ROOT)).build(directory=folder, versions=["standard"])))
            for builder in (WheelBuilder, SdistBuilder)
        )
        for python in options.pythons:
            for package, extra in [(sdist, "none"), *((wheel, extra) for extra in options.extras)]:
                wrong = tried(python, package, extra)
                failed += bool(wrong)
                print(f"{python} {package.suffix} {extra}: {wrong or 'works'}", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
