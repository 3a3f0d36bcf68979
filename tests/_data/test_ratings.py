"""Ratings from arrays, counts and tables; what each builder refuses."""

import itertools
import pickle
from decimal import Decimal
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

import ilacs_reliability as ilr
import strategies as our
from ilacs_reliability._data import patterns
from ilacs_reliability._data.ratings import as_ratings

GRADES = ilr.OFSTED_SCALE
BINARY = ilr.Scale(["no", "yes"])
NAN = float("nan")


def listed(ratings):
    """Return the patterns and their frequencies as a dictionary."""
    rows = ratings.patterns if ratings.patterns is not None else ratings.counts
    return dict(zip(map(tuple, rows.tolist()), ratings.frequencies.tolist(), strict=True))


def tallied(codes):
    rows, times = np.unique(codes, axis=0, return_counts=True)
    return dict(zip(map(tuple, rows.tolist()), times.tolist(), strict=True))


# what is built


@given(
    low=st.integers(-140, 140),
    n_grades=st.integers(1, 126),
    numbers=st.lists(st.sampled_from([NAN, 0.5]) | st.integers(-300, 300), min_size=1),
)
def test_whole_numbers_find_their_grade_wherever_the_scale_lies(low, n_grades, numbers):
    labels = low + np.arange(n_grades, dtype=float)
    table = np.array([numbers], dtype=float)
    wanted = patterns.number_codes(table, labels)
    encode = patterns.number_encoder(labels)
    if (wanted < -1).any():
        with pytest.raises(patterns.OutsideError):
            encode(table)
    else:
        assert_array_equal(encode(table), wanted)


@given(table=our.codes(max_raters=5))
def test_patterns_and_frequencies_are_the_distinct_rows(table):
    ratings = ilr.ratings_from_codes(table, scale=GRADES)
    assert listed(ratings) == tallied(table)
    assert ratings.n_ratings == (table >= 0).sum()
    assert ratings.n_missing == (table < 0).sum()
    assert ratings.n_units == (table >= 0).any(axis=1).sum()
    assert ratings.n_raters == table.shape[1]


@given(table=our.codes(max_raters=5))
def test_counts_say_how_often_each_pattern_holds_each_grade(table):
    ratings = ilr.ratings_from_codes(table, scale=GRADES)
    for pattern, counts in zip(ratings.patterns, ratings.counts, strict=True):
        assert counts.tolist() == [(pattern == grade).sum() for grade in range(4)]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int64])
@given(table=our.codes())
def test_codes_are_read_in_any_integer_type_and_memory_order(order, dtype, table):
    given_codes = np.array(table, dtype=dtype, order=order)
    ratings = ilr.ratings_from_codes(given_codes, scale=GRADES)
    assert listed(ratings) == tallied(table)
    assert listed(ilr.ratings_from_codes(given_codes[::-1], scale=GRADES)) == tallied(table)


def test_unsigned_codes_have_nothing_missing():
    ratings = ilr.ratings_from_codes(np.array([[3, 3], [0, 1]], dtype=np.uint8), scale=GRADES)
    assert listed(ratings) == {(3, 3): 1, (0, 1): 1}


@given(seed=st.integers(0, 2**32 - 1))
def test_wide_designs_count_the_same_patterns(seed):
    # 5**9 possible patterns are too many for a table, 5**30 for one whole number
    rng = np.random.default_rng(seed)
    for n_raters in (9, 30):
        distinct = rng.integers(-1, 4, (6, n_raters)).astype(np.int8)
        table = distinct[rng.integers(0, 6, 40)]
        assert listed(ilr.ratings_from_codes(table, scale=GRADES)) == tallied(table)


def test_blocks_of_units_are_joined(monkeypatch):
    table = np.random.default_rng(5).integers(-1, 4, (1000, 3)).astype(np.int8)
    whole = ilr.ratings_from_codes(table, scale=GRADES)
    monkeypatch.setattr(patterns, "CHUNK", 7)
    for times in (None, np.arange(1000) % 3):
        ratings = ilr.ratings_from_codes(table, scale=GRADES, frequencies=times)
        rows = table if times is None else np.repeat(table, times, axis=0)
        assert listed(ratings) == tallied(rows)
    assert whole.n_units == ilr.ratings_from_codes(table, scale=GRADES).n_units
    assert listed(as_ratings(np.where(table < 0, NAN, table))) == tallied(table)


def test_a_pattern_that_stands_for_no_unit_is_left_out():
    ratings = ilr.ratings_from_codes([[0, 0], [1, 1], [0, 1]], scale=BINARY, frequencies=[2, 0, 1])
    assert listed(ratings) == {(0, 0): 2, (0, 1): 1}


@given(cells=our.square_tables(max_grades=4))
def test_a_table_is_its_units(cells):
    scale = ilr.Scale(range(len(cells)))
    units = np.repeat(np.argwhere(cells >= 0), cells.ravel(), axis=0)
    ratings = ilr.ratings_from_table(cells, scale=scale, raters=("a", "b"))
    assert listed(ratings) == tallied(units)
    assert ratings.raters == ("a", "b")
    assert ratings.n_units == cells.sum()


