"""What EXR files say in their header, and whether all their lines are there. FFmpeg shows torn files half black."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x76\x2f\x31\x01"
_TILED, _DEEP, _MULTI_PART = 0x200, 0x800, 0x1000
_HEADER_BYTES = 1024 * 1024
# Lines in a chunk for each compression, in the order of the format's numbers (none, RLE, ZIPS, ZIP, PIZ, PXR24, B44, …)
_CHUNK_LINES = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256)


@dataclass(frozen=True, slots=True)
class ExrHeader:
    """attributes: raw bytes by name. table_start: where the table of chunk offsets begins."""

    flags: int
    attributes: dict[str, bytes]
    table_start: int

    @property
    def chromaticities(self) -> tuple[float, ...] | None:
        """x and y of red, green, blue and white; None when the file has none."""
        raw = self.attributes.get("chromaticities", b"")
        return struct.unpack("<8f", raw) if len(raw) == 32 else None

    @property
    def chunk_count(self) -> int | None:
        """Chunks of a file of lines; None for tiles, deep data, several parts and unknown compressions."""
        compression = self.attributes.get("compression", b"\xff")[0]
        window = self.attributes.get("dataWindow", b"")
        if self.flags & (_TILED | _DEEP | _MULTI_PART) or compression >= len(_CHUNK_LINES) or len(window) != 16:
            return None
        _, top, _, bottom = struct.unpack("<4i", window)
        return -(-(bottom - top + 1) // _CHUNK_LINES[compression])


def read_exr_header(path: Path) -> ExrHeader | None:
    """The first header; None when this is no EXR file or its header is torn."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if not head.startswith(_MAGIC) or len(head) < 8:
        return None
    place = 8
    attributes: dict[str, bytes] = {}
    while place < len(head) and head[place]:
        name_end = head.find(b"\0", place)
        type_end = head.find(b"\0", name_end + 1)
        if name_end < 0 or type_end < 0 or type_end + 5 > len(head):
            return None
        size = int.from_bytes(head[type_end + 1 : type_end + 5], "little")
        attributes[head[place:name_end].decode("latin-1")] = head[type_end + 5 : type_end + 5 + size]
        place = type_end + 5 + size
    return ExrHeader(int.from_bytes(head[4:8], "little"), attributes, place + 1) if place < len(head) else None


def is_whole_exr(path: Path, size_bytes: int) -> bool:
    """Whether every chunk lies within the file. True where this cannot be told."""
    header = read_exr_header(path)
    if header is None:
        return False
    count = header.chunk_count
    if count is None:
        return True
    with path.open("rb") as file:
        file.seek(header.table_start)
        table = file.read(8 * count)
        if len(table) < 8 * count:
            return False
        offsets = struct.unpack(f"<{count}Q", table)
        if min(offsets) < header.table_start + 8 * count or max(offsets) + 8 > size_bytes:
            return False  # a writer that breaks off leaves zeros
        file.seek(max(offsets))
        _, packed_bytes = struct.unpack("<2i", file.read(8))
    return max(offsets) + 8 + packed_bytes <= size_bytes
