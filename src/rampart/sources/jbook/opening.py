"""The XML documents inside a file: plain, .xz, .zip, or a zip attached inside a published PDF. As streams."""

from __future__ import annotations

import io
import lzma
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rampart.findings import Finding

PIECE = 1 << 16
MOST_MEMBERS = 1000
MOST_ATTACHED = 400_000_000
_ARCHIVES = (".zip", ".zzz", ".xz")
_LZMA_MEMORY = 200_000_000
_STREAM = re.compile(rb"stream\r?\n")
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")

_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, OverflowError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What the standard library raises on a damaged archive."""

Document = tuple[str, Iterator[bytes]]


def documents(path: Path, findings: list[Finding]) -> Iterator[Document]:
    """Every XML document in the file, with its name, as an iterator of pieces. Each is to be read in turn."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
            file.seek(0)
            if head.startswith(b"\xfd7zXZ"):
                yield path.name, _xz(file)
            elif head.startswith(b"PK\x03\x04"):
                yield from _zip(file, path.name, findings)
            elif head.startswith(b"%PDF"):
                yield from _pdf(file, path.name, findings)
            elif head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") or head.startswith((b"\xff\xfe", b"\xfe\xff")):
                yield path.name, iter(lambda: file.read(PIECE), b"")
            else:
                findings.append(Finding("jbook-no-document", file=path.name, value=path.suffix))
    except OSError as fault:
        findings.append(Finding("unreadable", file=path.name, details={"why": fault.strerror or str(fault)}))


def _xz(file: IO[bytes]) -> Iterator[bytes]:
    """The unpacked pieces; raises ValueError for a damaged or truncated file."""
    unpacker = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    try:
        data = file.read(PIECE)
        while True:
            if unpacker.eof:
                data = (unpacker.unused_data + file.read(PIECE)).lstrip(b"\0")
                if not data:
                    return
                unpacker = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)  # a further stream of the same file
            if unpacker.needs_input and not data:
                raise ValueError("the compressed file ends too early")
            piece = unpacker.decompress(data, max_length=PIECE)
            data = file.read(PIECE) if unpacker.needs_input and not unpacker.eof else b""
            if piece:
                yield piece
    except lzma.LZMAError as fault:
        raise ValueError(str(fault)) from fault


def _zip(file: IO[bytes], name: str, findings: list[Finding]) -> Iterator[Document]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if m.filename.lower().endswith(".xml")]
            if not members:
                findings.append(Finding("jbook-no-document", file=name, value=".zip"))
            nested = [m.filename for m in archive.infolist() if m.filename.lower().endswith(_ARCHIVES)]
            if members and nested:
                findings.append(Finding("jbook-nested", file=name, value=nested[0], details={"count": len(nested)}))
            if len(members) > MOST_MEMBERS:
                findings.append(Finding("jbook-too-large", file=name, details={"limit": f"{MOST_MEMBERS:,}"}))
            for member in members[:MOST_MEMBERS]:
                with archive.open(member) as inside:
                    yield f"{name}/{member.filename}", _member(inside)
    except _BROKEN as fault:
        findings.append(Finding("jbook-broken", file=name, details={"why": str(fault) or "the archive is damaged"}))


def _member(inside: IO[bytes]) -> Iterator[bytes]:
    try:
        while piece := inside.read(PIECE):
            yield piece
    except _BROKEN as fault:
        raise ValueError(str(fault)) from fault


def _pdf(file: IO[bytes], name: str, findings: list[Finding]) -> Iterator[Document]:
    """Zips and books among the streams of the PDF; other streams are looked at no further than their start.

    How many there are, and how much they hold together, is bounded: a start of a zip may stand anywhere.
    """
    found, size = 0, 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for start in _STREAM.finditer(data):
            before = data[max(0, start.start() - 2000) : start.start()]
            about = before[max(0, before.rfind(b" obj")) :]
            attached = _attached(data, start.end(), about, MOST_ATTACHED - size)
            if attached is None:
                continue
            found, size = found + 1, size + len(attached)
            if found > MOST_MEMBERS or size > MOST_ATTACHED:
                limit = MOST_MEMBERS if found > MOST_MEMBERS else MOST_ATTACHED
                findings.append(Finding("jbook-too-large", file=name, details={"limit": f"{limit:,}"}))
                break
            if attached.startswith(b"PK\x03\x04"):
                yield from _zip(io.BytesIO(attached), name, findings)
            else:
                yield name, iter([attached])
        locked = not found and data.rfind(b"/Encrypt") >= 0
    if not found:
        findings.append(Finding("jbook-encrypted" if locked else "jbook-no-document", file=name, value=".pdf"))


def _attached(data: mmap.mmap, start: int, about: bytes, most: int) -> bytes | None:
    """The unpacked stream if it is a zip or a book, else nothing; little more than ``most`` bytes of it."""
    head = data[start : start + 4096]
    # A packed stream is known by its own first byte: its dictionary may be long, and names in it may be escaped.
    packed = head[:1] == b"\x78"
    if packed:
        try:
            head = zlib.decompressobj().decompress(head, 512)
        except zlib.error:
            return None
    if not (head.startswith(b"PK\x03\x04") or (head.lstrip().startswith(b"<?xml") and b"JustificationBook" in head)):
        return None
    if packed:
        unpacker = zlib.decompressobj()
        parts, size, at = [], 0, start
        while not unpacker.eof and at < len(data):
            try:
                part = unpacker.decompress(data[at : at + PIECE])
            except zlib.error:
                break  # what was unpacked goes on; the archive in it is then found to be damaged
            size, at = size + len(part), at + PIECE
            parts.append(part)
            if size > most:
                break
        return b"".join(parts)
    if length := _LENGTH.search(about):
        return data[start : start + min(int(length[1][:18]), most + 1)]
    end = data.find(b"endobj", start, start + most)
    end = end if end >= 0 else min(len(data), start + most)
    close = data.rfind(b"endstream", start, end)
    return data[start : close if close >= 0 else end]
