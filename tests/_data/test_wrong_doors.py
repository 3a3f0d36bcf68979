"""A record given where other data are wanted is answered with what to pass."""

import warnings

import pytest

import ilacs_reliability as ilr
import registry

S2 = ilr.Scale(["poor", "good"])
TABLE = [[20, 20], [1, 25]]
RECORDS = {
    "Ratings": ilr.ratings_from_table(TABLE, scale=S2),
    "Transitions": ilr.transitions_from_table(TABLE, scale=S2),
    "GroupedGrades": ilr.grades_from_table(TABLE, scale=S2),
    "Dataset": ilr.load_dataset("cohen_1960"),
    "AllowedTables": ilr.tables_consistent_with(9, scale=S2, figures={"same": 7}),
    "NetShift": ilr.net_shift(TABLE),
    "Scale": S2,
    "Claim": registry.CLAIM,
    "Estimate": registry.KAPPA,
    "SignificanceResult": ilr.bowker(TABLE),
}
ASKED = sorted(
    name
    for name, row in registry.CALLED.items()
    if name != "stratified_shift" and not callable(row.given) and len(row.given)
)


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_at_the_wrong_door_is_told_the_right_one(kind):
    record, answered = RECORDS[kind], 0
    for name in ASKED:
        given, options = registry.CALLED[name].call()
        if type(given[0]) is type(record):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                getattr(ilr, name)(record, *given[1:], **options)
            except (TypeError, ValueError) as error:
                said = str(error)
                assert "labels have no order" not in said, (name, said)
                answered += "got" in said and said.rstrip(".").count(": ") > 0
    assert answered > 20


@pytest.mark.parametrize(
    ("ask", "record", "advice"),
    [
        (ilr.cohen_kappa, "Transitions", r"`ratings_from_table\(t.counts, scale=t.scale\)`"),
        (ilr.mann_whitney, "Ratings", r"`grades_from_frame\(frame, grade=...,"),
        (ilr.bowker, "GroupedGrades", "functions of comparison take grouped grades"),
        (ilr.fleiss_kappa, "AllowedTables", r"`identified_range\(function, tables\)`"),
        (ilr.fleiss_kappa, "Estimate", "it is a result: pass the data that it was made from"),
        (ilr.relative_effect, "Transitions", "functions of shift take transitions as they are"),
        (ilr.net_shift, "NetShift", r"`transitions_from_table\(n.counts, scale=n.scale\)`"),
    ],
)
def test_the_advice_fits_the_record(ask, record, advice):
    with pytest.raises(TypeError, match=advice):
        ask(RECORDS[record])


def test_what_is_advised_works():
    moves = RECORDS["Transitions"]
    assert ilr.cohen_kappa(ilr.ratings_from_table(moves.counts, scale=moves.scale)).n_units == 66
    shift = RECORDS["NetShift"]
    again = ilr.net_shift(ilr.transitions_from_table(shift.counts, scale=shift.scale))
    assert again.n_improved == shift.n_improved
