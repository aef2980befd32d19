"""What the window asks of the use cases, gathered in one value so that tests and pictures can hand in their own.

The use cases are imported when they are asked for, which is in a worker: the window opens without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import cache_dir, data_dir

if TYPE_CHECKING:
    from app.matching.finder import Finder
    from app.matching.memory import HospitalDictionary
    from app.progress import Progress
    from app.review import Knowledge
    from app.settings import Settings
    from app.verify import Verified

DEMO_CASES = 2400


@dataclass(frozen=True)
class Services:
    """``load_knowledge`` reads tables, rules and schemes as the settings say; ``demo_files`` makes the demo month and
    returns its files; ``verify`` checks all data in use.
    """

    load_knowledge: Callable[[Settings, Progress], Knowledge]
    demo_files: Callable[[Progress], Sequence[Path]]
    verify: Callable[[Settings, Progress], Sequence[Verified]]

    def finder(self, knowledge: Knowledge, dictionary: HospitalDictionary | None = None) -> Finder:
        """Finds by wording in the tables of this knowledge, the hospital's own dictionary first; indexes kept on disk."""
        from app.matching.finder import Finder
        from icd_tables.matching.cache import IndexCache

        return Finder(knowledge.terminology, dictionary, IndexCache(cache_dir() / "matching"))


def real_services() -> Services:
    """The program's own."""
    return Services(_load_knowledge, _demo_files, _verify)


def _load_knowledge(settings: Settings, progress: Progress) -> Knowledge:
    from app.knowledge import Choices, load_knowledge

    return load_knowledge(Choices.of(settings), progress)


def _demo_files(progress: Progress) -> Sequence[Path]:
    from app.demo.month import generate
    from app.demo.n041 import FILE_NAME, write_n041

    path = data_dir() / "demo" / FILE_NAME
    if not path.exists():
        progress.report(0, 0, "正在生成演示数据")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_n041(path, generate(DEMO_CASES))
    return (path,)


def _verify(settings: Settings, progress: Progress) -> Sequence[Verified]:
    from app.knowledge import Choices
    from app.verify import verify

    return verify(Choices.of(settings), progress)
