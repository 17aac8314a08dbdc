"""The grain of two frames: how strong at each level, how coarse, how alike in the colours; and more of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.motion.field import MotionField
from mpd_studio.motion.warp import Sampling, grid, remap, resize_flow, resize_plane

COLORS = 3  # grain is a matter of colours: alpha, depth and mattes have none
_BLOCK = 16  # px
_CALM = 0.35  # of the blocks of one brightness, those that show the least besides noise are measured
_BLOCKS_A_LEVEL, _MOST_LEVELS, _FEWEST_BLOCKS = 24, 10, 12
_FARTHEST = 10  # px that grains reach
_UPWARDS = 1.1  # measured along the motion, grain may seem this much stronger, for it is seen whole there
_STRUCTURE = 2.0  # px of the blur that leaves structure and takes noise away
_TRUSTED = 0.6
_LOOK_PX = 31  # over which the power of noise is averaged


@dataclass(frozen=True, slots=True, eq=False)
class Grain:
    """levels: (n, 3) values of each colour, rising; strength: (n, 3) the standard deviation of its grain there.

    kernel: (15, 15) float32 that turns white noise into grain of this coarseness, keeping its power.
    mixing: (3, 3) that turns three independent noises into colours as alike as the measured ones.
    """

    levels: np.ndarray
    strength: np.ndarray
    kernel: np.ndarray
    mixing: np.ndarray

    def sheet(self, height: int, width: int, random: np.random.Generator) -> np.ndarray:
        """(height, width, 3) float32 of independent colours, of power 1 and this coarseness."""
        import cv2

        white = random.standard_normal((height, width, COLORS), np.float32)
        return cv2.filter2D(white, cv2.CV_32F, self.kernel, borderType=cv2.BORDER_REFLECT)

    def strength_at(self, picture: np.ndarray) -> np.ndarray:
        """(h, w, 3) float32 for (h, w, >= 3) pixels, by the values around each."""
        import cv2

        level = cv2.blur(picture[..., :COLORS].astype(np.float32), (5, 5))
        told = [np.interp(level[..., i], self.levels[:, i], self.strength[:, i]) for i in range(COLORS)]
        return np.dstack(told).astype(np.float32)


def measure_grain(first: np.ndarray, last: np.ndarray, field: MotionField) -> Grain | None:
    """The grain that both frames have; None where there is too little to measure, or none to be seen.

    Measured in calm blocks, in two ways that both err upwards, of which the lesser counts: what a block shows besides
    an even slope (texture would count as noise), and how the frames differ along the motion (bad motion would).

    first, last: (h, w, >= 3) of one shape and dtype. field: the motion between them, at any size.
    """
    wide = [
        np.nan_to_num(picture[..., :COLORS].astype(np.float32), posinf=0.0, neginf=0.0) for picture in (first, last)
    ]
    level, calm = _calm_blocks(wide[0])
    if calm.sum() < _FEWEST_BLOCKS:
        return None
    level, noise = level[calm], _detrended(_blocks(wide[0])[calm])
    trusted = (
        _blocks(resize_plane(field.forward_trust, first.shape[0], first.shape[1])[..., None])[calm].mean(axis=(1, 2, 3))
        > _TRUSTED
    )
    if trusted.sum() >= _FEWEST_BLOCKS:
        along = _blocks(_apart(wide[0], wide[1], field))[calm][trusted]
        # A slope taken out of a block takes coarse grain with it: compared without, but used with it.
        if _detrended(along).var() < _UPWARDS * noise[trusted].var():
            noise, level = along, level[trusted]
    power = np.square(noise).mean(axis=(1, 2, 3))
    plain = noise[power <= np.quantile(power, 0.8)]
    if float(plain.var()) <= _least(first.dtype):
        return None
    kernel = _kernel(plain)
    return Grain(*_curve(level, noise, kernel), kernel, _mixing(plain))


def _apart(first: np.ndarray, last: np.ndarray, field: MotionField) -> np.ndarray:
    """(h, w, 3) how far two looks at the same thing differ: of the grain's power where the motion is right."""
    import cv2

    height, width = first.shape[:2]
    where = grid(height, width) + resize_flow(field.forward, height, width)
    # The nearest pixel keeps its grain whole, but lies up to half a pixel off: what that changes in a picture without
    # grain is taken out again.
    soft = cv2.GaussianBlur(last, (0, 0), _STRUCTURE)
    there = remap(last - soft, where, Sampling.NEAREST) + remap(soft, where, Sampling.LINEAR)
    apart = (first - there) / np.float32(np.sqrt(2))
    return apart - cv2.GaussianBlur(apart, (0, 0), 2 * _BLOCK)  # without what light and exposure changed


def with_grain(
    pixels: np.ndarray, carried: np.ndarray, whole: np.ndarray, grain: Grain, fresh: np.ndarray
) -> np.ndarray:
    """`pixels` with as much fresh grain as has been lost on their way.

    carried: (h, w, 3) float32, what became of noise of power 1 on the same way. whole: (h, w) bool, pixels that were
    copied and stay as they are. fresh: (h, w, 3), from `Grain.sheet`. Returns: like `pixels`.
    """
    import cv2

    left = cv2.blur(np.square(carried).mean(axis=2), (_LOOK_PX, _LOOK_PX))
    lost = np.sqrt(np.clip(1 - left, 0, 1))
    lost[whole] = 0
    if pixels.shape[2] > COLORS:
        top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1.0
        lost *= np.clip(pixels[..., COLORS].astype(np.float32) / np.float32(top), 0, 1)
    added = (fresh @ grain.mixing.T.astype(np.float32)) * grain.strength_at(pixels) * lost[..., None]
    result = pixels.copy()
    values = pixels[..., :COLORS].astype(np.float32) + added
    if pixels.dtype.kind == "u":
        values = np.clip(np.rint(values), 0, np.iinfo(pixels.dtype).max)
    result[..., :COLORS] = np.where(lost[..., None] > 0, values, pixels[..., :COLORS])
    return result


