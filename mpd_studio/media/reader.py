"""Frames as pictures: exact frame, source's depth, full-range RGB, turned upright."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.errors import MediaError
from mpd_studio.core.media_ref import FrameRef, MediaKind, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.media.chroma import Siting
from mpd_studio.media.frame_cache import FrameCache
from mpd_studio.media.movie_decoder import MovieDecoder
from mpd_studio.media.pixel_formats import rgb_of_frame
from mpd_studio.media.sequences import list_sequence, numbered_path
from mpd_studio.media.source_file import fingerprint, stamp
from mpd_studio.media.stills import decode_still

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_OPEN_FILES = 4
_CENTERED = frozenset({".jpg", ".jpeg", ".webp"})


class FrameReader:
    """Reads frames of movies, sequences and stills. One reader belongs to one thread; the cache may be shared."""

    def __init__(self, cache: FrameCache | None = None) -> None:
        self._cache = cache
        self._decoders: OrderedDict[MediaRef, MovieDecoder] = OrderedDict()
        self._checked: dict[MediaRef, tuple[int, int]] = {}

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all files. The reader can be used again afterwards."""
        for decoder in self._decoders.values():
            decoder.close()
        self._decoders.clear()

    def read(self, ref: FrameRef) -> Picture:
        """One frame, read-only.

        Raises:
            MediaError: the file is gone, damaged, or no longer the one that was probed.
        """
        if self._cache is not None:
            picture = self._cache.get(ref)
            if picture is not None:
                return picture
        self._check_unchanged(ref.media)
        picture = self._decode(ref)
        if self._cache is not None:
            self._cache.put(ref, picture)
        return picture

    def _decode(self, ref: FrameRef) -> Picture:
        media = ref.media
        siting: Siting = "center" if media.path.suffix.lower() in _CENTERED else "left"
        frame = self._movie_frame(ref) if media.kind is MediaKind.MOVIE else decode_still(_still_path(ref))
        pixels = _fitted(rgb_of_frame(frame, media.color, siting), frame, ref)
        return Picture(pixels, color=media.color, bit_depth=media.bit_depth)

    def _movie_frame(self, ref: FrameRef) -> VideoFrame:
        media = ref.media
        decoder = self._decoders.get(media)
        if decoder is None:
            decoder = MovieDecoder(Path(media.path))
            self._decoders[media] = decoder
            while len(self._decoders) > _OPEN_FILES:
                _, oldest = self._decoders.popitem(last=False)
                oldest.close()
        self._decoders.move_to_end(media)
        return decoder.frame(ref.index)

    def _check_unchanged(self, media: MediaRef) -> None:
        """Compare fingerprints when a file is met first and whenever its size or time has changed since."""
        path = Path(media.path)
        watched = numbered_path(path, media.first_number) if media.kind is MediaKind.SEQUENCE else path
        now = stamp(watched)
        if self._checked.get(media) == now:
            return
        paths = list_sequence(path).paths if media.kind is MediaKind.SEQUENCE else (path,)
        if fingerprint(paths) != media.fingerprint:
            self._forget(media)
            raise MediaError(f"{media.name} has changed since it was opened. Open it again to use the new version.")
        self._checked[media] = now

    def _forget(self, media: MediaRef) -> None:
        self._checked.pop(media, None)
        decoder = self._decoders.pop(media, None)
        if decoder is not None:
            decoder.close()


def _still_path(ref: FrameRef) -> Path:
    media = ref.media
    if media.kind is MediaKind.STILL:
        return Path(media.path)
    return numbered_path(media.path, media.first_number + ref.index)


def _fitted(pixels: np.ndarray, frame: VideoFrame, ref: FrameRef) -> np.ndarray:
    """Upright, with the channels, type and size that were probed; a sequence whose pictures differ is refused."""
    media = ref.media
    turned = np.rot90(pixels, k=media.rotation // 90) if media.rotation else pixels
    height, width = turned.shape[:2]
    if (width, height) != (media.size.width, media.size.height):
        raise MediaError(
            f"Frame {ref.index} of {media.name} is {width} × {height} pixels, the first one is {media.size}. "
            "Make all pictures the same size."
        )
    is_wide = turned.dtype != np.uint8
    if (turned.dtype.kind == "f") != media.is_float or (is_wide != (media.bit_depth > 8)):
        raise MediaError(
            f"Frame {ref.index} of {media.name} is {frame.format.name}, not {media.bit_depth} bits like the first one. "
            "Render all pictures with the same settings."
        )
    return np.ascontiguousarray(_with_channels(turned, ref))


def _with_channels(pixels: np.ndarray, ref: FrameRef) -> np.ndarray:
    """RGBA when the media have alpha, else RGB."""
    top = 1 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    if ref.media.alpha:
        if pixels.shape[2] == 4:
            return pixels
        return np.concatenate([pixels, np.full_like(pixels[:, :, :1], top)], axis=2)
    if pixels.shape[2] == 4 and (pixels[:, :, 3] < top).any():
        raise MediaError(
            f"Frame {ref.index} of {ref.media.name} is transparent, the first one is not. "
            "Render all pictures with the same settings."
        )
    return pixels[:, :, :3]
