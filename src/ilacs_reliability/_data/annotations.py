"""Ratings from what tools for annotation export."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_flag, check_option, check_text, told
from ilacs_reliability._data.frames import check_scale
from ilacs_reliability._data.ratings import Design, Ratings, ratings_from_matrix
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._results.wording import counted

Tool: TypeAlias = Literal["label_studio", "prodigy", "doccano", "argilla"]
TOOLS: tuple[str, ...] = get_args(Tool)
Export: TypeAlias = Sequence[Mapping[str, Any]] | Mapping[Hashable, Sequence[Mapping[str, Any]]]
# what an annotator did who did not answer
UNANSWERED = ("draft", "discarded", "ignore")


# keys of Label Studio's flat form that are no control; what else is one only the question says
OF_LABEL_STUDIO = {
    "id",
    "task_id",
    "annotator",
    "completed_by",
    "annotation_id",
    "created_at",
    "updated_at",
    "lead_time",
}


class Given(NamedTuple):
    """One answer: of which unit, by whom, to which question, and what; None where there is none."""

    unit: Hashable
    rater: Hashable
    question: str
    answer: Any


def ratings_from_annotations(
    export: Export,
    *,
    tool: Tool,
    scale: Scale,
    question: str | None = None,
    name_units: bool = False,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings from the export of a tool for annotation.

    Parameters
    ----------
    export : sequence of mapping, or mapping of hashable to sequence of mapping
        The records, as `json.load` returns them (of a file of lines, `json.loads` of each). A
        mapping names the annotator of each list of records, for a tool that writes a file each.
    tool : {"label_studio", "prodigy", "doccano", "argilla"}
        Which wrote it. "label_studio": its JSON or JSON-MIN, with choices and ratings; "prodigy":
        its lines, with a choice of options or one label accepted or rejected; "doccano": its lines
        of text classification, one file an annotator or with annotators named; "argilla": its
        records as a list, flattened or not.
    scale : Scale
        The labels. Where a question takes several labels at once, a scale of sets of them.
    question : str, optional
        Which question, where more than one is asked: the control's name in Label Studio, the label
        in Prodigy's accept or reject, the question's name in Argilla. Default: the only one.
    name_units : bool, optional
        Whether to keep the units' names. Default: False.
    design : {"simultaneous", "repeat"}, optional
        As in `ratings_from_frame`. Default: "simultaneous".

    Returns
    -------
    Ratings
        Units by annotators, who are sorted by name. What was skipped, ignored, discarded or is a
        draft is missing, and counted in a note.

    Raises
    ------
    TypeError
        If the export is no list of records, or `scale` is not a `Scale`.
    ValueError
        If the tool is unknown, the export lacks what it should have, several questions are asked
        and none is chosen, an annotator answers twice, an answer is not on the scale or holds
        several labels where the scale has single ones.

    See Also
    --------
    ratings_from_frame : The same from a dataframe with a row for each rating.
    set_weights : Credit between sets of labels.

    Notes
    -----
    The formats are those that the tools describe: Label Studio's task format [1]_, Prodigy's
    annotation interfaces [2]_, doccano's export of documents and Argilla's ``records.to_list``.

    References
    ----------
    .. [1] HumanSignal, "Label Studio JSON format of annotated tasks", Label Studio documentation.
    .. [2] Explosion, "Annotation interfaces", Prodigy documentation.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> def task(number, *choices):
    ...     annotations = [
    ...         {"completed_by": who, "result": [
    ...             {"from_name": "tone", "type": "choices", "value": {"choices": [choice]}}]}
    ...         for who, choice in enumerate(choices)
    ...     ]
    ...     return {"id": number, "annotations": annotations}
    >>> export = [task(1, "calm", "calm"), task(2, "angry", "calm"), task(3, "angry", "angry")]
    >>> tone = ilr.Scale(["calm", "angry"])
    >>> ratings = ilr.ratings_from_annotations(export, tool="label_studio", scale=tone)
    >>> ilr.percent_agreement(ratings)
    Estimate(percent_agreement = 0.6667, n_units=3, 95% clopper_pearson 0.0943 to 0.9916)
    """
    check_option(tool, TOOLS, "tool")
    check_scale(scale)
    check_flag(name_units, "name_units")
    if question is not None:
        check_text(question, "question")
    answers = _of_one_question(list(_READERS[tool](_records(export))), question)
    units = list(dict.fromkeys(one.unit for one in answers))
    raters = sorted({one.rater for one in answers}, key=lambda rater: (str(type(rater)), rater))
    places = {unit: row for row, unit in enumerate(units)}
    columns = {rater: column for column, rater in enumerate(raters)}
    labels = np.full((len(units), len(raters)), None, dtype=object)
    of_sets = any(
        isinstance(label, Collection) and not isinstance(label, str) for label in scale.labels
    )
    seen: set[tuple[Hashable, Hashable]] = set()
    for one in answers:
        if (one.unit, one.rater) in seen:
            raise ValueError(
                f"`export` has two answers of annotator {one.rater!r} to unit {one.unit!r}."
            )
        seen.add((one.unit, one.rater))
        labels[places[one.unit], columns[one.rater]] = _label(one, scale, of_sets=of_sets)
    names = units if name_units else None
    made = ratings_from_matrix(labels, scale=scale, raters=raters, units=names, design=design)
    return _noted(made, sum(one.answer is None for one in answers))


