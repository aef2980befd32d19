"""The main job without a display: read, check, group, write the correction list, the findings and pictures, say the sums."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app import settings as settings_file
from app.errors import UserError
from app.export.findings import write_findings
from app.imports import all_cases
from app.matching.finder import in_context
from app.progress import Progress
from app.settings import Theme
from app.summary import summarise
from app.summary_text import import_lines, summary_lines
from app.work import Snapshot, export_list, import_files
from app.workbench import Workbench
from ui import launch, snapshots, theme
from ui.services import Services, real_services


def run(paths: Sequence[Path], out: Path, services: Services | None = None) -> int:
    """Do it on these files (the demo month when there are none); 0 fine, 2 when a file cannot be used."""
    services = services or real_services()
    progress = Progress()
    try:
        settings = settings_file.load().settings
        files = list(paths) or list(services.demo_files(progress))
        knowledge = services.load_knowledge(settings, progress)
        imported = import_files(files, knowledge.terminology, progress=progress)
        out.mkdir(parents=True, exist_ok=True)
        bench = Workbench(
            all_cases(imported),
            knowledge,
            author=settings.author,
            find=in_context(services.finder(knowledge), knowledge).suggest,
        )
        app = launch.make_application()
        theme.apply(app, Theme.LIGHT)
        window = launch.make_window(services, settings)
        window.show()
        window.open_workbench(bench)
        snapshots.settle(window)
        reports = [one.report for one in imported]
        correction_list = out / "更正清单.xlsx"
        export_list(correction_list, Snapshot.of(bench), reports, names=settings.names_in_lists)
        findings = write_findings(out / "审核发现.csv", bench.results())
        pictures = snapshots.render(window, out)  # last: they show a correction, which is no part of the work
        window.close()
        app.processEvents()
    except UserError as error:
        print(f"{error.what}\n{error.todo}", file=sys.stderr)
        return 2
    for line in (*import_lines(reports), *summary_lines(summarise(bench.results()), findings)):
        print(line)
    print(f"已写出：{correction_list}、审核发现.csv，以及图片 {'、'.join(path.name for path in pictures)}")
    return 0
