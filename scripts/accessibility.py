"""Look at every built page in Chromium with axe-core, light and dark, and name what it finds.

    make docs && python scripts/accessibility.py docs/_build/html [--axe axe.min.js] [PAGE ...]

axe-core comes from the npm registry (`npm install axe-core`) unless its file is named. Pages are
asked for WCAG 2.2 at AA and axe's best practices; the script ends with 1 where one fails.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
WIDTHS = {"wide": 1280, "phone": 390}
ASK = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(found => done(JSON.stringify(
  found.violations.map(one => [one.id, one.help, one.nodes.slice(0, 3).map(
    node => [node.target.join(' '), ...[...node.any, ...node.all, ...node.none].map(
      check => check.message).slice(0, 1)].join('  '))]))));
"""


def axe_source(given):
    """Return axe-core's script: of the file that is named, else of the npm registry."""
    if given:
        return Path(given).read_text(encoding="utf-8")
    folder = Path(tempfile.mkdtemp())
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, "axe-core"], check=True)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def browser():
    """Return Chromium, driven by selenium."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def looks(page):
    """Yield each look of a page: how wide, and the theme; of the reference one look is enough."""
    yield "wide", "light"
    if "/api/" not in page.as_posix():
        yield "wide", "dark"
        yield "phone", "light"


def problems(driver, source, page, width, theme):
    """Return what axe finds on a page, as id, help and places."""
    driver.set_window_size(WIDTHS[width], 900)
    driver.get(page.resolve().as_uri())
    driver.execute_script(
        "document.documentElement.dataset.theme = arguments[0];"
        "document.documentElement.dataset.mode = arguments[0];"
        "document.querySelectorAll('*').forEach(e => e.style.transition = 'none')",
        theme,
    )
    driver.execute_script(source)
    return json.loads(driver.execute_async_script(ASK))


def main():
    """Look at all pages, print what was found by kind, and return 1 where there is anything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="built pages")
    parser.add_argument("pages", nargs="*", help="some of them (default: all)")
    parser.add_argument("--axe", help="axe.min.js (default: from the npm registry)")
    asked = parser.parse_intermixed_args()
    source = axe_source(asked.axe)
    pages = [asked.folder / page for page in asked.pages] or [
        page for page in sorted(asked.folder.rglob("*.html")) if "_static" not in page.parts
    ]
    found = defaultdict(list)
    driver = browser()
    driver.set_script_timeout(60)
    try:
        for page in pages:
            for width, theme in looks(page):
                for rule, said, places in problems(driver, source, page, width, theme):
                    found[rule, said].append((page, width, theme, places))
    finally:
        driver.quit()
    for (rule, said), cases in sorted(found.items()):
        print(f"{rule}: {said} ({len(cases)} looks)")
        for page, width, theme, places in cases[:3]:
            print(f"  {page.relative_to(asked.folder)} {width} {theme}: {'; '.join(places)}")
    print(f"{len(pages)} pages, {len(found)} kinds of problem")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
