"""Settings: who codes, which tables, schemes and regional parameters; every path may stay empty for the built-in one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.dip import local_profile
from app.dip.local_profile import LocalFigures
from app.errors import UserError
from app.settings import Density, Settings, Theme, label
from coding_rules.settlement.profile import ProfileError, RegionProfile
from ui.dialogs.fields import PathField, PathList
from ui.dialogs.messages import tell_user

INSURANCES = ("职工", "居民", "")


class SettingsDialog(QDialog):
    """Edits ``Settings``. ``settings`` holds the result after ``accept``."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("设置")
        self.setMinimumWidth(640)
        self.settings = settings
        self.author = QLineEdit(settings.author)
        self.author.setAccessibleName(label("author"))
        self.author.setPlaceholderText("记入每一步更正和导出的清单")
        self.theme = QComboBox()
        self.theme.setAccessibleName(label("theme"))
        for theme in Theme:
            self.theme.addItem(theme.label)
        self.theme.setCurrentIndex(list(Theme).index(settings.theme))
        self.density = QComboBox()
        self.density.setAccessibleName(label("density"))
        for density in Density:
            self.density.addItem(density.label)
        self.density.setCurrentIndex(list(Density).index(settings.density))
        self.packs = PathList(label("rule_packs"), "规则包 (*.toml)", settings.rule_packs)
        self.names = QCheckBox(label("names_in_lists"))
        self.names.setChecked(settings.names_in_lists)
        self.tables = PathField(label("tables"), "已安装的编码表，没有则用入门编码表")
        self.drg = PathField(
            label("drg_scheme"), "内置演示方案", "DRG 分组方案 (*.xlsx *.xls)", folder_too=True
        )
        self.weights = PathField(label("drg_weights"), "方案自带的权重", "权重表 (*.xlsx *.xls *.csv)")
        self.dip = PathField(
            label("dip_catalogue"), "内置演示目录", "DIP 病种目录 (*.xlsx *.xls *.csv)", folder_too=True
        )
        self.auxiliary = PathField(
            label("dip_auxiliary"), "不用辅助目录", "辅助目录 (*.xlsx *.xls *.csv)", folder_too=True
        )
        for field, text in (
            (self.tables, settings.tables),
            (self.drg, settings.drg_scheme),
            (self.weights, settings.drg_weights),
            (self.dip, settings.dip_catalogue),
            (self.auxiliary, settings.dip_auxiliary),
        ):
            field.set_text(text)
        self.profiles = {
            "DRG": ProfileBox("DRG", settings.drg_profile),
            "DIP": ProfileBox("DIP", settings.dip_profile),
        }
        self._arrange()

    def accept(self) -> None:
        """Take everything over; a bad figure or file is said and the dialog stays."""
        try:
            self.settings = replace(
                self.settings,
                author=self.author.text().strip(),
                theme=list(Theme)[self.theme.currentIndex()],
                density=list(Density)[self.density.currentIndex()],
                rule_packs=self.packs.texts,
                names_in_lists=self.names.isChecked(),
                tables=self.tables.text,
                drg_scheme=self.drg.text,
                drg_weights=self.weights.text,
                dip_catalogue=self.dip.text,
                dip_auxiliary=self.auxiliary.text,
                drg_profile=self.profiles["DRG"].chosen(),
                dip_profile=self.profiles["DIP"].chosen(),
            )
        except UserError as error:
            tell_user(self, error)
            return
        super().accept()

    def _arrange(self) -> None:
        general = QGroupBox("编码员与界面")
        form = QFormLayout(general)
        form.addRow(label("author"), self.author)
        look = QHBoxLayout()
        look.addWidget(self.theme, 1)
        look.addWidget(QLabel(label("density")))
        look.addWidget(self.density, 1)
        form.addRow(label("theme"), look)
        form.addRow("", self.names)
        data = QGroupBox("编码表与分组方案")
        form = QFormLayout(data)
        form.addRow(label("tables"), self.tables)
        form.addRow(label("drg_scheme"), self.drg)
        form.addRow(label("drg_weights"), self.weights)
        form.addRow(label("dip_catalogue"), self.dip)
        form.addRow(label("dip_auxiliary"), self.auxiliary)
        form.addRow(label("rule_packs"), self.packs)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("确定")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (general, data, *self.profiles.values()):
            column.addWidget(part)
        note = QLabel("改动编码表、方案或参数后，已打开的病例会按新的设置重新审核；更正记录不变。")
        note.setProperty("role", "muted")
        column.addWidget(note)
        column.addWidget(buttons)


class ProfileBox(QGroupBox):
    """Regional parameters of one system: which profile, and the hospital's own prices and factor."""

    def __init__(self, system: str, current: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{system} 结算参数", parent)
        self._system = system
        self._current = current
        self.choice = QComboBox()
        self.choice.setAccessibleName(f"{system} 地区参数")
        self.choice.addItem("内置演示参数", "")
        for profile in local_profile.choices(system):
            if not profile.demo:
                self.choice.addItem(profile.title, profile.profile_id)
        if current and self.choice.findData(current) < 0:
            self.choice.addItem(current, current)
        self.choice.setCurrentIndex(max(self.choice.findData(current), 0))
        price = "点值" if system == "DIP" else "费率/点值"
        self.prices = {name: QLineEdit() for name in INSURANCES}
        self.factor = QLineEdit()
        form = QFormLayout(self)
        form.addRow("地区参数", self.choice)
        row = QHBoxLayout()
        for name, line in self.prices.items():
            line.setAccessibleName(f"{system} {price} {name or '其他'}")
            row.addWidget(QLabel(name or "其他"))
            row.addWidget(line, 1)
        row.addWidget(QLabel("机构系数"))
        row.addWidget(self.factor, 1)
        form.addRow(f"{price}（元）", row)
        self.factor.setAccessibleName(f"{system} 机构系数")
        self.choice.currentIndexChanged.connect(self._show)
        self._show()

    def chosen(self) -> str:
        """The profile to use: the chosen one, or a file of our own when figures were changed.

        Raises:
            UserError: a figure is no number, or the result is not sound.
        """
        base = str(self.choice.currentData())
        wanted = self._typed()
        if wanted == self._figures(base):
            return base
        return str(local_profile.adjust(base or self._demo, wanted))

    @property
    def _demo(self) -> str:
        return "demo" if self._system == "DIP" else "demo_drg"

    def _profile(self, base: str) -> RegionProfile | None:
        try:
            return local_profile.load(base or self._demo)
        except (UserError, ProfileError):
            return None

    def _figures(self, base: str) -> LocalFigures:
        profile = self._profile(base)
        return LocalFigures.of(profile) if profile else LocalFigures()

    def _show(self) -> None:
        figures = self._figures(str(self.choice.currentData()))
        prices = dict(figures.prices)
        for name, line in self.prices.items():
            line.setText(f"{prices[name].normalize():f}" if name in prices else "")
        factor = figures.hospital_factor
        self.factor.setText(f"{factor.normalize():f}" if factor is not None else "")

    def _typed(self) -> LocalFigures:
        prices = tuple(
            (name, _decimal(line.text(), line.accessibleName()))
            for name, line in self.prices.items()
            if line.text().strip()
        )
        factor = self.factor.text().strip()
        return LocalFigures(prices, _decimal(factor, "机构系数") if factor else None)


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise UserError(f"{what}“{text}”不是数字。", "请填写数字，例如 5.8。") from None
    if not value.is_finite() or value <= 0:
        raise UserError(f"{what}应大于 0。", "不清楚时请留空。")
    return value
