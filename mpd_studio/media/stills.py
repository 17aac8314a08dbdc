"""One still picture, decoded whole or refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from mpd_studio.core.errors import MediaError
from mpd_studio.media.exr_header import is_whole_exr
from mpd_studio.media.open_video import reason_of
from mpd_studio.media.source_file import check_readable

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

# How files begin, and FFmpeg's decoders for them.
_DECODERS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "mjpeg"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"RIFF", "webp"),
    (b"BM", "bmp"),
    (b"SDPX", "dpx"),
    (b"XPDS", "dpx"),
    (b"\x76\x2f\x31\x01", "exr"),
)


def decode_still(path: Path) -> VideoFrame:
    """The picture in a file, recognised by its first bytes, whatever its name says.

    Raises:
        MediaError: missing, truncated, corrupt, or no picture.
    """
    import av
    from av.error import FFmpegError

    check_readable(path)
    content = path.read_bytes()
    name = _decoder_name(content)
    if name is None:
        raise MediaError(f"{path.name} is not a picture that can be read. Convert it to PNG, TIFF or EXR.")
    if not _is_whole(path, name, content):
        raise MediaError(f"{path.name} is truncated: the end of the picture is missing. Copy it again.")
    # Not av.open: that decodes the picture once to look at it, and once more to give it.
    decoder = cast("VideoCodecContext", av.CodecContext.create(name, "r"))
    decoder.thread_type = "SLICE"
    if name != "tiff":  # FFmpeg would then refuse TIFF files that it wrote itself
        # Without this, decoders hide damage: a torn file would come back with grey or repeated lines.
        decoder.options = {"err_detect": "explode"}
    try:
        frames = [*decoder.decode(av.Packet(content)), *decoder.decode(None)]
    except FFmpegError as error:
        raise MediaError(
            f"{path.name} is damaged and cannot be decoded ({reason_of(error)}). Copy it again."
        ) from error
    if not frames or frames[0].is_corrupt:
        raise MediaError(f"{path.name} is truncated or damaged; no whole picture came out of it. Copy it again.")
    return frames[0]


def _decoder_name(content: bytes) -> str | None:
    return next((name for magic, name in _DECODERS if content.startswith(magic)), None)


def _is_whole(path: Path, name: str, content: bytes) -> bool:
    """PNG, JPEG, WebP and EXR say where they end; decoders accept them cut short."""
    if name == "png":
        return b"IEND" in content[-65536:]
    if name == "mjpeg":
        return b"\xff\xd9" in content[-65536:]
    if name == "webp":
        return int.from_bytes(content[4:8], "little") + 8 <= len(content)
    return name != "exr" or is_whole_exr(path, len(content))