@given(counts=our.counts())
def test_counts_keep_raters_anonymous(counts):
    ratings = ilr.ratings_from_counts(counts, scale=ilr.Scale(range(counts.shape[1])))
    assert ratings.patterns is None
    assert listed(ratings) == tallied(counts)
    assert ratings.n_missing == 0
    assert ratings.n_raters == counts.sum(axis=1).max()


def test_labels_and_codes_build_the_same():
    labels = [["good", "RI"], ["Outstanding", None], ["good", "requires improvement"]]
    first = ilr.ratings_from_matrix(labels, scale=GRADES)
    second = ilr.ratings_from_codes([[2, 1], [3, -1], [2, 1]], scale=GRADES)
    assert listed(first) == listed(second) == {(2, 1): 2, (3, -1): 1}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": ["good", "RI"], "y": ["good", None]}),
        pd.DataFrame({"x": ["good", "RI"], "y": ["good", None]}, dtype="string"),
        pd.DataFrame({"x": ["good", "RI"], "y": ["good", None]}).astype("category"),
        pl.DataFrame({"x": ["good", "RI"], "y": ["good", None]}),
        np.array([["good", "RI"], ["good", ""]]).T,
        (("good", "good"), ("RI", "")),
    ],
    ids=["pandas", "pandas string", "category", "polars", "strings", "tuples"],
)
def test_labels_come_in_many_containers(frame):
    assert listed(ilr.ratings_from_matrix(frame, scale=GRADES)) == {(2, 2): 1, (1, -1): 1}


def test_numbers_and_strings_in_one_list_stay_what_they_are():
    ratings = ilr.ratings_from_matrix([[1, "x"], ["x", 1]], scale=ilr.Scale([1, "x"]))
    assert listed(ratings) == {(0, 1): 1, (1, 0): 1}


def test_a_repeat_says_so():
    pair = [[2, 2], [1, 2]]
    ratings = ilr.ratings_from_codes(pair, scale=GRADES, design="repeat")
    assert "a repeat is not a second opinion" in ratings.notes[0]
    assert ratings.notes[0] in ilr.cohen_kappa(ratings).notes
    table = ilr.ratings_from_table(np.eye(4, dtype=int), scale=GRADES, design="repeat")
    assert table.notes == ratings.notes
    assert ilr.ratings_from_codes(pair, scale=GRADES).notes == ()


# what the input carries

CARRIED = pd.DataFrame(
    {"Ann": ["good", "RI", "good"], "Bob": ["RI", "RI", "outstanding"]}, index=["u", "v", "w"]
)
CODED = CARRIED.apply(lambda column: column.map({"good": 2, "RI": 1, "outstanding": 3}))
FROM_ARRAYS = [(ilr.ratings_from_matrix, CARRIED), (ilr.ratings_from_codes, CODED)]
every_door = pytest.mark.parametrize(("build", "frame"), FROM_ARRAYS, ids=["matrix", "codes"])


def by_unit(ratings):
    """Return each unit's grades by rater, how often it stands, and its cluster."""
    clusters = itertools.repeat(None) if ratings.clusters is None else ratings.clusters.tolist()
    return {
        units: (
            dict(zip(ratings.raters, pattern, strict=True)),
            times,
            cluster,
        )
        for units, pattern, times, cluster in zip(
            ratings.units,
            ratings.patterns.tolist(),
            ratings.frequencies.tolist(),
            clusters,
            strict=False,
        )
    }


@every_door
@given(data=st.data())
def test_labels_are_matched_wherever_they_stand(build, frame, data):
    times = pd.Series([1, 5, 2], index=frame.index)
    regions = pd.Series(["n", "s", "n"], index=frame.index)
    raters = data.draw(st.permutations(list(frame.columns)))
    wanted = by_unit(build(frame, scale=GRADES, frequencies=times, clusters=regions))
    moved, other, third = (
        thing.iloc[data.draw(st.permutations(range(3)))] for thing in (frame, times, regions)
    )
    as_mapping = data.draw(st.booleans())
    got = build(
        moved,
        scale=GRADES,
        raters=raters,
        frequencies=dict(other) if as_mapping else other,
        clusters=third,
    )
    assert got.raters == tuple(raters)
    same = {unit: (grades, n, regions[unit[0]]) for unit, (grades, n, _) in by_unit(got).items()}
    assert same == {unit: (grades, n, regions[unit[0]]) for unit, (grades, n, _) in wanted.items()}
    first = {unit[0]: cluster for unit, (_, _, cluster) in by_unit(got).items()}
    assert first["u"] == first["w"] != first["v"]


