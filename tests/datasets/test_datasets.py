"""The bundled tables: what they hold, what they add up to, and how they are made."""

import csv
import importlib.util
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ilacs_reliability as ilr
from closeness import close
from ilacs_reliability.datasets.inspections import parse_inspections
from ilacs_reliability.datasets.tabulation import (
    declines_by_size,
    linked_tables,
    size_bands,
    size_labels,
    tabulate,
)

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "src/ilacs_reliability/datasets"
MADE_UP = ROOT / "tests/data/made_up_inspections.csv"
RECORDS = ROOT.parent / "shared/data/ilacs_inspections.csv"
GRADES = ("inadequate", "requires improvement", "good", "outstanding")
NAMES = [info.name for info in ilr.list_datasets()]
every_dataset = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def script():
    path = ROOT / "scripts/tabulate_inspections.py"
    spec = importlib.util.spec_from_file_location("tabulate_inspections", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def inspections():
    return ilr.load_dataset("inspections")


def counts(name):
    return ilr.load_dataset(name).counts


def down_same_up(table):
    table = np.asarray(table)
    return [int(part.sum()) for part in (np.tril(table, -1), np.diag(table), np.triu(table, 1))]


# --- every table -------------------------------------------------------------------------


@every_dataset
def test_every_table_says_what_it_is_and_where_it_comes_from(name):
    info = ilr.load_dataset(name).info
    assert info.name == name
    assert info.title
    assert info.description
    assert info.source
    assert info.licence in ("Open Government Licence v3.0", "Facts from the cited publication")
    assert set(info.status.split()) <= set("P2DX")
    assert info.n_rows > 0
    assert info.holds


@every_dataset
def test_labels_fit_the_arrays_and_nothing_can_be_written(name):
    data = ilr.load_dataset(name)
    for array in data.arrays.values():
        assert not array.flags.writeable
    if "counts" in data.info.holds:
        assert data.counts.shape == (len(data.row_labels), len(data.column_labels))
        assert data.counts.min() >= 0
    if "ratings" in data.info.holds:
        assert data.ratings.shape[1] == len(data.column_labels)
        assert len(data.row_labels) in (0, data.ratings.shape[0])
    if "frequencies" in data.info.holds:
        assert data.frequencies.shape == data.ratings.shape[:1]
    with pytest.raises(TypeError):
        data.columns["new"] = ()
    with pytest.raises(AttributeError):
        data.info = None


@every_dataset
def test_a_table_shows_itself(name):
    data = ilr.load_dataset(name)
    assert "\n" not in repr(data)
    assert name in repr(data)
    assert "\n" not in repr(data.info)
    assert data._repr_html_().count("<tr>") == 1 + min(data.info.n_rows, 20)


def test_what_a_table_shows_is_escaped():
    page = ilr.load_dataset("inspections")._repr_html_()
    assert "children&#x27;s" in page
    assert "459 further rows" in page


def test_two_loads_are_equal_and_separate():
    first, second = ilr.load_dataset("cohen_1960"), ilr.load_dataset("cohen_1960")
    assert_array_equal(first.counts, second.counts)
    assert first.counts is not second.counts


def test_names_are_distinct():
    assert len(set(NAMES)) == len(NAMES)


def test_an_unknown_name_lists_the_names_and_the_closest():
    with pytest.raises(ValueError, match=r"'inspection'.*Did you mean 'inspections'\?.*caries"):
        ilr.load_dataset("inspection")
    with pytest.raises(ValueError, match="which is not a bundled table"):
        ilr.load_dataset("zzz")


def test_a_name_that_is_no_string_is_refused():
    with pytest.raises(TypeError, match="`name` must be a string, but got int"):
        ilr.load_dataset(3)


def test_asking_for_an_array_that_a_table_lacks_says_what_it_holds():
    with pytest.raises(AttributeError, match="'cohen_1960' has no `ratings`; it holds `counts`"):
        _ = ilr.load_dataset("cohen_1960").ratings
    with pytest.raises(AttributeError, match="`ratings`"):
        _ = ilr.load_dataset("irr_video").frequencies
    with pytest.raises(AttributeError, match="`columns`"):
        _ = ilr.load_dataset("inspections").counts


# --- the inspections ---------------------------------------------------------------------


def test_the_inspections_add_up(inspections):
    assert inspections.n_units == 479
    assert_array_equal(inspections.table(framework=("SIF", "ILACS")), [167, 312])
    ilacs = inspections.where(framework="ILACS")
    assert_array_equal(ilacs.table(kind=("short", "standard", None)), [124, 185, 3])
    assert ilacs.missing("overall") == 2
    assert inspections.missing("leadership") == 0
    assert len(inspections.levels["lead"]) == 99
    assert sorted(inspections.levels["lead"]) == list(range(1, 100))
    assert set(inspections.levels["size_band"]) == {"small", "middle", "large"}


def test_the_inspections_hold_neither_names_nor_days(inspections):
    free = [set(map(str, inspections.levels[name])) for name in ("framework", "kind", "region")]
    regions = free[2]
    assert len(regions) == 9
    allowed = {*GRADES, "SIF", "ILACS", "sif", "short", "standard", "small", "middle", "large"}
    words = allowed | regions | {"adequate", "satisfactory"}
    numeric = {"year", "days_on_site", "lead", "count"}
    for column, levels in inspections.levels.items():
        if column in numeric:
            assert all(isinstance(level, int) for level in levels)
        else:
            assert set(levels) <= words


def test_transitions_equal_what_the_frequency_table_gives(inspections):
    both = {"previous_overall": GRADES, "overall": GRADES}
    ilacs = inspections.where(framework="ILACS")
    selections = {
        "sif_to_first_ilacs": ilacs.where(previous_framework="SIF"),
        "ilacs_to_next_ilacs": ilacs.where(previous_framework="ILACS"),
        "sif_to_next_sif": inspections.where(framework="SIF", previous_framework="SIF"),
        "short_transitions": ilacs.where(kind="short"),
        "standard_transitions": ilacs.where(kind="standard"),
        "unclear_kind_transitions": ilacs.where(kind=None),
    }
    for name, selected in selections.items():
        assert_array_equal(selected.table(**both), counts(name), err_msg=name)


def test_declines_at_short_and_standard_inspections_by_size(inspections):
    """Issue 5: by thirds of the population under 26, previously good or outstanding."""
    good = inspections.where(framework="ILACS", previous_overall=["good", "outstanding"])
    by = {"size_band": ("small", "middle", "large")}
    for kind, declined, seen in (
        ("short", [2, 4, 9], [47, 38, 37]),
        ("standard", [4, 6, 0], [4, 7, 8]),
    ):
        tables = good.where(kind=kind).table(**by, previous_overall=GRADES, overall=GRADES)
        assert_array_equal(tables.sum(axis=(1, 2)), seen)
        assert [down_same_up(table)[0] for table in tables] == declined


def test_twelfths_by_size_add_up_to_the_thirds(inspections):
    fine = ilr.load_dataset("declines_by_size")
    thirds = fine.counts.reshape(3, 4, 3, 2).sum(axis=1)
    assert_array_equal(thirds[:, 0], [[2, 45], [4, 34], [9, 28]])
    assert_array_equal(thirds[:, 1], [[4, 0], [6, 1], [0, 8]])
    assert_array_equal(thirds[:, 2], [[2, 0], [0, 0], [1, 0]])
    good = inspections.where(framework="ILACS", previous_overall=["good", "outstanding"])
    # two of 2026 have no overall grade
    assert fine.counts.sum() == good.n_units - 2 == good.table(overall=GRADES).sum()
    # issue 5: the thirds are cut near 72,000 and 111,000
    sizes = [int(label.removeprefix("from ").replace(",", "")) for label in fine.row_labels]
    assert sizes == sorted(sizes)
    assert abs(sizes[4] - 72_000) <= 1000
    assert abs(sizes[8] - 111_000) <= 1000


def test_the_earlier_safeguarding_grade_against_the_first_sif_grade(inspections):
    """Issue 5: of 53, 3 became outstanding, 26 good, 15 requires improvement, 9 inadequate."""
    good = inspections.where(framework="SIF", pre_sif_safeguarding="good")
    assert_array_equal(good.table(overall=GRADES), [9, 15, 26, 3])


def test_short_against_standard_where_previously_good(inspections):
    good = inspections.where(framework="ILACS", previous_overall="good")
    table = good.table(kind=("short", "standard"), overall=GRADES)
    assert_array_equal(table, [[3, 8, 45, 39], [4, 6, 5, 3]])


def test_leadership_before_a_short_inspection():
    """Issue 4."""
    expected = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 7, 17, 20], [0, 1, 7, 26]]
    assert_array_equal(counts("leadership_then_short"), expected)


