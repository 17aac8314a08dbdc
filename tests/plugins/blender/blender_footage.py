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


def mean_color(path: str | Path) -> tuple[float, ...]:
    import cv2

    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    return tuple(float(value) for value in picture[:, :, ::-1].reshape(-1, 3).mean(0))


def is_near(found: tuple[float, ...], wanted: tuple[float, ...], most: float = 1.5) -> bool:
    return all(abs(one - other) <= most for one, other in zip(found, wanted, strict=True))
