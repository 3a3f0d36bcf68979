"""How the pages are built: every warning counts, every code cell runs, nothing is fetched."""

import sys
import tomllib
from pathlib import Path

import ilacs_reliability as ilr
from ilacs_reliability.reporting import plots

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for what stands beside this file

project = "ilacs-reliability"
author = "The ilacs-reliability developers"
copyright = (
    "the ilacs-reliability developers; inspection facts under the Open Government Licence v3.0"
)
release = version = ilr.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "mathml",
    "running",
    "linking",
    "reachable",
    "inside",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
default_role = "py:obj"
autodoc_typehints = "none"  # docstrings say the types, with shapes and units
add_module_names = False

# The house style starts a docstring on its first line (GL01) and lets a short function go
# without a longer summary (ES01). "See also" and examples are asked for by tests where they
# belong, not of every property (SA01, EX01, RT01). "Assess" is no third person (SS05).
# The fields of a record are its attributes and documented as such (PR01).
numpydoc_validation_checks = {"all", "GL01", "ES01", "SA01", "EX01", "RT01", "SS05"}
numpydoc_validation_overrides = {"PR01": [r"(?m)^\s*Attributes\n\s*-+$"]}
# a constant shows the docstring of its class, whose parameters it does not have
numpydoc_validation_exclude = {r"\.[A-Z][A-Z_]+$"}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_update_mathjax = False
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 60
nb_merge_streams = True
nb_render_markdown_format = "myst"  # tables that a cell writes

# `make links`: these answer no program, or name what is still to come
linkcheck_ignore = [r"https://github\.com/ilacs-reliability/.*", r"https://doi\.org/.*"]
linkcheck_timeout = 20

html_theme = "pydata_sphinx_theme"
html_math_renderer = "mathml"
html_title = "ilacs-reliability"
html_static_path = ["_static"]
html_css_files = ["pages.css"]

html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"*": []}  # only the reference has pages below it
html_context = {"default_mode": "auto"}  # light or dark, as the reader has set
html_theme_options = {
    "logo": {"text": f"ilacs-reliability {release}"},
    "navbar_align": "left",
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}


def reference_pages(public: list[str], groups: dict[str, dict]) -> dict[str, str]:
    """Return the text of each page of the reference by the name of its file."""
    homeless = sorted(set(public) - {name for group in groups.values() for name in group["names"]})
    if homeless:
        raise ValueError(f"docs/reference.toml puts these public names in no group: {homeless}")
    present = {
        key: [name for name in group["names"] if name in public] for key, group in groups.items()
    }
    pages = {
        f"{key}.rst": group_page(groups[key], names) for key, names in present.items() if names
    }
    index = ["Reference", "=========", ""]
    index += ["Every name is used as ``ilr.name`` after ``import ilacs_reliability as ilr``.", ""]
    index += [".. toctree::", "   :maxdepth: 1", ""]
    pages["pictures.rst"] = group_page(PICTURES, PICTURES["names"], module=PICTURES["module"])
    index += [f"   {page.removesuffix('.rst')}" for page in pages]
    return {"index.rst": "\n".join(index) + "\n", **pages}


# pictures are no names of the front door: matplotlib may be absent
PICTURES = {
    "title": "Pictures",
    "question": "How does it look? ``from ilacs_reliability.reporting import plots``",
    "module": "ilacs_reliability.reporting.plots",
    "names": sorted(plots.__all__),
}


def group_page(group: dict, names: list[str], *, module: str = "ilacs_reliability") -> str:
    """Return the page that lists one group's names."""
    lines = [group["title"], "=" * len(group["title"]), "", group["question"], ""]
    lines += [f".. currentmodule:: {module}", ""]
    lines += [".. autosummary::", "   :toctree: api", "   :nosignatures:", ""]
    lines += [f"   {name}" for name in names]
    return "\n".join(lines) + "\n"


def write_reference(folder: Path, public: list[str]) -> list[str]:
    """Write the pages where they changed, remove those of names that are gone, and list them."""
    groups = tomllib.loads((HERE / "reference.toml").read_text(encoding="utf-8"))
    pages = reference_pages(public, groups)
    stubs = {f"ilacs_reliability.{name}.rst" for name in public}
    stubs |= {f"{PICTURES['module']}.{name}.rst" for name in PICTURES["names"]}
    folder.mkdir(exist_ok=True)
    for old in [*folder.glob("*.rst"), *folder.glob("api/*.rst")]:
        if old.name not in pages.keys() | stubs:
            old.unlink()
    for name, text in pages.items():
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    return [f"{folder.name}/{name}" for name in pages]


# named one by one: asked to look for itself, Sphinx overlooks pages new since its last build
autosummary_generate = write_reference(
    HERE / "reference",
    [name for name in ilr.__all__ if not name.startswith("_")],
)