def test_the_records_reproduce_the_published_counts():
    assert down_same_up(counts("year_one_transitions")) == [3, 11, 19]
    assert down_same_up(counts("review_transitions")) == [12, 20, 36]
    table = counts("first_to_latest_ilacs_2024")
    down, same, up = down_same_up(table)
    kept = int(np.trace(table[2:, 2:]))
    published = ilr.load_dataset("reinspections_2024").columns["count"]
    # kept a good or outstanding grade includes the one that moved between the two, as published
    assert int(table.sum()) == 65
    assert up == published[0]
    assert kept == published[1]
    assert down == published[2]
    assert same - kept == published[3]


def test_shares_by_date_equal_the_second_reading():
    shift = ilr.load_dataset("shift_by_date")
    rows = dict(zip(shift.row_labels, shift.counts.tolist(), strict=True))
    running = ilr.load_dataset("about_60_percent").columns
    for day, improved, total in zip(*running.values(), strict=True):
        assert [rows[day][0], sum(rows[day])] == [improved, total]
    assert rows["2019-01-17"] == down_same_up(counts("year_one_transitions"))[::-1]
    assert rows["2019-09-26"] == down_same_up(counts("review_transitions"))[::-1]


def test_the_state_at_each_date_equals_the_second_reading_where_its_note_says_so():
    grades = ("outstanding", "good", "requires improvement", "inadequate")
    second = ilr.load_dataset("state_of_the_nation_grades")
    state = ilr.load_dataset("state_by_date")
    for day, row in zip(second.row_labels, second.counts, strict=True):
        rule = "published" if day in ("2018-03-31", "2019-03-31") else "ended"
        found = state.where(date=day, counted_once=rule).table(overall=grades)
        shift = [1, -1, 0, 0] if day == "2024-03-31" else 0
        assert_array_equal(found, row + shift, err_msg=day)


