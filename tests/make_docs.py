"""The parts of the manual that the program knows itself: ``python -m tests.make_docs`` writes them between their marks.

A mark is a comment ``<!-- 自动生成：NAME -->``, the end ``<!-- 自动生成结束 -->``. A test fails when a part is stale.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from app.cli.parser import make_parser
from coding_rules.checks.pack import shipped_packs
from coding_rules.settlement.profile import SHIPPED, Certainty, RegionProfile, load_profile
from icd_tables.catalog import starter_sources
from ui.actions import ACTIONS, MENUS, shortcut_text
from ui.dialogs.keys import INSIDE
from ui.tools.registry import TOOLS

DOCS = Path(__file__).resolve().parents[1] / "docs"
_PART = re.compile(r"(<!-- 自动生成：([a-z-]+) -->\n).*?(<!-- 自动生成结束 -->)", re.DOTALL)


def pages() -> list[Path]:
    """The pages of the documentation."""
    return sorted(DOCS.rglob("*.md"))


def filled(text: str) -> str:
    """A page with its generated parts made anew.

    Raises:
        KeyError: a mark names no part.
    """
    return _PART.sub(lambda match: f"{match[1]}{PARTS[match[2]]()}\n{match[3]}", text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _keys(text: str) -> str:
    return " / ".join(f"`{keys}`" for keys in text.split(" / ")) if text else ""


def _actions() -> str:
    rows = []
    for menu, title in MENUS.items():
        rows += [
            (title.split("(")[0], spec.text, _keys(shortcut_text(spec)), spec.tip)
            for spec in ACTIONS
            if spec.menu == menu
        ]
    return _table(("菜单", "命令", "键", "说明"), rows)


def _inside_keys() -> str:
    return _table(("在哪里", "键", "作用"), INSIDE)


def _tools() -> str:
    rows = [(f"[{tool.text}](#{tool.id})", _keys(tool.shortcut), tool.tip) for tool in TOOLS]
    return _table(("工具", "键", "做什么"), rows)


def _commands() -> str:
    parser = make_parser()
    subcommands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return "\n\n".join(_command(name, sub) for name, sub in subcommands.choices.items())


def _command(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [
        (_spelled(action), "是" if action.required else "", action.help or "")
        for action in parser._actions
        if action.dest != "help"
    ]
    head = f"### {name}\n\n{(parser.description or '').strip()}"
    return f"{head}\n\n{_table(('参数', '必需', '说明'), rows)}"


def _spelled(action: argparse.Action) -> str:
    choices = "、".join(map(str, action.choices or ()))
    value = "" if action.nargs == 0 else str(choices or action.metavar or action.dest.upper())
    return f"`{' '.join(part for part in (*action.option_strings, value) if part)}`"


def _profiles() -> str:
    return _table(
        ("编号", "名称", "用于", "版本", "点值", "各参数的可信度"), map(_profile, map(load_profile, SHIPPED))
    )


def _profile(profile: RegionProfile) -> tuple[str, ...]:
    counts = Counter(note.certainty for note in profile.notes.values())
    sure = "，".join(f"{each.value} {counts[each]}" for each in Certainty if counts[each])
    price = "虚构" if profile.demo else "有" if profile.money.prices else "无，由本院填写"
    return profile.profile_id, profile.title, profile.system, profile.version, price, sure


def _starter() -> str:
    rows = [
        (
            source.info.title,
            source.info.edition.value,
            f"{len(source.entries) or len(source.pairs):,}",
            source.info.note,
        )
        for source in starter_sources()
    ]
    return _table(("表", "版本", "条数", "说明"), rows)


def _packs() -> str:
    return _table(("规则包", "文件夹", "内容"), [(p.title, p.id, p.description) for p in shipped_packs()])


PARTS: Mapping[str, Callable[[], str]] = {
    "actions": _actions,
    "inside-keys": _inside_keys,
    "tools": _tools,
    "commands": _commands,
    "profiles": _profiles,
    "starter": _starter,
    "packs": _packs,
}
"""What can be made, by the name in the mark."""


def stale() -> Iterator[Path]:
    """Pages whose generated parts are not what the program says now."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if filled(text) != text:
            yield page


def main() -> None:
    """Write every page anew."""
    for page in list(stale()):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
        print(page.relative_to(DOCS))


if __name__ == "__main__":
    main()
