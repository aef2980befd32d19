"""What the review asks, put together from the user's choices: tables, rule packs, DRG scheme, DIP catalogue, settlement.

Where nothing is chosen the program's own data stand in: installed or starter tables, and the demonstration schemes,
which are marked as such in every answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from app import log
from app.dip.profile_file import open_profile
from app.errors import UserError
from app.progress import Progress
from app.relations import learn_relations
from app.review import Knowledge
from app.review import Settler as CaseSettler
from app.rules.hospital_rules import PACK_ID, PACK_TITLE, load_hospital_rules
from app.rules.rule_checker import make_checker
from app.settings import Settings
from coding_rules.checks.pack import Pack, PackError, parse_pack, shipped_packs
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.drg.dated import drg_grouper
from coding_rules.grouper.drg.dates import is_dated, period
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import WeightTable
from coding_rules.relations import Relations
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.auxiliary import AuxiliaryCatalogue
from coding_rules.settlement.plain_rate import PlainRate
from coding_rules.settlement.profile import ProfileError, RegionProfile
from coding_rules.settlement.rules import AuxiliaryScheme
from coding_rules.settlement.rulings import Rulings
from icd_tables.terminology import Terminology

NONE = "none"
"""As a choice of scheme or catalogue: do not group with this system."""
DEMO_DRG, DEMO_DIP = "demo_drg", "demo_dip"
_DEMO_PROFILE = {"drg": "demo_drg", "dip": "demo"}
_NATIONAL_3 = "national_3"
RULINGS = "特例单议结论"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose. Empty: the program's own. ``drg`` and ``dip`` may be ``none``; profiles are a name or a file.

    ``drg_weights`` is a local weight table that stands in place of the scheme's own, ``dip_auxiliary`` the 辅助目录 to settle by.
    """

    tables: str = ""
    drg: str = ""
    dip: str = ""
    drg_profile: str = ""
    dip_profile: str = ""
    drg_weights: str = ""
    packs: Sequence[str] = field(default=())
    dip_auxiliary: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Choices:
        """The choices kept in the settings."""
        return cls(
            tables=settings.tables,
            drg=settings.drg_scheme,
            dip=settings.dip_catalogue,
            drg_profile=settings.drg_profile,
            dip_profile=settings.dip_profile,
            drg_weights=settings.drg_weights,
            dip_auxiliary=settings.dip_auxiliary,
            packs=settings.rule_packs,
        )


@dataclass(frozen=True)
class Groupers:
    """Both payment systems as chosen; ``None`` where one is switched off. ``versions`` as in ``Knowledge``."""

    drg: DrgGrouper | None = None
    dip: DipGrouper | None = None
    drg_settler: CaseSettler | None = None
    dip_settler: Settler | None = None
    versions: tuple[tuple[str, str, str], ...] = ()


def load_knowledge(choices: Choices | None = None, progress: Progress | None = None) -> Knowledge:
    """Load everything and note the versions.

    Raises:
        UserError: something chosen cannot be read; the text names it.
        Cancelled: the user asked to stop.
    """
    choices = choices or Choices()
    progress = progress or Progress()
    with log.timed("knowledge.load"):
        progress.report(0, 4, "正在载入编码表")
        terminology = load_terminology(choices.tables, progress)
        progress.report(1, 4, "正在载入分组方案")
        groupers = load_groupers(choices)
        progress.report(3, 4, "正在载入审核规则")
        packs = load_packs(choices.packs)
        try:
            rules = make_checker(terminology, packs, _relations(groupers), load_hospital_rules())
        except PackError as error:
            raise _unusable(error) from error
        progress.report(4, 4, "载入完成")
    return Knowledge(
        terminology=terminology,
        checker=rules.checker,
        drg=groupers.drg,
        dip=groupers.dip,
        drg_settler=groupers.drg_settler,
        dip_settler=groupers.dip_settler,
        versions=(
            *_table_versions(terminology),
            *rules.versions,
            *groupers.versions,
        ),
    )