@every_door
def test_names_are_kept_where_none_are_given(build, frame):
    ratings = build(frame, scale=GRADES)
    assert ratings.raters == ("Ann", "Bob")
    assert sorted(ratings.units) == [("u",), ("v",), ("w",)]
    plain = frame.reset_index(drop=True)
    assert build(plain, scale=GRADES).units is None
    assert build(plain.to_numpy(), scale=GRADES).raters is None
    assert build(pl.from_pandas(plain), scale=GRADES).raters == ("Ann", "Bob")
    assert build(pa.Table.from_pandas(plain), scale=GRADES).raters == ("Ann", "Bob")
    assert build(frame, scale=GRADES, raters={"Bob": "B", "Ann": "A"}).raters == ("A", "B")
    assert build(frame, scale=GRADES, units={"w": 3, "u": 1, "v": 2}).units is not None


def test_a_plain_frame_keeps_its_names():
    ratings = as_ratings(CODED)
    assert ratings.raters == ("Ann", "Bob")
    assert by_unit(ratings)[("w",)] == ({"Ann": 1, "Bob": 2}, 1, None)
    assert as_ratings(pl.from_pandas(CODED)).raters == ("Ann", "Bob")


@every_door
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"raters": ["Bob", "Cy"]},
            r"`raters` are \('Bob', 'Cy'\), but the columns of `\w+` are \('Ann', 'Bob'\)",
        ),
        (
            {"raters": {"Cy": "C", "Ann": "A"}},
            r"`raters` is labelled \('Cy', 'Ann'\), but the columns of `\w+` are \('Ann', 'Bob'\)",
        ),
        (
            {"frequencies": pd.Series([1, 2, 3], index=["u", "v", "x"])},
            r"`frequencies` is labelled \('u', 'v', 'x'\), but the rows .* \('u', 'v', 'w'\)",
        ),
        (
            {"clusters": {"u": 1, "v": 2, "x": 3}},
            r"`clusters` is labelled \('u', 'v', 'x'\), but the rows .* \('u', 'v', 'w'\)",
        ),
        (
            {"units": pd.Series(["a", "b", "c"], index=[7, 8, 9])},
            r"`units` is labelled \(7, 8, 9\), but the rows of `\w+` are \('u', 'v', 'w'\)",
        ),
        (
            {"units": ["w", "v", "u"]},
            r"`units` are \('w', 'v', 'u'\), but the rows of `\w+` are \('u', 'v', 'w'\)",
        ),
    ],
)
def test_other_labels_are_refused_by_both_their_names(build, frame, options, message):
    with pytest.raises(ValueError, match=message):
        build(frame, scale=GRADES, **options)


@every_door
def test_a_series_is_matched_with_the_units_of_an_array(build, frame):
    times = pd.Series([5, 1, 2], index=["v", "u", "w"])
    rows = frame.to_numpy()
    named = build(rows, scale=GRADES, units=["u", "v", "w"], raters=["a", "b"], frequencies=times)
    assert {unit[0]: n for unit, (_, n, _) in by_unit(named).items()} == {"u": 1, "v": 5, "w": 2}
    with pytest.raises(ValueError, match=r"`frequencies` is labelled .* carry no names"):
        build(rows, scale=GRADES, frequencies=dict(times))


@every_door
def test_two_columns_of_one_name_are_refused(build, frame):
    twice = frame.set_axis(["Ann", "Ann"], axis=1)
    with pytest.raises(ValueError, match=r"`\w+` has two columns named 'Ann'"):
        build(twice, scale=GRADES)
    with pytest.raises(ValueError, match="`ratings` has two columns named 'Ann'"):
        as_ratings(CODED.set_axis(["Ann", "Ann"], axis=1))


@every_door
def test_spellings_of_one_number_are_one_key(build, frame):
    rows = frame.to_numpy()
    for pair in ([800, "800", 1], ["800.0", 800.0, "1"], [" 800", np.int64(800), 1.0]):
        assert len(set(build(rows, scale=GRADES, clusters=pair).clusters.tolist())) == 2
        with pytest.raises(ValueError, match="`units` must be distinct"):
            build(rows, scale=GRADES, units=pair)
    assert len(set(build(rows, scale=GRADES, clusters=["080", "80", "1"]).clusters)) == 3


@pytest.mark.parametrize("make", [list, np.array, pd.DataFrame], ids=["list", "array", "frame"])
@pytest.mark.parametrize("kind", ["object", "numbers"])
def test_what_is_declared_missing_is_counted(make, kind):
    scale = ilr.Scale([1, 2], missing=[9, "Not judged", -9])
    numbers, mixed = [[1, 9], [2, 2], [9, -9]], [[1, "9"], ["2", 2], [9.0, "not judged"]]
    rows = numbers if kind == "numbers" else mixed
    ratings = ilr.ratings_from_matrix(make(rows), scale=scale, frequencies=[1, 1, 3])
    assert (ratings.n_ratings, ratings.n_missing) == (3, 7)
    last = "-9 3" if kind == "numbers" else "'Not judged' 3"
    assert ratings.notes == (
        f"7 ratings are missing by what the scale declares to mean no grade: 9 4, {last}.",
    )
    assert ilr.percent_agreement(ratings).notes[0] == ratings.notes[0]


