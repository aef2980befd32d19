import pytest

from app.drg.scheme_search import SchemeIndex
from app.drg.schemes import load_drg_scheme
from app.knowledge import DEMO_DRG, demo_folder
from coding_rules.grouper.drg.scheme import GroupRule, Stage


@pytest.fixture(scope="module")
def index() -> SchemeIndex:
    return SchemeIndex(load_drg_scheme(demo_folder(DEMO_DRG)))


def rule(index: SchemeIndex, code: str) -> GroupRule:
    return next(one for one in index.scheme.rules if one.code == code)


def test_lists_and_their_users(index: SchemeIndex) -> None:
    infarction = rule(index, "D04-M1")
    (used,) = index.lists_of(infarction)
    assert used.name == "D04-M1.DX"
    assert infarction in index.users_of(used)


def test_found_by_text_and_by_code(index: SchemeIndex) -> None:
    infarction = rule(index, "D04-M1")
    assert index.find("") is None
    for text in ("d04-m1", "急性心肌梗死", "I21.001", "i21.0"):
        assert id(infarction) in (index.find(text) or set()), text
    assert index.find("I2") is not None
    assert id(infarction) not in (index.find("I2") or set())


def test_weights_are_said_with_their_row(index: SchemeIndex) -> None:
    scheme = index.scheme
    leaf = next(one for one in scheme.drgs if scheme.weights and scheme.weights.get(one.code))
    assert "权重" in index.weight_text(leaf)
    assert "第" in index.weight_text(leaf)
    assert index.weight_text(scheme.mdcs[0]) == ""
    parent = next(one for one in scheme.adrgs if one.code in scheme.drgs_of)
    assert parent.stage is Stage.ADRG
    assert index.weight_text(parent) == ""
