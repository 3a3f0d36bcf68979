"""The page as a real browser shows it."""

import pytest

import ilacs_reliability as ilr
from browsing import browsing, needs_browser, overhang, split_from_text
from ilacs_reliability.__main__ import main
from ilacs_reliability.reporting.blocks import is_brief

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "report.html"
    page.write_text(ilr.report_html(ilr.assess_security()), encoding="utf-8")
    with browsing(folder) as driver:
        driver.get(page.as_uri())
        yield driver


def find(browser, selector):
    return browser.find_elements("css selector", selector)


def test_the_verdict_table_shows_every_claim_with_its_verdict(browser):
    rows = find(browser, "#verdicts tbody tr")
    shown = [row.text for row in rows]
    whole = [one for one in ilr.assess_security().assessments if not is_brief(one)]
    assert len(shown) == len(whole)
    for text, one in zip(shown, whole, strict=True):
        assert one.claim.statement in text
        assert one.verdict.outcome in text


def test_the_pictures_are_drawn(browser):
    pictures = find(browser, "section svg")
    assert len(pictures) == browser.page_source.count("</svg>") > len(find(browser, "section")) / 2
    for picture in pictures:
        assert picture.is_displayed()
        assert picture.size["width"] > 200
        assert picture.size["height"] > 20
        assert picture.get_attribute("aria-label")


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_runs_over_the_edge(browser, width):
    assert overhang(browser, width) <= 0


def test_all_but_whose_the_data_are_is_the_main_part(browser):
    assert len(find(browser, "main")) == 1
    assert {part.tag_name for part in find(browser, "body > *")} == {"main", "footer"}


def test_no_heading_is_split_from_its_text_on_paper(browser):
    assert split_from_text(browser) == []


def test_a_claim_in_the_table_leads_to_its_section(browser):
    link = find(browser, "#verdicts a")[3]
    link.click()
    assert browser.current_url.endswith("#claim-4")
    assert find(browser, "#claim-4 h2")[0].text.startswith("4.")


def test_the_browser_has_nothing_to_complain_about(browser):
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_answer_about_a_file_fits_and_its_tables_are_reached(
    browser, tmp_path, capsys, monkeypatch, width
):
    monkeypatch.chdir(tmp_path)
    lines = [f"{unit},good,{'good' if unit % 3 else 'requires improvement'}" for unit in range(9)]
    (tmp_path / "own.csv").write_text("\n".join(["unit,a,b", *lines]), encoding="utf-8")
    assert main(["agree", "own.csv", "--html", "answer.html"]) == 0
    browser.get((tmp_path / "answer.html").as_uri())
    assert overhang(browser, width) <= 0
    tables = find(browser, "main table")
    assert len(tables) == 2
    for table in tables:
        around = table.find_element("xpath", "..")
        assert around.get_attribute("tabindex") == "0"
        assert around.get_attribute("aria-label")
    assert split_from_text(browser) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_notebook_s_cards_fit_and_are_drawn(browser, tmp_path, width):
    table = ilr.ratings_from_table([[20, 3], [1, 6]], scale=ilr.Scale(["poor", "good"]))
    claim = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)
    moves = ilr.transitions_from_table([[2, 3], [1, 4]])
    shown = [
        ilr.cohen_kappa(table),
        ilr.judge(claim, ilr.percent_agreement(table)),
        moves,
        ilr.net_shift(moves),
        ilr.sign_test(moves),
    ]
    body = "".join(f"<section>{one._repr_html_()}</section>" for one in shown)
    page = tmp_path / "cards.html"
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>cards</title></head>'
    page.write_text(f"{head}<body>{body}</body></html>", encoding="utf-8")
    browser.get(page.as_uri())
    assert overhang(browser, width) <= 0
    pictures = find(browser, "svg")
    assert len(pictures) == 3
    assert all(picture.size["width"] > 200 for picture in pictures)
    assert "not shown" in [word.text for word in find(browser, "span")]
    assert len(find(browser, "th[scope=row]")) == 3