def _least(dtype: np.dtype) -> float:
    """Power below which nobody sees grain: a third of an 8-bit step, and for floats as much of 0..1."""
    step = {"u": np.iinfo(dtype).max / 255 if dtype.kind == "u" else 0.0}.get(dtype.kind, 1 / 255)
    return float(step / 3) ** 2


def _blocks(picture: np.ndarray) -> np.ndarray:
    """(n, 16, 16, c): the picture's whole blocks."""
    rows, columns = (side // _BLOCK for side in picture.shape[:2])
    cut = picture[: rows * _BLOCK, : columns * _BLOCK]
    tiles = cut.reshape(rows, _BLOCK, columns, _BLOCK, picture.shape[2]).swapaxes(1, 2)
    return tiles.reshape(-1, _BLOCK, _BLOCK, picture.shape[2])


def _calm_blocks(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, 3) each block's colour, and (n,) bool, the calm ones of each brightness."""
    import cv2

    tiles = _blocks(cv2.GaussianBlur(picture, (0, 0), _STRUCTURE))
    color, structure = tiles.mean(axis=(1, 2)), tiles.var(axis=(1, 2)).sum(axis=1)
    order = np.argsort(color.mean(axis=1), kind="stable")
    calm = np.zeros(len(color), bool)
    for part in np.array_split(order, max(1, min(_MOST_LEVELS, len(order) // 40))):
        calm[part[np.argsort(structure[part], kind="stable")[: int(np.ceil(_CALM * len(part)))]]] = True
    return color, calm


def _detrended(blocks: np.ndarray) -> np.ndarray:
    """Blocks without their own mean and slope, with the power that this takes from noise given back."""
    step = np.arange(_BLOCK, dtype=np.float32) - (_BLOCK - 1) / 2
    step /= np.sqrt(np.square(step).sum() * _BLOCK)
    flat = blocks - blocks.mean(axis=(1, 2), keepdims=True)
    for slope in (step[:, None] * np.ones(_BLOCK, np.float32), step * np.ones((_BLOCK, 1), np.float32)):
        share = np.einsum("nyxc,yx->nc", flat, slope)
        flat = flat - share[:, None, None] * slope[..., None]
    return flat * np.float32(np.sqrt(_BLOCK**2 / (_BLOCK**2 - 3)))


def _curve(level: np.ndarray, noise: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels and the strength of the grain there, both (n, 3).

    By the quarter of the blocks with the least power, because texture and bad motion only add to it; how far pure
    grain of this coarseness would have that quarter below the mean is given back.
    """
    count = max(1, min(_MOST_LEVELS, len(level) // _BLOCKS_A_LEVEL))
    power = np.square(noise).mean(axis=(1, 2))
    alike = np.fft.ifft2(np.square(np.abs(np.fft.fft2(kernel, (2 * _BLOCK, 2 * _BLOCK))))).real
    below = 1 - 0.674 * np.sqrt(2 * np.square(alike).sum() / _BLOCK**2)  # 0.674: a normal variable's quartile
    parts = [np.array_split(np.argsort(level[:, color], kind="stable"), count) for color in range(COLORS)]
    levels = [[level[part, color].mean() for part in parts[color]] for color in range(COLORS)]
    least = [[np.quantile(power[part, color], 0.25) for part in parts[color]] for color in range(COLORS)]
    return np.array(levels).T, np.sqrt(np.array(least) / max(below, 0.5)).T


def _kernel(noise: np.ndarray) -> np.ndarray:
    """The root of the spectrum, as a kernel of power 1; the spectrum is that of how alike pixels near by are."""
    wide = 2 * _BLOCK
    power = np.square(np.abs(np.fft.fft2(noise, (wide, wide), axes=(1, 2)))).mean(axis=(0, 3))
    lag = np.abs(np.fft.fftfreq(wide, 1 / wide))
    known = np.maximum(_BLOCK - lag, 1)  # pixels of a block that have a neighbour at that lag
    near = np.square(np.cos(np.pi / 2 * np.clip(2 * lag / _FARTHEST - 1, 0, 1)))  # whole to the half of the way
    alike = np.fft.ifft2(power).real / np.outer(known, known) * np.outer(near, near)
    root = np.sqrt(np.maximum(np.fft.fft2(alike).real, 0))
    middle, reach = _BLOCK, _BLOCK // 2 - 1
    kernel = np.fft.fftshift(np.fft.ifft2(root).real)
    kernel = kernel[middle - reach : middle + reach + 1, middle - reach : middle + reach + 1]
    return (kernel / np.sqrt(np.square(kernel).sum())).astype(np.float32)


def _mixing(noise: np.ndarray) -> np.ndarray:
    """The root of the colours' correlation."""
    alike = np.corrcoef(noise.reshape(-1, COLORS).T)
    values, vectors = np.linalg.eigh(np.nan_to_num(alike, nan=0.0) + 1e-9 * np.eye(COLORS))
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
