"""TOML of the few files we own: the standard library reads it but does not write it, and people write days in their ways."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal


def dumps(document: Mapping[str, object]) -> str:
    """A TOML document of text, numbers (``Decimal`` exactly), booleans, dates, lists and tables. Reads back equal with ``tomllib``.

    Raises:
        TypeError: a value of another type.
    """
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def day_in(document: Mapping[str, object], key: str) -> date | None:
    """A day that was read, written as a date or as a text; ``None`` where there is none.

    Raises:
        ValueError: it is no date.
    """
    value = document.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _table(table: Mapping[str, object], path: tuple[str, ...]) -> list[str]:
    """Plain values first, then the sub-tables, each under its header."""
    lines: list[str] = []
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in table.items() if key not in inner}
    if path and (plain or not inner):
        lines += ["", f"[{'.'.join(_key(part) for part in path)}]"]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in inner.items():
        lines += _table(value, (*path, key))
    return lines


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case Decimal():
            return f"{value:f}"  # digit by digit, for readers that parse floats as Decimal
        case str():
            return _text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(_value(item) for item in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
