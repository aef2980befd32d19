"""Words a hospital writes for words of the names are learned from what it confirmed, explained, and forgotten with it."""

from __future__ import annotations

from icd_tables.matcher import Matcher
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.matching.rewritings import Rewriting, Rewritings, signs
from icd_tables.table import CodeEntry

ENTRIES = (
    CodeEntry("B37.800", "食管念珠菌感染"),
    CodeEntry("B37.801", "肠道念珠菌感染"),
    CodeEntry("B37.200", "皮肤念珠菌感染"),
    CodeEntry("B37.000", "口腔念珠菌感染"),
    CodeEntry("A49.900", "口腔细菌感染"),
    CodeEntry("B36.900", "皮肤真菌感染"),
)
TAUGHT = (
    Confirmed("食管鹅白感染", "B37.800", "食管念珠菌感染"),
    Confirmed("肠道鹅白感染", "B37.801", "肠道念珠菌感染"),
)


def said(text: str, name: str) -> list[tuple[str, str]]:
    return [("".join(one.word), "".join(one.meaning)) for one in signs(tuple(text), tuple(name), 0)]


def test_a_pair_says_which_word_stands_for_which() -> None:
    assert said("口腔白毛病", "口腔念珠菌病") == [("白毛", "念珠菌")]


def test_an_abbreviation_takes_in_characters_beside_it() -> None:
    assert ("慢支", "慢支气管炎") in said("慢支合并感染", "慢支气管炎合并感染")
    assert ("鹅菌", "念珠菌") in said("食管鹅菌感染", "食管念珠菌感染")


def test_equal_wholly_different_and_whole_wordings_say_nothing() -> None:
    assert said("肺炎", "肺炎") == []
    assert said("老毛病", "慢性支气管炎") == []
    assert said("左侧肢体活动不利的病人", "偏瘫") == []


def test_one_sign_is_no_rule_and_wordings_that_say_otherwise_count_against_it() -> None:
    one = Rewriting(tuple("白毛"), tuple("念珠菌"), 0)
    wordings = [tuple("口腔白毛病"), tuple("肠白毛病")]
    assert len(Rewritings(wordings, [one])) == 0
    assert len(Rewritings(wordings, [one, one])) == 1
    others = [tuple(f"{site}白毛感染") for site in "肺脑肾"]
    assert len(Rewritings([*wordings, *others], [one, one])) == 0


def test_what_was_learned_is_used_for_a_text_never_seen_and_said() -> None:
    plain, taught = Matcher(ENTRIES), Matcher(ENTRIES, SessionMemory(TAUGHT))
    assert not any("字全同" in candidate.why for candidate in plain.find("口腔鹅白感染"))
    first = taught.find("口腔鹅白感染")[0]
    assert first.entry.name == "口腔念珠菌感染"
    assert "字全同" in first.why
    assert "“鹅白”按本院“" in first.why
    assert any(pair.text in first.why for pair in TAUGHT)


def test_what_is_withdrawn_teaches_no_more() -> None:
    memory = SessionMemory(TAUGHT)
    matcher = Matcher(ENTRIES, memory)
    assert "按本院“" in matcher.find("口腔鹅白感染")[0].why
    memory.put(TAUGHT[0].text, [])
    assert "按本院“" not in matcher.find("口腔鹅白感染")[0].why