# --- published figures -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "total"),
    {
        "two_inspector_study": 24,
        "year_one": 34,
        "reinspections_2024": 65,
    }.items(),
)
def test_published_counts_equal_their_totals(name, total):
    data = ilr.load_dataset(name)
    assert data.n_units == total
    stated = [e.value for group in data.expected.values() for e in group.values()]
    assert total in stated


@pytest.mark.parametrize(
    ("name", "total"),
    {
        "ilacs_review": 68,
        "ilacs_review_short": 19,
        "ilacs_review_standard": 48,
        "reinspections_2024_second_reading": 64,
        "short_inspections_second_reading": 124,
        "standard_inspections_second_reading": 176,
        "sif_to_first_ilacs_second_reading": 147,
        "ilacs_to_next_ilacs_second_reading": 157,
        "shift_by_year_second_reading": 304,
        "focused_visits": 325,
        "cohen_1960": 200,
        "fleiss_cohen_everitt_1969": 200,
        "fleiss_1971": 180,
        "fleiss_fourteen_raters": 140,
        "gwet_abstractors": 100,
        "gwet_diagnosis": 223,
        "stuart_vision_women": 7477,
        "stuart_vision_men": 3242,
        "ms_winnipeg": 149,
        "ms_new_orleans": 69,
        "sexual_fun": 91,
        "brunner_munzel_pain": 25,
    }.items(),
)
def test_counts_equal_their_stated_totals(name, total):
    assert counts(name).sum() == total


