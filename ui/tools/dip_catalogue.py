"""Tool DIP 目录: look into a catalogue, import one as published, check it, compare versions, give it its lists, put it to use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
)

from app.dip.catalogues import load_dip_catalogue
from app.dip.library import Imprint, SideList, keep, preview
from app.knowledge import DEMO_DIP, NONE, demo_folder
from app.progress import Progress
from app.verify import catalogue_issues
from coding_rules.grouper.dip.catalogue import CatalogueIssue, DipCatalogue
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.versions import GroupChange, compare_catalogues
from coding_rules.settlement.profile import RegionProfile
from icd_tables.terminology import Terminology
from ui.tools.context import ToolContext
from ui.tools.dip_catalogue_pages import TABLES, GroupsPage, IssuesPage, ListsPage, VersionsPage
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.spec import ToolSpec
from ui.tools.window import LOADING, ToolWindow


def _first_day(version: str) -> date | None:
    """A catalogue named after a year most likely holds from its first day."""
    return date(int(version), 1, 1) if version.isdigit() and len(version) == 4 else None


class CatalogueWindow(ToolWindow):
    """Shows one catalogue: the one in use, or one just opened. ``files`` are lists read in and not yet kept."""

    default_size = QSize(1260, 740)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.catalogue: DipCatalogue | None = None
        self.source: Path | None = None
        self.files: dict[SideList, Path | None] = {}
        self._opened = False
        self._other: DipCatalogue | None = None
        self._turned = False
        self.head = QLabel()
        self.head.setWordWrap(True)
        self.keep_row = KeepRow("目录", "原文件、名单和执行日期一起放进本院的数据文件夹")
        self.keep_row.allow(allowed=False)
        self.groups = GroupsPage(self)
        self.report = IssuesPage(self, "读入报告", "没有拒收或更正的行。")
        self.check = IssuesPage(self, "校验", "点“校验”核对分值算式、重复编码，以及编码是否在编码表中。")
        self.versions = VersionsPage(self)
        self.lists = ListsPage(self)
        self._lay_out()
        self.versions.wanted.connect(self.compare)
        self.versions.turned.connect(self._turn)
        self.lists.changed.connect(self.take_list)
        context.reviewed.connect(self.renew)

    def missing(self) -> str:
        """A catalogue can be opened without any work; the one in use comes with the knowledge."""
        if self.context.knowledge is None and not self._opened:
            self.context.load_knowledge()
            return LOADING
        return ""

    def refresh(self) -> None:
        """The catalogue in use, unless another one was opened here."""
        if self._opened and self.catalogue is not None:
            self._show(self.catalogue)
            return
        grouper = self.context.knowledge.dip if self.context.knowledge else None
        if isinstance(grouper, DipGrouper):
            chosen = self.context.settings.dip_catalogue
            self.source = Path(chosen) if chosen and chosen != NONE else demo_folder(DEMO_DIP)
            self._show(grouper.catalogue)
        else:
            self.head.setText("没有载入 DIP 病种目录。点“打开目录…”读入医保部门公布的目录。")

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Which catalogue this is."""
        return [("目录", self.head.text()), ("读入", self.report.head.text())]

    def open(self, path: Path) -> None:
        """Read a published catalogue and show it with its report."""
        self._read(path, {})

    @Slot(object, object)
    def take_list(self, kind: SideList, path: Path | None) -> None:
        """Read a list in, or take it away."""
        if self.source is not None:
            self._read(self.source, {**self.files, kind: path})

    @Slot(object)
    def compare(self, path: Path) -> None:
        """Compare with another catalogue, taken as the older one."""
        profile = self._profile
        self.run(
            "正在读取对比的目录",
            lambda progress: load_dip_catalogue(path, profile, progress),
            self._take_other,
        )

    def verify(self) -> None:
        """Check the catalogue against itself and the code tables."""
        catalogue, knowledge = self.catalogue, self.context.knowledge
        if catalogue is None:
            return
        tables = knowledge.terminology if knowledge else Terminology()
        self.run("正在校验目录", lambda _progress: catalogue_issues(catalogue, tables), self._take_issues)

    @Slot()
    def save(self) -> None:
        """Keep catalogue and lists as the hospital's own."""
        self._keep(use=False)

    @Slot()
    def use(self) -> None:
        """Keep them and let the review group by them."""
        self._keep(use=True)

    def _keep(self, *, use: bool) -> None:
        source, files, profile = self.source, dict(self.files), self._profile
        if source is None or self.catalogue is None:
            self.busy.tell("先打开一份目录。")
            return
        imprint = Imprint(
            self.keep_row.title.text(),
            self.catalogue.region,
            self.catalogue.version,
            self.keep_row.day,
            self.catalogue.valid_to,
        )
        self.run(
            "正在保存目录",
            lambda _progress: keep(source, files, imprint, profile),
            lambda kept: self._kept(*kept, use=use),
        )

    # --- inside --------------------------------------------------------------------------------------------

    @property
    def _profile(self) -> RegionProfile | None:
        """The region whose dialect the files are read by: the one in use, when the user has chosen one."""
        settler = self.context.knowledge.dip_settler if self.context.knowledge else None
        profile = getattr(settler, "profile", None)
        chosen = bool(self.context.settings.dip_profile)
        return profile if chosen and isinstance(profile, RegionProfile) else None

    def _read(self, path: Path, files: dict[SideList, Path | None]) -> None:
        profile = self._profile

        def work(progress: Progress) -> DipCatalogue:
            return preview(path, files, profile, progress)

        self.run(f"正在读取 {path.name}", work, lambda catalogue: self._take(path, files, catalogue))

    def _take(self, path: Path, files: dict[SideList, Path | None], catalogue: DipCatalogue) -> None:
        self._opened = True
        self.source, self.files = path, files
        self._show(catalogue)
        self.tabs.setCurrentWidget(
            self.lists if files else self.report if catalogue.report.issues else self.groups
        )
        self.busy.tell(f"已读入 {path.name}，尚未保存。")

    def _show(self, catalogue: DipCatalogue) -> None:
        self.catalogue = catalogue
        bench, knowledge = self.context.workbench, self.context.knowledge
        in_use = knowledge is not None and getattr(knowledge.dip, "catalogue", None) is catalogue
        self.groups.show_catalogue(catalogue, bench.results() if bench and in_use else None)
        self.report.show_report(catalogue.report)
        self.check.show_issues((), "")
        self.lists.show_lists(catalogue, self.files)
        self.head.setText(self._described(catalogue))
        self.keep_row.start(catalogue.title, catalogue.valid_from or _first_day(catalogue.version))
        self.keep_row.allow(allowed=True)
        self.check_button.setEnabled(True)
        self._compare()

    def _described(self, catalogue: DipCatalogue) -> str:
        kinds: dict[str, int] = {}
        for group in catalogue:
            kinds[group.kind_label] = kinds.get(group.kind_label, 0) + 1
        counted = "，".join(f"{kind} {number:,}" for kind, number in kinds.items())
        mean = catalogue.region_mean
        parts = (
            " ".join(part for part in (catalogue.title, catalogue.region, catalogue.version) if part),
            f"{len(catalogue):,} 个病种（{counted}）",
            f"全市均费 {mean:,.2f} 元" if mean is not None else "",
            f"自 {catalogue.valid_from} 起" if catalogue.valid_from else "",
            "演示目录，病种与分值均为虚构" if catalogue.demo else "",
        )
        return "　".join(part for part in parts if part)

    def _take_issues(self, issues: Sequence[CatalogueIssue]) -> None:
        known = "" if self._has_tables else "没有完整的医保版编码表，未核对编码是否存在。"
        found = f"发现 {len(issues):,} 处疑问。" if issues else "没有发现矛盾：编码不重复，分值与均费相符。"
        self.check.show_issues(issues, found + known)
        self.tabs.setCurrentWidget(self.check)

    @property
    def _has_tables(self) -> bool:
        tables = self.context.knowledge.terminology.tables if self.context.knowledge else {}
        return any(not table.info.starter for table in tables.values())

    def _take_other(self, other: DipCatalogue) -> None:
        self._other, self._turned = other, False
        self._compare()
        self.tabs.setCurrentWidget(self.versions)

    @Slot()
    def _turn(self) -> None:
        self._turned = not self._turned
        self._compare()

    def _compare(self) -> None:
        if self._other is None or self.catalogue is None:
            return
        old, new = (self.catalogue, self._other) if self._turned else (self._other, self.catalogue)

        def show(changes: tuple[GroupChange, ...]) -> None:
            self.versions.show_changes(old.title, new.title, changes)

        self.run("正在对比目录", lambda _progress: compare_catalogues(old, new), show)

    def _kept(self, folder: Path, catalogue: DipCatalogue, *, use: bool) -> None:
        self.source, self.files, self._opened = folder, {}, True
        self._show(catalogue)
        self.busy.tell(f"已保存：{folder}")
        if use:
            self.context.keep_settings(replace(self.context.settings, dip_catalogue=str(folder)))
            self.busy.tell(f"已保存并用于审核：{folder}")

    @Slot()
    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "打开 DIP 病种目录", str(Path.home()), TABLES)
        if name:
            self.open(Path(name))

    def _lay_out(self) -> None:
        self.open_button = QPushButton("打开目录…")
        self.open_button.setToolTip("医保部门公布的目录：xlsx、xls 或 CSV，表头按内容识别")
        self.open_button.clicked.connect(self._choose)
        self.check_button = QPushButton("校验")
        self.check_button.setEnabled(False)
        self.check_button.clicked.connect(self.verify)
        self.check.row.addWidget(self.check_button)
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.open_button)
        self.tabs = tabbed(
            (
                (self.groups, "病种"),
                (self.report, "读入报告"),
                (self.check, "校验"),
                (self.versions, "版本对比"),
                (self.lists, "属性表与名单"),
            )
        )
        self.keep_row.keep.clicked.connect(self.save)
        self.keep_row.use.clicked.connect(self.use)
        self.body_layout.addLayout(top)
        self.body_layout.addWidget(self.tabs, 1)
        self.body_layout.addWidget(self.keep_row)
