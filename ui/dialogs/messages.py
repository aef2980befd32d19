"""What went wrong, said twice differently: a UserError in plain words, a program fault with text to copy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.log import Mishap
from app.version import NAME, program_version


def tell_user(parent: QWidget, error: UserError) -> QMessageBox:
    """Show what happened and what to do; does not block."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("未能完成")
    box.setText(error.what)
    box.setInformativeText(error.todo)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.button(QMessageBox.StandardButton.Ok).setText("知道了")
    box.finished.connect(box.deleteLater)
    box.open()
    return box


def confirm(
    parent: QWidget, title: str, question: str, consequence: str, yes: str, act: Callable[[], object]
) -> QMessageBox:
    """Ask before something is taken away, with a button named after it; ``act`` runs when it is pressed. Does not block."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(consequence)
    agree = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
    box.finished.connect(lambda _result: act() if box.clickedButton() is agree else None)
    box.finished.connect(box.deleteLater)
    box.open()
    return box


def ask_to_keep(
    parent: QWidget, lost: str, keep: Callable[[], bool], leave: Callable[[], object]
) -> QMessageBox:
    """Ask what becomes of changes before they would be lost: keep them and go on, go on without, or stay. Does not block.

    ``lost`` says what would be lost; ``keep`` tells whether it worked, then ``leave`` goes on.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("尚未保存")
    box.setText(lost)
    box.setInformativeText("要先保存吗？")
    save = box.addButton("保存", QMessageBox.ButtonRole.AcceptRole)
    discard = box.addButton("不保存", QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(save)
    box.setEscapeButton(stay)

    def answered() -> None:
        if box.clickedButton() is discard or (box.clickedButton() is save and keep()):
            leave()

    box.finished.connect(answered)
    box.finished.connect(box.deleteLater)
    box.open()
    return box


class CrashDialog(QDialog):
    """A fault of the program: the work is safe, here is the text for whoever repairs it."""

    def __init__(self, mishap: Mishap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("程序出错")
        self.resize(640, 420)
        head = QLabel("程序出错了，刚才这一步没有完成。您的更正已逐条保存，不会丢失。")
        head.setProperty("role", "title")
        head.setWordWrap(True)
        todo = QLabel("可以继续使用；如果再次出现，请把下面的内容复制给维护人员。内容不含患者信息。")
        todo.setWordWrap(True)
        self.text = QPlainTextEdit(_described(mishap))
        self.text.setReadOnly(True)
        self.text.setAccessibleName("错误详情")
        buttons = QDialogButtonBox()
        copy = buttons.addButton("复制", QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton("关闭", QDialogButtonBox.ButtonRole.RejectRole)
        copy.clicked.connect(self.copy)
        close.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (head, todo, self.text, buttons):
            column.addWidget(part)

    def add(self, mishap: Mishap) -> None:
        """One more fault while this one is shown."""
        self.text.appendPlainText(f"\n{_described(mishap)}")

    def copy(self) -> None:
        """Put the text on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())


def _described(mishap: Mishap) -> str:
    steps = "\n".join(f"  {position}" for position in mishap.positions)
    import platform

    return f"{NAME} {program_version()}\n{platform.platform()} · Python {platform.python_version()}\n{mishap.kind}\n{steps}"
