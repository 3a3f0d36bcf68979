"""Every name of the library, in a sentence or in code, leads to its page of the reference."""

import re

OUTSIDE_LINKS = re.compile(r"(<a\b.*?</a>|<h[1-6]\b.*?</h[1-6]>)", re.DOTALL)
IN_TEXT = re.compile(
    r'<code class="docutils literal notranslate"><span class="pre">'
    r"(?:(?:ilr|plots)\.)?([A-Za-z_]\w*)[^<]*</span>.*?</code>",
    re.DOTALL,
)
IN_CODE = re.compile(
    r'<span class="n">(?:ilr|plots)</span><span class="o">\.</span><span class="n">(\w+)</span>'
)
# what would scroll sideways can be reached by keys
SCROLLS = re.compile(r"<pre>")


def pages_of(app):
    """Return the page of each name: the package's own, and those of its pictures."""
    start = "reference/api/ilacs_reliability."
    return {
        page.removeprefix(start).rpartition(".")[2]: page
        for page in app.env.found_docs
        if page.startswith(start)
    }


def link(app, pagename, templatename, context, doctree):
    """Turn names into links in the body of a page."""
    body = context.get("body")
    if not body:
        return
    pages = {name: page for name, page in pages_of(app).items() if page != pagename}
    to = context["pathto"]

    def linked(found):
        page = pages.get(found[1])
        if page is None:
            return found[0]
        return f'<a class="reference internal" href="{to(page)}">{found[0]}</a>'

    parts = OUTSIDE_LINKS.split(body)
    for place in range(0, len(parts), 2):
        parts[place] = IN_CODE.sub(linked, IN_TEXT.sub(linked, parts[place]))
    context["body"] = SCROLLS.sub('<pre tabindex="0">', "".join(parts))


def setup(app):
    """Link once pages are written."""
    app.connect("html-page-context", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