# plain numbers


@pytest.mark.parametrize("number", [Fraction, Decimal, float, np.float16, np.longdouble])
def test_numbers_of_any_kind_are_numbers(number):
    assert as_ratings([[number(1), number(2)], [number(2), number(2)]]).scale.labels == (1, 2)


def test_true_beside_a_number_is_refused_and_alone_is_a_grade():
    for mixed in ([[True, 2], [1, 0]], [[1.5, True]], np.array([[True, 2]], dtype=object)):
        with pytest.raises(TypeError, match="`ratings` must hold numbers or True and False"):
            as_ratings(mixed)
    with pytest.raises(TypeError, match="`codes` must be whole numbers"):
        ilr.ratings_from_codes([[True, 1]], scale=BINARY)
    with pytest.raises(ValueError, match="`matrix` holds True at unit 0, rater 0"):
        ilr.ratings_from_matrix([[True, 1]], scale=ilr.Scale([0, 1]))
    truths = as_ratings(pd.DataFrame([[True, None], [False, True]], dtype="boolean"))
    assert truths.scale == ilr.Scale([False, True], scores=[0, 1])
    assert listed(truths) == {(1, -1): 1, (0, 1): 1}


@given(table=our.codes(max_raters=3), data=st.data())
def test_numbers_apart_by_rounding_are_one_grade(table, data):
    tenths = np.where(table < 0, NAN, table / 10 + 0.1)
    sign = data.draw(
        st.lists(st.sampled_from([-1, 0, 1]), min_size=table.size, max_size=table.size)
    )
    jittered = tenths * (1 + 1e-16 * 3 * np.array(sign).reshape(table.shape))
    plain, other = as_ratings(tenths), as_ratings(jittered)
    assert_allclose(other.scale.scores, plain.scale.scores, rtol=1e-15)
    assert listed(other) == listed(plain)
    declared = ilr.Scale([0.1, 0.2, 0.3, 0.4])
    for kind in (np.float32, np.float64):
        taken = ilr.ratings_from_matrix(jittered.astype(kind), scale=declared)
        assert listed(taken) == tallied(table)


def test_whole_numbers_and_real_differences_stay_apart():
    assert as_ratings([[2.0**52, 2.0**52 + 1], [0.5, 0.5]]).scale.n_grades == 3
    close = np.cumsum(np.full(40, 1e-15)) + 1
    assert as_ratings(close[:, None]).scale.n_grades > 5
    note = "Numbers that differ only by rounding are one grade, as 0.3, 0.30000000000000004."
    assert note in as_ratings([[0.1 + 0.2, 0.3], [0.5, 0.5]]).notes


def test_raters_are_picked_by_name_too():
    ratings = ilr.ratings_from_matrix(CARRIED, scale=GRADES)
    assert ratings.select_raters("Bob", 0).raters == ("Bob", "Ann")
    with pytest.raises(ValueError, match=r"got 'Cy'; the raters are \('Ann', 'Bob'\)"):
        ratings.select_raters("Cy")
    with pytest.raises(ValueError, match="each once"):
        ratings.select_raters("Bob", 1)
    unnamed = ilr.ratings_from_codes([[0, 1]], scale=BINARY)
    with pytest.raises(ValueError, match="got 'Ann'; the raters have no names"):
        unnamed.select_raters("Ann")


@pytest.mark.parametrize("names", [(3, 1, 2), ("3", "1", "2"), (3.0, 1.0, 2.0)])
def test_numbers_that_name_raters_are_no_columns(names):
    table = [[0, 1, 1], [1, 0, 1], [0, 0, 1], [1, 1, 0]]
    ratings = ilr.ratings_from_codes(table, scale=BINARY, raters=names)
    assert ratings.select_raters(1, 2).raters == names[1:]
    assert ratings.select_raters("3").raters == names[:1]
    assert ilr.ratings_with_consensus(ratings, [1, 2]).raters == (names[0], "consensus")
    groups = ilr.group_agreement(ratings, {"some": [1, 3], "other": [2]})
    letters = ilr.ratings_from_codes(table, scale=BINARY, raters=("c", "a", "b"))
    by_letter = ilr.group_agreement(letters, {"some": ["a", "c"], "other": ["b"]})
    assert [kappa.value for kappa in groups.values()] == [x.value for x in by_letter.values()]
    found = ilr.agreement_with_standard(ratings, 1)
    assert list(found) == [names[0], names[2]]
    assert ilr.dawid_skene(ratings, known=1).raters == (names[0], names[2])
    moved = ilr.transitions_from_sequences(ratings, pairs=(1, 2)).counts.tolist()
    assert moved == ilr.transitions_from_sequences(letters, pairs=("a", "b")).counts.tolist()
    no_name = r"names, which numbers are here.* got 0"
    for ask in (
        lambda: ratings.select_raters(0),
        lambda: ilr.ratings_with_consensus(ratings, [0, 1]),
        lambda: ilr.group_agreement(ratings, {"some": [0], "other": [1]}),
        lambda: ilr.agreement_with_standard(ratings, 0),
        lambda: ilr.transitions_from_sequences(ratings, pairs=(0, 1)),
    ):
        with pytest.raises(ValueError, match=no_name):
            ask()


