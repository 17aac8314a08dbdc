"""Where the frames of a movie are: presentation times and keyframes, from one pass over its packets.

Containers' own counts and durations are guesses (Matroska has none, edit lists hide frames); packets are facts. Where
packets do not tell (no time stamps, pictures without one, streams that open with undecodable pictures), the movie is
decoded once instead.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """pts: of every shown frame, rising, in ticks of time_base; () when frames can only be counted from the start.

    keyframes: pts where decoding can begin, rising. count: number of frames.
    """

    pts: tuple[int, ...]
    keyframes: tuple[int, ...]
    time_base: Fraction
    count: int

    @property
    def can_seek(self) -> bool:
        return bool(self.pts)

    def index_of(self, pts: int) -> int | None:
        """The frame shown at exactly this time."""
        place = bisect_left(self.pts, pts)
        return place if place < len(self.pts) and self.pts[place] == pts else None

    def keyframe_before(self, pts: int, steps_back: int = 0) -> int | None:
        """The last keyframe at or before a time, or `steps_back` before that one; None for the start of the file."""
        place = bisect_right(self.keyframes, pts) - 1 - steps_back
        return self.keyframes[place] if place >= 0 else None


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """An open container and its video stream; the caller closes the container.

    Raises:
        MediaError: not a movie, or without pictures.
    """
    import av
    from av.error import FFmpegError
    from av.stream import Disposition

    try:
        container = av.open(str(path), "r")
    except (FFmpegError, ValueError) as error:
        raise MediaError(
            f"{path.name} is not a movie or picture that can be read, or it is truncated ({_reason(error)})."
        ) from error
    covers = Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not streams:
        kinds = sorted({stream.type for stream in container.streams})
        container.close()
        held = f"It holds only {' and '.join(kinds)}" if kinds else "It holds no streams"
        raise MediaError(f"{path.name} has no pictures. {held}, or it is truncated.")
    stream = streams[0]
    if stream.codec_context is None:
        container.close()
        raise MediaError(f"{path.name} is coded in a way that cannot be decoded here. Convert it to ProRes or H.264.")
    stream.thread_type = "AUTO"
    return container, stream


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def index_packets(path: Path) -> PacketIndex:
    """Read the whole movie once.

    Raises:
        MediaError: truncated, corrupt or without frames.
    """
    from av.error import FFmpegError

    container, stream = open_video(path)
    try:
        index = _from_packets(container, stream, path)
    except FFmpegError as error:
        raise MediaError(f"{path.name} breaks off or is corrupt ({_reason(error)}). Copy it again.") from error
    finally:
        container.close()
    if index is None or not _ends_decode(path, index):
        index = _from_frames(path)
    if index.count == 0:
        raise MediaError(f"{path.name} holds no frame that can be decoded; it is truncated or corrupt. Copy it again.")
    return index


def _from_packets(container: InputContainer, stream: VideoStream, path: Path) -> PacketIndex | None:
    """None when the packets do not tell."""
    pts: list[int] = []
    keyframes: list[int] = []
    whole, end, is_clear = 0, 0, True
    for packet in container.demux(stream):
        if packet.size == 0 or packet.is_corrupt:
            is_clear = is_clear and not packet.is_corrupt
            continue
        whole += 1
        if packet.pts is None or (whole == 1 and not packet.is_keyframe):
            is_clear = False
            continue
        if not packet.is_discard:
            end = max(end, packet.pts + (packet.duration or 0))
            pts.append(packet.pts)
        if packet.is_keyframe:
            keyframes.append(packet.pts)
    pts.sort()
    _check_whole(container, stream, whole, pts, end, path)
    if not is_clear or not pts or len(set(pts)) != len(pts) or stream.time_base is None:
        return None
    return PacketIndex(tuple(pts), tuple(sorted(set(keyframes))), stream.time_base, len(pts))


def _check_whole(
    container: InputContainer, stream: VideoStream, whole: int, pts: list[int], end: int, path: Path
) -> None:
    """Compare with what the container promises, where promises hold: samples in MP4, bytes in AVI, the end in Matroska.

    pts: shown frames, rising. end: of the last of them, in ticks.
    """
    is_short = "mov" in container.format.name and whole < stream.frames
    if container.format.name == "avi":
        is_short = _riff_bytes(path) > path.stat().st_size
    promised_end = _duration_tag(stream.metadata.get("DURATION", ""))
    if promised_end and len(pts) > 1 and stream.time_base:
        frame = Fraction(pts[-1] - pts[0], len(pts) - 1)
        is_short = promised_end - max(end, pts[-1] + frame) * stream.time_base > frame * stream.time_base / 2
    if is_short:
        raise MediaError(f"{path.name} is truncated: only {whole} of its frames are whole. Copy it again.")


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


def _ends_decode(path: Path, index: PacketIndex) -> bool:
    """Whether the first and the last frame of the index really come out of the decoder, and none after it."""
    from av.error import FFmpegError

    container, stream = open_video(path)
    try:
        first = next(shown_frames(container, stream), None)
        if first is None or first.pts != index.pts[0]:
            return False
        start = index.keyframe_before(index.pts[-1], 1)
        if start is None:
            start = index.pts[0]
        container.seek(start, stream=stream)
        last = None
        for frame in shown_frames(container, stream):
            last = frame.pts
        return last == index.pts[-1]
    except FFmpegError:
        return False
    finally:
        container.close()


def _from_frames(path: Path) -> PacketIndex:
    """Decode everything and keep the times; frames without usable times can only be counted."""
    from av.error import FFmpegError

    container, stream = open_video(path)
    pts: list[int | None] = []
    keyframes: list[int] = []
    try:
        for frame in shown_frames(container, stream):
            pts.append(frame.pts)
            if frame.key_frame and frame.pts is not None:
                keyframes.append(frame.pts)
    except FFmpegError as error:
        raise MediaError(
            f"{path.name} cannot be decoded beyond frame {len(pts)} ({_reason(error)}); it is truncated or corrupt."
        ) from error
    finally:
        container.close()
    known = [value for value in pts if value is not None]
    rises = len(known) == len(pts) and all(a < b for a, b in pairwise(known))
    return PacketIndex(tuple(known) if rises else (), tuple(keyframes), stream.time_base or Fraction(1, 1000), len(pts))


def shown_frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames from the container's position to its end, in the order of showing."""
    for packet in container.demux(stream):
        yield from stream.decode(packet)
