"""Every link from a built page to another, or to a part of one, leads somewhere."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
PART = re.compile(r'\b(?:id|name)="([^"]+)"')


def dead(folder):
    """Return each page with the links of it that lead nowhere."""

    @cache
    def parts(page):
        return set(PART.findall(page.read_text(encoding="utf-8"))) if page.is_file() else None

    def leads(page, target):
        path, part = urldefrag(unquote(target))
        there = (page.parent / path).resolve() if path else page
        if there.suffix != ".html":
            return there.is_file()
        known = parts(there)
        return known is not None and (not part or part in known)

    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        inside = {link for link in LINK.findall(text) if not ELSEWHERE.match(link)}
        lost = sorted(link for link in inside if link != "#" and not leads(page, link))
        if lost:
            yield page, lost


def check(app, error):
    """Warn of each page that has a dead link."""
    from sphinx.util import logging

    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir).resolve()
    for page, lost in dead(folder):
        name = page.relative_to(folder)
        logging.getLogger(__name__).warning("%s: these links lead nowhere: %s", name, lost)


def setup(app):
    """Check when all is written."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