@pytest.mark.parametrize("lazy", [pl.LazyFrame({"a": [1, 2], "b": [2, 2]})])
def test_a_lazy_frame_is_told_which_door_to_take(lazy):
    for call in (
        ilr.cohen_kappa,
        ilr.bowker,
        ilr.mann_whitney,
        lambda frame: ilr.ratings_from_matrix(frame, scale=GRADES),
        lambda frame: ilr.ratings_from_codes(frame, scale=GRADES),
    ):
        with pytest.raises(TypeError, match=r"is a LazyFrame, .* `ratings_from_wide`"):
            call(lazy)


TWO_LISTS = ["cohen_kappa", "scott_pi", "percent_agreement", "gwet_ac", "krippendorff_alpha"]


@pytest.mark.parametrize("name", TWO_LISTS)
def test_two_lists_are_told_to_stand_side_by_side(name):
    coefficient, first, second = getattr(ilr, name), [1, 2, 2, 1], [1, 2, 1, 1]
    with pytest.raises(TypeError, match=rf"{name}\(numpy.column_stack\(\[first, second\]\)\)"):
        coefficient(first, second)
    assert pickle.loads(pickle.dumps(coefficient)) is coefficient
    assert 0 < coefficient(np.column_stack([first, second])).value < 1
    with pytest.raises(TypeError, match="unexpected keyword argument 'weight'"):
        coefficient(np.column_stack([first, second]), weight="linear")


def test_one_list_is_told_to_stand_beside_another():
    with pytest.raises(ValueError, match=r"side by side, as in `numpy.column_stack"):
        as_ratings([1, 2, 2])


def test_a_plain_array_says_that_its_scale_was_seen():
    ratings = as_ratings([[1, 2], [4, 4], [NAN, 2]])
    assert ratings.scale.labels == (1, 2, 4)
    assert ratings.scale.scores == (1.0, 2.0, 4.0)
    assert "numbers seen, 1, 2, 4" in ratings.notes[0]
    assert listed(ratings) == {(0, 1): 1, (2, 2): 1, (-1, 1): 1}
    assert as_ratings(ratings) is ratings


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([[0.5, 1.5], [1.5, 2]], (0.5, 1.5, 2)),
        ([[-3, 2], [2, -3]], (-3, 2)),
        ([[0, 1000], [1000, 5]], (0, 5, 1000)),
        ([[True, False], [True, True]], (0, 1)),
        ([[1, 2.5], [NAN, 1]], (1, 2.5)),
        ([[1e300, -1e300], [0, 0]], (-1e300, 0, 1e300)),
    ],
)
def test_any_finite_numbers_are_a_scale(numbers, labels):
    assert as_ratings(numbers).scale.labels == labels


@pytest.mark.filterwarnings("ignore::ilacs_reliability.SuspectInputWarning")
@given(table=our.codes(), step=st.sampled_from([1.0, 0.5, 40.0]), start=st.integers(-50, 50))
def test_numbers_keep_their_patterns(table, step, start):
    numbers = np.where(table < 0, NAN, table * step + start)
    ratings = as_ratings(numbers)
    seen = np.unique(table[table >= 0])
    assert_array_equal(ratings.scale.scores, seen * step + start)
    lookup = np.append(np.cumsum(np.isin(np.arange(seen.max() + 1), seen)) - 1, -1)
    assert listed(ratings) == tallied(lookup[table])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float32, np.float64])
def test_numbers_of_any_type_are_read(dtype):
    numbers = np.array([[1, 2], [3, 120], [1, 1]], dtype=dtype)
    assert as_ratings(numbers).scale.labels == (1, 2, 3, 120)


@pytest.mark.parametrize(
    ("dtype", "n_grades"), [("int8", 128), ("int8", 200), ("uint8", 256), ("uint8", 300)]
)
@pytest.mark.parametrize("n_raters", [1, 2])
def test_the_last_code_that_a_type_holds_is_a_grade(dtype, n_grades, n_raters):
    top = np.iinfo(dtype).max
    codes = np.full((3, n_raters), top, dtype=dtype)
    taken = ilr.ratings_from_codes(codes, scale=ilr.Scale(range(n_grades)))
    assert taken.patterns.tolist() == [[top] * n_raters]
    assert taken.frequencies.tolist() == [3]
    assert (codes == top).all()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "float16"])
