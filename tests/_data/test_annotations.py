"""What tools for annotation export, read into ratings."""

import json

import pytest

import ilacs_reliability as ilr

TONE = ilr.Scale(["calm", "angry"])
# the same six answers, one of them not given, as each tool writes them
LABEL_STUDIO = json.loads("""[
 {"id": 7, "data": {"text": "a"}, "annotations": [
   {"id": 1, "completed_by": {"id": 1, "email": "ann@x.org"}, "was_cancelled": false, "result": [
     {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["calm"]}}]},
   {"id": 2, "completed_by": {"id": 2, "email": "bob@x.org"}, "was_cancelled": false, "result": [
     {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["angry"]}}]}
 ]},
 {"id": 8, "data": {"text": "b"}, "annotations": [
   {"id": 3, "completed_by": {"id": 1, "email": "ann@x.org"}, "was_cancelled": false, "result": [
     {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["calm"]}}]},
   {"id": 4, "completed_by": {"id": 2, "email": "bob@x.org"}, "was_cancelled": true, "result": []}
 ]},
 {"id": 9, "data": {"text": "c"}, "annotations": [
   {"id": 5, "completed_by": {"id": 1, "email": "ann@x.org"}, "was_cancelled": false, "result": [
     {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["angry"]}}]},
   {"id": 6, "completed_by": {"id": 2, "email": "bob@x.org"}, "was_cancelled": false, "result": [
     {"from_name": "tone", "to_name": "text", "type": "choices", "value": {"choices": ["angry"]}}]}
 ]}]""")
LABEL_STUDIO_MIN = json.loads("""[
 {"text": "a", "id": 7, "tone": "calm", "annotator": 1, "annotation_id": 1, "lead_time": 2.5},
 {"text": "a", "id": 7, "tone": "angry", "annotator": 2, "annotation_id": 2, "lead_time": 1.5},
 {"text": "b", "id": 8, "tone": "calm", "annotator": 1, "annotation_id": 3, "lead_time": 2.5},
 {"text": "c", "id": 9, "tone": {"choices": ["angry"]}, "annotator": 1, "annotation_id": 5},
 {"text": "c", "id": 9, "tone": "angry", "annotator": 2, "annotation_id": 6}]""")
PRODIGY = [
    {"text": "a", "_input_hash": 7, "accept": ["calm"], "answer": "accept", "_annotator_id": "a"},
    {"text": "a", "_input_hash": 7, "accept": ["angry"], "answer": "accept", "_session_id": "b"},
    {"text": "b", "_input_hash": 8, "accept": ["calm"], "answer": "accept", "_annotator_id": "a"},
    {"text": "b", "_input_hash": 8, "accept": [], "answer": "ignore", "_session_id": "b"},
    {
        "text": "c",
        "_input_hash": 9,
        "accept": ["angry"],
        "answer": "accept",
        "_annotator_id": "a",
    },
    {"text": "c", "_input_hash": 9, "accept": ["angry"], "answer": "accept", "_session_id": "b"},
]
DOCCANO = {
    "ann": [
        {"id": i, "text": "", "label": [x]} for i, x in ((7, "calm"), (8, "calm"), (9, "angry"))
    ],
    "bob": [
        {"id": i, "text": "", "label": x} for i, x in ((7, ["angry"]), (8, []), (9, ["angry"]))
    ],
}
DOCCANO_NAMED = [
    {"id": 7, "annotations": [{"label_name": "calm", "user_name": "ann"},
                              {"label_name": "angry", "user_name": "bob"}]},
    {"id": 8, "annotations": [{"label_name": "calm", "user_name": "ann"}]},
    {"id": 9, "annotations": [{"label_name": "angry", "user_name": "ann"},
                              {"label_name": "angry", "user_name": "bob"}]},
]  # fmt: skip
ARGILLA = [
    {"id": "7", "responses": {"tone": [{"value": "calm", "user_id": "a", "status": "submitted"},
                                       {"value": "angry", "user_id": "b", "status": "submitted"}]}},
    {"id": "8", "responses": {"tone": [{"value": "calm", "user_id": "a", "status": "submitted"},
                                       {"value": "angry", "user_id": "b", "status": "draft"}]}},
    {"id": "9", "responses": {"tone": [{"value": "angry", "user_id": "a"},
                                       {"value": "angry", "user_id": "b"}]}},
]  # fmt: skip
ARGILLA_FLAT = [
    {
        "id": record["id"],
        "tone.responses": [one["value"] for one in record["responses"]["tone"]],
        "tone.responses.users": [one["user_id"] for one in record["responses"]["tone"]],
        "tone.responses.status": [
            one.get("status", "submitted") for one in record["responses"]["tone"]
        ],
    }
    for record in ARGILLA
]
ARGILLA_1 = [
    {
        "id": record["id"],
        "responses": [
            {"user_id": one["user_id"], "status": one.get("status", "submitted"),
             "values": {"tone": {"value": one["value"]}}}
            for one in record["responses"]["tone"]
        ],
    }
    for record in ARGILLA
]  # fmt: skip
EXPORTS = {
    "label studio": ("label_studio", LABEL_STUDIO, None),
    "label studio, flat": ("label_studio", LABEL_STUDIO_MIN, "tone"),
    "prodigy": ("prodigy", PRODIGY, None),
    "doccano, a file each": ("doccano", DOCCANO, None),
    "doccano, users named": ("doccano", DOCCANO_NAMED, None),
    "argilla": ("argilla", ARGILLA, "tone"),
    "argilla, flattened": ("argilla", ARGILLA_FLAT, None),
    "argilla 1": ("argilla", ARGILLA_1, None),
}


