"""The guide to the rule language for people who write packs; its tables come from the language itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coding_rules.checks import functions  # noqa: F401  (declares the functions of the language)
from coding_rules.checks.fixes import FIX_NAMES
from coding_rules.checks.month import MONTH_CHECKS
from coding_rules.checks.names import ATTRIBUTES, SELECTORS, VALUES
from coding_rules.checks.predicates import FUNCTIONS

_TEXT = """# 规则包怎样写

一个规则包是一个文件夹：`pack.toml`（规则）、`cases.toml`（每条规则必须触发、必须通过的例子）、`pack.txt`（自动生成的说明）。
医院自己的规则写成同样的 `pack.toml`；停用、改级别、改阈值另存在设置中，程序升级不会覆盖。本页的表由
`python -m tests.coding_rules.checks.accept_prose` 生成。

## 一条规则

```toml
[[rule]]
id = "OWN-001"                  # 不与任何规则重复，停用后也不再用（记入 [pack] 的 retired）
title = "阑尾切除而无阑尾诊断"
severity = "warning"            # error 错误 / warning 警告 / hint 提示
class = "B"                     # A-D，扣分类别；“-”不计分
points = 1                      # 扣分
item = "主要手术或操作编码"       # 扣在哪一项
each = "procedures"             # 可省；逐行看时写，规则中用 line
when = "line in [47.0] and not diagnoses in [K35-K38] as other"
message = "{place} {line}：诊断中没有阑尾疾病。"
authority = "本院编码规则"
at = "line"                     # 可省；光标应到的位置
fix = ["remove:line"]           # 可省；修正
valid_from = 2025-01-01         # 可省；按出院日期
```

几条只差几个字的规则用 `[[family]]`：共用部分写一次，`members` 里写各条的不同，用 `${名字}` 代入。

## 条件

- 编码：`principal in [K35-K38, K40.907]`、`diagnoses in @清单名`、`not procedures in [47]`；`as a` 给找到的行起名，消息中用 `{a}`。
  `K35.2` 指它和它以下的所有编码，范围两端一样长；`!I10` 表示除去。只比剑号部分，形态学编码不与 M 章混淆。
- 名称：`line named "陈旧" | "术后"`（含其中之一）。
- 比较：`age < 14`、`discharged < admitted`、`line.day > discharged`、`XX in {"5", "6"}`、`age > $阈值`、加减乘。
- 空白：`XM is empty`（什么都没有）、`XM is blank`（没有或是“-”等占位符）、`XM is filled`。
- 条数：`count(others in [Z37]) > 1`。
- `and`、`or`、`not`、括号。没有填的值是“不知道”：与它有关的比较既不成立也不算不成立，规则只在肯定成立时触发。
- 首页的栏目用它的编号（`XB`、`ZKRQ`……，费用项目是以分计的数）；诊断、手术各行会被修改，只能用下面的行名。
- 文件没有所需的列时，规则“未评价”，不算失败。
"""


def guide() -> str:
    """The whole guide."""
    return "\n".join([_TEXT, *_tables()]) + "\n"


def _tables() -> Iterator[str]:
    yield from _table(
        "行",
        ("名字", "指"),
        ((name, s.label + ("" if s.single else "（多行）")) for name, s in SELECTORS.items()),
    )
    yield from _table("一行的属性", ("写法", "指"), ((f".{name}", a.label) for name, a in ATTRIBUTES.items()))
    yield from _table(
        "病案的值",
        ("名字", "类型", "指"),
        ((name, value.type.value, value.label) for name, value in VALUES.items()),
    )
    yield from _table(
        "函数",
        ("写法", "结果", "读作", "留给消息的"),
        (
            (
                f"{f.name}({', '.join(t.value for t in f.takes)})",
                f.gives.value,
                f.prose.replace("{0}", "甲").replace("{1}", "乙"),
                "、".join(f"{{{name}}}" for name in f.notes),
            )
            for f in sorted(FUNCTIONS.values(), key=lambda f: f.name)
        ),
    )
    yield from _table("修正", ("写法", "作用"), FIX_NAMES.items())
    yield from _table(
        '跨病案的检查（scope = "month"，check = 名字）',
        ("名字", "说明"),
        ((name, check.reading) for name, check in MONTH_CHECKS.items()),
    )


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""
