"""Import closure: every DLL that the package imports is in the package or in the written list of Windows 10 system DLLs.

Wine hides a missing MSVC runtime by bringing its own; this check does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pefile

X64 = 0x8664
WINE_MARK = b"Wine builtin DLL"
RUNTIMES = ("vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll")
SYSTEM_LIST = Path(__file__).with_name("system_dlls.txt")


def system_dlls() -> frozenset[str]:
    """DLLs that every Windows 10 (1809 and later) has, one a line, lower case; ``#`` starts a remark."""
    lines = SYSTEM_LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if (name := line.split("#")[0].strip().lower()))


def problems(package: Path) -> Iterator[str]:
    """One sentence for everything wrong with the binaries of ``package``; none when the closure holds."""
    files = [file for file in sorted(package.rglob("*")) if file.suffix.lower() in {".exe", ".dll", ".pyd"}]
    carried = {file.name.lower() for file in files}
    allowed = system_dlls()
    importers: dict[str, set[str]] = defaultdict(set)
    for file in files:
        image = pefile.PE(str(file), fast_load=True)
        if image.FILE_HEADER.Machine != X64:
            yield f"{file.name}: not x64 (machine {image.FILE_HEADER.Machine:#x})"
        if WINE_MARK in file.read_bytes()[:512]:
            yield f"{file.name}: a Wine DLL has been bundled"
        for name in imports(image):
            if name not in carried:
                importers[name].add(file.name)
    for name in sorted(set(importers) - allowed):
        yield f"{name}: neither in the package nor a Windows 10 system DLL; imported by {sorted(importers[name])[:3]}"
    for name in RUNTIMES:
        if name not in carried:
            yield f"{name}: the MSVC runtime is missing from the package"
    if "icuuc.dll" in carried or "bcryptprimitives.dll" in carried:
        yield "a test shim has been bundled"


def imports(image: pefile.PE) -> set[str]:
    """Lower-case names of the DLLs an image imports, delayed ones included."""
    directories = pefile.DIRECTORY_ENTRY
    image.parse_data_directories(
        directories=[
            directories["IMAGE_DIRECTORY_ENTRY_IMPORT"],
            directories["IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT"],
        ]
    )
    entries = [
        *getattr(image, "DIRECTORY_ENTRY_IMPORT", []),
        *getattr(image, "DIRECTORY_ENTRY_DELAY_IMPORT", []),
    ]
    return {entry.dll.decode("ascii").lower() for entry in entries}