@pytest.mark.parametrize("first", [-200, 1000, 40_000])
def test_a_scale_beyond_the_type_of_ratings_is_no_overflow(dtype, first):
    scale = ilr.Scale(range(first, first + 4))
    with pytest.raises(ValueError, match="`matrix` must hold one of"):
        ilr.ratings_from_matrix(np.array([[1, 2]], dtype=dtype), scale=scale)


def test_small_integers_far_apart_do_not_wrap():
    table = np.array([[-128, 127], [127, 127], [-128, -128]], dtype=np.int8)
    assert as_ratings(table).scale.labels == (-128, 127)


@pytest.mark.parametrize(
    ("ratings", "error", "message"),
    [
        ([["good", "good"]], TypeError, "must hold numbers, but got 'good': labels have no order"),
        (np.array([["a", "b"]]), TypeError, "declare one, as in `ratings_from_matrix"),
        ([["", 1], [1, 1]], TypeError, "must hold numbers, but got ''"),
        ([[1, 2], [1]], ValueError, "`ratings` must be rectangular"),
        ([1, 2, 3], ValueError, r"units by raters \(two axes\), but got shape \(3,\)"),
        (5, ValueError, r"two axes\), but got shape \(\)"),
        ([], ValueError, "`ratings`"),
        (np.empty((0, 2)), ValueError, r"`ratings` is empty: it has shape \(0, 2\)"),
        ([[NAN, NAN]], ValueError, "`ratings` holds no rating at all: all 2 are missing"),
        (
            [[1, np.inf], [1, 2]],
            ValueError,
            "finite numbers or nan, but got inf at unit 0",
        ),
        ([[1, 2], [-np.inf, 2]], ValueError, "but got -inf at unit 1, rater 0"),
        ([[1 + 2j, 1]], TypeError, "must hold numbers"),
    ],
)
def test_plain_arrays_that_are_refused(ratings, error, message):
    with pytest.raises(error, match=message):
        ilr.fleiss_kappa(ratings)


# refusals of the builders


def test_an_unknown_grade_is_named_with_its_place():
    message = r"`matrix` holds 'excellent' at unit 1, rater 0, which is not in \('inadequate'"
    with pytest.raises(ValueError, match=message):
        ilr.ratings_from_matrix([["good", "good"], ["excellent", "good"]], scale=GRADES)
    with pytest.raises(ValueError, match=r"got 5\.0 at unit 0, rater 1"):
        ilr.ratings_from_matrix([[1, 5.0], [NAN, 2]], scale=ilr.Scale([1, 2, 3]))
    with pytest.raises(ValueError, match=r"got 2\.5 at unit 1, rater 0"):
        ilr.ratings_from_matrix([[1, 2], [2.5, 2]], scale=ilr.Scale([1, 2, 3]))


@pytest.mark.parametrize("bad", [4, -2, 100, -128])
@pytest.mark.parametrize("n_raters", [2, 9])
def test_a_code_outside_the_scale_is_named_with_its_place(bad, n_raters):
    codes = np.zeros((5, n_raters), dtype=np.int8)
    codes[3, 1] = bad
    with pytest.raises(
        ValueError, match=rf"`codes` must hold -1 to 3, but got {bad} at unit 3, rater 1"
    ):
        ilr.ratings_from_codes(codes, scale=GRADES)


@pytest.mark.parametrize(
    ("codes", "options", "error", "message"),
    [
        ([[0.0, 1.0]], {}, TypeError, "`codes` must be whole numbers, but got float64"),
        ([["a", "b"]], {}, TypeError, "whole numbers"),
        ([0, 1], {}, ValueError, r"two axes\), but got shape \(2,\)"),
        (np.zeros((0, 2), dtype=int), {}, ValueError, "`codes` is empty"),
        ([[-1, -1]], {}, ValueError, "no rating at all: all 2 are missing"),
        ([[0, 1]], {"raters": ["a"]}, ValueError, "must have 1 columns, one for each rater"),
        (
            [[0, 1, 1], [1, 0, 1]],
            {"raters": ["a", "b"]},
            ValueError,
            r"`codes` must have 2 columns.*got shape \(2, 3\); rows are units; is it transposed\?",
        ),
        ([[0, 1]], {"raters": ["a", "a"]}, ValueError, "`raters` must name each once"),
        ([[0, 1]], {"frequencies": [1, 2]}, ValueError, r"`frequencies` must have shape \(1,\)"),
        ([[0, 1]], {"frequencies": [-1]}, ValueError, "`frequencies` .* got -1 at unit 0"),
        ([[0, 1]], {"frequencies": [0.5]}, ValueError, "whole numbers of 0 or more, but got 0.5"),
        ([[0, 1]], {"frequencies": [NAN]}, ValueError, "but got nan at unit 0"),
        ([[0, 1]], {"frequencies": ["x"]}, TypeError, "`frequencies` must hold"),
        ([[0, 1]], {"frequencies": [0]}, ValueError, "no rating at all"),
        ([[0, 1]], {"clusters": [1, 2]}, ValueError, r"`clusters` must have shape \(1,\)"),
        ([[0, 1]], {"clusters": [None]}, ValueError, "None at unit 0: every unit needs one"),
        ([[0, 1]], {"design": "twice"}, ValueError, r"`design` must be one of .* got 'twice'"),
    ],
)
def test_codes_that_are_refused(codes, options, error, message):
    with pytest.raises(error, match=message):
        ilr.ratings_from_codes(codes, scale=BINARY, **options)


