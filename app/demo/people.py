"""Synthetic people. Nothing here can belong to anybody: no such region, no such phone, no such street."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from coding_rules.identity import check_character

REGION = "9901"
"""First digits of the region codes in identity numbers; province codes end at 91, so no real number starts like this."""

_SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘范彭鲁韦马方任袁柳史唐薛贺汤罗毕郝安常于傅齐康伍余顾孟黄萧尹"
_GIVEN = {
    "1": "伟强磊军勇杰涛明超鹏飞刚平辉斌波宇浩健亮建国志文海峰林松庆云山",
    "2": "芳娜敏静丽艳娟霞秀兰玲桂英慧洁莉婷雪琴梅红月华玉珍萍春燕晓丹凤",
}
_STREETS = ("演示路", "样例街", "虚构巷", "示范大道", "模拟里")
_JOBS = {"minor": "90", "student": "31", "retired": "80"}
_WORKING_JOBS = ("27", "24", "17", "54", "70", "13")


@dataclass(frozen=True, slots=True)
class Person:
    """Who a synthetic patient is. ``id_number`` is "-" for newborns, who have none yet."""

    name: str
    sex: str
    birth: date
    id_number: str
    job: str
    marriage: str
    address: str
    phone: str
    contact: str
    relation: str


def invent_person(random: Random, number: int, sex: str, birth: date, age: int, newborn: bool) -> Person:
    """Person ``number`` of a month, of this sex and birth date."""
    surname = random.choice(_SURNAMES)
    given = "".join(random.choice(_GIVEN[sex]) for _ in range(random.choice((1, 2, 2))))
    return Person(
        name=f"{surname}{given}之婴" if newborn else surname + given,
        sex=sex,
        birth=birth,
        id_number="-" if newborn else invent_id_number(random, number, birth, sex),
        job=_job(random, age),
        marriage="1" if age < 22 else "3" if age > 75 and random.random() < 0.3 else "2",
        address=f"示例省示例市示例区{random.choice(_STREETS)}{random.randint(1, 299)}号",
        phone=f"100{random.randint(0, 99_999_999):08d}",
        contact=random.choice(_SURNAMES) + "某",
        relation=_relation(random, age),
    )


def invent_id_number(random: Random, number: int, birth: date, sex: str) -> str:
    """An identity number of a region that does not exist, with birth date, sex and check character in order.

    ``number`` keeps the first 9,900 people of a month apart even when they share a birthday.
    """
    serial = (number // 100 % 99 + 1) * 10 + random.choice((1, 3, 5, 7, 9) if sex == "1" else (2, 4, 6, 8))
    body = f"{REGION}{number % 100:02d}{birth:%Y%m%d}{serial:03d}"
    return body + check_character(body)


def invent_staff(random: Random) -> str:
    """The name of a member of staff."""
    return random.choice(_SURNAMES) + random.choice(_GIVEN[random.choice("12")])


def _relation(random: Random, age: int) -> str:
    """联系人关系: parents of the young, spouses, grown-up children of the old."""
    if age < 22:
        return "5"
    return random.choice(("1", "2", "3")) if age >= 50 else "1"


def _job(random: Random, age: int) -> str:
    if age < 7:
        return _JOBS["minor"]
    if age < 20:
        return _JOBS["student"]
    return _JOBS["retired"] if age >= 60 and random.random() < 0.6 else random.choice(_WORKING_JOBS)
