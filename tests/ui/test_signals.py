"""PySide6 6.12.0 on Python 3.11 aborts after some 500 emits; this keeps watch over the version in use."""

from PySide6.QtCore import QObject, Signal, Slot


class Counter(QObject):
    ticked = Signal(int, str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.ticked.connect(self.tick)

    @Slot(int, str, bool)
    def tick(self, number: int, text: str, flag: bool) -> None:
        assert flag is True
        self.count += 1


def test_survives_five_thousand_signals(qapp: object) -> None:
    counter = Counter()
    for number in range(5000):
        counter.ticked.emit(number, "文", True)
    assert counter.count == 5000
