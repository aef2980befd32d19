from datetime import datetime
from pathlib import Path

from app.history import Change, CodedLines, Decision
from app.lessons import Lesson, Lessons
from app.matching.memory import HospitalDictionary
from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed

LINES = CodedLines((), ())
STEP = Change("1", "改", Decision.CORRECT, LINES, LINES, author="甲", time=datetime(2025, 1, 2), number=3)


def test_a_choice_is_remembered_and_withdrawn_with_its_step(tmp_path: Path) -> None:
    with HospitalDictionary(tmp_path / "词典.sqlite") as dictionary:
        lessons = Lessons(dictionary)
        lessons.learn(STEP, Lesson(Kind.DIAGNOSIS, " 心梗 ", "I21.900", "急性心肌梗死"))
        found = dictionary.memory(Kind.DIAGNOSIS).lookup("心梗")
        assert [(pair.code, pair.who) for pair in found] == [("I21.900", "甲")]
        lessons.withdraw([STEP])
        assert not dictionary.memory(Kind.DIAGNOSIS).lookup("心梗")
        lessons.restore([STEP])
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("心梗")


def test_a_published_name_and_no_dictionary_teach_nothing(tmp_path: Path) -> None:
    with HospitalDictionary(tmp_path / "词典.sqlite") as dictionary:
        Lessons(dictionary).learn(STEP, Lesson(Kind.DIAGNOSIS, "肺炎", "J18.900", "肺炎"))
        assert len(dictionary) == 0
    lessons = Lessons(None)
    lessons.learn(STEP, Lesson(Kind.DIAGNOSIS, "心梗", "I21.900", "急性心肌梗死"))
    lessons.withdraw([STEP])
    lessons.restore([STEP])


def test_undo_takes_back_one_confirmation_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "词典.sqlite"
    with HospitalDictionary(path) as dictionary:
        before = Confirmed("心梗", "I21.900", "急性心肌梗死", count=4, who="乙", when=datetime(2024, 5, 6))
        dictionary.confirm(Kind.DIAGNOSIS, before)
        lessons = Lessons(dictionary)
        lessons.learn(STEP, Lesson(Kind.DIAGNOSIS, "心梗", "I21.900", "急性心肌梗死"))
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("心梗")[0].count == 5
        lessons.withdraw([STEP])
        assert dictionary.memory(Kind.DIAGNOSIS).lookup("心梗")[0].count == 4
    with HospitalDictionary(path) as again:
        assert again.memory(Kind.DIAGNOSIS).lookup("心梗")[0].count == 4
