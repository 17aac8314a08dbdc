"""A picture of any size at a size that the model makes, and back again without a shift.

The whole picture is kept: it is reduced (or enlarged) until it fits into one of the model's sizes, and what is left
over at two sides is its border repeated. Both ways scale from corner to corner, so its middle stays its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.resample import resampled

_LONGEST = 3  # times the shorter side; a longer picture gets borders instead


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a canvas lies on a picture of the model's size: `inside` pixels from (left, top) on."""

    canvas: Size
    model: Size
    inside: Size
    left: int
    top: int

    @property
    def loses_detail(self) -> bool:
        """Whether the canvas has more pixels than the model makes of it."""
        return self.inside.width < self.canvas.width or self.inside.height < self.canvas.height

    def to_model(self, pixels: np.ndarray) -> np.ndarray:
        """(model height, model width, c) float32 of a canvas picture (h, w, c) float32."""
        small = resampled(pixels, self.inside)
        below = self.model.height - self.inside.height - self.top
        right = self.model.width - self.inside.width - self.left
        return np.pad(small, ((self.top, below), (self.left, right), (0, 0)), mode="edge")

    def to_canvas(self, pixels: np.ndarray) -> np.ndarray:
        """(canvas height, canvas width, c) float32 of a picture of the model's size."""
        rows = slice(self.top, self.top + self.inside.height)
        columns = slice(self.left, self.left + self.inside.width)
        return resampled(pixels[rows, columns], self.canvas)


def native_sizes(side: int, multiple: int) -> tuple[Size, ...]:
    """The sizes with at most side² pixels whose sides are multiples of `multiple`, none of which fits into another.

    768 and 64, the real model's numbers, give 1024 × 576 and its neighbours: 1152 × 512, 896 × 640, 768 × 768 …
    """
    most = side * side
    sizes = []
    for height in range(multiple, most // multiple + 1, multiple):
        width = most // height // multiple * multiple
        if width and max(width, height) <= _LONGEST * min(width, height):
            sizes.append(Size(width, height))
    return tuple(size for size in sizes if not any(_inside(size, other) for other in sizes))


def fit(canvas: Size, sizes: tuple[Size, ...]) -> Fit:
    """The fit on which most of the model's pixels show the picture; of equals the smallest."""
    fits = [_fit_into(canvas, size) for size in sizes]
    return max(fits, key=lambda fit: (_area(fit.inside), -_area(fit.model), fit.model.width))


def parse_size(text: str, multiple: int) -> Size:
    """ "1024x576" as a size.

    Raises:
        UnsupportedRequest: it is no size, or its sides are no multiples of what the model needs.
    """
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.strip().isdecimal() and height.strip().isdecimal()):
        raise UnsupportedRequest(f"'{text}' is no size for the model. Write it like 1024x576.")
    sides = int(width), int(height)
    if any(side < multiple or side % multiple for side in sides):
        raise UnsupportedRequest(f"The model makes sizes whose sides are multiples of {multiple}; '{text}' is not.")
    return Size(*sides)


def _fit_into(canvas: Size, model: Size) -> Fit:
    scale = min(model.width / canvas.width, model.height / canvas.height)
    width, height = (
        min(max(round(side * scale), 1), most)
        for side, most in ((canvas.width, model.width), (canvas.height, model.height))
    )
    return Fit(canvas, model, Size(width, height), (model.width - width) // 2, (model.height - height) // 2)


def _inside(size: Size, other: Size) -> bool:
    return size != other and size.width <= other.width and size.height <= other.height


def _area(size: Size) -> int:
    return size.width * size.height
