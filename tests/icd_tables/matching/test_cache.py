"""The index on disk: same answers, other contents other file, damage means building anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from icd_tables.codes import Kind
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.matcher import Matcher
from icd_tables.matching.cache import IndexCache
from icd_tables.matching.index import MatchIndex
from icd_tables.table import CodeEntry

ENTRIES = (
    CodeEntry("K35.900", "急性阑尾炎", aliases=("急性盲肠炎",)),
    CodeEntry("I48.x01", "心房颤动[心房纤颤]"),
)
QUERIES = ("房颤", "急性盲肠炎", "jxlwy", "xinfang", "K35")


def answers(matcher: Matcher) -> list[list[tuple[str, str, float]]]:
    return [[(one.entry.code, one.why, one.score) for one in matcher.find(text)] for text in QUERIES]


def test_an_index_from_the_disk_answers_like_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = IndexCache(tmp_path)
    built = answers(Matcher(ENTRIES, cache=cache))

    def refuse(*_: object) -> MatchIndex:
        raise AssertionError("built again")

    monkeypatch.setattr(MatchIndex, "build", refuse)
    assert answers(Matcher(ENTRIES, cache=cache)) == built


def test_other_contents_get_another_file(tmp_path: Path) -> None:
    cache = IndexCache(tmp_path)
    Matcher(ENTRIES, cache=cache)
    Matcher(ENTRIES[:1], cache=cache)
    crosswalk = Crosswalk(
        Kind.DIAGNOSIS, "对照", [CrosswalkRow("K35.8", "急性单纯性阑尾炎", "K35.900", "急性阑尾炎")]
    )
    Matcher(ENTRIES, crosswalk=crosswalk, cache=cache)
    assert len(list(tmp_path.glob("match-*.npz"))) == 3


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_built_anew(tmp_path: Path, content: bytes) -> None:
    cache = IndexCache(tmp_path)
    built = answers(Matcher(ENTRIES, cache=cache))
    (file,) = tmp_path.glob("match-*.npz")
    file.write_bytes(content)
    assert answers(Matcher(ENTRIES, cache=cache)) == built
    assert file.stat().st_size > len(content)


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    assert answers(Matcher(ENTRIES, cache=IndexCache(blocked / "cache")))[0]


def test_old_files_make_room(tmp_path: Path) -> None:
    cache = IndexCache(tmp_path)
    for number in range(15):
        Matcher([CodeEntry("A00.000", f"第{number}种霍乱")], cache=cache)
    assert len(list(tmp_path.glob("match-*.npz"))) == 12
