"""One open movie: frame index to decoded frame, exactly as decoding from the start would give it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError
from mpd_studio.media.open_video import open_video
from mpd_studio.media.packet_index import PacketIndex, index_packets

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_RECENT_BYTES = 96 * 1024 * 1024


class MovieDecoder:
    """Belongs to one thread. Reading forward decodes on; anything else seeks to the keyframe at or before the frame.

    Seeking is never trusted: decoding starts only at a keyframe that is not after the target, and when the wanted time
    does not come out (leading pictures of open groups, MPEG-TS landing late) it starts one keyframe earlier, in the end
    at the start of the file.
    """

    def __init__(self, path: Path, recent_bytes: int = _RECENT_BYTES) -> None:
        self._path = path
        self._recent_limit_bytes = recent_bytes
        self._index: PacketIndex = index_packets(path)
        self._container, self._stream = open_video(path)
        self._frames = self._decoded(after_seek=False)
        self._next = 0  # the frame that decoding on would give, when it is known
        self._is_lost = False
        self._recent: OrderedDict[int, VideoFrame] = OrderedDict()
        self._recent_bytes = 0
        self.seeks = 0

    @property
    def frame_count(self) -> int:
        return self._index.count

    def frame(self, index: int) -> VideoFrame:
        """The decoded frame, not converted, not rotated.

        Raises:
            MediaError: the file breaks off or is corrupt there.
        """
        from av.error import FFmpegError

        if index in self._recent:
            self._recent.move_to_end(index)
            return self._recent[index]
        try:
            if self._goes_on_to(index):
                frame = self._advance(index)
                if frame is not None:
                    return frame
            return self._seek_and_advance(index)
        except FFmpegError as error:
            self._is_lost = True
            raise MediaError(
                f"Frame {index} of {self._path.name} cannot be decoded ({error.strerror}). The file is damaged there."
            ) from error

    def close(self) -> None:
        self._frames = iter(())
        self._recent.clear()
        self._container.close()

    def _goes_on_to(self, index: int) -> bool:
        """Whether decoding on reaches the frame with no keyframe in between that would be a shorter way."""
        if self._is_lost or index < self._next:
            return False
        if not self._index.can_seek or index - self._next < 3:
            return True
        keyframe = self._index.keyframe_before(self._index.pts[index])
        return keyframe is None or keyframe <= self._index.pts[self._next]

    def _seek_and_advance(self, index: int) -> VideoFrame:
        steps_back = 0
        while self._index.can_seek:
            keyframe = self._index.keyframe_before(self._index.pts[index], steps_back)
            if keyframe is None:
                break
            self._seek(keyframe)
            frame = self._advance(index)
            if frame is not None:
                return frame
            steps_back += 1
        self._reopen()
        frame = self._advance(index)
        if frame is None:
            raise MediaError(f"Frame {index} of {self._path.name} cannot be found; the file is damaged or has changed.")
        return frame

    def _seek(self, pts: int) -> None:
        self.seeks += 1
        self._container.seek(pts, stream=self._stream)
        self._frames = self._decoded(after_seek=True)
        self._is_lost = False
        self._next = 0

    def _reopen(self) -> None:
        """From the very start, with a fresh decoder: what sequential decoding does."""
        self.seeks += 1
        self._container.close()
        self._container, self._stream = open_video(self._path)
        self._frames = self._decoded(after_seek=False)
        self._is_lost = False
        self._next = 0

    def _decoded(self, *, after_seek: bool) -> Iterator[VideoFrame]:
        """Frames from here on. After a seek, packets before a keyframe are dropped: what they refer to is not there."""
        waits = after_seek
        for packet in self._container.demux(self._stream):
            if waits and not packet.is_keyframe:
                continue
            waits = False
            yield from self._stream.decode(packet)

    def _advance(self, index: int) -> VideoFrame | None:
        """Decode on to the frame; None when it does not come."""
        for frame in self._frames:
            number = self._number(frame)
            if number is None:
                continue
            self._next = number + 1
            self._remember(number, frame)
            if number == index:
                return frame
            if number > index:
                break
        self._is_lost = True
        return None

    def _number(self, frame: VideoFrame) -> int | None:
        if not self._index.can_seek:
            return self._next
        return None if frame.pts is None else self._index.index_of(frame.pts)

    def _remember(self, number: int, frame: VideoFrame) -> None:
        """Keep the last decoded frames, so that stepping backwards does not decode a group of pictures each time."""
        if number in self._recent:
            return
        self._recent[number] = frame
        self._recent_bytes += _frame_bytes(frame)
        while self._recent_bytes > self._recent_limit_bytes and len(self._recent) > 1:
            _, oldest = self._recent.popitem(last=False)
            self._recent_bytes -= _frame_bytes(oldest)


def _frame_bytes(frame: VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
