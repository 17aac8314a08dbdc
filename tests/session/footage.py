"""Small footage and timelines for the session's tests, made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from mpd_studio.core.edits import place_clip
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import ClipId, GapId, PathId
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Timeline
from mpd_studio.media.probe import probe
from mpd_studio.session.message import Message, MessageKind
from mpd_studio.session.session import Session

SIZE = Size(96, 64)
RATE = Fraction(25)
GAP = GapId("gap-a")


class Heard(QObject):
    """Every message a session gave."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.messages: list[Message] = []
        session.message.connect(self._on_message)

    def texts(self, kind: MessageKind | None = None) -> list[str]:
        return [message.text for message in self.messages if kind in (None, message.kind)]

    def _on_message(self, message: Message) -> None:
        self.messages.append(message)


def picture(number: int, size: Size = SIZE) -> np.ndarray:
    """(h, w, 3) uint8: a soft texture that moves one pixel a frame."""
    across, down = np.meshgrid(np.arange(size.width, dtype=np.float32) - number, np.arange(size.height))
    waves = np.sin(across / 7) + np.sin(down / 5) + np.sin((across + down) / 11)
    grey = (waves + 3) / 6 * 200 + 20
    return np.stack([grey, grey[::-1], np.roll(grey, 9, axis=1)], axis=2).astype(np.uint8)


def make_movie(path: Path, count: int = 12, size: Size = SIZE, rate: Fraction = RATE) -> Path:
    """A lossless movie of the moving texture."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "bgr0"
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number, size), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def make_still(path: Path, number: int = 0, size: Size = SIZE) -> Path:
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture(number, size)[:, :, ::-1])
    return path


def gap_timeline(media: MediaRef, gap_length: int = 3, timeline: Timeline | None = None) -> Timeline:
    """Frames 0–3 of the media, a gap, frames 4 + gap length … to the end, on one track."""
    stop = 4 + gap_length
    timeline = timeline or Timeline(rate=media.rate, canvas=media.size)
    ids = (GAP, GapId("gap-after"))
    timeline = place_clip(timeline, 0, 0, _clip("clip-a", media, 0, 4), ids)
    return place_clip(timeline, 0, stop, _clip("clip-b", media, stop, media.frame_count - stop), ids)


def moved_path(number: float = 0.0) -> Guidance:
    """One path; another number is another drawing."""
    ends = (PathPoint(0.0, Point(20.0, 20.0)), PathPoint(1.0, Point(24.0 + number, 20.0)))
    return Guidance(paths=(MotionPath(PathId("path-a"), ends, radius=8.0),))


def movie_ref(folder: Path, count: int = 12, size: Size = SIZE) -> MediaRef:
    return probe(make_movie(folder / "shot.mkv", count, size))


def _clip(clip_id: str, media: MediaRef, start: int, length: int) -> Clip:
    return Clip(ClipId(clip_id), media, FrameRange(start, length))