def load_groupers(choices: Choices) -> Groupers:
    """The groupers and settlement rules chosen, without tables and checks.

    Raises:
        UserError: one of them cannot be read.
    """
    from app.dip.auxiliary import with_sub_codes
    from app.dip.rulings import load_rulings
    from app.drg.weight_tables import weight_series

    schemes = load_schemes(choices.drg)
    weights = weight_series(Path(choices.drg_weights)) if schemes and choices.drg_weights else ()
    if weights:
        schemes = tuple(replace(each, weights=weights[0]) for each in schemes)
    drg_profile = _drg_profile(choices, schemes)
    rated = _bring_rates(weights or [each.weights for each in schemes if each.weights is not None])
    catalogue, dip_profile = load_catalogue(choices.dip, choices.dip_profile)
    auxiliary = load_auxiliary(choices.dip_auxiliary)
    kept = load_rulings()
    rulings = Rulings(kept.rulings)
    if catalogue and dip_profile and dip_profile.auxiliary.scheme is AuxiliaryScheme.SUB_CODES:
        catalogue, auxiliary = with_sub_codes(catalogue, auxiliary)
    return Groupers(
        drg=drg_grouper(schemes, weights) if schemes else None,
        dip=DipGrouper(catalogue, dip_profile) if catalogue else None,
        drg_settler=_drg_settler(drg_profile, rulings, rated=rated),
        dip_settler=Settler(dip_profile, auxiliary=auxiliary, rulings=rulings) if dip_profile else None,
        versions=(
            *_scheme_versions(schemes, choices.drg, weights),
            *_catalogue_versions(catalogue, choices.dip),
            *_auxiliary_versions(auxiliary, choices.dip_auxiliary),
            *_profile_versions("DRG 结算参数", drg_profile),
            *_rate_versions(alone=rated and drg_profile is None),
            *_profile_versions("DIP 结算参数", dip_profile),
            *_rulings_versions(len(rulings), len(kept.refused)),
        ),
    )


def load_terminology(folder: str, progress: Progress | None = None) -> Terminology:
    """The tables of a folder of published files, else the installed ones, else the starter tables."""
    from app.tables import installed_terminology, load_folder

    return load_folder(Path(folder), progress) if folder else installed_terminology()


def load_packs(added: Sequence[str] = ()) -> tuple[Pack, ...]:
    """The shipped rule packs and the user's own.

    Raises:
        UserError: a pack cannot be used; the text says which rule and where.
    """
    packs = (*shipped_packs(), *(_user_pack(Path(each)) for each in added))
    owner: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in owner:
                raise _unusable(PackError(pack.id, rule.id, f"规则编号与规则包 {owner[rule.id]} 重复"))
            owner[rule.id] = pack.id
    return packs


def load_schemes(choice: str) -> tuple[Scheme, ...]:
    """The DRG scheme chosen, the demonstration one when none is, with its other versions in force on other days; empty when DRG is
    switched off.

    Raises:
        UserError: the scheme chosen cannot be read.
    """
    from app.drg.scheme_store import scheme_versions

    if choice == NONE:
        return ()
    return scheme_versions(Path(choice) if choice else demo_folder(DEMO_DRG))


def load_catalogue(choice: str, profile: str = "") -> tuple[DipCatalogue | None, RegionProfile | None]:
    """The DIP catalogue chosen with its regional profile, the demonstration ones when none is, or neither.

    Without a chosen profile the catalogue's own form decides: national 3.0, else cities of the national platform.
    """
    from app.dip.catalogues import load_dip_catalogue

    if choice == NONE:
        return None, None
    chosen = read_profile(profile) if profile else None
    if not choice:
        chosen = chosen or read_profile(_DEMO_PROFILE["dip"])
        return load_dip_catalogue(demo_folder(DEMO_DIP), chosen), chosen
    catalogue = load_dip_catalogue(Path(choice), chosen)
    national = "national_3_0" if catalogue.form == _NATIONAL_3 else "national_platform"
    return catalogue, chosen or read_profile(national)


def load_auxiliary(choice: str) -> AuxiliaryCatalogue | None:
    """The auxiliary catalogue chosen, or none.

    Raises:
        UserError: it cannot be read.
    """
    from app.dip.auxiliary import open_auxiliary

    return open_auxiliary(Path(choice)) if choice else None


def read_profile(name_or_path: str) -> RegionProfile:
    """A settlement profile by name or from a file.

    Raises:
        UserError: there is none, or what is wrong in it.
    """
    try:
        return open_profile(name_or_path)
    except ProfileError as error:
        raise UserError(f"结算参数无法使用：{error}", "请核对参数文件，或选用内置的结算参数。") from error


def demo_folder(name: str) -> Path:
    """Where a demonstration scheme lies."""
    return Path(str(files("coding_rules").joinpath("schemes", name)))


def _relations(groupers: Groupers) -> Relations:
    """Which procedures go with which diagnoses, as the loaded payment tables say."""
    return learn_relations(
        groupers.dip.catalogue if groupers.dip else None, groupers.drg.scheme if groupers.drg else None
    )


def _drg_profile(choices: Choices, schemes: Sequence[Scheme]) -> RegionProfile | None:
    """A chosen profile; the invented demonstration rates only with the demonstration scheme."""
    if not schemes:
        return None
    if choices.drg_profile:
        return read_profile(choices.drg_profile)
    return read_profile(_DEMO_PROFILE["drg"]) if schemes[0].demo else None


def _bring_rates(tables: Sequence[WeightTable]) -> bool:
    """Whether weight tables say what a weight of 1 is paid."""
    return any(row.rates for table in tables for row in table.rows.values())