def _records(export: object) -> list[tuple[Hashable, Mapping[str, Any]]]:
    """Return each record with its annotator, None where the record itself must say who."""
    if isinstance(export, Mapping) and all(_is_list(of_one) for of_one in export.values()):
        found = [(who, record) for who, of_one in export.items() for record in of_one]
    elif _is_list(export):
        found = [(None, record) for record in export]  # type: ignore[attr-defined]
    else:
        raise TypeError(
            "`export` must be a list of records, or such a list for each annotator, but got "
            f"{told(export)}."
        )
    for place, (_, record) in enumerate(found):
        if not isinstance(record, Mapping):
            raise TypeError(f"`export` must hold mappings, but got {told(record)} at {place}.")
    if not found:
        raise ValueError("`export` has no record.")
    return found


def _is_list(thing: object) -> bool:
    return isinstance(thing, Sequence) and not isinstance(thing, str | bytes)


def _of_one_question(given: list[Given], question: str | None) -> list[Given]:
    asked = sorted({one.question for one in given if one.question})
    if question is None and len(asked) > 1:
        raise ValueError(f"`question` must say which is meant, since `export` has {asked}.")
    if question is not None and question not in asked:
        raise ValueError(f"`question` is {question!r}, but `export` has {asked}.")
    wanted = question if question is not None else asked[0] if asked else ""
    # a unit that an annotator passed over has no question
    kept = [one for one in given if one.question in (wanted, "")]
    if not any(one.answer is not None for one in kept):
        raise ValueError("`export` has no answer.")
    return kept


def _label(one: Given, scale: Scale, *, of_sets: bool) -> Hashable:
    """Return the label that an answer is, or the set of labels."""
    if one.answer is None:
        return None
    given = list(one.answer) if _is_list(one.answer) else [one.answer]
    if of_sets:
        wanted = set(given)
        for label in scale.labels:
            if isinstance(label, Collection) and set(label) == wanted:
                found: Hashable = label
                return found
        raise ValueError(
            f"`scale` has no set {sorted(map(str, wanted))}, the answer of annotator "
            f"{one.rater!r} to unit {one.unit!r}."
        )
    if len(given) > 1:
        raise ValueError(
            f"`scale` has single labels, but annotator {one.rater!r} gave {given} to unit "
            f"{one.unit!r}: make a scale of sets."
        )
    return given[0] if given else None


def _noted(ratings: Ratings, unanswered: int) -> Ratings:
    if not unanswered:
        return ratings
    note = f"{counted(unanswered, 'annotation')} without an answer: skipped, ignored or a draft."
    return replace(ratings, notes=(*ratings.notes, note))


def _field(record: Mapping[str, Any], names: Iterable[str], place: int) -> Any:
    for name in names:
        if record.get(name) is not None:
            return record[name]
    raise ValueError(f"`export` has no {' or '.join(map(repr, names))} in record {place}.")


def _person(who: Any) -> Hashable:
    if isinstance(who, Mapping):
        who = next((who[key] for key in ("email", "username", "id") if who.get(key)), None)
    return who  # type: ignore[no-any-return]