@pytest.mark.parametrize(("name", "total"), [("carcinoma", 118), ("caries", 3859)])
def test_patterns_equal_their_stated_totals(name, total):
    data = ilr.load_dataset(name)
    assert data.frequencies.sum() == total
    assert len(np.unique(data.ratings, axis=0)) == data.info.n_rows


def test_margins_that_were_published_with_a_table():
    visits = ilr.load_dataset("focused_visits")
    given = visits.expected["published"]
    assert tuple(visits.counts.sum(axis=1)) == given["row_totals"].value
    assert tuple(visits.counts.sum(axis=0)) == given["column_totals"].value
    fleiss = ilr.load_dataset("fleiss_1971")
    assert set(fleiss.counts.sum(axis=1)) == {6}
    assert tuple(fleiss.counts.sum(axis=0)) == fleiss.expected["computed"]["column_totals"].value
    slides = ilr.load_dataset("carcinoma")
    positive = (slides.ratings == 2).astype(int)
    given = slides.expected["computed"]
    assert tuple(slides.frequencies @ positive) == given["positives_by_rater"].value
    tally = np.bincount(positive.sum(axis=1), slides.frequencies, minlength=8)
    assert tuple(tally) == given["slides_by_number_of_positives"].value


def test_the_first_year_list_gives_the_table_of_the_records():
    listed = ilr.load_dataset("year_one_list")
    table = listed.table(previous_overall=GRADES, overall=GRADES)
    assert_array_equal(table, counts("year_one_transitions"))


def kappa_and_ac1(a, b, c, d):
    n = a + b + c + d
    observed, first, second = Fraction(a + d, n), Fraction(a + b, n), Fraction(a + c, n)
    chance = first * second + (1 - first) * (1 - second)
    mean = (first + second) / 2
    gwet = 2 * mean * (1 - mean)
    return [(observed - e) / (1 - e) for e in (chance, gwet)]


def test_the_tables_that_22_of_24_allows_have_the_stated_coefficients():
    rows = ilr.load_dataset("two_inspector_tables").columns
    for *cells, kappa, ac1 in zip(*rows.values(), strict=True):
        assert sum(cells) == 24
        assert np.abs(np.array(kappa_and_ac1(*cells), float) - [kappa, ac1]).max() <= 5e-5
    allowed = [(a, b, 2 - b, 22 - a) for a in range(23) for b in range(3)]
    values = np.array([kappa_and_ac1(*cells) for cells in allowed], float)
    given = ilr.load_dataset("two_inspector_study").expected["computed"]
    assert len(allowed) == given["n_tables"].value
    for column, name in enumerate(("cohen_kappa_range", "gwet_ac1_range")):
        found = [values[:, column].min(), values[:, column].max()]
        assert np.abs(np.subtract(found, given[name].value)).max() <= given[name].tolerance


def test_shares_found_are_within_two_points_of_the_published_ones():
    rows = ilr.load_dataset("state_of_the_nation").columns
    shares = zip(
        *(rows[key] for key in ("published_percent", "found_count", "found_total")), strict=True
    )
    off = [100 * found / total - percent for percent, found, total in shares if percent and found]
    assert len(off) == 14
    assert np.abs(off).max() < 2


def test_patient_seven_is_the_only_difference_between_the_two_copies():
    port, rater = (ilr.load_dataset(f"dawid_skene_1979{end}").ratings for end in ("", "_rater"))
    rows, columns = np.nonzero(port != rater)
    assert (rows.tolist(), columns.tolist()) == ([6], [1])
    assert port[6, :3].tolist() == [1, 2, 2]


SQUARE = [
    name
    for name in NAMES
    if "cohen_kappa" in str(ilr.load_dataset(name).expected)
    and "counts" in ilr.load_dataset(name).info.holds
    and len(ilr.load_dataset(name).row_labels) == len(ilr.load_dataset(name).column_labels)
]


