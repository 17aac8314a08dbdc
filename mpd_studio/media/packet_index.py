"""Where the frames of a movie are: presentation times and keyframes, from one pass over its packets.

Containers' own counts and durations are guesses (Matroska has none, edit lists hide frames); packets are facts. Where
packets do not tell (no time stamps, pictures without one, streams that open with undecodable pictures), the movie is
decoded once instead.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError
from mpd_studio.media.open_video import open_video, reason_of, shown_frames
from mpd_studio.media.torn_movies import ReadPackets, check_promise

if TYPE_CHECKING:
    from av.container import InputContainer
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


def index_packets(path: Path) -> PacketIndex:
    """Read the whole movie once, or its table where that says all.

    Raises:
        MediaError: truncated, corrupt or without frames.
    """
    from av.error import FFmpegError

    container, stream = open_video(path)
    try:
        index = _from_table(container, stream, path)
        is_sure = index is not None
        if index is None:
            index, is_sure = _from_packets(container, stream, path)
    except FFmpegError as error:
        raise MediaError(f"{path.name} breaks off or is corrupt ({reason_of(error)}). Copy it again.") from error
    finally:
        container.close()
    if index is None or not _starts_as_told(path, index) or not (is_sure or _ends_as_told(path, index)):
        index = _from_frames(path)
    if index.count == 0:
        raise MediaError(f"{path.name} holds no frame that can be decoded; it is truncated or corrupt. Copy it again.")
    return index


def _from_table(container: InputContainer, stream: VideoStream, path: Path) -> PacketIndex | None:
    """MP4 and MOV with keyframes only (ProRes, DNxHR, MJPEG …): an hour of it need not be read to count it.

    The table has decoding times, which are the showing times when nothing is reordered. None where it does not suffice.
    """
    entries = stream.index_entries
    if "mov" not in container.format.name or not 0 < len(entries) == stream.frames or stream.time_base is None:
        return None
    pts = tuple(entry.timestamp for entry in entries)
    plain = all(entry.is_keyframe and not entry.is_discard for entry in entries)
    if not plain or not all(a < b for a, b in pairwise(pts)):
        return None
    if max(entry.pos + entry.size for entry in entries) > path.stat().st_size:
        return None  # truncated: reading the packets will say how much is left
    return PacketIndex(pts, pts, stream.time_base, len(pts))


def _from_packets(container: InputContainer, stream: VideoStream, path: Path) -> tuple[PacketIndex | None, bool]:
    """The index, None when the packets do not tell; and whether the container vouches for its end."""
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
    is_sure = check_promise(container, stream, ReadPackets(whole, tuple(pts), end), path)
    if not is_clear or not pts or len(set(pts)) != len(pts) or stream.time_base is None:
        return None, False
    return PacketIndex(tuple(pts), tuple(sorted(set(keyframes))), stream.time_base, len(pts)), is_sure


def _starts_as_told(path: Path, index: PacketIndex) -> bool:
    """Whether the first frame of the index is the first that the decoder gives."""
    from av.error import FFmpegError

    container, stream = open_video(path)
    try:
        first = next(shown_frames(container, stream), None)
    except FFmpegError:
        return False
    finally:
        container.close()
    return first is not None and first.pts == index.pts[0]


def _ends_as_told(path: Path, index: PacketIndex) -> bool:
    """Whether the last frame of the index is the last that the decoder gives, from the last keyframe or one before."""
    from av.error import FFmpegError

    for steps_back in (0, 1):
        start = index.keyframe_before(index.pts[-1], steps_back)
        container, stream = open_video(path)
        try:
            container.seek(index.pts[0] if start is None else start, stream=stream)
            last = None
            for frame in shown_frames(container, stream):
                last = frame.pts
        except FFmpegError:
            return False
        finally:
            container.close()
        if last is not None:
            return last == index.pts[-1]
    return False


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
            f"{path.name} cannot be decoded beyond frame {len(pts)} ({reason_of(error)}); it is truncated or corrupt."
        ) from error
    finally:
        container.close()
    known = [value for value in pts if value is not None]
    rises = len(known) == len(pts) and all(a < b for a, b in pairwise(known))
    return PacketIndex(tuple(known) if rises else (), tuple(keyframes), stream.time_base or Fraction(1, 1000), len(pts))
