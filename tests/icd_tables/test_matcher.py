"""The matcher on a handful of names: order, tiers, reasons, keys."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from icd_tables.codes import Kind
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.matcher import Matcher
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.search import Candidate, Tier
from icd_tables.table import CodeEntry

ENTRIES = (
    CodeEntry("E10.900", "1型糖尿病"),
    CodeEntry("E11.900", "2型糖尿病"),
    CodeEntry("I10.x00", "高血压", keys=("ymr",)),
    CodeEntry("I21.900", "急性心肌梗死"),
    CodeEntry("I25.103", "冠状动脉粥样硬化性心脏病"),
    CodeEntry("I48.x01", "心房颤动[心房纤颤]"),
    CodeEntry("K35.900", "急性阑尾炎", aliases=("急性盲肠炎",)),
    CodeEntry("K36.x00", "慢性阑尾炎"),
    CodeEntry("L40.000", "银屑病[牛皮癣]"),
    CodeEntry("S72.000", "股骨颈骨折"),
    CodeEntry("S82.000", "髌骨骨折"),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(ENTRIES)


def codes(found: Sequence[Candidate]) -> list[str]:
    return [candidate.entry.code for candidate in found]


def test_a_published_name_is_exact(matcher: Matcher) -> None:
    first = matcher.find("急性阑尾炎")[0]
    assert (first.entry.code, first.tier) == ("K35.900", Tier.EXACT)


@pytest.mark.parametrize(
    ("text", "code"), [("急性盲肠炎", "K35.900"), ("牛皮癣", "L40.000"), ("心房纤颤", "I48.x01")]
)
def test_another_name_is_an_alias(matcher: Matcher, text: str, code: str) -> None:
    first = matcher.find(text)[0]
    assert (first.entry.code, first.tier) == (code, Tier.ALIAS)


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("Ⅱ型糖尿病", "E11.900", "名称相同"),
        ("房颤待查", "I48.x01", "房颤=心房颤动"),
        ("冠心病", "I25.103", "冠心病=冠状动脉粥样硬化性心脏病"),
        ("右侧髌骨骨折术后", "S82.000", "左右侧不计"),
        ("骨折，股骨颈", "S72.000", "字"),
    ],
)
def test_wordings_find_their_code_and_say_why(matcher: Matcher, text: str, code: str, word: str) -> None:
    first = matcher.find(text)[0]
    assert first.entry.code == code
    assert word in first.why


@pytest.mark.parametrize(
    ("key", "code"),
    [("jxlwy", "K35.900"), ("jixinglanweiyan", "K35.900"), ("jxlanwy", "K35.900"), ("急xlw", "K35.900"), ("ymr", "I10.x00"),
     ("i219", "I21.900"), ("I21.9", "I21.900"), ("i21", "I21.900"), ("niupixuan", "L40.000"), ("npx", "L40.000")],
)  # fmt: skip
def test_keys_lead_to_the_code(matcher: Matcher, key: str, code: str) -> None:
    assert codes(matcher.find(key))[0] == code


def test_what_the_hospital_confirmed_comes_first_with_who() -> None:
    memory = SessionMemory(
        [Confirmed("老慢阑", "K36.x00", count=3, who="王编码"), Confirmed("老慢阑", "K35.900")]
    )
    found = Matcher(ENTRIES, memory).find("老慢阑")
    assert codes(found)[:2] == ["K36.x00", "K35.900"]
    assert found[0].tier is Tier.CONFIRMED
    assert "王编码" in found[0].why
    assert found[0].cautions


def test_an_old_code_and_an_old_name_lead_through_the_crosswalk() -> None:
    crosswalk = Crosswalk(
        Kind.DIAGNOSIS, "对照", [CrosswalkRow("K35.800x001", "急性单纯性盲管炎", "K35.900", "急性阑尾炎")]
    )
    matcher = Matcher(ENTRIES, crosswalk=crosswalk)
    assert codes(matcher.find("K35.800x001"))[0] == "K35.900"
    assert codes(matcher.find("急性单纯性盲管炎"))[0] == "K35.900"


def test_several_statements_are_split_and_flagged(matcher: Matcher) -> None:
    pieces = matcher.split("1.急性阑尾炎；2.既往高血压；否认糖尿病；房颤待排")
    assert [(piece.text, piece.flags) for piece in pieces] == [
        ("急性阑尾炎", ()),
        ("既往高血压", ("既往",)),
        ("否认糖尿病", ("否认",)),
        ("房颤待排", ("待排",)),
    ]
    assert {"K35.900", "I10.x00", "E11.900", "I48.x01"} <= set(
        codes(matcher.find("1.急性阑尾炎；2.高血压；2型糖尿病；房颤"))
    )


def test_nothing_in_nothing_out(matcher: Matcher) -> None:
    assert matcher.find("  ") == ()
    assert matcher.find("？？") == ()


def test_many_texts_are_matched_once_each(matcher: Matcher) -> None:
    found = matcher.find_many(["房颤", "房颤", "高血压"], limit=1)
    assert [codes(found[text]) for text in ("房颤", "高血压")] == [["I48.x01"], ["I10.x00"]]


def test_a_heading_that_cannot_be_filed_gives_way_to_the_code_that_can() -> None:
    entries = [
        CodeEntry("E20", "甲状旁腺功能减退症"),
        CodeEntry("E20.9", "未特指的甲状旁腺功能减退症"),
        CodeEntry("E20.901", "甲状旁腺功能减退"),
        *ENTRIES,
    ]
    assert codes(Matcher(entries).find("甲状旁腺功能减退症待查"))[0] == "E20.901"


def test_of_names_with_one_key_the_everyday_one_comes_first_then_what_was_used_here() -> None:
    entries = [CodeEntry("E75.201", "戈谢病"), CodeEntry("K00.200", "过小牙"), *ENTRIES]
    matcher = Matcher(entries)
    assert codes(matcher.find("gxb"))[:2] == ["I25.103", "E75.201"]
    assert codes(matcher.find("gxy"))[:2] == ["I10.x00", "K00.200"]
    used = Matcher(entries, SessionMemory([Confirmed("过小的牙", "K00.200")]))
    assert codes(used.find("gxy"))[:2] == ["K00.200", "I10.x00"]


@pytest.mark.parametrize(("text", "code"), [("急阑", "K35.900"), ("慢阑", "K36.x00"), ("T2DM", "E11.900")])
def test_short_words_are_words_not_keys(matcher: Matcher, text: str, code: str) -> None:
    assert code in codes(matcher.find(text))[:2]


def test_what_is_denied_past_or_unsure_is_said_on_the_candidate(matcher: Matcher) -> None:
    found = {
        candidate.entry.code: candidate.cautions
        for candidate in matcher.find("慢阑；既往高血压；否认2型糖尿病；房颤待排")
    }
    assert [found[code] for code in ("K36.x00", "I10.x00", "E11.900", "I48.x01")] == [
        (),
        ("原文说的是既往史，看是否该编个人史",),
        ("原文说的是否认或排除",),
        ("原文没有确诊（待查、可能、待排）",),
    ]


@pytest.mark.parametrize(("text", "order"), [("右肺鳞癌", "RL"), ("左肺鳞癌", "LR")])
def test_wider_words_stay_on_the_side_of_the_text(text: str, order: str) -> None:
    entries = [CodeEntry("C34.9L", "左肺恶性肿瘤"), CodeEntry("C34.9R", "右肺恶性肿瘤"), *ENTRIES]
    assert codes(Matcher(entries).find(text))[:2] == [f"C34.9{side}" for side in order]
