"""A real browser, what of a page runs over its edge, and where headings stand on paper."""

import base64
import re
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no browser here: install Debian's chromium and chromium-driver to run this",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A4 in inches, with Chromium's own margin
PAPER = {"paperWidth": 8.27, "paperHeight": 11.69, "marginTop": 0.4, "marginBottom": 0.4}
BELOW = 28.8 + 24
"""Points above the sheet's edge that a margin and a line of text below a heading take."""


@contextmanager
def browsing(folder):
    """Yield Chromium with a profile of its own in a folder."""
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


def overhang(driver, width):
    """Return by how many pixels the page is wider than a window of this width."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    seen = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    return seen[0] - seen[1]


# where a heading is printed is told by the rectangle of a link
LINKED = """
const shown = [...document.querySelectorAll('h1, h2, h3, h4')].filter(one => one.offsetParent);
return shown.map((heading, i) => {
  const title = heading.innerText, link = document.createElement('a');
  link.href = `http://heading/${i}`;
  heading.querySelectorAll('a').forEach(other => other.replaceWith(...other.childNodes));
  link.append(...heading.childNodes);
  heading.append(link);
  return title;
});
"""


def headings_on_paper(driver):
    """Return each heading of the printed page with the points between it and its sheet's end."""
    titles = driver.execute_script(LINKED)
    printed = driver.execute_cdp_cmd("Page.printToPDF", PAPER)
    pdf = base64.b64decode(printed["data"])
    lowest = {}
    for link in re.findall(rb"/Subtype /Link\n(.*?)endobj", pdf, re.DOTALL):
        number = re.search(rb"http://heading/(\d+)", link)
        if number:
            _, low, _, high = map(float, re.search(rb"/Rect \[([^]]*)\]", link)[1].split())
            # what is pushed to the next sheet leaves a sliver
            if high - low > 1:
                lowest.setdefault(int(number[1]), []).append(low)
    return [(title, min(lowest.get(number, [0.0]))) for number, title in enumerate(titles)]


def split_from_text(driver):
    """Return the headings that are not printed, or below which no line fits on their sheet."""
    headings = headings_on_paper(driver)
    assert headings
    return [title for title, height in headings if height < BELOW]
