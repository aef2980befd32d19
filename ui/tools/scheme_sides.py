"""The two sides of a comparison of schemes: which scheme, which weight table, paid by which parameters or at which rate."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from app.dip import local_profile
from app.drg.scheme_comparison import Side
from app.drg.scheme_store import KeptScheme
from app.drg.weight_tables import KeptWeights
from app.errors import UserError
from app.paths import data_dir

OWN_WEIGHTS = "方案自带的权重"
NO_PARAMETERS = "没有结算参数（可填费率）"
TITLES = ("方案甲", "方案乙")


class SchemeSides(QWidget):
    """Two rows of choices. ``side(0)`` is 甲, ``side(1)`` is 乙."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._schemes: Sequence[KeptScheme] = ()
        self.schemes = (QComboBox(), QComboBox())
        self.weights = (QComboBox(), QComboBox())
        self.profiles = (QComboBox(), QComboBox())
        self.rates = (QLineEdit(), QLineEdit())
        self._lay_out()

    def offer(
        self,
        schemes: Sequence[KeptScheme],
        tables: Sequence[KeptWeights],
        *,
        scheme: str,
        weights: str,
        parameters: str,
    ) -> None:
        """Offer these; 甲 starts with the scheme and weight table in use, 乙 with another table for it, else another scheme.

        ``parameters`` names the settlement parameters in use, "" for none.
        """
        self._schemes = schemes
        at = next((place for place, one in enumerate(schemes) if str(one.path) == scheme), 0)
        paths = [str(one.path) for one in tables]
        other = next((path for path in paths if path != weights), "") if weights else (paths or [""])[0]
        for side in range(2):
            self._fill(
                self.schemes[side], [(f"{one.info.name} {one.info.version}".strip(), one) for one in schemes]
            )
            self._fill(
                self.weights[side], [(OWN_WEIGHTS, ""), *((one.title, str(one.path)) for one in tables)]
            )
            in_use = f"当前参数：{parameters}" if parameters else NO_PARAMETERS
            self._fill(self.profiles[side], [(in_use, ""), *_profiles()])
        self.schemes[0].setCurrentIndex(at)
        self.schemes[1].setCurrentIndex(at if other else (at + 1) % max(len(schemes), 1))
        self.weights[0].setCurrentIndex(max(self.weights[0].findData(weights), 0))
        self.weights[1].setCurrentIndex(max(self.weights[1].findData(other), 0))

    def side(self, number: int) -> Side:
        """What is chosen.

        Raises:
            UserError: the rate is no number.
        """
        weights = str(self.weights[number].currentData())
        return Side(
            self._schemes[self.schemes[number].currentIndex()].path,
            Path(weights) if weights else None,
            str(self.profiles[number].currentData()),
            _rate(self.rates[number].text(), TITLES[number]),
        )

    def told(self, number: int) -> str:
        """What is chosen, in words."""
        rate = self.rates[number].text().strip()
        boxes = (self.schemes, self.weights, self.profiles)
        parts = [box[number].currentText() for box in boxes]
        return "，".join([*parts, f"费率/点值 {rate} 元"] if rate else parts)

    def _fill(self, box: QComboBox, items: Sequence[tuple[str, object]]) -> None:
        kept = box.currentText()
        box.clear()
        for title, data in items:
            box.addItem(title, data)
        box.setCurrentIndex(max(box.findText(kept), 0))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        for column, (what, stretch) in enumerate(
            (("方案", 4), ("权重表（不看有效日期）", 4), ("结算参数", 4), ("费率/点值（元）", 2)), start=1
        ):
            grid.addWidget(_muted(what), 0, column)
            grid.setColumnStretch(column, stretch)
            for side, title in enumerate(TITLES):
                part = (self.schemes, self.weights, self.profiles, self.rates)[column - 1][side]
                part.setAccessibleName(f"{title}：{what}")
                part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                part.setMinimumWidth(110)
                grid.addWidget(part, side + 1, column)
        for side, title in enumerate(TITLES):
            grid.addWidget(_muted(title), side + 1, 0)
            self.rates[side].setPlaceholderText("按结算参数")
            self.rates[side].setToolTip(
                "填一个数，这一边就按它计金额；没有结算参数时，金额 = 权重（或点数）× 这个数，不计倍率"
            )


def _profiles() -> list[tuple[str, str]]:
    """Shipped parameters for DRG and the hospital's own files."""
    own = sorted((data_dir() / "profiles").glob("*.toml"))
    found = [
        (profile.title, profile.profile_id) for profile in local_profile.choices("DRG") if not profile.demo
    ]
    for path in own:
        try:
            profile = local_profile.load(str(path))
        except UserError:
            continue
        if profile.system == "DRG":
            found.append((f"{profile.title} {profile.version}".strip(), str(path)))
    return found


def _rate(text: str, title: str) -> Decimal | None:
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0:
        raise UserError(
            f"{title}的费率/点值“{text}”不是大于 0 的数。", "请填数字，如 7200；不填则按结算参数。"
        )
    return value


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
