"""What to pass where a record is given to a function that takes other data."""

from __future__ import annotations

from ilacs_reliability._checks.arguments import told

WANTED = {
    "ratings": "ratings, or an array of units by raters",
    "table": "a square table of counts, transitions or ratings",
    "grades": "grouped grades, or a table of groups by grades",
    "counts": "a table of counts",
    "matrix": "an array of units by raters",
    "codes": "an array of units by raters",
}
OTHERWISE = {
    "Ratings": (
        "functions of agreement and of shift take ratings as they are; groups, whose units are "
        "others, are counted by `grades_from_frame(frame, grade=..., group=..., scale=...)`"
    ),
    "Transitions": (
        "functions of shift take transitions as they are; ratings of the same units are "
        "`ratings_from_table(t.counts, scale=t.scale)`"
    ),
    "GroupedGrades": (
        "functions of comparison take grouped grades as they are; units of several groups are "
        "graded once, so that they hold neither agreement nor change"
    ),
    "Dataset": "pass its `counts`, `ratings` or `columns`, whichever it holds",
    "AllowedTables": "ask of each of its tables by `identified_range(function, tables)`",
    "NetShift": "pass what it was made from, or `transitions_from_table(n.counts, scale=n.scale)`",
    "Scale": "it names the grades: pass it by `scale=` to whatever builds the data",
    "Claim": "hold it to evidence by `judge(claim, estimate)`",
}


def refuse_record(thing: object, name: str) -> None:
    """Raise where one of the library's records stands for an array or a table.

    Parameters
    ----------
    thing : object
        What was given.
    name : str
        The argument's name.

    Raises
    ------
    TypeError
        If it is a record; the message says what to pass.
    """
    kind = type(thing)
    if kind.__module__.partition(".")[0] != __name__.partition(".")[0]:
        return
    advice = OTHERWISE.get(kind.__name__, "it is a result: pass the data that it was made from")
    wanted = WANTED.get(name, "an array of numbers")
    raise TypeError(f"`{name}` must be {wanted}, but got {told(thing)}: {advice}.")
