"""The published figures on grade shift, from the counts behind them (children's services)."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ilacs_reliability as ilr
from closeness import close

# grade before by grade after: inadequate, requires improvement, good, outstanding
FIRST_YEAR_33 = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
# the 34th report is not public any more; it kept its grade, below good
FIRST_YEAR = [[0, 2, 1, 0], [3, 8, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
TO_SEPTEMBER_2019 = [[0, 8, 3, 0], [8, 12, 16, 1], [1, 3, 8, 8], [0, 0, 0, 0]]
TO_MARCH_2024 = [[1, 7, 5, 0], [6, 11, 7, 0], [4, 1, 10, 6], [0, 0, 1, 5]]
SHORT = [[0, 0, 0, 0], [0, 0, 0, 0], [5, 9, 45, 38], [0, 1, 3, 23]]
STANDARD = [[2, 22, 15, 1], [21, 37, 55, 4], [4, 6, 5, 3], [0, 0, 0, 1]]
SIF_TO_ILACS = [[0, 13, 5, 1], [14, 24, 31, 2], [4, 9, 23, 18], [0, 0, 0, 3]]
ILACS_TO_ILACS = [[2, 9, 10, 0], [8, 14, 25, 2], [5, 6, 27, 24], [0, 1, 3, 21]]


def shift_of(table):
    return ilr.net_shift(ilr.transitions_from_table(table, scale=ilr.OFSTED_SCALE))


def moved(table):
    shift = shift_of(table)
    return shift.n_improved, shift.n_unchanged, shift.n_declined


@pytest.mark.parametrize(
    ("table", "published"),
    [
        (FIRST_YEAR, (19, 12, 3)),
        (FIRST_YEAR_33, (19, 11, 3)),
        (TO_SEPTEMBER_2019, (36, 20, 12)),
        (TO_MARCH_2024, (25, 27, 12)),
        (SHORT, (38, 68, 18)),
    ],
    ids=["first year", "first year, 33 reports", "September 2019", "March 2024", "short"],
)
def test_the_published_counts_come_out(table, published):
    assert moved(table) == published


def test_the_two_frameworks_together_give_all_changes():
    both = np.add(moved(SIF_TO_ILACS), moved(ILACS_TO_ILACS))
    assert both.tolist() == [140, 114, 50]


def test_the_first_year_rounds_to_the_published_shares():
    shift = shift_of(FIRST_YEAR)
    shares = (shift.improved, shift.unchanged, shift.declined)
    assert [round(100 * share.value) for share in shares] == [56, 35, 9]
    good = shift.at_least("good")
    assert round(100 * good.value) == 62
    assert good.value * good.n_units == close(21)


def test_the_inadequate_of_september_2019_all_improved():
    shift = shift_of(TO_SEPTEMBER_2019)
    assert shift.by_before["inadequate"] == (11, 0, 0)
    assert shift.by_before["requires improvement"] == (17, 12, 8)
    shares = (shift.improved, shift.unchanged, shift.declined)
    assert [round(100 * share.value, 1) for share in shares] == [52.9, 29.4, 17.6]


def test_the_march_2024_release_is_met_but_for_the_missing_improver():
    shift = shift_of(TO_MARCH_2024)
    kept_good = sum(shift.by_before[grade][1] for grade in ("good", "outstanding"))
    stayed_below = sum(
        shift.by_before[grade][1] for grade in ("inadequate", "requires improvement")
    )
    assert (kept_good, stayed_below) == (15, 12)
    # published of 65: 26 (40 %), 15 (23 %), 12 (18 %), the rest 12
    assert [round(100 * n / 65) for n in (26, 15, 12)] == [40, 23, 18]
    assert shift.n_units == 64


def test_nobody_outstanding_could_improve():
    shift = shift_of(SHORT)
    assert shift.room_up.n_units == 97
    assert_allclose(shift.room_up.value, 38 / 97)
    assert shift.room_down.n_units == 124
    assert any("27 units were outstanding already" in note for note in shift.notes)


def test_the_number_of_grades_moved_adds_up():
    shift = shift_of(STANDARD)
    assert dict(shift.by_move) == {-3: 0, -2: 4, -1: 27, 0: 45, 1: 80, 2: 19, 3: 1}
    assert sum(shift.by_move.values()) == shift.n_units == 176


@pytest.mark.parametrize(
    "table", [FIRST_YEAR, SHORT, np.diag([0, 0, 0, 9])], ids=["first year", "short", "no room"]
)
def test_a_record_shows_itself_as_sentence_row_and_table(table):
    shift = shift_of(table)
    row = shift.to_dict()
    assert row["n_improved"] + row["n_unchanged"] + row["n_declined"] == row["n_units"]
    assert row["improved_method"] == "simultaneous"
    assert f"Of {shift.n_units} units graded twice" in shift.describe()
    assert shift._repr_html_().startswith("<table>")
    assert "NetShift(" in repr(shift)


def test_no_room_is_undefined_and_not_zero():
    shift = shift_of(np.diag([0, 0, 0, 9]))
    assert shift.room_up.status == "undefined"
    assert np.isnan(shift.room_up.value)
    assert "no unit had room to move that way" in shift.room_up.describe()
    assert shift.notes[-1] == "No unit moved."
    low, high = shift.net.confidence_interval()
    assert low < 0 < high


def test_the_simultaneous_limits_share_the_error_out_by_three():
    shift = shift_of(FIRST_YEAR)
    for share in (shift.improved, shift.unchanged, shift.declined):
        wide = share.confidence_interval(1 - 0.05 / 3, "clopper_pearson")
        assert_allclose([*share.confidence_interval(method="simultaneous")], [*wide])


def test_the_sentence_names_the_intervals_that_hold_together_and_who_moved_how_far():
    shift = shift_of(FIRST_YEAR)
    low, high = shift.improved.confidence_interval(method="simultaneous")
    text = shift.describe()
    assert f"19 improved (55.9%, {100 * low:.1f} to {100 * high:.1f})" in text
    assert "intervals together at 95%" in text
    assert "by number of grades 2 by +2, 17 by +1, 3 by -1;" in text
    assert f"34 could improve ({100 * 19 / 34:.1f}% of them did)" in text
    assert shift.to_dict()["improved_low"] == low
    assert "+2: 2, " not in shift._repr_html_()
    assert "-1: 3, +0: 12, +1: 17, +2: 2" in shift._repr_html_()
    still = shift_of(np.diag([0, 0, 0, 9])).describe()
    assert "by number of grades" not in still
    assert "0 could improve and 9 could decline (0.0% of them did)" in still


def test_clusters_widen_the_shares_and_the_net_change():
    rows = [[i, j] for i in range(4) for j in range(4) for _ in range(TO_SEPTEMBER_2019[i][j])]
    codes = np.repeat(rows, 3, axis=0)
    clusters = np.repeat(np.arange(len(rows)), 3)
    together = ilr.net_shift(
        ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE, clusters=clusters)
    )
    alone = ilr.net_shift(ilr.ratings_from_codes(codes, scale=ilr.OFSTED_SCALE))
    single = shift_of(TO_SEPTEMBER_2019)
    for kind in ("improved", "unchanged", "declined", "net"):
        wide, narrow, plain = (getattr(x, kind) for x in (together, alone, single))
        assert_allclose(wide.value, narrow.value)
        # three copies of a unit are worth one
        assert_allclose(wide.standard_error, plain.standard_error, rtol=1e-12)
        assert wide.confidence_interval().width > 1.5 * narrow.confidence_interval().width
    assert together.net.interval_methods == ("t", "wald")
    assert together.improved.interval_methods[0] == "korn_graubard"
    assert together.to_dict()["improved_method"] == "simultaneous"
    wide = together.improved.confidence_interval(1 - 0.05 / 3)
    assert_allclose([*together.improved.confidence_interval(method="simultaneous")], [*wide])
    assert "intervals together at 95%" in together.describe()
    assert any("whole clusters" in note for note in together.notes)


def test_a_label_with_markup_is_escaped():
    scale = ilr.Scale(["<b>bad</b>", "good"])
    table = ilr.transitions_from_table([[2, 3], [1, 4]], scale=scale)
    for record in (
        ilr.net_shift(table),
        ilr.pairwise_symmetry(table),
        ilr.stratified_shift({"<i>north</i>": table}),
    ):
        assert "<b>" not in record._repr_html_()
        assert "<i>" not in record._repr_html_()
        assert isinstance(record.describe(), str)


def test_pairs_of_nobody_moving_say_so():
    pairs = ilr.pairwise_symmetry(np.diag([3, 4]))
    assert pairs.pairs == ()
    assert "No unit of 7 moved" in pairs.describe()
    assert repr(pairs) == "PairwiseSymmetry(no unit moved)"


def test_the_page_says_of_rejections_what_its_tables_hold():
    page = (Path(__file__).parents[2] / "docs" / "shift.md").read_text(encoding="utf-8")
    levels_and_rejections = page.partition("## Coverage of the 95 % intervals")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in levels_and_rejections.splitlines()
        if line.startswith("| ")
    ]
    levels = [[float(cell.rstrip("% ")) for cell in row[1:]] for row in rows if row[0].isdigit()]
    past = max(max(midp, asymptotic) for _, midp, asymptotic, *_ in levels) - 5
    assert 1.4 < past <= 1.5
    assert "at these four numbers of units by at\nmost 1.5 points" in page
    rejected = {tuple(row[:2]): row[2:] for row in rows if len(row) == 6 and "(" in row[-1]}
    means = {name: [float(x.split()[0]) for x in cells if x] for name, cells in rejected.items()}
    overlooked = means.pop(("sign_test", "exact, clusters overlooked"))
    assert [round(overlooked[0]), round(overlooked[-1])] == [10, 14]
    assert overlooked == sorted(overlooked)
    mean, worst = rejected["bhapkar", "asymptotic"][0].rstrip(")").split(" (")
    assert f"12 units ({mean} %, at worst {worst} %)" in page
    assert max(max(row, default=0) for row in means.values()) == float(mean) < overlooked[0]


def test_the_page_says_of_coverage_what_its_tables_hold():
    page = (Path(__file__).parents[2] / "docs" / "shift.md").read_text(encoding="utf-8")
    covers = page.partition("## Coverage of the 95 % intervals")[2]
    worst = {}
    for line in covers.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and "(" in cells[-1] and len(cells) == 6:
            worst[tuple(cells[:2])] = [float(x.split("(")[1].rstrip(")")) for x in cells[2:] if x]
    assert f"it covers {worst['rank_biserial', 'calibrated_score, exact'][-1]} %" in covers
    assert f"`score` {worst['rank_biserial', 'score'][-1]} %" in covers
    assert f"never below {min(worst['rank_biserial', 'fisher'])} %" in covers
    assert f"as the test: {worst['bhapkar', 'ball, asymptotic'][0]} %" in covers
    balls = [x for (name, how), x in worst.items() if "ball" in how and name != "bhapkar"]
    assert min(min(x) for x in balls) > 93
