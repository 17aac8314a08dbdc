"""Flat frames whose colour tells their number, as lossless movies and pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 64, 36


def color_of(index: int, seed: int = 0) -> tuple[int, int, int]:
    """Of frame `index`: no two of the first sixty are alike, neighbours are close."""
    return 30 + 3 * index, 60 + 2 * seed, 220 - 3 * index


def frame(index: int, seed: int = 0) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), color_of(index, seed), np.uint8)


def movie(path: Path, count: int = 48, seed: int = 0, rate: Fraction = Fraction(24)) -> Path:
    """Lossless RGB, so that every reader sees the same numbers."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "rgb24"
        for index in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame(index, seed), "rgb24")))
        container.mux(stream.encode(None))
    return path


def pictures(folder: Path, count: int, seed: int = 0, first: int = 1) -> list[str]:
    import cv2

    folder.mkdir()
    paths = [str(folder / f"pic_{first + index:04d}.png") for index in range(count)]
    for index, path in enumerate(paths):
        assert cv2.imwrite(path, frame(index, seed)[:, :, ::-1])
    return paths


def picture_of(path: str | Path) -> np.ndarray:
    """(h, w, 3) uint8 RGB."""
    import cv2

    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    return picture[:, :, ::-1]


def mean_color(path: str | Path) -> tuple[float, ...]:
    return tuple(float(value) for value in picture_of(path).reshape(-1, 3).mean(0))


def is_near(found: tuple[float, ...], wanted: tuple[float, ...], most: float = 1.5) -> bool:
    return all(abs(one - other) <= most for one, other in zip(found, wanted, strict=True))


def camera_movie(path: Path, matrix: int) -> Path:
    """A ramp of colours as cameras deliver it: H.264, 4:2:0, limited range. matrix: 1 for BT.709, 6 for BT.601."""
    import av

    width, height = 320, 180
    down, across = np.mgrid[0:height, 0:width]
    ramp = np.stack([across * 255 // width, down * 255 // height, 255 - across * 255 // width], axis=2).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = matrix
        context.color_range = 1
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(ramp, "rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=1 if matrix == 1 else 5, dst_color_range=1)
            frame.colorspace, frame.color_range = matrix, 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def float_pictures(folder: Path, count: int, base: float) -> list[str]:
    """Half-float OpenEXR pictures of linear light: `base` + index / 100 in red and blue, 2 in green."""
    import OpenEXR

    folder.mkdir()
    paths = [str(folder / f"light_{index:04d}.exr") for index in range(count)]
    for index, path in enumerate(paths):
        pixels = np.full((HEIGHT, WIDTH, 3), base + index / 100, np.float16)
        pixels[:, :, 1] = 2.0
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        with OpenEXR.File(header, {"RGB": pixels}) as file:
            file.write(path)
    return paths