@pytest.mark.parametrize("name", SQUARE)
def test_kappa_from_the_counts_is_the_expected_one(name):
    """Exact fractions against the printed digits: guards the transcription of both."""
    data = ilr.load_dataset(name)
    table = [[Fraction(cell) for cell in row] for row in data.counts.tolist()]
    n = sum(map(sum, table))
    observed = sum(table[i][i] for i in range(len(table))) / n
    columns = zip(*table, strict=True)
    chance = sum(sum(r) * sum(c) for r, c in zip(table, columns, strict=True)) / n**2
    kappa = (observed - chance) / (1 - chance)
    known = [group["cohen_kappa"] for group in data.expected.values() if "cohen_kappa" in group]
    assert known
    for expected in known:
        assert abs(float(kappa) - expected.value) <= expected.tolerance + 1e-12


def test_expected_numbers_carry_the_last_printed_digit():
    psych = ilr.load_dataset("cohen_1960").expected["psych"]
    assert psych["cohen_kappa"].value == close(0.492)
    assert psych["cohen_kappa"].tolerance == pytest.approx(0.0005)
    assert psych["disagreement_weights"].value == close((0, 1, 3, 1, 0, 6, 3, 6, 0))
    assert psych["disagreement_weights"].tolerance == 0
    assert "psych" in psych["cohen_kappa"].by
    rounded = ilr.load_dataset("stuart_vision_women").expected["irr"]["bhapkar"]
    assert (rounded.value, rounded.tolerance) == (12, 0.5)


# --- asking a table ----------------------------------------------------------------------


def test_where_keeps_rows_and_leaves_the_table_alone(inspections):
    north = inspections.where(region="North East")
    assert set(north.columns["region"]) == {"North East"}
    assert inspections.n_units == 479
    assert north.info.n_rows == len(north.columns["count"])
    assert north.where(framework="SIF").where(kind="short").n_units == 0
    assert north.where(year=range(2019, 2021)).n_units == sum(
        north.where(year=year).n_units for year in (2019, 2020)
    )


def test_where_refuses_unknown_columns_and_values(inspections):
    with pytest.raises(ValueError, match="`columns`: 'colour' is not a column of 'inspections'"):
        inspections.where(colour="red")
    with pytest.raises(ValueError, match="`overall` is never 'Good'"):
        inspections.where(overall=["good", "Good"])
    with pytest.raises(ValueError, match="which has no columns"):
        ilr.load_dataset("cohen_1960").where(kind="short")


def test_table_keeps_the_order_of_labels_and_counts_unused_ones(inspections):
    table = inspections.table(framework=("ILACS", "TBD", "SIF"))
    assert_array_equal(table, [312, 0, 167])
    forward = inspections.table(overall=GRADES, leadership=GRADES)
    assert_array_equal(inspections.table(leadership=GRADES, overall=GRADES), forward.T)
    assert forward.sum() + inspections.missing("overall", "leadership") == 479


def test_table_refuses_what_would_drop_rows_silently(inspections):
    with pytest.raises(ValueError, match="`overall` holds 'outstanding' at row"):
        inspections.table(overall=GRADES[:3])
    with pytest.raises(ValueError, match="`overall` must name each once"):
        inspections.table(overall=("good", *GRADES))
    with pytest.raises(TypeError, match="`overall` must be a sequence of names"):
        inspections.table(overall="good")
    with pytest.raises(ValueError, match="at least one column"):
        inspections.table()
    with pytest.raises(ValueError, match="'colour' is not a column"):
        inspections.missing("colour")


# --- how the tables are made -------------------------------------------------------------


def made_up():
    return MADE_UP.read_text(encoding="utf-8").splitlines()


def altered(line, column, cell):
    rows = list(csv.reader(made_up()))
    rows[line - 1][rows[0].index(column)] = cell
    return [",".join(f'"{cell}"' for cell in row) for row in rows]


