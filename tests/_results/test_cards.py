"""What notebooks show: cards and tables that a reader can take in, in any theme."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from ilacs_reliability._results.cards import GROUNDS, LEFT, RIGHT, interval_svg
from ilacs_reliability._results.records import html_table, rows_table

TABLE = ilr.ratings_from_table([[20, 3], [1, 6]], scale=ilr.Scale(["poor", "good"]))
MOVES = ilr.transitions_from_table([[2, 3], [1, 4]], scale=ilr.Scale(["poor", "good & well"]))
KINDS = ilr.grades_from_table(
    [[[3, 8], [4, 6]], [[0, 0], [30, 10]]], groups=("short", "standard"), strata=("a", "b")
)
CLAIM = ilr.Claim(statement="Inspectors agree.", kind="consistency", threshold=0.8)


def undefined():
    with pytest.warns(ilr.UndefinedEstimateWarning):
        return ilr.cohen_kappa([[1, 1], [1, 1]])


SHOWN = {
    "estimate": lambda: ilr.cohen_kappa(TABLE),
    "undefined": undefined,
    "endless": lambda: ilr.odds_ratio([[5, 3], [0, 5]], at_least=2),
    "test": lambda: ilr.sign_test(MOVES),
    "transitions": lambda: MOVES,
    "groups": lambda: KINDS,
    "shift": lambda: ilr.net_shift(MOVES),
    "still": lambda: ilr.net_shift(np.diag([0, 9])),
    "verdict": lambda: ilr.judge(CLAIM, ilr.percent_agreement(TABLE)),
    "no evidence": lambda: ilr.judge(CLAIM, None),
    "pairs": lambda: ilr.pairwise_agreement([[1, 2, 2], [2, 2, 1], [1, 1, 1]]),
    "choices": lambda: ilr.agreement_table(TABLE),
    "no choice": lambda: ilr.agreement_table([[1, 1], [1, 1]]),
    "sequence": lambda: ilr.agreement_sequence([True] * 9, threshold=0.5),
    "no sequence": lambda: ilr.agreement_sequence([], threshold=0.5),
    "overlap": lambda: ilr.overlap_report(KINDS),
    "report": ilr.assess_security,
}


def texts_of(page):
    """Return what stands between the tags."""
    return [text for text in re.split(r"<[^>]*>", page) if text.strip()]


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_shown_is_nan_or_a_name_of_the_code(name):
    page = SHOWN[name]()._repr_html_()
    for text in texts_of(page):
        if not text.startswith("ilr."):
            assert not re.search(r"\bnan\b|\binf\b|^None$|^[a-z]+_[a-z_]+$", text), text
    assert page.count("<div") == page.count("</div>")
    assert page.count("<td") == page.count("</td>")


@pytest.mark.parametrize("name", SHOWN)
def test_ink_is_what_the_theme_says(name):
    page = SHOWN[name]()._repr_html_()
    # white on a ground of its own, which serves light and dark alike; else the reader's ink
    inks = set(re.findall(r"(?<!-)color:([^;'\"]+)", page)) | set(
        re.findall(r"(?:fill|stroke)=\"([^\"]+)\"", page)
    )
    assert inks <= {"#fff", "currentColor", "none"}
    assert set(re.findall(r"background:([^;']+)", page)) <= set(GROUNDS.values())


def test_an_undefined_estimate_shows_no_number_and_says_why():
    page = undefined()._repr_html_()
    assert "undefined" in page
    assert "Every rating is the same grade, 1." in page
    assert "<svg" not in page


def test_a_card_has_number_interval_basis_and_what_it_does_not_show():
    kappa = ilr.cohen_kappa(TABLE)
    texts = " ".join(texts_of(kappa._repr_html_()))
    low, high = kappa.confidence_interval()
    for said in (
        f"{kappa.value:.2f} ",
        f"95% interval {low:.2f} to {high:.2f}",
        "From 60 ratings of 30 units by 2 raters.",
        "It does not show whether the grades were right.",
        "ilr.cohen_kappa()",
    ):
        assert said in texts


def test_transitions_are_a_cross_table_with_totals():
    page = MOVES._repr_html_()
    assert re.findall(r">(\d+)<", page) == ["2", "3", "5", "1", "4", "5", "3", "7", "10"]
    assert page.count("good &amp; well") == 2
    assert page.count("scope='row'") == 3


def test_groups_are_a_cross_table_a_row_a_group_of_a_stratum():
    page = KINDS._repr_html_()
    assert re.findall(r"scope='row'[^>]*>([^<]+)<", page) == [
        "a: short",
        "a: standard",
        "b: short",
        "b: standard",
        "all",
    ]


def test_a_verdict_says_in_a_word_what_its_colour_says():
    page = SHOWN["verdict"]()._repr_html_()
    assert f"background:{GROUNDS['not shown']}" in page
    assert ">not shown</span>" in page
    assert "held to 0.8" in page
    report = ilr.assess_security()
    shown = re.findall(r">([a-z ]+)</span>", report._repr_html_())
    assert shown == list(report.outcomes.values())


@pytest.mark.parametrize("ground", GROUNDS.values())
def test_letters_on_badges_stand_out(ground):
    parts = [int(ground[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    assert 1.05 / (np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05) >= 7


def test_a_small_picture_is_drawn_to_scale():
    tree = ElementTree.fromstring(interval_svg(0.5, 0.2, 0.9, ends=(-1, 1), bars=[0.8]))
    places = [float(line.get("x1")) for line in tree.iter("line")]
    assert_allclose(places[1:4], [LEFT + (RIGHT - LEFT) * x for x in (0.2, 0.2, 0.9)], atol=0.05)
    (dot,) = tree.iter("circle")
    assert_allclose(float(dot.get("cx")), (LEFT + RIGHT) / 2)
    assert tree.get("aria-label") == "0.50, interval 0.20 to 0.90, held to 0.8"
    assert [text.text for text in tree.iter("text")] == ["0", "1"]


def test_a_limit_without_end_is_an_arrow_and_no_number_no_picture():
    tree = ElementTree.fromstring(interval_svg(float("inf"), 0.8, float("inf"), ends=(0, np.inf)))
    assert not list(tree.iter("circle"))
    assert len(list(tree.iter("path"))) == 1
    assert interval_svg(float("nan"), float("nan"), float("nan")) == ""


def test_columns_that_say_nothing_are_left_out():
    rows = [{"n_units": 3, "value": float("nan"), "status": "ok", "reason": "", "p_value": 0.5}]
    page = rows_table(rows, ("n_units", "value", "status", "reason", "p_value"))
    assert texts_of(page) == ["units", "p", "3", "0.5"]
    assert texts_of(html_table({"standard_error": float("nan"), "n_units": 3})) == ["units", "3"]


def test_a_table_that_nobody_could_read_is_only_counted():
    grades = range(200)
    moves = ilr.transitions_from_table(np.eye(200, dtype=int), scale=ilr.Scale(grades))
    assert "200 × 200 cells, too many to show" in moves._repr_html_()


def test_a_card_of_moves_holds_each_share_with_its_limits():
    found = ilr.net_shift([[5, 3], [1, 4]])
    card = found._repr_html_()
    for share in (found.improved, found.unchanged, found.declined):
        low, high = share.confidence_interval(method="simultaneous")
        assert f"<td>{share.value:.3f} ({low:.3f} to {high:.3f})</td>" in card
    for share in (found.net, found.room_up, found.room_down):
        low, high = share.confidence_interval()
        assert f"<td>{share.value:.3f} ({low:.3f} to {high:.3f})</td>" in card
