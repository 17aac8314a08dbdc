"""Small pictures and clips of a moving texture, written as files, for tests of workflows and commands."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.media.probe import probe

SIZE = Size(96, 64)
RATE = Fraction(24000, 1001)


def texture(shift: float, size: Size = SIZE, dtype: type = np.uint8, channels: int = 3) -> np.ndarray:
    """(h, w, channels), a soft texture moved right by `shift` pixels; the last of four channels is a wedge of alpha."""
    x, y = np.meshgrid(np.arange(size.width, dtype=np.float64) - shift, np.arange(size.height, dtype=np.float64))
    waves = [np.sin(x / 5 + k) * np.cos(y / 7 - k) + np.sin((x + y) / (6 + k)) for k in range(3)]
    planes = [(wave + 2) / 4 * 0.7 + 0.15 for wave in waves]
    if channels == 4:
        planes.append(np.clip((x + 8) / size.width, 0, 1))
    values = np.stack(planes, axis=2)
    return values.astype(dtype) if np.issubdtype(dtype, np.floating) else (values * np.iinfo(dtype).max).astype(dtype)


def still(path: Path, shift: float = 0.0, size: Size = SIZE, dtype: type = np.uint8, channels: int = 3) -> Path:
    """A PNG or TIFF of the texture."""
    import cv2

    pixels = texture(shift, size, dtype, channels)
    order = [2, 1, 0, 3][:channels]
    assert cv2.imwrite(str(path), pixels[:, :, order])
    return path


def clip(path: Path, count: int = 12, size: Size = SIZE, step: float = 1.5) -> Path:
    """A lossless movie of the texture, `step` pixels a frame."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, "bgr0"
        for number in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(texture(number * step, size), "rgb24")))
        container.mux(stream.encode(None))
    return path


def request_for(first: Path, last: Path, new_frames: int = 3, engine_id: str = "crossfade") -> InbetweenRequest:
    a, b = probe(first), probe(last)
    return InbetweenRequest(FrameRef(a, 0), FrameRef(b, 0), RATE, new_frames, a.size, engine_id=engine_id)


class Recorder(Reporter):
    """A reporter that remembers what was reported and cancels at the wanted report."""

    def __init__(self, cancel_at: str | None = None) -> None:
        self.reports: list[Progress] = []
        self._cancel_at = cancel_at

    def report(self, progress: Progress) -> None:
        from mpd_studio.core.errors import Cancelled

        self.reports.append(progress)
        if progress.stage == self._cancel_at:
            raise Cancelled

    def raise_if_cancelled(self) -> None:
        return


class CrookedEngine(CrossfadeEngine):
    """A cross-fade whose row of pictures a test spoils: `spoil` gets the list and gives what is delivered instead."""

    def __init__(self, spoil: object) -> None:
        super().__init__()
        self._spoil = spoil
        self.unloaded = False

    @property
    def info(self) -> EngineInfo:
        return super().info

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        row = list(super().generate(request, pictures, reporter))
        yield from self._spoil(row)  # type: ignore[operator]  # a function of the test

    def unload(self) -> None:
        self.unloaded = True
        super().unload()


def pictures_of(folder: Path, pattern: str = "frame_%06d.png") -> list[np.ndarray]:
    """Every written frame, decoded anew."""
    from mpd_studio.media.reader import FrameReader

    media: MediaRef = probe(folder / pattern)
    with FrameReader() as reader:
        return [reader.read(FrameRef(media, index)).pixels for index in range(media.frame_count)]
