"""Files and settings: opening with report and mapping, exporting, changing what the program knows. Long work runs as jobs.

The use cases are imported where they are asked for: the window is there before them.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app import settings as settings_file
from app.errors import UserError
from app.paths import sessions_dir
from app.progress import Progress
from app.sessions.place import SUFFIX, WritingRefusedError, session_path
from app.settings import Settings, Theme
from ui.dialogs.messages import tell_user
from ui.jobs import Job, Jobs
from ui.services import Services

if TYPE_CHECKING:
    from app.matching.finder import Finder
    from app.matching.memory import HospitalDictionary
    from app.readers.mapping import ColumnMapping
    from app.review import Knowledge
    from app.work import Work

FILES = f"首页数据与工作文件 (*.csv *.txt *.xlsx *.xlsm *.xls *.dbf *.json *{SUFFIX});;所有文件 (*)"
_KNOWLEDGE_SETTINGS = (
    "tables",
    "drg_scheme",
    "drg_weights",
    "dip_catalogue",
    "dip_auxiliary",
    "drg_profile",
    "dip_profile",
    "rule_packs",
)


@dataclass(frozen=True)
class Opened:
    """What an opening job brings back: work with the knowledge to review it, or a mapping that must be confirmed first."""

    knowledge: Knowledge
    work: Work | None = None
    fresh: bool = False
    mapping: ColumnMapping | None = None
    sample: Sequence[Sequence[str]] = ()


class FileDesk(QObject):
    """Opens and closes pieces of work. ``opened`` hands over a workbench ready for the window."""

    opened = Signal(object, str)
    """``Workbench`` and the id of the case to go to."""
    closed = Signal()
    settings_changed = Signal(object)
    finder_ready = Signal()
    knowledge_changed = Signal()
    """The knowledge is another one while no work is open."""

    def __init__(self, window: QWidget, jobs: Jobs, services: Services, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._services = services
        self.dictionary: HospitalDictionary | None = None
        self.finder: Finder | None = None
        self.preparing_search = False
        """The indexes of ``finder`` are being made."""
        self._rules_job: Job | None = None
        self.settings = settings
        self.knowledge: Knowledge | None = None
        self.work: Work | None = None
        self._paths: tuple[Path, ...] = ()

    @property
    def author(self) -> str:
        """Who signs the steps: the name in the settings, else the name the system knows the user by."""
        return self.settings.author or getpass.getuser()

    def choose(self) -> None:
        """Ask which files to open."""
        start = str(Path(self.settings.recent[0]).parent) if self.settings.recent else str(Path.home())
        names, _ = QFileDialog.getOpenFileNames(self._window, "打开首页数据", start, FILES)
        if names:
            self.open_paths([Path(name) for name in names])

    def open_paths(self, paths: Sequence[Path], *, resume: bool = False) -> None:
        """Open front pages (a session is made for them, or the one made before is offered) or a session file.

        ``resume`` goes on with the session made before without asking.
        """
        self._paths = tuple(paths)
        session = [path for path in paths if path.suffix.lower() == SUFFIX]
        if session:
            self._continue(session[0])
            return
        try:
            target = session_path(paths, sessions_dir())
        except UserError as error:
            self.refused(error)
            return
        if target.exists() and resume:
            self._continue(target)
        elif target.exists():
            self._ask_to_continue(target)
        else:
            self._start(target)

    def show_report(self) -> None:
        """How the open files were understood."""
        if self.work is None:
            return
        in_house = any(layout.mapping.in_house for layout in self.work.layouts)
        from ui.dialogs.report import ReportDialog

        dialog = ReportDialog(self.work.reports, can_map=in_house, parent=self._window)
        dialog.mapping_wanted.connect(dialog.accept)
        dialog.mapping_wanted.connect(self._edit_mapping)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def use_settings(self, settings: Settings) -> None:
        """Keep new settings; where the knowledge depends on them it is loaded anew and the open work reviewed again."""
        old, self.settings = self.settings, settings
        self._save_settings()
        self.settings_changed.emit(settings)
        if all(getattr(old, name) == getattr(settings, name) for name in _KNOWLEDGE_SETTINGS):
            return
        self._load_again("正在按新的设置载入")

    @Slot()
    def use_tables(self) -> None:
        """Other code tables are installed: what is known is loaded anew and the open work reviewed again."""
        self._load_again("正在载入新的编码表")
        if self.work is None:
            self.knowledge_changed.emit()

    @Slot()
    def use_rules(self) -> None:
        """Let the rules hold as the hospital has set them now; the open work is reviewed again by them."""
        knowledge, work = self.knowledge, self.work
        if knowledge is None:
            return
        if self._rules_job is not None:
            self._rules_job.cancel()

        def run(_progress: Progress) -> Opened:
            from app.rules.hospital_rules import load_hospital_rules
            from app.rules.rule_checker import with_hospital_rules

            return Opened(with_hospital_rules(knowledge, load_hospital_rules()), work)

        self._rules_job = self._run("正在按本院规则重新审核", run)
        self._rules_job.finished.connect(self._rules_used)

    def use_theme(self, theme: Theme) -> None:
        """Keep another set of colours."""
        self.use_settings(replace(self.settings, theme=theme))

    def keep_layout(self, layout: dict[str, str]) -> None:
        """Remember the window's layout."""
        for name, blob in layout.items():
            self.settings = self.settings.with_layout(name, blob)
        self._save_settings()

    def close(self) -> None:
        """Close the session file and the hospital's dictionary."""
        self.close_work()
        if self.dictionary is not None:
            self.dictionary.close()
            self.dictionary = None

    def close_work(self) -> None:
        """Close the session file."""
        if self.work is not None:
            self.work.session.close()
            self.work = None
            self.closed.emit()

    def _start(self, target: Path, mapping: ColumnMapping | None = None) -> None:
        paths = self._paths

        def run(progress: Progress) -> Opened:
            knowledge = self._known(progress)
            from app.readers.mapping import recall
            from app.work import import_files, start_work

            if mapping is None:
                from app.readers.reading import peek

                guess, sample = peek(paths[0])
                known = not guess.in_house or recall(guess.headers) is not None
                if not (known and guess.is_usable):
                    return Opened(knowledge, mapping=guess, sample=sample)
            imported = import_files(paths, knowledge.terminology, mapping, progress)
            return Opened(knowledge, start_work(imported, target, knowledge, progress), fresh=True)

        self._run(f"正在打开 {paths[0].name}", run)

    def _continue(self, path: Path, *, read_only: bool = False) -> None:
        def run(progress: Progress) -> Opened:
            from app.work import continue_work

            knowledge = self._known(progress)
            return Opened(knowledge, continue_work(path, knowledge, progress, read_only=read_only))

        open_now = self.work.session if self.work is not None else None
        if open_now is not None and open_now.path == path and not open_now.read_only:
            return  # it is what is open
        self._run(f"正在打开 {path.name}", run)

    def _load_again(self, title: str) -> None:
        self.knowledge = None
        if self.work is not None:
            work = self.work
            self._run(title, lambda progress: Opened(self._known(progress), work))

    def _known(self, progress: Progress) -> Knowledge:
        """In the worker: the knowledge of these settings, loaded once."""
        return self.knowledge or self._services.load_knowledge(self.settings, progress)

    def _run(self, title: str, run: Callable[[Progress], Opened]) -> Job:
        job: Job = self._jobs.start(title, run)
        job.done.connect(self._take)
        job.refused.connect(self.refused)
        return job

    @Slot()
    def _rules_used(self) -> None:
        if self.sender() is self._rules_job:
            self._rules_job = None

    @Slot(object)
    def _take(self, result: Opened) -> None:
        self.knowledge = result.knowledge
        if result.mapping is not None:
            self._confirm_mapping(result.mapping, result.sample)
            return
        work = result.work
        if work is None:
            self.knowledge_changed.emit()
            return
        from app.matching.finder import in_context
        from app.work import note_versions
        from app.workbench import Workbench

        note_versions(work.session, result.knowledge)
        if self.work is not work:
            self.close_work()
        self.work = work
        finder = self._finder_of(result.knowledge)
        suggester = in_context(finder, result.knowledge)
        bench = Workbench(
            work.session.cases, result.knowledge, work.session, author=self.author, find=suggester.suggest
        )
        self.settings = self.settings.with_recent(work.session.path)
        self._save_settings()
        self.preparing_search = True
        self.opened.emit(bench, work.session.position.case_id)
        editions = sorted({case.edition for case in bench.originals})
        job = self._jobs.start("正在准备编码检索", lambda progress: finder.prepare(editions, progress))
        job.finished.connect(self._finder_prepared)
        if result.fresh and any(report.issues or report.refused for report in work.reports):
            self.show_report()

    def _finder_of(self, knowledge: Knowledge) -> Finder:
        """Made anew only where the tables are others: other rules leave the indexes as they are."""
        if self.finder is None or self.finder.terminology is not knowledge.terminology:
            self.finder = self._services.finder(knowledge, self.open_dictionary())
        return self.finder

    def open_dictionary(self) -> HospitalDictionary | None:
        """What this hospital confirmed before; without it the search works all the same."""
        if self.dictionary is None:
            try:
                from app.matching.memory import HospitalDictionary

                self.dictionary = HospitalDictionary()
            except UserError as error:
                self.refused(error)
        return self.dictionary

    @Slot()
    def _finder_prepared(self) -> None:
        self.preparing_search = False
        self.finder_ready.emit()

    @Slot(object)
    def refused(self, error: UserError) -> None:
        """Say what happened and what to do; a session that cannot be written is offered for reading."""
        if isinstance(error, WritingRefusedError):
            self._offer_reading(error)
        else:
            tell_user(self._window, error)

    def _offer_reading(self, error: WritingRefusedError) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("以只读方式打开?")
        box.setText(error.what)
        box.setInformativeText("只读打开可以查看全部内容、导出清单，看到的是此刻的样子；不能修改。")
        reading = box.addButton("只读打开", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(reading)

        def answered() -> None:
            if box.clickedButton() is reading:
                self._continue(error.path, read_only=True)
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _ask_to_continue(self, target: Path) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle("继续上次的工作?")
        box.setText("这份数据上次已经打开过，更正记录还在。")
        box.setInformativeText("重新开始会保留旧的工作文件，另建一份新的。")
        resume = box.addButton("继续上次", QMessageBox.ButtonRole.AcceptRole)
        again = box.addButton("重新开始", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(resume)

        def answered() -> None:
            if box.clickedButton() is resume:
                self._continue(target)
            elif box.clickedButton() is again:
                self._start(_free_name(target))
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _confirm_mapping(self, mapping: ColumnMapping, sample: Sequence[Sequence[str]]) -> None:
        from ui.dialogs.mapping import MappingDialog

        dialog = MappingDialog(mapping, sample, self._window)

        def accepted() -> None:
            from app.readers.mapping import remember

            remember(dialog.mapping)
            self._start(_free_name(session_path(self._paths, sessions_dir())), dialog.mapping)

        dialog.accepted.connect(accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _edit_mapping(self) -> None:
        if self._paths and self._paths[0].exists():
            from app.readers.reading import peek

            mapping, sample = peek(self._paths[0])
            self._confirm_mapping(mapping, sample)
        else:
            self.refused(
                UserError("找不到原来的首页文件。", "请用“打开首页数据”重新选择该文件，再调整列对应。")
            )

    def _save_settings(self) -> None:
        settings_file.save(self.settings)


def _free_name(path: Path) -> Path:
    """The path itself, or with a number where a file of that name exists."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
