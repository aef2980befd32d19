"""The documentation says what the program does: generated parts, keys, words on screen, messages, commands, examples."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.cli.parser import make_parser
from coding_rules.checks.pack import shipped_packs
from coding_rules.expression.check import Vocabulary, check
from coding_rules.expression.parser import FIELDS
from coding_rules.expression.tree import Scope
from coding_rules.finding import Severity
from coding_rules.settlement.profile import Certainty
from coding_rules.settlement.settlement import Band
from icd_tables.search import Tier
from tests.make_docs import DOCS, filled, pages
from tests.pictures.png import LARGEST_BYTES
from tests.pictures.scenes import SCENES
from ui.actions import ACTIONS, shortcut_text
from ui.dialogs.keys import INSIDE
from ui.tools.matching_keys import KEYS as TERM_KEYS
from ui.tools.registry import TOOLS

ROOT = DOCS.parent
MANUAL = [DOCS / "manual.zh-CN.md", *sorted((DOCS / "manual").glob("*.md"))]
SCHEME_LANGUAGE = DOCS / "scheme-language.zh-CN.md"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
LISTS = Vocabulary(
    {
        **dict.fromkeys(("心衰", "部位1", "部位2"), frozenset({"dx"})),
        **dict.fromkeys(("手术A", "手术B", "其他(心脏)"), frozenset({"px"})),
    }
)
"""The lists that the examples of the scheme language speak of."""


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def texts_of_the_program() -> str:
    """Every text constant of the program; pieces of f-strings count as they stand."""
    found = [pack.title for pack in shipped_packs()]
    for package in ("app", "ui", "coding_rules", "icd_tables"):
        for file in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found += [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
    return "\n".join(found)


@pytest.mark.parametrize("page", pages(), ids=named)
def test_generated_parts_are_fresh(page: Path) -> None:
    assert filled(text_of(page)) == text_of(page), "run: python -m tests.make_docs"


@pytest.mark.parametrize("page", [*pages(), *READMES], ids=named)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text_of(page))
    missing = [link for link, _anchor in links if link and not (page.parent / link).exists()]
    assert not missing
    for link, anchor in links:
        target = (page.parent / link) if link else page
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{named(page)} -> {link}#{anchor}"


def anchors(page: Path) -> set[str]:
    """What links into a page may name: explicit anchors, and headings as GitHub spells them."""
    text = text_of(page)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    spelled = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return spelled | set(re.findall(r'<a id="([^"]+)">', text))


@cache
def composed_texts() -> tuple[re.Pattern[str], ...]:
    """Texts that the program puts together (``f"保存为本院{what}"``), as patterns; those with hardly a fixed word are left out."""
    found = []
    for package in ("app", "ui"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                    if len("".join(str(part) for part in parts if part is not None)) >= 3:
                        fixed = (".+" if part is None else re.escape(str(part)) for part in parts)
                        found.append(re.compile("".join(fixed)))
    return tuple(found)


def on_screen(word: str) -> bool:
    return word in texts_of_the_program() or any(text.fullmatch(word) for text in composed_texts())


@pytest.mark.parametrize("page", [*MANUAL, SCHEME_LANGUAGE], ids=named)
def test_words_in_corner_brackets_are_on_screen(page: Path) -> None:
    words = re.findall(r"「([^」]+)」", text_of(page))
    assert not [word for word in words if not on_screen(word)]


def test_keys_named_in_the_manual_exist() -> None:
    known = {keys for spec in ACTIONS for keys in shortcut_text(spec).split(" / ")}
    known |= {key for _place, keys, _what in INSIDE for key in re.split(r" 或 | / | – | ", keys)}
    known |= {"Ctrl+C", *TERM_KEYS}
    told = {
        key
        for page in MANUAL
        for key in re.findall(
            r"`((?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9,]|F\d+|Ins|Del|Enter|Esc|Up|Down|Home|[↑↓]))`",
            text_of(page),
        )
    }
    assert told
    assert not told - known


def test_every_tool_has_its_section() -> None:
    text = text_of(DOCS / "manual" / "tools.md")
    for tool in TOOLS:
        assert f'<a id="{tool.id}"></a>\n## {tool.text}\n' in text, tool.id


def test_every_grade_of_certainty_is_explained() -> None:
    review, score = (text_of(DOCS / "manual" / name) for name in ("review.md", "score.md"))
    assert not [tier for tier in Tier if f"| {tier.value} |" not in review]
    assert not [severity for severity in Severity if f"| {severity.label} |" not in review]
    assert not [band for band in Band if f"| {band.value} |" not in score]
    told = score.split("## 有多可靠")[1].split("<!--")[0]
    assert not [each for each in Certainty if each.value not in told]


def rows_of(page: Path, head: str) -> Iterator[list[str]]:
    """Rows of the tables with this first heading."""
    for table in re.findall(rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text_of(page), re.MULTILINE):
        for line in table.splitlines():
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_messages_in_the_questions_are_the_programs_own() -> None:
    rows = list(rows_of(DOCS / "manual" / "faq.md", "提示"))
    assert len(rows) > 15
    source = texts_of_the_program()
    missing = [
        message
        for message, *_ in rows
        if not all(part in source for part in re.split("“?…”?", message) if part)
    ]
    assert not missing


def commands() -> Iterator[tuple[Path, str]]:
    for page in [*MANUAL, SCHEME_LANGUAGE, *READMES]:
        for line in re.findall(r"^python -m app (.+)$", text_of(page), re.MULTILINE):
            yield page, line


def test_command_lines_can_be_typed() -> None:
    lines = list(commands())
    assert len(lines) > 10
    for page, line in lines:
        try:
            make_parser().parse_args(shlex.split(line))
        except SystemExit:
            pytest.fail(f"{named(page)}: {line}")


def test_examples_of_the_scheme_language_hold() -> None:
    examples = re.findall(r"```rule\n(.*?)```", text_of(SCHEME_LANGUAGE), re.DOTALL)
    rules = [line for block in examples for line in block.splitlines()]
    assert len(rules) >= 10
    assert not {rule: found for rule in rules if (found := check(rule, LISTS).problems)}


def test_mistakes_in_the_scheme_language_are_told_so() -> None:
    for written, told in rows_of(SCHEME_LANGUAGE, "写成"):
        assert [problem.message for problem in check(written.strip("`"), LISTS).problems] == [told]


def test_scheme_language_tells_every_word() -> None:
    text = text_of(SCHEME_LANGUAGE)
    assert list(rows_of(SCHEME_LANGUAGE, "字段")) == [[f"`{name}`", label] for name, label in FIELDS.items()]
    assert not [scope for scope in Scope if f"`{scope} in" not in text]


def test_pictures_are_made_small_and_all_are_shown() -> None:
    pictures = sorted((DOCS / "pictures").glob("*"))
    assert {picture.stem for picture in pictures} == set(SCENES), "run: python -m tests.make_pictures"
    shown = "".join(text_of(page) for page in [*pages(), *READMES])
    assert not [picture.name for picture in pictures if f"pictures/{picture.name})" not in shown]
    assert not [picture.name for picture in pictures if picture.stat().st_size > LARGEST_BYTES]


def test_the_architecture_page_has_the_modules_there_are() -> None:
    listed = modules_on_the_architecture_page()
    assert not [
        f"{room}/{name}"
        for room, names in listed.items()
        for name in names
        if not exists_in(ROOT / room, name)
    ]
    there = {
        room: {file.stem for file in (ROOT / room).glob("[!_]*.py")} for room in listed if room != "tests"
    }
    assert not [
        f"{room}/{name}" for room, names in there.items() for name in sorted(names - set(listed[room]))
    ]


def modules_on_the_architecture_page() -> dict[str, list[str]]:
    """The names in the tree, by the room they stand in."""
    tree = text_of(DOCS / "architecture.md").split("## The tree")[1].split("```")[1]
    rooms: dict[str, list[str]] = {}
    room = ""
    for line in tree.splitlines():
        if re.match(r" {2}\S", line):
            rooms[room] += re.split(r" {2,}", line.strip())[0].split()  # names, a gap, what they are for
        elif names := re.match(r"(\w+)/", line):
            room = names[1]
            rooms[room] = []
    return rooms


def exists_in(room: Path, name: str) -> bool:
    """Whether a name of the tree is a module or a folder of this room (``data/<table>/`` stands for many)."""
    return (room / f"{name}.py").exists() or (name.endswith("/") and (room / name.partition("<")[0]).is_dir())
