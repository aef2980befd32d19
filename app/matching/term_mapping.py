"""Map a hospital's term list: read it from a workbook, match each distinct term once, hand the mapped list out again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.errors import UserError
from app.export.tables import write_tables
from app.matching.finder import Finder
from app.matching.headed_rows import headed_rows
from app.matching.memory import HospitalDictionary
from app.matching.memory_exchange import RowIssue
from app.matching.term_map import SUFFIX, Decision, Equivalence, Suggested, Term, TermMap, coverage
from app.paths import data_dir
from app.progress import Progress
from icd_tables.code_form import well_formed
from icd_tables.codes import Edition, Kind
from icd_tables.matcher import Matcher
from icd_tables.matching.memory import Confirmed
from icd_tables.search import Candidate, Tier

CANDIDATES = 9
SURE = (Tier.EXACT, Tier.CONFIRMED, Tier.ALIAS)
"""Tiers that a local code does not outweigh."""
_TOGETHER = frozenset({Tier.EXACT.value, Tier.CONFIRMED.value})
"""Tiers good enough to be approved together; an alias may be narrower than the term and is looked at."""
_KEEP_EVERY = 200
_HEADINGS = {
    "text": (
        "院内名称",
        "临床名称",
        "本院名称",
        "诊断名称",
        "手术名称",
        "名称",
        "术语",
        "原始文本",
        "诊断",
        "手术",
        "text",
        "name",
    ),
    "code": ("院内编码", "本院编码", "编码", "代码", "诊断编码", "手术编码", "code"),
    "count": ("使用次数", "次数", "频次", "例数", "使用频次", "数量", "count"),
    "kind": ("类别", "类型", "kind"),
}
_KINDS = {
    **dict.fromkeys(("疾病诊断", "诊断", "疾病", "diagnosis"), Kind.DIAGNOSIS),
    **dict.fromkeys(("手术操作", "手术", "操作", "procedure"), Kind.PROCEDURE),
}
_OPERATION = re.compile(
    r"术$|术[（(+、]|切除|检查|造影|治疗|穿刺|[置植]入|置换|缝合|活检|引流|修补|剖宫产|透析|灌洗|复位|移植|镜下|乳化|监测"
)
_STATE = re.compile(r"术后|状态|史$|并发症|排斥|失败|感染$|综合征$")
"""Words of names that speak of an operation, and those that speak of what is left of one."""
_HEADS = (
    "行",
    "类别",
    "院内名称",
    "院内编码",
    "使用次数",
    "等价关系",
    "标准编码",
    "标准名称",
    "匹配",
    "匹配理由",
    "核对人",
    "核对时间",
)


@dataclass(frozen=True, slots=True)
class TermList:
    """A term list as read: distinct terms and the rows that could not be taken."""

    terms: tuple[Term, ...]
    issues: tuple[RowIssue, ...]


def maps_dir() -> Path:
    """Where mappings are kept.

    Raises:
        UserError: the folder cannot be made.
    """
    folder = data_dir() / "词表映射"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"无法建立文件夹：{folder}", "请检查该位置的写入权限。") from error
    return folder


def known_maps() -> list[Path]:
    """Mappings there are, the one worked on last first."""
    return sorted(maps_dir().glob(f"*{SUFFIX}"), key=lambda path: -path.stat().st_mtime)


def map_path(source: Path, edition: Edition) -> Path:
    """Where the mapping of a list is kept: the same file gives the same mapping.

    Raises:
        UserError: the list cannot be read.
    """
    try:
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
    except OSError as error:
        raise UserError(f"打不开文件：{source}", "请检查文件是否存在、是否有读取权限。") from error
    return maps_dir() / f"{source.stem}-{edition.value}-{digest}{SUFFIX}"


def read_terms(path: Path, kind: Kind | None = None) -> TermList:
    """Distinct terms of a workbook or CSV. ``kind`` holds for all rows; ``None`` tells it by row.

    The same term with the same code on several rows is one term; its uses are added up (a row without a count is one use).

    Raises:
        UserError: the file cannot be opened, or no sheet has a column of names.
    """
    terms: dict[tuple[Kind, str, str], Term] = {}
    issues: list[RowIssue] = []
    for row, cells in _records(path):
        text, code = cells.get("text", ""), cells.get("code", "")
        count = _count(cells.get("count", ""))
        if not text:
            issues.append(RowIssue(row, "名称", "没有名称"))
            continue
        if count is None:
            issues.append(RowIssue(row, "使用次数", f"“{cells['count']}”不是次数"))
            continue
        own = kind or _KINDS.get(cells.get("kind", "").lower()) or _guess(code, text)
        known = terms.get((own, text, code))
        terms[own, text, code] = (
            replace(known, count=known.count + count) if known else Term(row, own, text, code, count)
        )
    if not terms:
        raise UserError(f"“{path.name}”里没有可以读入的词。", "请检查名称一列是否为空。")
    return TermList(tuple(terms.values()), tuple(issues))


def match_terms(mapping: TermMap, finder: Finder, progress: Progress | None = None) -> int:
    """Match every undecided term, each distinct wording once; what was found is kept as it goes. Number matched.

    A match that was stopped, or whose program was killed, goes on where it was.

    Raises:
        Cancelled: the user stopped it; what was found so far is kept.
        UserError: the disk refuses, or no table of the edition is loaded.
    """
    progress = progress or Progress()
    if not any(finder.terminology.table(kind, mapping.edition) for kind in Kind):
        raise UserError(
            f"没有载入{mapping.edition.value}的编码表。", "请用“工具”→“编码表”导入该版本的编码表。"
        )
    finder.prepare([mapping.edition], progress)
    again = mapping.matched
    waiting = [term for term in mapping.terms() if not term.decided and (again or not term.tier)]
    progress.report(0, len(waiting), "正在匹配词表")
    for start in range(0, len(waiting), _KEEP_EVERY):
        some = waiting[start : start + _KEEP_EVERY]
        found: list[Suggested] = []
        for kind in Kind:
            own = [term for term in some if term.kind is kind]
            found += _suggestions(own, finder.matcher(kind, mapping.edition))
        mapping.suggest(found, complete=False)
        progress.report(start + len(some), len(waiting), "正在匹配词表")
    mapping.suggest((), complete=True)
    return len(waiting)


def _suggestions(terms: Sequence[Term], matcher: Matcher | None) -> Iterator[Suggested]:
    """The first candidate of each term, all matched together."""
    if matcher is None:
        return
    asked = matcher.find_many([text for term in terms for text in (term.text, term.local_code)], CANDIDATES)
    for term in terms:
        candidates = _by_both(asked[term.text], asked[term.local_code])
        if candidates:
            best = candidates[0]
            entry, caution = best.entry, "；".join(best.cautions)
            yield Suggested(term.row, entry.code, entry.name, best.tier.value, best.why, caution)


def candidates_of(term: Term, matcher: Matcher | None, limit: int = CANDIDATES) -> list[Candidate]:
    """Candidates for a term: by wording, and by its local code where the table (or its crosswalk) knows that.

    A sure wording comes first; else the local code's entry does when the wording suggests it too.
    """
    if matcher is None:
        return []
    return _by_both(matcher.find(term.text, limit), matcher.find(term.local_code, limit))[:limit]


def _by_both(by_text: Sequence[Candidate], by_code: Sequence[Candidate]) -> list[Candidate]:
    found = list(by_text)
    for one in [one for one in by_code if one.tier in (Tier.EXACT, Tier.ALIAS)][:1]:
        same = next((at for at, other in enumerate(found) if other.entry.code == one.entry.code), None)
        if same is None:
            found.insert(min(1, len(found)), replace(one, tier=Tier.MIDDLE, why=f"院内编码：{one.why}"))
        elif found[0].tier not in SURE:
            both = found.pop(same)
            found.insert(0, replace(both, why=f"{both.why}；院内编码也是它"))
    return found


def approve_sure(mapping: TermMap, terms: Sequence[Term], who: str, when: datetime) -> int:
    """Approve as 等于 every undecided term whose suggestion is exact or confirmed before without contradiction; how many.

    Raises:
        UserError: the disk refuses; nothing is approved.
    """
    sure = sure_terms(terms)
    mapping.decide(
        [Decision(one.row, Equivalence.EQUAL, one.code, one.name, one.tier, one.why) for one in sure],
        who,
        when,
    )
    return len(sure)


def sure_terms(terms: Sequence[Term]) -> list[Term]:
    """Undecided terms whose suggestion may be approved together."""
    return [one for one in terms if not one.decided and one.tier in _TOGETHER and not one.caution]


def teach(mapping: TermMap, dictionary: HospitalDictionary) -> int:
    """Give what was approved as 等于 to the hospital's dictionary, each once; how many.

    Raises:
        UserError: the disk refuses.
    """
    new = [
        one
        for one in mapping.terms()
        if one.equivalence is Equivalence.EQUAL and not one.taught and one.text != one.name
    ]
    for kind in Kind:
        pairs = [
            Confirmed(one.text, one.code, one.name, who=one.who, when=one.when)
            for one in new
            if one.kind is kind
        ]
        if pairs:
            dictionary.confirm_all(kind, pairs)
    mapping.mark_taught(one.row for one in new)
    return len(new)


def export_map(mapping: TermMap, path: Path, progress: Progress | None = None) -> int:
    """Write the mapped list; undecided terms with their suggestion and an empty relation. Number of terms.

    Raises:
        UserError: the file cannot be written.
        Cancelled: the user stopped it.
    """
    terms = sorted(mapping.terms(), key=lambda one: one.row)
    rows = [
        (
            one.row,
            one.kind.label,
            one.text,
            one.local_code,
            one.count,
            one.equivalence.value if one.equivalence else "",
            one.code,
            one.name,
            one.tier,
            one.why,
            one.who,
            one.when,
        )
        for one in terms
    ]
    lines = [
        ("来源", mapping.source),
        ("目标编码", mapping.edition.value),
        ("进度", coverage(terms).sentence),
        (
            "等价关系",
            "等于、宽于（院内词比标准名称宽）、窄于、近似、无对应；空白为尚未核对，编码只是程序的建议",
        ),
    ]
    write_tables(path, [("词表映射", _HEADS, rows)], lines, "院内词表映射", progress)
    return len(rows)


def _records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    absent = UserError(
        f"“{path.name}”里没有找到名称一列。",
        "请在第一行写上列名：院内名称、院内编码、使用次数、类别（后三列可以没有）。",
    )
    return headed_rows(path, _HEADINGS, ("text",), absent)


def _count(text: str) -> int | None:
    """How often a term is used: 1 where nothing is said, ``None`` where what is said is no count."""
    if not text:
        return 1
    whole = text.replace(",", "").removesuffix(".0")
    return int(whole) if whole.isdecimal() and int(whole) > 0 else None


def _guess(code: str, text: str) -> Kind:
    """By the form of a national code; a code of the hospital's own says nothing, then by the words of the name."""
    for kind in Kind:
        if well_formed(code, kind):
            return kind
    operated = _OPERATION.search(text) and not _STATE.search(text)
    return Kind.PROCEDURE if operated else Kind.DIAGNOSIS
