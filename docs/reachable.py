"""What the theme leaves unsaid to a screen reader, said in the pages that were written."""

import re
from pathlib import Path

# as axe-core names them: deprecated roles, buttons that are called otherwise than they read, and
# summaries without a name
SEARCH = 'search-button-field search-button__button pst-js-only" title="Search"'
TOGGLE = '<span class="toctree-toggle"'
MENDED = (
    (' role="doc-biblioentry"', ' role="listitem"'),
    (f'{SEARCH} aria-label="Search"', f'{SEARCH} aria-label="Search Ctrl+K"'),
    # the corner of a dataframe heads nothing
    ("<th></th>", "<td></td>"),
    (f"<summary>{TOGGLE}", f'<summary aria-label="pages below">{TOGGLE}'),
)


# and no more do the blank cells that pandas puts into the head of a styled table
BLANK = re.compile(r'<th( class="(?:blank|index_name)[^"]*"[^>]*)>(?:&nbsp;|&#160;|\s)*</th>')


def mend(app, error):
    """Rewrite each page that has such a place."""
    if error or app.builder.name != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        mended = text
        for place, better in MENDED:
            mended = mended.replace(place, better)
        mended = BLANK.sub(r"<td\1></td>", mended)
        if mended != text:
            page.write_text(mended, encoding="utf-8")


def setup(app):
    """Mend when all is written."""
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
