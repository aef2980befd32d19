from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.drg.scheme_check import check_scheme
from app.drg.schemes import load_drg_scheme
from app.drg.weight_tables import keep_weights
from app.knowledge import DEMO_DRG, demo_folder
from app.progress import Cancelled, Progress
from coding_rules.grouper.drg.scheme_verify import verify
from icd_tables.terminology import Terminology

FOLDER = demo_folder(DEMO_DRG)


def test_the_scheme_its_versions_and_its_weight_tables_are_checked_together(tmp_path: Path) -> None:
    path = tmp_path / "权重.csv"
    path.write_text("DRG编码,权重\nD04-M1-9,1\n", encoding="utf-8")
    for _ in range(2):
        keep_weights(path, DEMO_DRG, date(2025, 1, 1), None)
    scheme = load_drg_scheme(FOLDER)
    seen: list[str] = []
    found = check_scheme(scheme, Terminology(), progress=Progress(lambda _d, _t, text: seen.append(text)))
    own = verify(scheme)
    assert found.issues[: len(own)] == own
    assert ["重叠" in issue.message for issue in found.issues[len(own) :]] == [True]
    assert [one.path for one in found.schemes] == [FOLDER]
    assert len(found.weights) == 2
    assert not found.codes_checked
    assert seen


def test_it_stops_between_the_checks_when_it_is_cancelled() -> None:
    scheme = load_drg_scheme(FOLDER)
    told: list[str] = []

    class Stopping(Progress):
        def report(self, done: int, total: int = 0, text: str = "") -> None:
            told.append(text)
            if text == "正在校验重复的组":
                self.cancel()
            super().report(done, total, text)

    with pytest.raises(Cancelled):
        check_scheme(scheme, Terminology(), progress=Stopping())
    assert told[-2:] == ["正在校验层级", "正在校验重复的组"]