def _label_studio(records: list[tuple[Hashable, Mapping[str, Any]]]) -> Iterator[Given]:
    for place, (_, task) in enumerate(records):
        unit = _field(task, ("id", "task_id"), place)
        if "annotations" not in task and "completions" not in task:
            yield from _label_studio_min(task, unit, place)
            continue
        for annotation in task.get("annotations") or task.get("completions") or []:
            who = _person(_field(annotation, ("completed_by", "annotator"), place))
            parts = [] if annotation.get("was_cancelled") else annotation.get("result") or []
            answers = [
                Given(unit, who, str(part.get("from_name", "")), part["value"][part["type"]])
                for part in parts
                if part.get("type") in ("choices", "rating") and part["type"] in part["value"]
            ]
            yield from answers or [Given(unit, who, "", None)]


def _label_studio_min(task: Mapping[str, Any], unit: Hashable, place: int) -> Iterator[Given]:
    """Read the flat form, in which each control that was answered is a key of the record."""
    who = _person(_field(task, ("annotator", "completed_by"), place))
    for name, value in task.items():
        if isinstance(value, Mapping) and "choices" in value:
            yield Given(unit, who, name, value["choices"])
        elif isinstance(value, str | int) and name not in OF_LABEL_STUDIO:
            yield Given(unit, who, name, value)


def _prodigy(records: list[tuple[Hashable, Mapping[str, Any]]]) -> Iterator[Given]:
    for place, (named, task) in enumerate(records):
        unit = _field(task, ("_input_hash", "id", "text"), place)
        own = ("_annotator_id", "_session_id", "annotator")
        who = named if named is not None else _field(task, own, place)
        answer = _field(task, ("answer",), place)
        if "accept" in task or "options" in task:
            yield Given(unit, who, "", task.get("accept", []) if answer == "accept" else None)
        else:
            taken = None if answer in UNANSWERED else answer
            yield Given(unit, who, str(_field(task, ("label",), place)), taken)


def _doccano(records: list[tuple[Hashable, Mapping[str, Any]]]) -> Iterator[Given]:
    for place, (named, document) in enumerate(records):
        unit = _field(document, ("id", "doc_id"), place)
        if "annotations" in document:
            by_user: dict[Hashable, list[Any]] = {}
            for annotation in document["annotations"]:
                who = _person(_field(annotation, ("user_name", "username", "user"), place))
                label = _field(annotation, ("label_name", "label"), place)
                by_user.setdefault(who, []).append(label)
            yield from (Given(unit, who, "", labels) for who, labels in by_user.items())
            continue
        who = named if named is not None else _field(document, ("username", "user"), place)
        labels = document.get("label", document.get("labels"))
        yield Given(unit, who, "", labels if labels or isinstance(labels, int) else None)


def _argilla(records: list[tuple[Hashable, Mapping[str, Any]]]) -> Iterator[Given]:
    for place, (_, record) in enumerate(records):
        unit = _field(record, ("id", "_server_id", "external_id"), place)
        responses = record.get("responses")
        if isinstance(responses, Mapping):
            for question, of_all in responses.items():
                for one in of_all or ():
                    yield _response(unit, question, one, one.get("value"), place)
        elif _is_list(responses):
            for one in responses:  # type: ignore[union-attr]
                for question, value in (one.get("values") or {"": {}}).items():
                    yield _response(unit, question, one, value.get("value"), place)
        else:
            yield from _flat_responses(unit, record)


def _response(unit: Hashable, question: str, one: Any, value: Any, place: int) -> Given:
    who = _field(one, ("user_id",), place)
    answered = one.get("status", "submitted") not in UNANSWERED
    return Given(unit, who, question, value if answered else None)


def _flat_responses(unit: Hashable, record: Mapping[str, Any]) -> Iterator[Given]:
    for key, values in record.items():
        question, dot, rest = key.rpartition(".")
        if rest != "responses" or not dot or values is None:
            continue
        users = record[f"{key}.users"]
        stands = record.get(f"{key}.status") or ["submitted"] * len(users)
        for value, who, status in zip(values, users, stands, strict=True):
            yield Given(unit, who, question, None if status in UNANSWERED else value)


_READERS = {
    "label_studio": _label_studio,
    "prodigy": _prodigy,
    "doccano": _doccano,
    "argilla": _argilla,
}