@pytest.mark.parametrize(
    "build", [ilr.ratings_from_matrix, ilr.ratings_from_codes, ilr.ratings_from_counts]
)
def test_the_scale_must_be_a_scale(build):
    with pytest.raises(TypeError, match=r"`scale` must be a Scale, as in .* but got list"):
        build([[1, 1], [0, 1]], scale=[0, 1])
    with pytest.raises(TypeError, match="`scale` must be a Scale"):
        ilr.ratings_from_table([[1, 1], [0, 1]], scale=None)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([["yes", "no"], ["yes"]], "`matrix` must be rectangular"),
        (["yes", "no"], r"two axes\), but got shape \(2,\)"),
        (np.empty((3, 0), dtype=object), "`matrix` is empty"),
        ([["", None], [NAN, pd.NA]], "no rating at all: all 4 are missing"),
    ],
)
def test_matrices_that_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        ilr.ratings_from_matrix(matrix, scale=BINARY)


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ([[1, 2, 3], [4, 5, 6]], ValueError, r"got shape \(2, 3\)"),
        ([[1, 2, 0], [3, 4, 0], [0, 0, 1]], ValueError, r"2 .*got shape \(3, 3\)"),
        ([1, 2], ValueError, r"got shape \(2,\)"),
        ([[0, 0], [0, 0]], ValueError, "`table` holds no unit: every count is zero"),
        ([[1, -2], [3, 4]], ValueError, "0 or more, but got -2 at .* 0, .* 1"),
        ([[1, 2.5], [3, 4]], ValueError, "but got 2.5"),
        ([[1, NAN], [3, 4]], ValueError, "but got nan"),
        ([[1, np.inf], [3, 4]], ValueError, "but got inf"),
        ([["1", "2"], ["3", "4"]], TypeError, "`table` must hold counts"),
        ([[1, 2], [3]], ValueError, "rectangular"),
        ([], ValueError, "`table` is empty"),
    ],
)
def test_tables_that_are_refused(table, error, message):
    with pytest.raises(error, match=message):
        ilr.ratings_from_table(table, scale=BINARY)


def test_a_table_has_two_raters():
    with pytest.raises(ValueError, match="`raters` must name 2 raters, but got 3"):
        ilr.ratings_from_table([[1, 0], [0, 1]], scale=BINARY, raters=("a", "b", "c"))
    with pytest.raises(ValueError, match="`design` must be one of"):
        ilr.ratings_from_table([[1, 0], [0, 1]], scale=BINARY, design="other")


@pytest.mark.parametrize(
    ("counts", "error", "message"),
    [
        ([[1, 2, 3]], ValueError, r"must have 2 columns, .* got shape \(1, 3\); rows are units"),
        ([1, 2], ValueError, "must have 2 columns"),
        ([[0, 0]], ValueError, "`counts` holds no rating at all"),
        ([[1, -1]], ValueError, "`counts` .* got -1 at unit 0, grade 1"),
        ([[0.5, 1]], ValueError, "got 0.5 at unit 0, grade 0"),
        (np.empty((0, 2)), ValueError, "`counts` is empty"),
        ([["a", "b"]], TypeError, "`counts` must hold counts"),
    ],
)
def test_counts_that_are_refused(counts, error, message):
    with pytest.raises(error, match=message):
        ilr.ratings_from_counts(counts, scale=BINARY)


# coefficients refuse what is not theirs


@pytest.mark.parametrize("coefficient", [ilr.cohen_kappa, ilr.scott_pi])
def test_three_raters_where_two_belong(coefficient):
    with pytest.raises(ValueError, match=r"is for two raters, but `ratings` has 3; use \w+"):
        coefficient([[1, 2, 1], [2, 2, 2], [1, 1, 1]])
    with pytest.raises(ValueError, match="is the table transposed"):
        coefficient([[1, 2, 1, 2], [2, 2, 1, 1]])


@pytest.mark.parametrize("coefficient", [ilr.cohen_kappa, ilr.conger_kappa])
def test_kappa_needs_to_know_who_rated(coefficient):
    ratings = ilr.ratings_from_counts([[2, 0], [1, 1]], scale=BINARY)
    with pytest.raises(ValueError, match="by anonymous raters; use fleiss_kappa"):
        coefficient(ratings)
    with pytest.raises(ValueError, match="anonymous raters, so none"):
        ratings.select_raters(0, 1)


