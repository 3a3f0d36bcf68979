"""Names of units, from the builders to the rows of the pattern table."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ilacs_reliability as ilr
import strategies as our

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

DECISIONS = ilr.Scale(["no", "yes"])
WIDE = {"school": ["c", "a", "b"], "one": ["yes", "no", "yes"], "two": ["yes", "no", "no"]}
FRAMES = [pd.DataFrame, pl.DataFrame, pl.LazyFrame]


def named_grades(ratings):
    """Return each unit's grades by its name."""
    return {
        name: tuple(pattern)
        for pattern, names in zip(ratings.patterns.tolist(), ratings.units, strict=True)
        for name in names
    }


@given(codes=our.codes(), data=st.data())
def test_each_name_stays_with_its_grades(codes, data):
    names = [f"unit {i}" for i in range(len(codes))]
    groups = data.draw(
        st.none() | st.lists(st.integers(0, 2), min_size=len(codes), max_size=len(codes))
    )
    scale = ilr.Scale(range(max(int(codes.max()) + 1, 1)))
    assume((codes >= 0).any())
    ratings = ilr.ratings_from_codes(codes, scale=scale, units=names, clusters=groups)
    assert named_grades(ratings) == dict(zip(names, map(tuple, codes.tolist()), strict=True))
    assert [len(held) for held in ratings.units] == ratings.frequencies.tolist()


def test_labels_and_wide_designs_keep_names_too():
    grades = [["good", "RI"], [None, "good"]]
    ratings = ilr.ratings_from_matrix(grades, scale=ilr.OFSTED_SCALE, units=["Ayton", "Beeford"])
    assert named_grades(ratings) == {"Ayton": (2, 1), "Beeford": (-1, 2)}
    many = np.tile(np.arange(3) % 2, (12, 1)).T.repeat(1, axis=0)
    wide = ilr.ratings_from_codes(np.tile(many, (1, 2)), scale=DECISIONS, units=list("abc"))
    assert sorted(sum(wide.units, ())) == ["a", "b", "c"]


def test_a_row_that_stands_for_no_unit_has_no_name():
    ratings = ilr.ratings_from_codes(
        [[0, 0], [1, 1]], scale=DECISIONS, units=["a", "b"], frequencies=[0, 2]
    )
    assert ratings.units == (("b",),)


def test_other_frequencies_are_of_other_units():
    ratings = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=DECISIONS, units=["a", "b"])
    assert ratings.with_frequencies([2, 2]).units is None
    assert ratings.select_raters(0, 1).units == ratings.units


@pytest.mark.parametrize("build", FRAMES)
def test_frames_keep_names_where_asked(build):
    wide = ilr.ratings_from_wide(build(WIDE), raters=["one", "two"], scale=DECISIONS, unit="school")
    assert named_grades(wide) == {"a": (0, 0), "b": (1, 0), "c": (1, 1)}
    rows = {
        "school": ["c", "a", "b", "b", "c", "a"],
        "who": [1, 1, 1, 2, 2, 2],
        "grade": ["yes", "no", "yes", "no", "yes", "no"],
    }
    long = ilr.ratings_from_frame(
        build(rows), unit="school", rater="who", grade="grade", scale=DECISIONS, name_units=True
    )
    assert named_grades(long) == named_grades(wide)
    plain = ilr.ratings_from_frame(
        build(rows), unit="school", rater="who", grade="grade", scale=DECISIONS
    )
    assert plain.units is None
    assert plain.frequencies.tolist() == long.frequencies.tolist()


def test_clusters_and_frequencies_go_with_named_units():
    frame = pd.DataFrame(WIDE | {"region": ["N", "S", "N"], "times": [1, 2, 3]})
    ratings = ilr.ratings_from_wide(
        frame,
        raters=["one", "two"],
        scale=DECISIONS,
        unit="school",
        cluster="region",
        frequency="times",
    )
    held = dict(zip(ratings.units, ratings.frequencies, strict=True))
    assert held == {("a",): 2, ("b",): 3, ("c",): 1}
    cluster = dict(zip(ratings.units, ratings.clusters, strict=True))
    assert cluster["b",] == cluster["c",] != cluster["a",]


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (["a"], r"`units` must have 2 names, one for each row, but got 1"),
        (["a", "a"], r"`units` must be distinct, but got 'a' again at unit 1"),
        (["a", None], r"`units` holds None at unit 1"),
    ],
)
def test_names_that_do_not_fit_are_refused(units, message):
    with pytest.raises(ValueError, match=message):
        ilr.ratings_from_codes([[0, 0], [1, 1]], scale=DECISIONS, units=units)


def test_a_set_of_names_has_no_order():
    with pytest.raises(TypeError, match="`units`"):
        ilr.ratings_from_codes([[0, 0], [1, 1]], scale=DECISIONS, units={"a", "b"})


@pytest.mark.parametrize("second", ["yes", "no"])
def test_a_unit_with_two_rows_is_refused(second):
    frame = pd.DataFrame({"school": ["a", "a"], "one": ["yes", "yes"], "two": ["yes", second]})
    with pytest.raises(ValueError, match="`unit` must name each row, but column 'school'"):
        ilr.ratings_from_wide(frame, raters=["one", "two"], scale=DECISIONS, unit="school")


def test_the_units_that_move_a_coefficient_are_listed_by_these_names():
    grades = {"Ayton": [1, 1], "Beeford": [2, 2], "Ceedon": [1, 3], "Deeham": [2, 2]}
    scale = ilr.Scale([1, 2, 3])
    ratings = ilr.ratings_from_matrix(list(grades.values()), scale=scale, units=list(grades))
    listed = ilr.influential_units(ilr.percent_agreement, ratings)
    mapped = ilr.influential_units(ilr.percent_agreement, ratings, units=grades)
    assert list(listed) == list(mapped)
    assert listed[0]["unit"] == "Ceedon"
    assert {row["unit"] for row in listed} == set(grades)
    assert "Ceedon" in listed.describe()


def test_each_unit_s_agreement_is_listed_with_the_names():
    ratings = ilr.ratings_from_codes(
        [[0, 0], [0, 1], [0, 0]], scale=DECISIONS, units=["b", "c", "a"], clusters=[0, 0, 1]
    )
    assert [row["units"] for row in ilr.unit_agreement(ratings)] == [["c"], ["a", "b"]]
    assert "units" not in ilr.unit_agreement([[0, 0], [0, 1]])[0]


def test_a_listing_without_names_says_how_to_give_them():
    listed = ilr.influential_units(ilr.percent_agreement, [[0, 0], [0, 1], [1, 1]])
    assert any("name_units=True" in note for note in listed.notes)


@pytest.mark.parametrize("units", ["ab", 5])
def test_names_must_be_a_sequence(units):
    with pytest.raises(TypeError, match="`units` must be a sequence of names"):
        ilr.ratings_from_codes([[0, 0], [1, 1]], scale=DECISIONS, units=units)
