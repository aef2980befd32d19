"""What the executables say of themselves: manifest (rights, sharpness, long paths), version block, icon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pefile

EXECUTABLES = ("CaseCodeQA.exe", "casecode-qa.exe")
DECLARED = ("PerMonitorV2", "<longPathAware", 'level="asInvoker"', "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}")
WINDOWED, CONSOLE = 2, 3
_SUBSYSTEM = {"CaseCodeQA.exe": WINDOWED, "casecode-qa.exe": CONSOLE}


def problems(program: Path, version: str) -> Iterator[str]:
    """One sentence for everything an executable should say and does not."""
    for name in EXECUTABLES:
        image = pefile.PE(str(program / name), fast_load=True)
        image.parse_data_directories(directories=[pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_RESOURCE"]])
        manifest = _resource(image, "RT_MANIFEST").decode("utf-8")
        yield from (f"{name}: no {word} in the manifest" for word in DECLARED if word not in manifest)
        block = _resource(image, "RT_VERSION").decode("utf-16-le", "replace")
        yield from (
            f"{name}: no {word} in the version block" for word in ("编码质控台", version) if word not in block
        )
        if not _resource(image, "RT_GROUP_ICON"):
            yield f"{name}: no icon"
        if image.OPTIONAL_HEADER.Subsystem != _SUBSYSTEM[name]:
            yield f"{name}: subsystem {image.OPTIONAL_HEADER.Subsystem}, expected {_SUBSYSTEM[name]}"


def _resource(image: pefile.PE, kind: str) -> bytes:
    """The first resource of a kind; empty when there is none."""
    wanted = pefile.RESOURCE_TYPE[kind]
    for entry in image.DIRECTORY_ENTRY_RESOURCE.entries:
        if entry.id == wanted:
            place = entry.directory.entries[0].directory.entries[0].data.struct
            return bytes(image.get_data(place.OffsetToData, place.Size))
    return b""
