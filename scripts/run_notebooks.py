"""Run jupytext notebooks from clean and write each, executed, as .ipynb beside its source.

Usage: python scripts/run_notebooks.py notebooks/one.py notebooks/two.py

Each runs in a kernel of its own within a minute. The exit status is 1 if any fails; a notebook
that fails is not written.
"""

import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

SECONDS = 60


def run(source: Path) -> None:
    """Execute `source` and write the result, or raise without writing anything."""
    notebook = jupytext.read(source, fmt="py:percent")
    end = time.monotonic() + SECONDS
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
        timeout_func=lambda cell: max(1, round(end - time.monotonic())),
    )
    client.execute()
    check_pictures(notebook)
    nbformat.write(notebook, source.with_suffix(".ipynb"))


def check_pictures(notebook) -> None:
    """Refuse a picture that says nothing to who cannot see it."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                raise SilentPictureError(f"a picture without alternative text:\n{cell.source}")


class SilentPictureError(ValueError):
    """A picture without alternative text; `plots.with_text` gives it one."""


def main(sources: list[Path]) -> int:
    """Run every notebook, say how each went, and return the exit status."""
    failed = 0
    for source in sources:
        start = time.monotonic()
        source.with_suffix(".ipynb").unlink(missing_ok=True)
        try:
            run(source)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            SilentPictureError,
        ) as error:
            failed += 1
            print(f"{source}: FAILED\n{error}", file=sys.stderr)
        else:
            print(f"{source}: {time.monotonic() - start:.1f}s")
    print(f"{len(sources) - failed} of {len(sources)} notebooks ran")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
