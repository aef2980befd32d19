"""Templates of cases, written by hand: department, principal diagnosis, what goes with it, stay and fee."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Course:
    """One way to treat: procedures with the main one first, and what the fee of the template is multiplied by."""

    procedures: tuple[str, ...]
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of case. Ages in years, or in days where ``newborn``; ``fee`` in yuan; ``operated`` is the share (0..1) treated
    with one of the ``courses``; ``cause`` is the external cause of injuries; ``weight`` says how common the kind is.
    """

    department: str
    title: str
    sex: str
    ages: tuple[int, int]
    newborn: bool
    principals: tuple[str, ...]
    pools: tuple[str, ...]
    courses: tuple[Course, ...]
    operated: float
    los: int
    fee: int
    weight: int
    cause: str


@dataclass(frozen=True, slots=True)
class Comorbidity:
    """A diagnosis that may accompany cases of a pool, with its chance (0..1)."""

    code: str
    chance: float


EXACTLY_ONE = frozenset({"原发肿瘤", "烧伤面积"})
"""Pools of which every case has one member: the tumour that is being treated, the extent of a burn."""

_SEX = {"男": "1", "女": "2", "": ""}


@cache
def load_templates() -> tuple[Template, ...]:
    """All templates, in file order."""
    return tuple(_template(row) for row in _rows("templates.csv"))


@cache
def load_pools() -> Mapping[str, tuple[Comorbidity, ...]]:
    """Comorbidities by pool."""
    pools: dict[str, tuple[Comorbidity, ...]] = {}
    for row in _rows("comorbidities.csv"):
        member = Comorbidity(row["code"], int(row["chance"]) / 100)
        pools[row["pool"]] = (*pools.get(row["pool"], ()), member)
    return pools


def _template(row: Mapping[str, str]) -> Template:
    return Template(
        department=row["department"],
        title=row["title"],
        sex=_SEX[row["sex"]],
        ages=(int(row["age_low"]), int(row["age_high"])),
        newborn=row["age_unit"] == "天",
        principals=tuple(row["principal"].split("|")),
        pools=tuple(filter(None, row["pools"].split("|"))),
        courses=tuple(_course(text) for text in filter(None, row["procedures"].split("|"))),
        operated=int(row["operated"]) / 100,
        los=int(row["los"]),
        fee=int(row["fee"]),
        weight=int(row["weight"]),
        cause=row["cause"],
    )


def _course(text: str) -> Course:
    codes, _, factor = text.partition("@")
    return Course(tuple(codes.split("+")), float(factor or 1))


def _rows(name: str) -> Iterable[dict[str, str]]:
    text = resources.files("app.demo").joinpath(name).read_text("utf-8")
    return csv.DictReader(io.StringIO(text))
