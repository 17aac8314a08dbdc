"""Small rendered scenes with known motion, and requests to fill the gap between two of their frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np

from mpd_studio.core.engine import BoundaryPictures, Engine
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.core.inbetween import EngineSettings, InbetweenRequest, Quality
from mpd_studio.core.media_ref import FrameRef, MediaKind, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter, SilentReporter

UNGUIDED = Guidance()


def texture(height: int, width: int, seed: int) -> np.ndarray:
    """(height, width, 3) uint8 of smooth random colour, at three scales so that nothing repeats."""
    random = np.random.default_rng(seed)
    layers = [
        weight * cv2.GaussianBlur(random.standard_normal((height, width, 3)).astype(np.float32), (0, 0), sigma)
        for sigma, weight in ((1.2, 1.2), (3.0, 6.0), (8.0, 40.0))
    ]
    picture = np.sum(layers, axis=0)
    picture = (picture - picture.mean()) / picture.std() * 45 + 128
    return np.clip(picture, 0, 255).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class Ball:
    """A textured disc in front of a background, drawn exactly at any place, turned by `angle` radians."""

    radius: int = 20
    seed: int = 5

    def over(self, background: np.ndarray, centre: Point, angle: float = 0.0) -> np.ndarray:
        side = 2 * self.radius + 9
        middle = (side - 1) / 2
        y, x = np.mgrid[:side, :side] - middle
        alpha = np.clip(self.radius - np.hypot(x, y) + 0.5, 0, 1).astype(np.float32)
        matrix = cv2.getRotationMatrix2D((middle, middle), -np.degrees(angle), 1.0)
        matrix[:, 2] += [centre.x - 0.5 - middle, centre.y - 0.5 - middle]
        target = (background.shape[1], background.shape[0])
        skin = texture(side, side, self.seed).astype(np.float32)
        moved = cv2.warpAffine(skin, matrix, target, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        cover = cv2.warpAffine(alpha, matrix, target)[..., None]
        return np.clip(np.rint(background * (1 - cover) + moved * cover), 0, 255).astype(np.uint8)


def path_through(*points: tuple[float, float, float], radius: float = 40.0, name: str = "path") -> MotionPath:
    """A path through (time, x, y)."""
    return MotionPath(PathId(name), tuple(PathPoint(t, Point(x, y)) for t, x, y in points), radius=radius)


def request_for(
    pixels: np.ndarray,
    new_frames: int,
    guidance: Guidance = UNGUIDED,
    quality: Quality = Quality.NORMAL,
    seed: int = 0,
) -> InbetweenRequest:
    size = Size(pixels.shape[1], pixels.shape[0])
    still = MediaRef(PurePath("/scene.png"), Fraction(24), size, 2, "scene", MediaKind.SEQUENCE)
    return InbetweenRequest(
        FrameRef(still, 0),
        FrameRef(still, 1),
        Fraction(24),
        new_frames,
        size,
        guidance=guidance,
        settings=EngineSettings(quality),
        seed=seed,
    )


def fill(
    engine: Engine,
    first: np.ndarray,
    last: np.ndarray,
    new_frames: int,
    guidance: Guidance = UNGUIDED,
    quality: Quality = Quality.NORMAL,
    masks: Sequence[tuple[RegionId, np.ndarray]] = (),
    reporter: Reporter | None = None,
    seed: int = 0,
    context: tuple[Sequence[np.ndarray], Sequence[np.ndarray]] = ((), ()),
) -> list[Picture]:
    """All the new frames between two arrays, which are copied. context: frames before and after, nearest first."""
    before, after = (tuple(Picture(pixels) for pixels in frames) for frames in context)
    pictures = BoundaryPictures(Picture(first.copy()), Picture(last.copy()), before, after, tuple(masks))
    request = request_for(first, new_frames, guidance, quality, seed)
    return list(engine.generate(request, pictures, reporter or SilentReporter()))


def psnr(one: np.ndarray, other: np.ndarray, top: float = 255.0) -> float:
    error = np.mean(np.square(one.astype(np.float64) - other))
    return float(10 * np.log10(top * top / max(error, 1e-12)))


def tracked(picture: np.ndarray, template: np.ndarray, near: Point, search: int = 16) -> Point:
    """Where the template's centre is in the picture, to a fraction of a pixel, searched around `near`."""
    half = template.shape[0] // 2
    column, row = round(near.x - 0.5), round(near.y - 0.5)
    reach = half + search
    padded = cv2.copyMakeBorder(picture, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    window = padded[row : row + 2 * reach + 1, column : column + 2 * reach + 1]
    scores = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
    y, x = np.unravel_index(scores.argmax(), scores.shape)
    dx, dy = _peak(scores[y, max(x - 1, 0) : x + 2]), _peak(scores[max(y - 1, 0) : y + 2, x])
    return Point(column - search + x + dx + 0.5, row - search + y + dy + 0.5)


def around(picture: np.ndarray, centre: Point, half: int) -> np.ndarray:
    """The square of 2 · half + 1 pixels whose middle pixel holds the point."""
    column, row = round(centre.x - 0.5), round(centre.y - 0.5)
    return picture[row - half : row + half + 1, column - half : column + half + 1].copy()


def _peak(scores: np.ndarray) -> float:
    if len(scores) != 3 or scores[0] + scores[2] == 2 * scores[1]:
        return 0.0
    return float((scores[0] - scores[2]) / (2 * (scores[0] - 2 * scores[1] + scores[2])))
