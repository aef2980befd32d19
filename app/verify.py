"""Integrity of everything the program judges by: rule packs, schemes, catalogues, settlement profiles, code tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.drg.weight_tables import weight_series
from app.errors import UserError
from app.knowledge import Choices, load_catalogue, load_packs, load_schemes, load_terminology, read_profile
from app.progress import Progress
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.pack import PackError, shipped_names, verify_all
from coding_rules.finding import Severity
from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipCatalogue
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.scheme_verify import verify as verify_scheme
from coding_rules.grouper.drg.scheme_verify import verify_versions
from coding_rules.grouper.drg.weight_verify import verify_weight_dates
from coding_rules.settlement.profile import SHIPPED
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.table import CodeTable
from icd_tables.terminology import Terminology

_ISSUES_TOLD = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """One thing that was checked: what, how much was in it, and every inconsistency with its place, as sentences.

    ``problems`` make results wrong and can be put right; ``warnings`` are peculiarities of published tables to know of.
    """

    what: str
    content: str
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it; warnings do not count."""
        return not self.problems


def verify(choices: Choices | None = None, progress: Progress | None = None) -> list[Verified]:
    """Check all data in use. What cannot even be loaded is a problem like any other.

    Raises:
        Cancelled: the user asked to stop.
    """
    choices = choices or Choices()
    progress = progress or Progress()
    stages: list[tuple[str, Callable[[], Verified]]] = [
        ("内置规则包", _shipped_packs),
        *((f"规则包 {each}", lambda each=each: _user_pack(each)) for each in choices.packs),
        ("编码表", lambda: _tables(choices.tables)),
        ("已安装的编码表", _installed_tables),
        ("DRG 分组方案", lambda: _schemes(choices)),
        ("DIP 病种目录", lambda: _catalogue(choices)),
        *((f"结算参数 {name}", lambda name=name: _profile(name)) for name in SHIPPED),
    ]
    found: list[Verified] = []
    for done, (what, check) in enumerate(stages):
        progress.report(done, len(stages), f"正在校验{what}")
        try:
            found.append(check())
        except UserError as error:
            found.append(Verified(what, "无法载入", (error.what,)))
    progress.report(len(stages), len(stages), "校验完成")
    return found


def problems(choices: Choices | None = None, progress: Progress | None = None) -> list[str]:
    """Every inconsistency as a sentence that begins with what it is in; empty when all is sound."""
    return [f"{each.what}：{problem}" for each in verify(choices, progress) for problem in each.problems]


def _shipped_packs() -> Verified:
    issues = tuple(
        f"{issue.pack} {issue.rule}：{issue.reason}".replace(" ：", "：") for issue in verify_all()
    )
    try:
        rules = sum(len(pack.rules) for pack in load_packs())
    except PackError as error:
        return Verified("内置规则包", "无法载入", (str(error), *issues))
    return Verified("内置规则包", f"{len(shipped_names())} 个，{rules} 条规则", issues)


def _user_pack(path: str) -> Verified:
    *_, pack = load_packs([path])
    try:
        CheckEngine(Terminology(), [*load_packs(), pack])
    except PackError as error:
        return Verified(f"规则包 {path}", pack.title, (str(error),))
    return Verified(f"规则包 {path}", f"{pack.title}，{len(pack.rules)} 条规则")


def _tables(folder: str) -> Verified:
    terminology = load_terminology(folder)
    counts = [
        f"{kind.label} {edition.value} {len(table)} 条"
        for (kind, edition), table in terminology.tables.items()
    ]
    counts += [f"{kind.label}对照 {len(crosswalk)} 对" for kind, crosswalk in terminology.crosswalks.items()]
    lost = tuple(_told(list(_lost_targets(terminology))))
    return Verified(f"编码表 {folder}".strip(), "，".join(counts), warnings=lost)


def _lost_targets(terminology: Terminology) -> Iterator[str]:
    """Pairs of a crosswalk whose 医保版 side is in no table."""
    for kind, crosswalk in terminology.crosswalks.items():
        table = terminology.table(kind, Edition.INSURANCE)
        if table is None:
            continue
        for pair in crosswalk.rows:
            if pair.target_code and pair.target_code not in table:
                yield f"{crosswalk.title} 第 {pair.row} 行：医保版编码 {pair.target_code} 不在{kind.label}表中"


