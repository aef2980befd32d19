"""Choice of what past cases were grouped and weighed by before: an earlier scheme and its weight table, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QFormLayout, QSizePolicy, QWidget

from app.drg.scheme_store import KeptScheme
from app.drg.weight_tables import KeptWeights
from app.knowledge import DEMO_DRG, demo_folder
from app.settings import Settings

TIP = "原先按哪个方案、哪份权重表：用来找出当时没有权重、现在达标的病例"


class EarlierChoice(QWidget):
    """Two boxes; without a scheme nothing is compared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.schemes, self.tables = QComboBox(), QComboBox()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        for box, label, name in (
            (self.schemes, "对照原方案", "对照的原方案"),
            (self.tables, "原权重表", "原方案的权重表"),
        ):
            box.setAccessibleName(name)
            box.setToolTip(TIP)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            form.addRow(label, box)
        self.schemes.currentIndexChanged.connect(self._scheme_chosen)

    @property
    def scheme(self) -> Path | None:
        """The earlier scheme, ``None`` for none."""
        path = self.schemes.currentData()
        return path if isinstance(path, Path) else None

    @property
    def weights(self) -> Path | None:
        """A weight table in place of the scheme's own."""
        path = self.tables.currentData()
        return path if isinstance(path, Path) else None

    @property
    def told(self) -> str:
        """What is chosen, in words; "" for nothing."""
        return f"{self.schemes.currentText()}，{self.tables.currentText()}" if self.scheme is not None else ""

    def offer(self, schemes: Sequence[KeptScheme], tables: Sequence[KeptWeights], settings: Settings) -> None:
        """Offer these; at first the scheme in use with the weights in use."""
        kept = self.schemes.currentText(), self.tables.currentText()
        self.schemes.clear()
        self.schemes.addItem("不对照", None)
        for one in schemes:
            if not one.problem:
                self.schemes.addItem(f"{one.info.name} {one.info.version}".strip(), one.path)
        self.tables.clear()
        self.tables.addItem("方案自带的权重", None)
        for table in tables:
            if not table.problem:
                self.tables.addItem(table.title, table.path)
        used = Path(settings.drg_scheme) if settings.drg_scheme else demo_folder(DEMO_DRG)
        _choose(self.schemes, kept[0], used)
        _choose(self.tables, kept[1], Path(settings.drg_weights) if settings.drg_weights else None)
        self._scheme_chosen()

    @Slot()
    def _scheme_chosen(self) -> None:
        self.tables.setEnabled(self.scheme is not None)


def _choose(box: QComboBox, kept: str, used: Path | None) -> None:
    """What was chosen before, else what is in use, else the first."""
    places = range(box.count())
    at = box.findText(kept) if kept else next((place for place in places if box.itemData(place) == used), 0)
    box.setCurrentIndex(max(at, 0))