@pytest.mark.parametrize(
    "coefficient",
    [
        ilr.percent_agreement,
        ilr.cohen_kappa,
        ilr.conger_kappa,
        ilr.scott_pi,
        ilr.fleiss_kappa,
        ilr.brennan_prediger,
        ilr.gwet_ac,
    ],
)
def test_weights_must_fit_the_scale(coefficient):
    ratings = ilr.ratings_from_codes([[0, 0], [1, 2], [3, 3]], scale=GRADES)
    with pytest.raises(ValueError, match=r"`weights` must have shape \(4, 4\)"):
        coefficient(ratings, weights=np.eye(3))
    with pytest.raises(ValueError, match="`weights` must be one of"):
        coefficient(ratings, weights="cubic")
    names = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=ilr.Scale(["a", "b"], ordered=False))
    with pytest.raises(ValueError, match="needs an ordered scale"):
        coefficient(names, weights="linear")
    with pytest.raises(TypeError, match="labels have no order of their own"):
        coefficient([["good", "good"], ["RI", "good"]])
    with pytest.raises(TypeError, match="side by side"):
        coefficient(ratings, "linear")


def test_a_metric_must_fit_the_scale():
    alpha = ilr.krippendorff_alpha
    names = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=ilr.Scale(["a", "b"], ordered=False))
    below = ilr.ratings_from_codes([[0, 0], [1, 1]], scale=ilr.Scale([-1, 1]))
    with pytest.raises(ValueError, match=r"`metric` must be one of .* but got 'cubic'"):
        alpha([[1, 1], [2, 2]], metric="cubic")
    with pytest.raises(ValueError, match="'interval', which needs an ordered scale"):
        alpha(names, metric="interval")
    with pytest.raises(ValueError, match="'ratio' needs scores of 0 or more, but got -1"):
        alpha(below, metric="ratio")
    with pytest.raises(ValueError, match=r"must have shape \(2, 2\)"):
        alpha(below, metric=np.eye(3))
    with pytest.raises(TypeError, match="labels have no order"):
        alpha([["good", "good"]])


# the record


def test_clusters_keep_units_together():
    ratings = ilr.ratings_from_codes(
        [[0, 0], [0, 0], [1, 1], [0, 1]],
        scale=BINARY,
        clusters=["north", "south", "south", "north"],
    )
    assert sorted(zip(ratings.clusters.tolist(), *ratings.patterns.T.tolist(), strict=True)) == [
        (0, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
        (1, 1, 1),
    ]
    assert ilr.percent_agreement(ratings).n_independent == 2


@given(ratings=our.studies(max_raters=4), data=st.data())
def test_two_raters_can_be_picked_out(ratings, data):
    first, second = data.draw(st.permutations(range(ratings.n_raters)))[:2]
    pair = ratings.select_raters(first, second)
    both = np.repeat(ratings.patterns[:, [first, second]], ratings.frequencies, axis=0)
    units = np.repeat(pair.patterns, pair.frequencies, axis=0)
    assert_array_equal(units, both)
    assert_array_equal(pair.counts.sum(axis=1), (pair.patterns >= 0).sum(axis=1))


def test_picked_raters_keep_their_names():
    ratings = ilr.ratings_from_codes([[0, 1, 1]], scale=BINARY, raters=("a", "b", "c"))
    assert ratings.select_raters(2, 0).raters == ("c", "a")


def test_frequencies_must_end_in_the_patterns():
    ratings = ilr.ratings_from_codes([[0, 0], [0, 1]], scale=BINARY)
    batch = ratings.with_frequencies([[1, 1], [3, 1]])
    assert ilr.percent_agreement(batch).value.tolist() == [0.5, 0.75]
    assert_array_equal(batch.n_units, [2, 4])
    with pytest.raises(ValueError, match=r"must end in 2 patterns, but got shape \(3,\)"):
        ratings.with_frequencies([1, 2, 3])


@given(ratings=our.studies())
def test_ratings_survive_pickling(ratings):
    copy = pickle.loads(pickle.dumps(ratings))
    assert listed(copy) == listed(ratings)
    assert copy.scale == ratings.scale
    assert_allclose(copy.table.shares, ratings.table.shares)
    with pytest.raises(AttributeError):
        copy.frequencies = None


def test_ratings_show_what_they_hold():
    ratings = ilr.ratings_from_codes([[0, 0], [1, -1], [0, 0]], scale=BINARY)
    assert repr(ratings) == "Ratings(3 units, 2 raters, 2 grades, 2 patterns, 1 rating missing)"
    assert repr(ratings.with_frequencies([[1, 2]])) == (
        "Ratings((1,) studies, 2 raters, 2 grades, 2 patterns)"
    )
    assert "<td style='text-align:left'>no, yes</td>" in ratings._repr_html_()
    odd = ilr.ratings_from_codes([[0, 0]], scale=ilr.Scale(["<b>", "&"]))
    assert "&lt;b&gt;, &amp;" in odd._repr_html_()
    assert "<b>" not in odd._repr_html_()
