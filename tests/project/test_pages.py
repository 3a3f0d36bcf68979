"""What the pages at the root say stays true: examples, links and versions."""

import doctest
import importlib
import re
import tomllib
from pathlib import Path

import pytest

import ilacs_reliability as ilr

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "notebooks/README.md"]


def test_the_example_in_the_readme_runs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    example = doctest.DocTestParser().get_doctest(code, {}, "README.md", "README.md", 0)
    said = []
    results = doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert results.attempted > 5
    assert not results.failed, "".join(said)


def test_the_protocol_in_the_readme_is_one():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    assert ilr.Protocol.from_toml(text) == ilr.Protocol(agreement=0.9, superiority_margin=0.05)


def links(page):
    return re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    inside = [target for target in links(page) if not target.startswith("https://")]
    assert all(((ROOT / page).parent / target).exists() for target in inside), inside


def test_the_readme_is_read_elsewhere_too_so_its_links_are_whole():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    home = f"{project['urls']['Homepage']}/blob/main/"
    here = [target.removeprefix(home) for target in links("README.md") if target.startswith(home)]
    assert len(here) > 5
    assert all((ROOT / target).exists() for target in here), here
    assert all(target.startswith("https://") for target in links("README.md"))


def test_the_citation_names_the_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", citation, flags=re.MULTILINE) == [ilr.__version__]


def test_every_command_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    for page in ["README.md", "CONTRIBUTING.md", "notebooks/README.md"]:
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", text, flags=re.MULTILINE))
        assert named <= commands, page


def test_how_standard_inspections_were_chosen_is_never_a_fact():
    """Nothing that was read states it: `claims` says so, and no page may know better."""
    files = [
        path
        for folder in ("src", "docs", "notebooks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".toml") and "_build" not in path.parts
    ]
    assert len(files) > 100
    said = re.compile(r"(chosen|chose|choosing|ones)\s+(#\s+)?(\w+\s+){0,3}by\s+(#\s+)?risk")
    assert [str(path) for path in files if said.search(path.read_text(encoding="utf-8"))] == []


def test_a_link_between_pages_that_leads_nowhere_is_named(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    inside = importlib.import_module("inside")
    (tmp_path / "deep").mkdir()
    (tmp_path / "index.html").write_text(
        '<h1 id="top">x</h1><a href="#top"></a><a class="b" href="deep/b.html#here"></a>'
        '<a href="gone.html">x</a><a href="https://nowhere"></a>'
    )
    (tmp_path / "deep" / "b.html").write_text(
        '<p id="here"></p><a href="../index.html#lost"></a><a href="../index.html#top"></a>'
    )
    found = {page.name: lost for page, lost in inside.dead(tmp_path.resolve())}
    assert found == {"index.html": ["gone.html"], "b.html": ["../index.html#lost"]}


GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_is_short_and_every_block_of_it_runs(guide):
    text = guide.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\S*)", text, flags=re.MULTILINE)
    assert set(blocks[::2]) <= {"{run}", "{literalinclude}"}, "what is shown is run in the build"
    assert len(text.split()) < 450
    named = set(re.findall(r"\bilr\.(\w+)", text)) | set(re.findall(r"`(\w+)`", text))
    assert all(hasattr(ilr, name) for name in re.findall(r"\bilr\.(\w+)", text)), named
    listed = (ROOT / "docs" / "guides.md").read_text(encoding="utf-8")
    assert f"guides/{guide.stem}\n" in listed


def test_the_gallery_shows_every_picture():
    from ilacs_reliability.reporting import plots

    shown = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    pictures = [name for name in plots.__all__ if name.endswith("_plot")]
    assert len(pictures) > 10
    assert all(f"plots.{name}(" in shown for name in pictures)


def test_what_it_is_called_here_exists():
    table = (ROOT / "docs" / "synonyms.md").read_text(encoding="utf-8")
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ")][2:]
    named = [name for row in rows for name in re.findall(r"`([a-z]\w+)(?:`|\()", row)]
    assert len(named) > 25
    assert [name for name in named if not hasattr(ilr, name) and name != "weights"] == []
