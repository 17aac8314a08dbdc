"""A look at a clip while it is sampled: what the model expects it to become, as a few small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mpd_studio.core.geometry import Size
from mpd_studio.core.progress import Preview, Reporter
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.latent_colors import colors_of, fit_colors
from mpd_studio.engines.svd.lengths import Pass

if TYPE_CHECKING:
    from torch import Tensor

_MOST_FRAMES = 9
_HIGHEST = 192  # pixels
_ENLARGED = 1.5  # times the latent, which at 1024 × 576 is 72 high; more costs time and shows no more


class TwoSides(Protocol):
    """What samplers ask: see TwoSidedDenoiser."""

    def forward(self, x: Tensor, sigma: float) -> Denoised: ...

    def backward(self, y: Tensor, sigma: float) -> Denoised: ...

    def both(self, x: Tensor, y: Tensor, sigma: float) -> tuple[Denoised, Denoised]: ...


class LatentPreview:
    """Of one clip. Nothing is computed while the reporter wants none, and nothing it does reaches the sampler."""

    def __init__(
        self,
        reporter: Reporter,
        clip: Pass,
        placed: Fit,
        ends: tuple[np.ndarray, np.ndarray],
        sigmas: Sequence[float],
        turn: tuple[int, int] = (0, 1),
    ) -> None:
        """ends: the clip's ends, (height, width, 3) in 0..1 at the model's size. sigmas: of its sampling, with the 0.

        turn: which of how many clips of the gap it is.
        """
        self._reporter, self._placed, self._ends, self._sigmas = reporter, placed, ends, sigmas
        self._frames, self._places = frames_to_show(clip)
        self._turn = turn
        self._anchors: tuple[Tensor, Tensor] | None = None
        self._matrix: np.ndarray | None = None

    def learn(self, start: Tensor, end: Tensor) -> None:
        """The scaled latents (1, 4, h, w) of the clip's ends, which tell what colours latents have."""
        self._anchors = start, end

    def overhear(self, denoiser: TwoSides) -> TwoSides:
        """The denoiser, with an eye on its forward estimates."""
        return _Overheard(denoiser, self)

    def see(self, clip: Tensor, sigma: float) -> None:
        """clip: (frames, 4, h, w), the estimate without noise at the level sigma, in forward order."""
        if self._anchors is None or not self._places or not self._reporter.wants_preview():
            return
        steps = len(self._sigmas) - 1
        step = min(sum(level > sigma * 0.999 for level in self._sigmas), steps)  # the one at work, counting from 1
        if self._matrix is None:
            self._matrix = fit_colors(np.concatenate([_array(end) for end in self._anchors]), np.stack(self._ends))
        shown = _on_canvas(colors_of(_array(clip[list(self._frames)]), self._matrix), self._placed)
        before, clips = self._turn
        self._reporter.preview(Preview(shown, self._places, before * steps + step, clips * steps))


def frames_to_show(clip: Pass) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which frames of a clip to show, and their places in the gap: a few, spread evenly over the places it spans."""
    inside = clip.stop - clip.start - 1
    count = min(inside, _MOST_FRAMES)
    places = [clip.start + 1 + (2 * k + 1) * inside // (2 * count) for k in range(count)]
    steps, last = clip.stop - clip.start, clip.frames - 1
    frames = [((place - clip.start) * last * 2 + steps) // (2 * steps) for place in places]
    return tuple(frames), tuple(places)


class _Overheard:
    """Shows each forward estimate as it is read. Lazy as before: reading the one beside it costs nothing more."""

    def __init__(self, denoiser: TwoSides, preview: LatentPreview) -> None:
        self._denoiser, self._preview = denoiser, preview
        self.backward = denoiser.backward

    def forward(self, x: Tensor, sigma: float) -> Denoised:
        return self._shown(self._denoiser.forward(x, sigma), sigma)

    def both(self, x: Tensor, y: Tensor, sigma: float) -> tuple[Denoised, Denoised]:
        forward, backward = self._denoiser.both(x, y, sigma)
        return self._shown(forward, sigma), backward

    def _shown(self, denoised: Denoised, sigma: float) -> Denoised:
        def conditional() -> Tensor:
            estimate = denoised.conditional
            self._preview.see(estimate, sigma)
            return estimate

        return Denoised(lambda: denoised.unconditional, conditional)


def _array(latents: Tensor) -> np.ndarray:
    return latents.detach().float().cpu().numpy()


def _on_canvas(pictures: np.ndarray, placed: Fit) -> np.ndarray:
    """(n, height, width, 3) uint8, read-only, of the canvas alone, without the model's borders.

    pictures: (n, h, w, 3) float32 in 0..1 of all of the model's picture, at any size.
    """
    import cv2

    rows = pictures.shape[1] * placed.inside.height / placed.model.height  # of the canvas
    high = max(1, min(_HIGHEST, placed.canvas.height, round(_ENLARGED * rows)))
    size = Size(max(1, round(placed.canvas.width * high / placed.canvas.height)), high)
    across = _way(placed.left, placed.inside.width, placed.model.width, pictures.shape[2], size.width)
    down = _way(placed.top, placed.inside.height, placed.model.height, pictures.shape[1], size.height)
    way = np.array([[across[0], 0, across[1]], [0, down[0], down[1]]])
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    target = (size.width, size.height)
    small = np.rint(np.clip(np.nan_to_num(pictures), 0.0, 1.0) * 255).astype(np.uint8)  # while it costs little
    made = np.stack([cv2.warpAffine(p, way, target, flags=how, borderMode=cv2.BORDER_REPLICATE) for p in small])
    made.flags.writeable = False
    return made


def _way(offset: int, inside: int, whole: int, pixels: int, wanted: int) -> tuple[float, float]:
    """(factor, shift) from the index of a wanted pixel to that of one of the `pixels` that the whole is made of."""
    share = pixels / whole
    factor = inside * share / wanted
    return factor, offset * share + factor / 2 - 0.5
