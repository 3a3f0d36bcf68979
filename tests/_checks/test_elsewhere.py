"""What other programs call it is answered with our name."""

import pytest

import ilacs_reliability as ilr
from ilacs_reliability._checks.elsewhere import FUNCTIONS, OPTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_another_programs_function_names_ours(name):
    ours = FUNCTIONS[name].partition("(")[0]
    assert callable(getattr(ilr, ours))
    with pytest.raises(AttributeError, match=rf"no attribute '{name}': it is {ours}\("):
        getattr(ilr, name)


def test_a_name_that_nobody_has_is_just_absent():
    with pytest.raises(AttributeError, match=r"no attribute 'gwet_ac7'$"):
        _ = ilr.gwet_ac7


@pytest.mark.parametrize("given", [*OPTIONS, "quadratic weights", "Linear"])
def test_another_programs_weights_name_ours(given):
    plain = given.lower().removesuffix(" weights")
    ours = OPTIONS.get(plain, plain)
    with pytest.raises(ValueError, match=f"but got '{given}': that is '{ours}' here"):
        ilr.agreement_weights(ilr.OFSTED_SCALE, given)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ICC1", "1,1"),
        ("ICC2", "A,1"),
        ("ICC3", "C,1"),
        ("ICC1k", "1,k"),
        ("ICC2k", "A,k"),
        ("ICC3k", "C,k"),
    ],
)
def test_shrout_and_fleiss_names_are_taken(theirs, ours):
    # Shrout and Fleiss 1979, table 4, to two digits
    printed = {"1,1": 0.17, "A,1": 0.29, "C,1": 0.71, "1,k": 0.44, "A,k": 0.62, "C,k": 0.91}
    judges = ilr.load_dataset("shrout_fleiss_1979").ratings
    found = ilr.icc(judges, form=theirs)
    assert found.value == pytest.approx(printed[ours], abs=0.005)
    assert ours in found.label
    assert ilr.icc_test(judges, form=theirs).to_dict() == ilr.icc_test(judges, form=ours).to_dict()