def _drg_settler(profile: RegionProfile | None, rulings: Rulings, *, rated: bool) -> CaseSettler | None:
    """By the profile; without one at the rates of the weight tables, where these bring any."""
    if profile is not None:
        return Settler(profile, rulings=rulings)
    return PlainRate() if rated else None


def _user_pack(path: Path) -> Pack:
    file = path / "pack.toml" if path.is_dir() else path
    try:
        pack = parse_pack(file.read_text(encoding="utf-8"), file.parent.name if path.is_dir() else file.stem)
        if pack.id == PACK_ID:
            raise PackError(pack.id, "", f"编号 {PACK_ID} 留给“{PACK_TITLE}”，请在 [pack] 里另写一个 id")
        return pack
    except PackError as error:
        raise _unusable(error) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"无法读取规则包：{file}", "请确认文件存在并以 UTF-8 保存。") from error


def _unusable(error: PackError) -> UserError:
    return UserError(str(error), "请按手册修改规则包，或先不启用它。")


def _table_versions(terminology: Terminology) -> Iterator[tuple[str, str, str]]:
    for (kind, edition), table in terminology.tables.items():
        info = table.info
        what = f"{info.version}{'（入门编码表）' if info.starter else ''}"
        yield f"{kind.label} {edition.value}", _listed(what, f"{len(table)} 条"), info.source or info.title
    for kind, crosswalk in terminology.crosswalks.items():
        yield f"{kind.label}对照", f"{len(crosswalk)} 对", crosswalk.title


def _scheme_versions(
    schemes: Sequence[Scheme], choice: str, tables: Sequence[WeightTable]
) -> Iterator[tuple[str, str, str]]:
    for place, scheme in enumerate(schemes):
        info, weights = scheme.info, scheme.weights
        name = _marked(info.title, demo=info.demo)
        days = period(info.valid_from, info.valid_to) if is_dated(info) else ""
        told = _listed(name, days, f"权重表 {weights.name}" if weights is not None else "无权重数据")
        yield "DRG 分组方案", told, scheme.id if place else Path(choice).name or scheme.id
    for table in tables:
        if is_dated(table):
            yield "DRG 权重表", period(table.valid_from, table.valid_to), table.name


def _catalogue_versions(catalogue: DipCatalogue | None, choice: str) -> Iterator[tuple[str, str, str]]:
    if catalogue is not None:
        name = _marked(f"{catalogue.title} {catalogue.version}", demo=catalogue.demo)
        digest = f"SHA-256 {catalogue.sha256[:16]}" if catalogue.sha256 else ""
        source = _listed(Path(choice).name or DEMO_DIP, digest)
        yield "DIP 病种目录", _listed(name, f"{len(catalogue)} 个病种"), source


def _auxiliary_versions(auxiliary: AuxiliaryCatalogue | None, choice: str) -> Iterator[tuple[str, str, str]]:
    if auxiliary is not None:
        yield "DIP 辅助目录", f"{len(auxiliary)} 个分型系数", Path(choice).name


def _profile_versions(what: str, profile: RegionProfile | None) -> Iterator[tuple[str, str, str]]:
    if profile is not None:
        yield what, _marked(f"{profile.title} {profile.version}", demo=profile.demo), profile.source


def _rate_versions(*, alone: bool) -> Iterator[tuple[str, str, str]]:
    if alone:
        yield "DRG 结算参数", "没有选择，只按权重表的费率", "权重表"


def with_rulings(knowledge: Knowledge, rulings: Rulings) -> Knowledge:
    """The same knowledge, settling by other rulings on single cases."""

    def settler(one: CaseSettler | None) -> CaseSettler | None:
        return one.with_rulings(rulings) if isinstance(one, Settler) else one

    others = tuple(each for each in knowledge.versions if each[0] != RULINGS)
    return replace(
        knowledge,
        drg_settler=settler(knowledge.drg_settler),
        dip_settler=settler(knowledge.dip_settler),
        versions=(*others, *_rulings_versions(len(rulings))),
    )


def known_rulings(knowledge: Knowledge) -> Rulings:
    """The rulings that a knowledge settles by."""
    settlers = (knowledge.dip_settler, knowledge.drg_settler)
    return next((each.rulings for each in settlers if isinstance(each, Settler)), Rulings())


def _rulings_versions(rulings: int, refused: int = 0) -> Iterator[tuple[str, str, str]]:
    if rulings or refused:
        unread = f"{refused} 行不能用" if refused else ""
        yield RULINGS, _listed(f"{rulings} 例", unread), f"{RULINGS}.csv"


def _marked(name: str, *, demo: bool) -> str:
    """A name that says so when it is of demonstration data."""
    return f"{name.strip()}（演示）" if demo and "演示" not in name else name.strip()


def _listed(*parts: str) -> str:
    return "，".join(part for part in parts if part)
