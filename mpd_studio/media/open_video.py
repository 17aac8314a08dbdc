"""Opening a movie or picture with FFmpeg, and its frames in the order of showing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.errors import MediaError

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


# What FFmpeg makes pictures of though nobody filmed them, by its names of formats.
_NO_MOVIES = {
    **dict.fromkeys(("tty", "bin", "xbin", "adf", "idf"), "is text, not a movie or a picture."),
    **dict.fromkeys(("hls", "dash", "sdp", "concat"), "is a list of other files. Choose the movie itself."),
}


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
            f"{path.name} is not a movie or picture that can be read, or it is truncated ({reason_of(error)})."
        ) from error
    reason = _NO_MOVIES.get(container.format.name)
    if reason is not None:
        container.close()
        raise MediaError(f"{path.name} {reason}")
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


def reason_of(error: Exception) -> str:
    """What FFmpeg says is wrong, without its numbers."""
    return getattr(error, "strerror", None) or str(error)


def shown_frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames from the container's position to its end, in the order of showing."""
    for packet in container.demux(stream):
        yield from stream.decode(packet)