def test_the_script_makes_the_expected_tables_and_again_the_same(script, tmp_path, capsys):
    for folder in ("first", "second"):
        assert script.main([str(MADE_UP), "--out", str(tmp_path / folder)]) == 0
    expected = sorted(MADE_UP.with_name("made_up_tables").iterdir())
    assert [path.name for path in expected] == [
        "inspections.csv",
        "sequences.csv",
        "state.csv",
        "tabulated.toml",
    ]
    for path in expected:
        for folder in ("first", "second"):
            assert (tmp_path / folder / path.name).read_bytes() == path.read_bytes()
    assert "tabulated.toml" in capsys.readouterr().out


def test_a_record_file_that_cannot_be_read_writes_nothing(script, tmp_path, capsys):
    records = tmp_path / "records.csv"
    records.write_text("\n".join(altered(3, "overall", "fair")), encoding="utf-8")
    assert script.main([str(records), "--out", str(tmp_path / "out")]) == 2
    assert "records.csv, line 3, column `overall`: 'fair'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert script.main([str(tmp_path / "absent.csv"), "--out", str(tmp_path / "out")]) == 2


def test_the_order_of_rows_and_the_numbers_of_leads_do_not_matter():
    head, *rows = made_up()
    tables = tabulate(parse_inspections(made_up(), file_name="a"))
    random.Random(1).shuffle(rows)
    assert tabulate(parse_inspections([head, *rows], file_name="b")) == tables
    column = head.split(",").index("lead_inspector_id")
    cells = list(csv.reader(rows))
    for row in cells:
        row[column] = str(1000 - int(row[column])) if row[column] else ""
    again = [head, *(",".join(f'"{cell}"' for cell in row) for row in cells)]
    assert tabulate(parse_inspections(again, file_name="c")) == tables


def test_transitions_of_the_made_up_file_are_those_read_off_by_eye():
    """Little Wobbling: good, then good, RI, none. Market Snoring: inadequate, RI, then good,
    outstanding. Upper Dithering: inadequate, RI. The Fumbles: good once each.
    """
    tables = linked_tables(parse_inspections(made_up(), file_name="made up"))
    pairs = {
        "sif_to_next_sif": [(0, 1)],
        "sif_to_first_ilacs": [(1, 2), (2, 2)],
        "ilacs_to_next_ilacs": [(0, 1), (2, 1), (2, 3)],
        "first_to_latest_ilacs_2024": [(0, 1), (2, 1), (2, 3)],
        "short_transitions": [(2, 1), (2, 2), (2, 3)],
        "standard_transitions": [(1, 2)],
        "unclear_kind_transitions": [(0, 1)],
        "year_one_transitions": [(2, 2)],
        "review_transitions": [(1, 2), (2, 2)],
        "leadership_then_short": [(2, 3), (3, 2)],
    }
    for name, cells in pairs.items():
        expected = np.zeros((4, 4), int)
        np.add.at(expected, tuple(np.transpose(cells)), 1)
        assert_array_equal(tables[name], expected, err_msg=name)


def test_size_bands_are_thirds_of_the_authorities():
    bands = size_bands(parse_inspections(made_up(), file_name="made up"))
    assert bands == {"901": "small", "902": "middle", "903": "large"}


