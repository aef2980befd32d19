"""Opening what people hand us: telling by its bytes what a file is, and saying in a sentence what is wrong with it.

File names and endings are not trusted: hospitals' systems export tab-separated text as ``.xls`` and web pages as ``.csv``.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.errors import UserError

CHUNK = 1 << 20
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_ESCAPED = re.compile("[\udc80-\udcff]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_DBF_VERSIONS = {0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*(\{|\[\s*[\[{])")
_TABLE_HELP = "请用 Excel 或 WPS 打开该文件，另存为 .xlsx 或 .csv（逗号分隔）后再导入。"

_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"SQLite format 3", "数据库文件"),
    (b"MZ", "程序文件"),
    (b"{\\rtf", "RTF 文档"),
)


class FileKind(StrEnum):
    """What a file is, by its bytes."""

    TEXT = "文本"
    WORKBOOK = "Excel 工作簿"
    OLD_WORKBOOK = "旧版 Excel 工作簿"
    DBF = "DBF"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A character set: codec name, what to call it on screen, and the byte-order mark the file starts with."""

    codec: str
    label: str
    mark: bytes = b""


UTF8 = Encoding("utf-8", "UTF-8")
UTF8_BOM = Encoding("utf-8", "UTF-8（带 BOM）", codecs.BOM_UTF8)
GB18030 = Encoding("gb18030", "GB18030")
UTF16_LE = Encoding("utf-16-le", "UTF-16", codecs.BOM_UTF16_LE)
UTF16_BE = Encoding("utf-16-be", "UTF-16", codecs.BOM_UTF16_BE)
_MARKED = (UTF8_BOM, UTF16_LE, UTF16_BE)


def sniff(path: Path, *, pages: bool = False) -> FileKind:
    """What kind of file this is; ``pages``: front pages are looked for, which may come as JSON too.

    Raises:
        UserError: missing, unreadable, empty, a folder, password-protected, or no table at all.
    """
    head = _head(path)
    if head.startswith(_OLE):
        _refuse_other_ole(path)
        return FileKind.OLD_WORKBOOK
    if is_dbf(head):
        return FileKind.DBF
    if head.startswith(_ZIP):
        return FileKind.WORKBOOK
    for signature, what in _STRANGERS:
        if head.startswith(signature):
            raise UserError(f"“{path.name}”是{what}，不是表格。", _TABLE_HELP)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UserError(f"“{path.name}”没有内容。", "请确认导出是否完成，重新导出后再导入。")
    if pages and _JSON.match(head):
        return FileKind.JSON
    _refuse_other_texts(path, head)
    return FileKind.TEXT


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UserError(f"“{path.name}”是一个文件夹。", "请选择文件夹里的文件。")
        if path.stat().st_size == 0:
            raise UserError(f"“{path.name}”是空文件（0 字节）。", "请重新导出后再导入。")
        with path.open("rb") as file:
            return file.read(CHUNK)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> UserError:
    """Why a file cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return UserError(f"找不到文件：{path}", "请检查文件是否已被移动或改名。")
    if isinstance(error, PermissionError):
        return UserError(
            f"无法读取“{path.name}”：没有权限，或文件正被其他程序独占。", "请关闭占用它的程序后重试。"
        )
    return UserError(f"无法读取“{path.name}”：{error.strerror or error}", "请把文件复制到本机后重试。")


def is_dbf(content: bytes) -> bool:
    """Whether bytes start like a DBF file: its version, a date of the calendar, lengths that can be, a first column."""
    if len(content) < 65 or content[0] not in _DBF_VERSIONS or b"\0" not in content[12:32]:
        return False
    head_length, record_length = struct.unpack_from("<HH", content, 8)
    dated = content[2] <= 12 and content[3] <= 31
    return dated and head_length > 64 and record_length > 1 and content[32] > 0x20


def _refuse_other_ole(path: Path) -> None:
    """What Office kept in its old container and is no workbook one can read."""
    with path.open("rb") as file:
        content = file.read(64 << 20)
    if _ENCRYPTED in content:
        raise UserError(
            f"“{path.name}”有密码，无法读取。",
            "请在 Excel 或 WPS 中打开，取消“用密码进行加密”并另存后再导入。",
        )
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise UserError(f"“{path.name}”是旧版 Office 文件，但不是 Excel 工作簿。", _TABLE_HELP)


def _refuse_other_texts(path: Path, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        raise UserError(f"“{path.name}”是网页或 XML 格式的表格。", _TABLE_HELP)
    if _JSON.match(head):
        raise UserError(f"“{path.name}”是 JSON 数据，不是表格。", _TABLE_HELP)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    controls = sum(head.count(bytes([c])) for c in (*range(9), *range(14, 32)))
    if controls > max(8, len(head) // 500):
        raise UserError(f"“{path.name}”不是文本表格：含有大量二进制内容。", _TABLE_HELP)
    if b"\n" not in head and b"\r" not in head and len(head) == CHUNK:
        raise UserError(f"“{path.name}”不是表格：开头 1 MB 没有一次换行。", _TABLE_HELP)


def detect_encoding(path: Path) -> tuple[Encoding, int]:
    """The character set of a text file, and how many bytes of it cannot be read in that set.

    A mark decides; then UTF-8 if the whole file is valid UTF-8; else GB18030, which hospital systems write.

    Raises:
        UserError: the text fits neither.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for encoding in _MARKED:
        if head.startswith(encoding.mark):
            return encoding, 0
    if _is_valid(path, UTF8):
        return UTF8, 0
    if _mostly_utf8(path):  # cut off inside a character, say; GB18030 would read nearly anything, as nonsense
        return UTF8, _undecodable(path, UTF8)
    if _is_valid(path, GB18030):
        return GB18030, 0
    size = path.stat().st_size
    errors, best = min(((_undecodable(path, e), e) for e in (GB18030, UTF8)), key=lambda found: found[0])
    if errors > max(20, size // 1000):
        raise UserError(
            f"“{path.name}”的文字编码无法识别：既不是 UTF-8，也不是 GB18030（GBK）。",
            "请用原系统按 GBK 或 UTF-8 重新导出，或用 Excel 打开后另存为 .xlsx。",
        )
    return best, errors


def _is_valid(path: Path, encoding: Encoding) -> bool:
    """Whether the whole file can be decoded."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """Whether the beginning is UTF-8 but for a few bytes."""
    with path.open("rb") as file:
        head = file.read(CHUNK // 4)
    foreign = sum(len(run) for run in _HIGH_BYTES.findall(head))
    bad = len(_ESCAPED.findall(head.decode(UTF8.codec, "surrogateescape")))
    return bad * 20 < foreign


def _undecodable(path: Path, encoding: Encoding) -> int:
    """How many bytes of the file cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding.codec)("surrogateescape")
    with path.open("rb") as file:
        bad = sum(
            len(_ESCAPED.findall(decoder.decode(chunk))) for chunk in iter(lambda: file.read(CHUNK), b"")
        )
    return bad + len(_ESCAPED.findall(decoder.decode(b"", final=True)))


def sha256(path: Path) -> str:
    """Content hash of a file, in hex.

    Raises:
        UserError: the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()
