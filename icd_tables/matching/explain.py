"""The sentence that says why a candidate is here, from its features and the words that were taken as the same."""

from __future__ import annotations

from collections.abc import Mapping

from icd_tables.matching.forms import Form, plain
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.memory import Confirmed
from icd_tables.matching.rows import Origin
from icd_tables.matching.similar import Match

_MOST_CHANGES = 3


_ECHO_WORTH_TELLING = 0.6
_CALLED: dict[int, str] = {Origin.BRACKET: "别名", Origin.ALIAS: "别名", Origin.OLD_NAME: "对照旧名"}


def why(
    match: Match,
    index: MatchIndex,
    remembered: Confirmed | None,
    taught: tuple[str, Confirmed] | None = None,
) -> str:
    """For a similar candidate: what is covered, which words count as the same, what was left aside, what speaks against.

    ``taught``: a word taken as this hospital writes it, and the remembered pair that shows what it means.
    """
    form, found = match.form, match.found
    parts = [_covered(found)]
    parts += _same_words(form, index, match.row)
    called = _CALLED.get(index.origin.item(match.row))
    if called:
        parts.append(f"{called}“{index.surfaces[match.row]}”")
    if taught is not None:
        parts.append(f"“{taught[0]}”按本院“{taught[1].text}”的编法")
    elif remembered is not None and found.get("echo_best", 0) >= _ECHO_WORTH_TELLING:
        parts.append(f"本院曾把“{remembered.text}”编到这里")
    parts += _left_aside(form, found)
    parts += _against(found)
    return "；".join(part for part in parts if part)


def _covered(found: Mapping[str, float]) -> str:
    if found["name_covered"] > 0.999:
        return "字全同" if found["text_covered"] > 0.999 else "名称的字都在原文里"
    if found["text_covered"] > 0.999:
        return "含全部字"
    if max(found["name_covered"], found["text_covered"]) >= 0.6:
        return "大部分字相同"
    return "部分字相同"


def _same_words(form: Form, index: MatchIndex, row: int) -> list[str]:
    ours, theirs = dict(form.canonical.changes), index.changes[row]
    if not ours and not theirs:
        return []
    here, there = plain(form.canonical.text), plain(index.canonicals[row])
    shown = [f"{word}={meaning}" for word, meaning in ours.items() if plain(meaning) in there]
    for change in theirs.split("\t") if theirs else ():
        word, _, meaning = change.partition("=")
        if plain(meaning) in here and word not in ours:
            shown.append(f"{meaning}={word}")
    return ["、".join(shown[:_MOST_CHANGES])] if shown else []


def _left_aside(form: Form, found: Mapping[str, float]) -> list[str]:
    if form.canonical.sides and not found["side_match"] and not found["side_conflict"]:
        return ["左右侧不计"]
    return []


def _against(found: Mapping[str, float]) -> list[str]:
    checks = {
        "number_conflict": "数字（分型分期）不同",
        "opposite": "有相反的词",
        "side_conflict": "左右侧不符",
        "unasked": "名称多出限定",
    }
    return [text for name, text in checks.items() if found[name] > 0]