def read(name, **more):
    tool, export, question = EXPORTS[name]
    return ilr.ratings_from_annotations(export, tool=tool, scale=TONE, question=question, **more)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_holds_the_same_ratings(name):
    ratings = read(name)
    right = ilr.ratings_from_codes([[0, 1], [0, -1], [1, 1]], scale=TONE)
    assert ratings.patterns.tolist() == right.patterns.tolist()
    assert ratings.frequencies.tolist() == right.frequencies.tolist()
    assert ratings.n_missing == 1


@pytest.mark.parametrize("name", ["label studio", "prodigy", "argilla", "argilla 1"])
def test_what_was_passed_over_is_counted(name):
    assert "1 annotation without an answer" in read(name).notes[-1]


def test_units_keep_their_names():
    ratings = read("label studio", name_units=True)
    assert sorted(sum(ratings.units, ())) == [7, 8, 9]
    assert ratings.raters == ("ann@x.org", "bob@x.org")


def test_a_label_accepted_or_rejected_is_a_question_of_its_own():
    tasks = [
        {"_input_hash": unit, "label": label, "answer": answer, "_annotator_id": who}
        for unit, label, who, answer in [
            (1, "RUDE", "a", "accept"), (1, "RUDE", "b", "reject"),
            (2, "RUDE", "a", "accept"), (2, "RUDE", "b", "accept"),
            (1, "LONG", "a", "reject"), (1, "LONG", "b", "reject"),
        ]
    ]  # fmt: skip
    scale = ilr.Scale(["reject", "accept"])
    ratings = ilr.ratings_from_annotations(tasks, tool="prodigy", scale=scale, question="RUDE")
    assert ratings.n_units == 2
    with pytest.raises(ValueError, match=r"`question` must say which .* \['LONG', 'RUDE'\]"):
        ilr.ratings_from_annotations(tasks, tool="prodigy", scale=scale)
    with pytest.raises(ValueError, match="`question` is 'RUDEST', but `export` has"):
        ilr.ratings_from_annotations(tasks, tool="prodigy", scale=scale, question="RUDEST")


def test_several_labels_are_sets():
    documents = {
        "ann": [{"id": 1, "label": ["b", "a"]}, {"id": 2, "label": ["a"]}],
        "bob": [{"id": 1, "label": ["a", "b"]}, {"id": 2, "label": ["b"]}],
    }
    sets = ilr.Scale([("a",), ("b",), ("a", "b")], ordered=False)
    ratings = ilr.ratings_from_annotations(documents, tool="doccano", scale=sets)
    assert sorted(ratings.patterns.tolist()) == [[0, 1], [2, 2]]
    with pytest.raises(ValueError, match=r"annotator .ann. gave .* make a scale of sets"):
        ilr.ratings_from_annotations(documents, tool="doccano", scale=ilr.Scale(["a", "b"]))
    few = ilr.Scale([("a",), ("b",)], ordered=False)
    with pytest.raises(ValueError, match=r"`scale` has no set \['a', 'b'\], the answer of"):
        ilr.ratings_from_annotations(documents, tool="doccano", scale=few)


@pytest.mark.parametrize(
    ("export", "error", "match"),
    [
        ("tasks.json", TypeError, "`export` must be a list of records"),
        ([1], TypeError, "`export` must hold mappings, but got 1 at 0"),
        ([], ValueError, "`export` has no record"),
        ([{"annotations": []}], ValueError, "`export` has no 'id' or 'task_id' in record 0"),
        ([{"id": 1, "annotations": [{"result": []}]}], ValueError, "no 'completed_by' or"),
        ([{"id": 1, "annotations": []}], ValueError, "`export` has no answer"),
        ([LABEL_STUDIO[0], LABEL_STUDIO[0]], ValueError, "two answers of annotator 'ann@x.org'"),
    ],
)
def test_what_is_no_export_is_refused(export, error, match):
    with pytest.raises(error, match=match):
        ilr.ratings_from_annotations(export, tool="label_studio", scale=TONE)


def test_a_label_off_the_scale_is_named():
    with pytest.raises(ValueError, match="angry"):
        ilr.ratings_from_annotations(PRODIGY, tool="prodigy", scale=ilr.Scale(["calm", "cross"]))
