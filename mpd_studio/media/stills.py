"""One still picture, decoded whole or refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError
from mpd_studio.media.exr_header import is_whole_exr
from mpd_studio.media.open_video import open_video, shown_frames
from mpd_studio.media.source_file import check_readable

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_TAIL_BYTES = 64 * 1024
_LENIENT = frozenset({".tif", ".tiff"})  # FFmpeg then refuses TIFF files that it wrote itself


def decode_still(path: Path) -> VideoFrame:
    """The picture in a file.

    Raises:
        MediaError: missing, truncated, corrupt, or no picture.
    """
    from av.error import FFmpegError

    size = check_readable(path)
    _check_whole(path, size)
    container, stream = open_video(path)
    try:
        if path.suffix.lower() not in _LENIENT:
            # Without this, decoders hide damage: a torn file would come back with grey or repeated lines.
            stream.codec_context.options = {"err_detect": "explode"}
        frame = next(shown_frames(container, stream), None)
    except FFmpegError as error:
        raise MediaError(
            f"{path.name} is not a picture that can be read, or it is damaged ({error.strerror}). Copy it again."
        ) from error
    finally:
        container.close()
    if frame is None or frame.is_corrupt:
        raise MediaError(f"{path.name} is truncated or damaged; no whole picture came out of it. Copy it again.")
    return frame


def _check_whole(path: Path, size: int) -> None:
    """PNG, JPEG, WebP and EXR say where they end; decoders accept them cut short."""
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    torn = False
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        torn = b"IEND" not in tail
    elif head.startswith(b"\xff\xd8\xff"):
        torn = b"\xff\xd9" not in tail
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        torn = int.from_bytes(head[4:8], "little") + 8 > size
    elif path.suffix.lower() == ".exr":
        torn = not is_whole_exr(path, size)
    if torn:
        raise MediaError(f"{path.name} is truncated: the end of the picture is missing. Copy it again.")