def test_fine_bands_of_the_made_up_file_are_those_read_off_by_eye():
    """Three authorities by size: twelfths 1, 5 and 9. Little Wobbling stays good, then declines,
    and Market Snoring rises, each at a short inspection.
    """
    tables = declines_by_size(parse_inspections(made_up(), file_name="made up"))
    assert {band for band, row in enumerate(tables) if any(row)} <= {0, 4, 8}
    labels = size_labels(parse_inspections(made_up(), file_name="made up"))
    assert [band for band, label in enumerate(labels) if label != "empty"] == [0, 4, 8]
    assert_array_equal(np.sum(tables, axis=0), [1, 2, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("line", "column", "cell", "message"),
    [
        (2, "urn", "", "line 2, column `urn`: '' is not a text"),
        (2, "framework", "", "line 2, column `framework`: '' is not one of"),
        (3, "kind", "brief", "line 3, column `kind`: 'brief' is not one of"),
        (3, "overall", "fair", "line 3, column `overall`: 'fair' is not one of"),
        (3, "start_date", "14/05/2018", "line 3, column `start_date`: '14/05/2018' is not a date"),
        (3, "days_on_site", "5.5", "line 3, column `days_on_site`: '5.5' is not a whole number"),
        (3, "end_date", "2018-05-13", "`end_date`: 2018-05-13 is before 2018-05-14"),
        (3, "published_date", "2018-05-17", "`published_date`: 2018-05-17 is before 2018-05-18"),
        (3, "start_date", "2014-03-03", "line 3, column `start_date`: the authority already has"),
        (3, "region", "Elsewhere", "line 3, column `region`: 'Elsewhere' does not fit"),
        (3, "population_0_25", "7", "column `population_0_25`: 7 does not fit .* in line 2"),
        (3, "previous_overall", "outstanding", "column `previous_overall`: 'outstanding' does not"),
        (3, "previous_framework", "ILACS", "column `previous_framework`: 'ILACS' does not fit"),
    ],
)
def test_a_cell_that_cannot_be_right_is_named(line, column, cell, message):
    with pytest.raises(ValueError, match=rf"^mine\.csv.*{message}"):
        parse_inspections(altered(line, column, cell), file_name="mine.csv")


def test_a_grade_may_be_spelt_as_the_scale_knows_it():
    plain = tabulate(parse_inspections(made_up(), file_name="a"))
    spelt = altered(4, "overall", "Requires improvement to be good")
    assert tabulate(parse_inspections(spelt, file_name="b")) == plain


def test_a_missing_column_a_short_row_and_an_empty_file_are_refused():
    head, first, *_ = made_up()
    with pytest.raises(ValueError, match=r"mine\.csv, line 1: column `overall` is missing"):
        parse_inspections([head.replace("overall,", "total,", 1), first], file_name="mine.csv")
    for row in ("901,Little Wobbling", f"{first},one,more"):
        with pytest.raises(ValueError, match=r"mine\.csv, line 2: not as many cells as columns"):
            parse_inspections([head, row], file_name="mine.csv")
    with pytest.raises(ValueError, match=r"mine\.csv holds no inspections"):
        parse_inspections([head], file_name="mine.csv")
    with pytest.raises(ValueError, match=r"mine\.csv, line 1: column `urn` is missing"):
        parse_inspections([], file_name="mine.csv")


def test_the_bundled_tables_are_those_of_the_record_file():
    if not RECORDS.exists():
        pytest.skip("the record file is not beside this checkout")
    with RECORDS.open(encoding="utf-8", newline="") as lines:
        texts = tabulate(parse_inspections(lines, file_name=RECORDS.name))
    for name, text in texts.items():
        assert (BUNDLED / name).read_text(encoding="utf-8") == text
    with RECORDS.open(encoding="utf-8", newline="") as lines:
        names = {row["authority"] for row in csv.DictReader(lines)}
    with (BUNDLED / "inspections.csv").open(encoding="utf-8", newline="") as lines:
        cells = {cell for row in csv.reader(lines) for cell in row}
    assert not names & cells


def test_a_list_can_be_of_one_kind():
    assert all("counts" in info.holds for info in ilr.list_datasets(holds="counts"))
    kinds = [len(ilr.list_datasets(holds=kind)) for kind in ("columns", "counts", "ratings")]
    assert sum(kinds) == len(ilr.list_datasets())
    with pytest.raises(ValueError, match="`holds` must be one of"):
        ilr.list_datasets(holds="tables")


def test_a_table_of_no_rows_holds_zeros():
    none = ilr.load_dataset("inspections").where(kind="short").where(kind="standard")
    assert none.n_units == 0
    assert none.table(kind=("short", "standard"), year=(2018, 2019, 2020)).tolist() == [[0] * 3] * 2
