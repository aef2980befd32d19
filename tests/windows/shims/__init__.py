"""Test doubles for four Windows 10 DLLs that the laboratory's Wine lacks or leaves unimplemented. Never shipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pefile

BUILTIN_MARK = b"Wine builtin DLL"
_PARTS = [
    "cabs",
    "carg",
    "cacos",
    "cacosh",
    "casin",
    "casinh",
    "catan",
    "catanh",
    "ccos",
    "ccosh",
    "cexp",
    "clog",
    "conj",
    "cpow",
    "cproj",
]
_PARTS += ["csin", "csinh", "csqrt", "ctan", "ctanh"]


@dataclass(frozen=True)
class Shim:
    """How one shim is made. ``proxied`` names the copy of Wine's DLL that everything else is forwarded to."""

    file: str
    libraries: tuple[str, ...] = ()
    proxied: str = ""
    replaced: dict[str, str] = field(default_factory=dict)


def _complex_exports() -> dict[str, str]:
    """Exported name -> our function: accessors are ours, the rest is the cross compiler's own C99 library."""
    ours = {f"{name}{kind}": f"shim_{name}{kind}" for name in ("creal", "cimag") for kind in ("", "f")}
    ours |= {f"{name}l": f"shim_{name}" for name in ("creal", "cimag")}  # long double is double for MSVC
    library = {f"{name}{kind}": f"{name}{kind}" for name in _PARTS for kind in ("", "f")}
    return ours | library | {f"{name}l": name for name in _PARTS}


SHIM_SOURCES = {
    "icuuc": Shim("unicode.c"),
    "bcryptprimitives": Shim("random.c", ("-ladvapi32",)),
    "ucrtbase": Shim("complex.c", ("-lmingwex",), "ucrtw", _complex_exports()),
    "mscms": Shim("color_profile.c", (), "mscmw", {"WcsCreateIccProfile": "shim_WcsCreateIccProfile"}),
}


def write_proxy_definition(original: Path, shim: Shim, folder: Path) -> Path:
    """Write the .def that forwards every export of Wine's DLL to a renamed copy, but for those we replace."""
    exports = [
        symbol.name.decode()
        for symbol in pefile.PE(str(original)).DIRECTORY_ENTRY_EXPORT.symbols
        if symbol.name
    ]
    lines = [f"LIBRARY {original.name}", "EXPORTS"]
    lines += [
        f'  "{name}" = {shim.replaced[name]}'
        if name in shim.replaced
        else f'  "{name}" = "{shim.proxied}.{name}"'
        for name in exports
    ]
    definition = folder / f"{original.stem}.def"
    definition.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Wine refuses a DLL that still calls itself builtin when it is loaded as native.
    copy = original.read_bytes().replace(BUILTIN_MARK, b"\0" * len(BUILTIN_MARK), 1)
    (folder / f"{shim.proxied}.dll").write_bytes(copy)
    return definition
