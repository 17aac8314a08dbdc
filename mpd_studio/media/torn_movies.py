"""Movies that are shorter than they promise: broken off while copying, recording or downloading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class ReadPackets:
    """whole: packets read in full. pts: of the shown ones, rising. end: when the last one ends, in ticks."""

    whole: int
    pts: tuple[int, ...]
    end: int


def check_promise(container: InputContainer, stream: VideoStream, read: ReadPackets, path: Path) -> bool:
    """Whether the container promised a length that was kept; False when it promises none that can be trusted.

    Trusted are the sample table of MP4 and MOV, the byte count of AVI and the duration tag of Matroska.

    Raises:
        MediaError: the movie is shorter than promised.
    """
    name = container.format.name
    if "mov" in name:
        entries = len(stream.index_entries)  # what edit lists leave of the samples, unlike stream.frames
        is_kept = read.whole >= entries
    elif name == "avi":
        is_kept = _riff_bytes(path) <= path.stat().st_size
    elif "matroska" in name and (promised := _duration_tag(stream.metadata.get("DURATION", ""))):
        is_kept = _reaches(promised, read, stream.time_base or Fraction(1, 1000))
    else:
        return False
    if not is_kept:
        raise MediaError(f"{path.name} is truncated: only {read.whole} of its frames are whole. Copy it again.")
    return True


def _reaches(promised_s: Fraction, read: ReadPackets, time_base: Fraction) -> bool:
    if len(read.pts) < 2:
        return True
    frame = Fraction(read.pts[-1] - read.pts[0], len(read.pts) - 1)
    missing_s = promised_s - max(read.end, read.pts[-1] + frame) * time_base
    return missing_s <= frame * time_base / 2


def _riff_bytes(path: Path) -> int:
    """How long an AVI file says it is; 0 when it was never finished."""
    with path.open("rb") as file:
        head = file.read(8)
    size = int.from_bytes(head[4:8], "little")
    return size + 8 if head.startswith(b"RIFF") and size else 0


def _duration_tag(text: str) -> Fraction | None:
    """Matroska's "00:00:02.002000000" in seconds."""
    match = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3]) if match else None
