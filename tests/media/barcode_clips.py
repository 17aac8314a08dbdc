"""Clips whose frames carry their own number, made on the spot with FFmpeg's encoders."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 160, 96
COUNT = 48
_BITS = 8


def picture_of(number: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """(h, w, 3) uint8: a texture that moves with the number, and the number in black and white bars on top."""
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    pixels = np.stack(
        [(across * 2 + number * 3) % 256, (down * 2 + number * 5) % 256, (across + down + number * 7) % 256], axis=2
    ).astype(np.uint8)
    bar = width // _BITS
    for bit in range(_BITS):
        pixels[: height // 2, bit * bar : (bit + 1) * bar] = 235 if number >> bit & 1 else 16
    return pixels


def number_in(pixels: np.ndarray) -> int:
    """The number that a decoded picture carries, whatever its depth."""
    top = 1.0 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    height, width = pixels.shape[:2]
    bar = width // _BITS
    row = pixels[height // 8 : height * 3 // 8, :, 1].astype(np.float64) / top
    bits = (row[:, bit * bar + bar // 4 : (bit + 1) * bar - bar // 4].mean() > 0.5 for bit in range(_BITS))
    return sum(1 << bit for bit, is_set in enumerate(bits) if is_set)


def make_clip(
    path: Path,
    codec: str = "libx264",
    *,
    rate: Fraction = Fraction(25),
    count: int = COUNT,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    rotation: int = 0,
    timecode: str | None = None,
    aspect: Fraction | None = None,
    prepare: Callable[[Any], None] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """times: pts of every frame in time_base ticks (1/rate when not given)."""
    import av

    with av.open(str(path), "w", options=container_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        if time_base is not None:
            stream.codec_context.time_base = time_base
        if rotation:
            stream.set_display_rotation(rotation)
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        if prepare is not None:
            prepare(stream)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture_of(number, *size), "rgb24")
            frame.pts = number if times is None else times[number]
            frame.time_base = time_base or 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_picture(path: Path, pixels: np.ndarray) -> Path:
    """A still in the format of its suffix, by OpenCV; pixels: grey, RGB or RGBA. WebP is lossless."""
    import cv2

    stored = pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]])
    assert cv2.imwrite(str(path), stored, [cv2.IMWRITE_WEBP_QUALITY, 101] if path.suffix == ".webp" else [])
    return path


def picture_by_opencv(path: Path) -> np.ndarray:
    """RGB(A) or grey as OpenCV reads it: a second opinion."""
    import cv2

    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels if pixels.ndim == 2 else pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]]


def shifted_copy(source: Path, target: Path, by_frames: int) -> Path:
    """The same packets with times moved; frames before 0 are hidden by an edit list."""
    import av

    with av.open(str(source)) as incoming, av.open(
        str(target), "w", options={"avoid_negative_ts": "disabled"}
    ) as outgoing:  # fmt: skip
        stream = incoming.streams.video[0]
        copy = outgoing.add_stream_from_template(stream)
        assert stream.average_rate is not None
        assert stream.time_base is not None
        step = round(by_frames / (stream.average_rate * stream.time_base))
        for packet in incoming.demux(stream):
            if packet.dts is None or packet.pts is None:
                continue
            packet.pts, packet.dts = packet.pts + step, packet.dts + step
            packet.stream = copy
            outgoing.mux(packet)
    return target


def planes_hash(frame: Any) -> str:
    """Of the visible pixels as decoded, padding left out."""
    digest = hashlib.sha256()
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)
        used = plane.width * max(1, (frame.format.components[0].bits + 7) // 8)
        digest.update(np.ascontiguousarray(rows[:, :used] if len(frame.planes) > 1 else rows[:, : plane.width]).data)
    return digest.hexdigest()


def sequential_hashes(path: Path) -> list[str]:
    """What plain decoding from the start gives, in order: the truth that random access is held to."""
    import av

    with av.open(str(path)) as container:
        return [planes_hash(frame) for frame in container.decode(video=0)]


def scattered(count: int) -> list[int]:
    """Every frame once, in an order that jumps; the same each time."""
    order = list(range(count))
    random.Random(7).shuffle(order)
    return order
