"""What the frames lanes do: any source as 8-bit RGB for the eyes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import GapId
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.progress import Reporter
from mpd_studio.media.display import display
from mpd_studio.media.frame_cache import FrameCache
from mpd_studio.media.probe import find_sequence, probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.media.sequences import numbered_path
from mpd_studio.media.thumbnails import thumbnail

_KNOWN_FOLDERS = 64


@dataclass(frozen=True, slots=True)
class DraftFrame:
    """Frame `index` (from 0) of the draft of a gap; it lies in memory."""

    gap_id: GapId
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class PreviewFrame:
    """A picture of a generation that still runs: (h, w, 3) uint8 RGB, read-only."""

    pixels: np.ndarray


PictureSource = FrameRef | PurePath | DraftFrame | PreviewFrame


class FrameEyes:
    """Belongs to one lane: made in the GUI thread, used in that lane only. The cache may be shared."""

    def __init__(self, cache: FrameCache | None) -> None:
        self._reader = FrameReader(cache)
        self._sequences: OrderedDict[PurePath, MediaRef] = OrderedDict()

    def look(self, source: FrameRef | PurePath, size: Size | None, reporter: Reporter) -> np.ndarray:
        """(h, w, 3) uint8 RGB, read-only; no larger than `size` either way, in the picture's own proportions.

        Raises:
            MediaError: the frame cannot be read.
        """
        reporter.raise_if_cancelled()
        shown = display(self._reader.read(self._frame(source)))
        if size is not None:
            shown = shrunk(shown, size)
        return _sealed(shown)

    def glance(self, source: FrameRef | PurePath, size: Size, reporter: Reporter) -> np.ndarray:
        """A thumbnail: like look(), with the pixel aspect applied."""
        reporter.raise_if_cancelled()
        return _sealed(thumbnail(self._reader, self._frame(source), size))

    def _frame(self, source: FrameRef | PurePath) -> FrameRef:
        """A take's file is a frame of the sequence it lies in: so its folder is probed once, not every file."""
        if isinstance(source, FrameRef):
            return source
        path = Path(source)
        pattern = find_sequence(path)
        if pattern is None:
            return FrameRef(probe(path), 0)
        media = self._sequences.get(pattern)
        if media is None:
            media = probe(pattern)
            self._sequences[pattern] = media
            while len(self._sequences) > _KNOWN_FOLDERS:
                self._sequences.popitem(last=False)
        for index in _likely_indices(path, media):
            if numbered_path(media.path, media.first_number + index) == path:
                return FrameRef(media, index)
        return FrameRef(probe(path), 0)


def shrunk(pixels: np.ndarray, size: Size) -> np.ndarray:
    """(h, w, 3) uint8 that fits into `size`; never enlarged."""
    import cv2

    height, width = pixels.shape[:2]
    scale = min(size.width / width, size.height / height, 1.0)
    if scale == 1.0:
        return pixels
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(np.ascontiguousarray(pixels), target, interpolation=cv2.INTER_AREA)


def _likely_indices(path: Path, media: MediaRef) -> range:
    digits = "".join(character for character in path.stem[-9:] if character.isdigit())
    index = int(digits or 0) - media.first_number
    return range(index, index + 1) if 0 <= index < media.frame_count else range(0)


def _sealed(pixels: np.ndarray) -> np.ndarray:
    """Read-only and contiguous, without a copy where it is both already."""
    pixels = np.ascontiguousarray(pixels)
    if pixels.flags.writeable:
        pixels.flags.writeable = False
    return pixels
