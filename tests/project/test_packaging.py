"""What is handed out is whole: the README's commands work from the sdist, too."""

import subprocess
import tarfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder

ROOT = Path(__file__).parents[2]
# what the commands of the README and of CONTRIBUTING.md read
NEEDED = [
    *("Makefile", "pyproject.toml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("CITATION.cff", ".ci/run", "tests/conftest.py", "scripts/run_notebooks.py", "docs/conf.py"),
]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    built = next(SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    with tarfile.open(built) as archive:
        archive.extractall(folder, filter="data")
    return folder / Path(built).name.removesuffix(".tar.gz")


def test_the_sdist_holds_what_its_commands_need(unpacked):
    assert all((unpacked / name).is_file() for name in NEEDED)


@pytest.mark.parametrize("command", ["report", "test", "test-lowest", "lint", "docs", "notebooks"])
def test_the_commands_stand_in_the_sdist(unpacked, command):
    said = subprocess.run(
        ["make", "--dry-run", command], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert "--editable ." in said.stdout
