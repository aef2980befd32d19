"""What a tool may know of the program: the open work, the loaded knowledge, the settings, and a few wishes to the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.review import Knowledge
from app.settings import Settings
from app.workbench import Workbench
from coding_rules.case import Case
from ui.jobs import Job, Jobs
from ui.services import Services

if TYPE_CHECKING:
    from app.matching.finder import Finder
    from app.matching.memory import HospitalDictionary
    from coding_rules.settlement.rulings import Rulings


class ToolContext(QObject):
    """Handed to every tool. ``ToolDesk`` keeps it up to date; a tool reads it and never reaches into the main window.

    ``workbench`` is ``None`` while no work is open; ``knowledge`` while nothing is loaded (``load_knowledge`` loads it);
    ``case_id`` is the case at hand, empty for none. The workbench belongs to the window's thread: hand jobs the frozen
    cases (``cases``), never the workbench.
    """

    work_changed = Signal()
    """Another piece of work is open, or the knowledge is another one."""
    case_changed = Signal()
    """Another case is at hand, or the codes of a case have changed."""
    reviewed = Signal()
    """The background review has come to its end: every case has results."""

    open_wanted = Signal()
    """The tool asks the window to let the user open front pages."""
    settings_wanted = Signal()
    """The tool asks for the settings dialog."""
    case_wanted = Signal(str)
    """The tool asks the window to go to a case."""
    dictionary_wanted = Signal()
    """The tool asks for ``dictionary`` to be opened; it is there when the signal returns, unless it cannot be opened."""
    rules_changed = Signal()
    """The hospital has set its rules anew (the file is written): they hold from now on, the open work is reviewed again."""
    tables_changed = Signal()
    """Other code tables are installed: everything that rests on them is loaded anew."""
    resettled = Signal(object)
    """The bureau's rulings on single cases have changed: ``list[str]`` of the open cases that were settled anew."""
    new_settings = Signal(object)
    """The tool has made new ``Settings`` that shall hold from now on."""

    def __init__(
        self, jobs: Jobs, services: Services, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.services = services
        self.settings = settings
        self.workbench: Workbench | None = None
        self.knowledge: Knowledge | None = None
        self.case_id = ""
        self.dictionary: HospitalDictionary | None = None
        self.drafts: dict[str, Any] = {}
        """What a tool has begun and not saved, by a name of its own: there again when its window is opened next."""
        self._finder: Finder | None = None
        self._loading: Job | None = None

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases as they stand, in the order of the file."""
        bench = self.workbench
        return tuple(bench.current(case_id) for case_id in bench.case_ids) if bench else ()

    @property
    def case(self) -> Case | None:
        """The case at hand as it stands."""
        bench = self.workbench
        return bench.current(self.case_id) if bench and self.case_id in bench.case_ids else None

    def open_dictionary(self) -> HospitalDictionary | None:
        """The hospital's dictionary; ``None`` where it cannot be opened (the user has been told)."""
        if self.dictionary is None:
            self.dictionary_wanted.emit()
        return self.dictionary

    def finder(self) -> Finder | None:
        """Matchers over the loaded tables, shared with the window where it has them; ``None`` before anything is loaded."""
        knowledge, finder = self.knowledge, self._finder
        if knowledge is not None and (finder is None or finder.terminology is not knowledge.terminology):
            self._finder = self.services.finder(knowledge, self.open_dictionary())
        return self._finder if knowledge is not None else None

    def share(self, finder: Finder | None) -> None:
        """Use the matchers of the window."""
        self._finder = finder or self._finder

    def load_knowledge(self) -> Job | None:
        """Load tables, rules and schemes as the settings say, unless they are loaded or being loaded."""
        if self.knowledge is not None or self._loading is not None:
            return self._loading
        settings, load = self.settings, self.services.load_knowledge
        job = self.jobs.start("正在载入编码表与分组方案", lambda progress: load(settings, progress))
        job.done.connect(self._loaded)
        job.finished.connect(self._ended)
        self._loading = job
        return job

    def use_rulings(self, rulings: Rulings) -> None:
        """Let other rulings on single cases hold from now on; the cases they speak of are settled anew at once."""
        from app.knowledge import known_rulings, with_rulings

        knowledge = self.knowledge
        if knowledge is None:
            return
        before = known_rulings(knowledge)
        self.knowledge = with_rulings(knowledge, rulings)
        numbers = rulings.differ(before)
        self.resettled.emit(self.workbench.resettle(self.knowledge, numbers) if self.workbench else [])
        self.work_changed.emit()

    def keep_settings(self, settings: Settings) -> None:
        """Let new settings hold from now on."""
        self.new_settings.emit(settings)

    @Slot(object)
    def _loaded(self, knowledge: Knowledge) -> None:
        if self.knowledge is None:
            self.knowledge = knowledge
            self.work_changed.emit()

    @Slot()
    def _ended(self) -> None:
        self._loading = None