def _installed_tables() -> Verified:
    from app.tables import damaged_tables, installed_sources

    damaged = tuple(f"{name}：{reason}" for name, reason in damaged_tables())
    return Verified("已安装的编码表", f"{len(installed_sources())} 个", damaged)


def _schemes(choices: Choices) -> Verified:
    """The scheme chosen with the versions beside it; what is found in one of these says in which."""
    schemes = load_schemes(choices.drg)
    if not schemes:
        return Verified("DRG 分组方案", "未使用")
    chosen, *others = schemes
    weights = weight_series(Path(choices.drg_weights)) if choices.drg_weights else ()
    tables = full_tables(load_terminology(choices.tables))
    issues = [*verify_versions([each.info for each in schemes]), *verify_weight_dates(weights)]
    issues += verify_scheme(replace(chosen, weights=weights[0]) if weights else chosen, tables)
    found = [(issue.severity, str(issue)) for issue in issues]
    for other in others:
        its = verify_scheme(replace(other, weights=None) if weights else other, tables)
        found += [(issue.severity, f"{other.info.title}：{issue}") for issue in its]
    return Verified(
        f"DRG 分组方案 {chosen.name}",
        "；".join(map(_size, schemes)),
        tuple(_told([told for severity, told in found if severity is Severity.ERROR])),
        tuple(_told([told for severity, told in found if severity is not Severity.ERROR])),
    )


def _size(scheme: Scheme) -> str:
    codes = sum(len(each.codes) for each in scheme.lists)
    return (
        f"{len(scheme.mdcs)} 行 MDC，{len(scheme.adrgs)} 行 ADRG，{len(scheme.drgs)} 行 DRG，"
        f"{len(scheme.lists)} 个编码列表共 {codes} 个编码"
    )


def full_tables(terminology: Terminology) -> Terminology:
    """Without starter tables: they hold common codes only, and what they lack is no inconsistency."""
    return Terminology({key: table for key, table in terminology.tables.items() if not table.info.starter})


def _catalogue(choices: Choices) -> Verified:
    catalogue, _ = load_catalogue(choices.dip, choices.dip_profile)
    if catalogue is None:
        return Verified("DIP 病种目录", "未使用")
    issues = [*catalogue.report.issues, *catalogue_issues(catalogue, load_terminology(choices.tables))]
    wrong = [issue for issue in issues if issue.action != "corrected"]
    content = f"{len(catalogue)} 个病种，{len(issues) - len(wrong)} 处写法已统一"
    told = [f"{issue.file} 第 {issue.row} 行 {issue.column}：{issue.reason}" for issue in wrong]
    return Verified(f"DIP 病种目录 {catalogue.title}", content, tuple(_told(told)))


def catalogue_issues(catalogue: DipCatalogue, terminology: Terminology) -> tuple[CatalogueIssue, ...]:
    """Everything inconsistent in a catalogue; codes are looked up in full tables only."""
    return catalogue.verify(*_known(full_tables(terminology)))


def _known(tables: Terminology) -> tuple[Callable[[str], bool] | None, Callable[[str], bool] | None]:
    """How to ask whether a diagnosis key and a procedure code exist; ``None`` where no full table is loaded."""
    diagnoses = tables.table(Kind.DIAGNOSIS, Edition.INSURANCE)
    procedures = tables.table(Kind.PROCEDURE, Edition.INSURANCE)
    return (
        _knows_keys(diagnoses) if diagnoses is not None else None,
        procedures.__contains__ if procedures is not None else None,
    )


def _knows_keys(table: CodeTable) -> Callable[[str], bool]:
    keys = {normalize_code(entry.code)[:length] for entry in table for length in (3, 5)}

    def known(key: str) -> bool:
        """A category may be filed under its filler (``A86.x``)."""
        plain = normalize_code(key)
        return plain in keys or plain.removesuffix(".x") in keys

    return known


def _profile(name: str) -> Verified:
    profile = read_profile(name)
    return Verified(f"结算参数 {name}", profile.title, profile.verify())


def _told(issues: Sequence[str]) -> Sequence[str]:
    """The first issues, and how many more there are."""
    more = len(issues) - _ISSUES_TOLD
    return [*issues[:_ISSUES_TOLD], f"另有 {more} 处"] if more > 0 else issues
