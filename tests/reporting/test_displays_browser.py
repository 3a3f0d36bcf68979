"""What a notebook shows of results, as a browser shows it at the width of a page and a phone."""

import pytest

import ilacs_reliability as ilr
from browsing import browsing, needs_browser, overhang

pytestmark = needs_browser
SCALE = ilr.Scale(["not yet at the standard expected", "at the standard", "well above it"])
MOVES = [[4, 9, 1], [2, 20, 8], [0, 3, 6]]


def shown():
    """Return a card, two cross-tables, a verdict, a table of estimates and an undefined one."""
    agreed = ilr.ratings_from_table(MOVES, scale=SCALE)
    claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.6)
    with pytest.warns(ilr.UndefinedEstimateWarning):
        undefined = ilr.cohen_kappa([[1, 1], [1, 1]])
    return [
        ilr.cohen_kappa(agreed),
        ilr.transitions_from_table(MOVES, scale=SCALE),
        ilr.grades_from_table(MOVES[:2], scale=SCALE, groups=["short", "standard inspections"]),
        ilr.judge(claim, agreed),
        ilr.agreement_table(agreed),
        undefined,
    ]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    # as a notebook does: what is wide scrolls in its own cell
    cells = "".join(
        f'<div class="cell" style="overflow-x: auto">{one._repr_html_()}</div>' for one in shown()
    )
    page = folder / "displays.html"
    start = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>displays</title>'
    page.write_text(f"{start}<body>{cells}</body></html>", encoding="utf-8")
    with browsing(folder) as driver:
        driver.get(page.as_uri())
        yield driver


@pytest.mark.parametrize("width", [360, 1280])
def test_every_result_is_seen_and_none_runs_over_the_edge(browser, width):
    assert overhang(browser, width) <= 0
    cells = browser.find_elements("css selector", ".cell")
    assert len(cells) == 6
    assert all(cell.is_displayed() and cell.text.strip() for cell in cells)


def test_an_interval_is_drawn_and_what_is_undefined_is_no_number(browser):
    first, *_, last = browser.find_elements("css selector", ".cell")
    [picture] = first.find_elements("css selector", "svg")
    assert picture.size["width"] > 100
    assert picture.get_attribute("aria-label")
    assert "nan" not in last.text.split()
    assert not last.find_elements("css selector", "svg")


def test_a_cross_table_heads_each_row_and_column(browser):
    table = browser.find_elements("css selector", ".cell")[1]
    heads = [head.text for head in table.find_elements("css selector", "th")]
    assert all(sum(label in head for head in heads) >= 2 for label in SCALE.labels)
    assert "20" in table.text
