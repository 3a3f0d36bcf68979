"""Start page, a guide and the gallery of the built site, wide, on a phone and on paper."""

from pathlib import Path

import pytest

from browsing import browsing, needs_browser, overhang, split_from_text

SITE = Path(__file__).parents[2] / "docs" / "_build" / "html"
pytestmark = [
    needs_browser,
    pytest.mark.skipif(
        not (SITE / "gallery.html").exists(), reason="no built pages here: `make docs` builds them"
    ),
]
PAGES = ["index.html", "guides/moderators.html", "gallery.html"]
every_page = pytest.mark.parametrize("page", PAGES)
every_width = pytest.mark.parametrize("width", [360, 1280])


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("browser")) as driver:
        yield driver


def opened(browser, page):
    browser.get((SITE / page).as_uri())
    return browser


def find(browser, selector):
    return browser.find_elements("css selector", selector)


@every_page
@every_width
def test_nothing_is_wider_than_the_window(browser, page, width):
    assert overhang(opened(browser, page), width) <= 0


@pytest.mark.parametrize("page", [*PAGES, "tutorial.html", "agreement.html"])
def test_no_heading_is_split_from_its_text_on_paper(browser, page):
    assert split_from_text(opened(browser, page)) == []


@every_page
@every_width
def test_pictures_are_drawn_and_said_in_words(browser, page, width):
    overhang(opened(browser, page), width)
    pictures = find(browser, "article img, article svg[role=img]")
    assert pictures
    for picture in pictures:
        assert picture.is_displayed()
        assert 150 < picture.size["width"] <= width
        words = picture.get_attribute("alt") or picture.get_attribute("aria-label")
        assert len(words) > 20


@every_width
def test_the_start_page_answers_at_a_glance(browser, width):
    overhang(opened(browser, "index.html"), width)
    [picture] = find(browser, ".glance img")
    doors = find(browser, ".doors li")
    code = find(browser, "article pre")
    assert len(doors) == 3
    assert picture.location["y"] < code[0].location["y"] < doors[0].location["y"]
    for door in doors:
        assert door.is_displayed()
        assert door.find_element("css selector", "a").get_attribute("href").endswith(".html")


@every_page
def test_the_browser_has_nothing_to_complain_about(browser, page):
    opened(browser, page)
    said = browser.get_log("browser")
    assert [one for one in said if one["level"] not in ("INFO", "DEBUG")] == []
