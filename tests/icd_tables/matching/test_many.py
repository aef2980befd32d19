"""Many texts at once get the answers they get alone, with a memory and without; a growing memory is taken in again."""

from __future__ import annotations

import pytest

from icd_tables.matcher import Matcher
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.matching.recall import Recall
from icd_tables.table import CodeEntry

ENTRIES = (
    CodeEntry("K35.900", "急性阑尾炎", aliases=("急性盲肠炎",)),
    CodeEntry("K36.x00", "慢性阑尾炎"),
    CodeEntry("I48.x01", "心房颤动[心房纤颤]"),
    CodeEntry("I10.x00", "特发性（原发性）高血压"),
    CodeEntry("S82.100", "胫骨上端骨折"),
    CodeEntry("C34.901", "左肺恶性肿瘤"),
    CodeEntry("C34.902", "右肺恶性肿瘤"),
)
TEXTS = (
    "急性阑尾炎", "阑尾炎待查", "房颤；高血压病", "右肺癌术后", "左胫骨骨折", "jxlwy", "hcc", "K35", "", "。", "？？", "全然无关",
)  # fmt: skip
MEMORY = (
    Confirmed("老阑尾", "K36.x00", count=3),
    Confirmed("肺部占位", "C34.902"),
    Confirmed("老阑尾发作", "K35.900"),
)


@pytest.mark.parametrize("memory", [None, SessionMemory(MEMORY), SessionMemory()])
def test_together_as_alone(memory: SessionMemory | None) -> None:
    matcher = Matcher(ENTRIES, memory)
    together = matcher.find_many((*TEXTS, "老阑尾炎"))
    assert together == {text: matcher.find(text) for text in (*TEXTS, "老阑尾炎")}
    assert together[""] == ()


def test_a_table_without_entries_answers_nothing() -> None:
    assert not any(Matcher(()).find_many(TEXTS).values())


def test_what_was_worked_out_for_a_memory_is_taken_over() -> None:
    memory = SessionMemory(MEMORY)
    matcher = Matcher(ENTRIES, memory)
    first = matcher.recall()
    for number in range(30):
        memory.add(Confirmed(f"第{number}种说法的阑尾", "K35.900"))
    again, fresh = matcher.recall(), Matcher(ENTRIES, memory)
    assert isinstance(first, Recall)
    assert again is not first
    assert matcher.find("第7种说法阑尾") == fresh.find("第7种说法阑尾")
