"""A directive that runs a short piece of code while the page is read, and shows what it gives.

A guide needs no kernel of its own, which takes seconds to start: the blocks of a page run one after
another in one namespace here, and an error in one fails the build. A picture gets the alternative
text that its axes carry.
"""

import ast
import contextlib
import io
import warnings
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

FOLDER = "_drawn"


class Run(SphinxDirective):
    """Code, shown and run; ``:hide-code:`` shows its output alone, ``:hide-output:`` no output."""

    has_content = True
    option_spec: ClassVar = {
        "hide-code": directives.flag,
        "hide-output": directives.flag,
        "class": directives.class_option,
    }

    def run(self):
        code = "\n".join(self.content)
        shown = [] if "hide-code" in self.options else [nodes.literal_block(code, code)]
        for block in shown:
            block["language"] = "python"
        spaces = self.env.temp_data.setdefault("ran", {"__name__": "page"})
        said, last = self.execute(code, spaces)
        if "hide-output" in self.options:
            return shown
        parts = [*shown, *self.output(said, last)]
        box = nodes.container("", *parts, classes=["run", *self.options.get("class", [])])
        return [box]

    def execute(self, code, spaces):
        """Run the code; return what it printed and the value of a last expression."""
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        said = io.StringIO()
        here = contextlib.chdir(self.env.app.srcdir)
        with contextlib.redirect_stdout(said), warnings.catch_warnings(), here:
            warnings.simplefilter("error")
            exec(compile(tree, self.env.docname, "exec"), spaces)
            value = None
            if last is not None:
                value = eval(compile(ast.Expression(last.value), self.env.docname, "eval"), spaces)
        return said.getvalue(), value

    def output(self, said, last):
        parts = []
        if said:
            parts.append(nodes.literal_block(said, said, language="none", classes=["output"]))
        if last is None:
            return parts
        if hasattr(last, "figure") and hasattr(last, "get_label"):
            return [*parts, self.picture(last)]
        if hasattr(last, "_repr_html_"):
            start = '<div class="shown" tabindex="0" role="group" aria-label="result">'
            shown = f"{start}{last._repr_html_()}</div>"
            return [*parts, nodes.raw("", shown, format="html")]
        text = repr(last)
        return [*parts, nodes.literal_block(text, text, language="none", classes=["output"])]

    def picture(self, ax):
        """Save the picture beside the pages that are written, and return it with its text."""
        from matplotlib import pyplot

        count = self.env.temp_data["drawn"] = self.env.temp_data.get("drawn", 0) + 1
        name = f"{self.env.docname.replace('/', '-')}-{count}.svg"
        folder = Path(self.env.app.srcdir) / FOLDER
        folder.mkdir(exist_ok=True)
        with pyplot.rc_context({"svg.hashsalt": name}):
            ax.figure.savefig(folder / name, metadata={"Date": None})
        pyplot.close(ax.figure)
        return nodes.image(uri=f"/{FOLDER}/{name}", alt=ax.get_label())


def setup(app):
    """Offer the directive."""
    import matplotlib as mpl

    mpl.use("Agg")
    app.add_directive("run", Run)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
