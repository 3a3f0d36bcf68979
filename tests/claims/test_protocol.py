"""A protocol's fingerprint covers what was declared, and outlives what the library adds."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ilacs_reliability as ilr

# as the first version of the library wrote them, and their SHA-256 by `sha256sum`
FIRST = """confidence_level = 0.95
power = 0.8
agreement = 0.8
coefficient = 0.6
majority = 0.5
about = 0.05
kept = 0.8
superiority_margin = 0.1
"""
FIRST_FINGERPRINT = "81546c7bacc852cb"
NUMBERS = ["power", "coefficient", "agreement", "majority", "about", "kept", "vast_majority"]


def test_a_published_fingerprint_stays_what_it_was():
    assert ilr.Protocol.from_toml(FIRST).fingerprint[:16] == FIRST_FINGERPRINT
    assert ilr.Protocol(schema=1).to_toml() == FIRST
    assert ilr.Protocol.from_toml("agreement = 0.9").fingerprint[:8] == "4805f35b"


def test_what_came_later_enters_only_where_it_is_declared():
    usual = ilr.Protocol()
    assert usual.to_toml() == "schema = 2\n" + FIRST
    later = ilr.Protocol(adjust="holm", vast_majority=0.8)
    assert later.to_toml() == usual.to_toml() + 'vast_majority = 0.8\nadjust = "holm"\n'
    assert ilr.Protocol(vast_majority=0.75, adjust="none").fingerprint == usual.fingerprint


@given(
    declared=st.dictionaries(st.sampled_from(NUMBERS), st.floats(0.01, 0.49)),
    adjust=st.sampled_from(["none", "holm"]),
)
def test_the_canonical_text_is_the_protocol_and_its_digest(declared, adjust):
    protocol = ilr.Protocol(**declared, adjust=adjust)
    text = protocol.to_toml()
    assert ilr.Protocol.from_toml(text) == protocol
    assert protocol.fingerprint == hashlib.sha256(text.encode()).hexdigest()


def test_schema_1_judges_margins_as_it_did():
    first, second = ilr.Protocol(schema=1), ilr.Protocol()
    levels = [
        {claim.name: claim.confidence_level for claim in ilr.published_claims(protocol=one)}
        for one in (first, second)
    ]
    assert set(levels[1].values()) == {0.95}
    changed = {name for name, level in levels[0].items() if abs(level - 0.9) < 1e-9}
    assert changed == {
        "about_60_percent",
        "short_against_standard",
        "two_thirds_left_inadequate",
        "inadequate_left_similarly",
        "state_2018",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schema": 3}, "`schema` must be one of"),
        ({"adjust": "bonferroni"}, "`adjust` must be one of"),
        ({"schema": 1, "adjust": "holm"}, "`schema` must be 2 where `adjust` is declared"),
        ({"vast_majority": 75}, "`vast_majority` must be between 0 and 1"),
    ],
)
def test_what_a_schema_does_not_know_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ilr.Protocol(**options)
