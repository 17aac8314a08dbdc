"""A clip's motion made ready for the layers of stage 2: where features of frame 0 are at every other frame.

The motion is the same in all steps and layers, so what lands where is found once per feature size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mpd_studio.engines.motion_i2v.splat import WEIGHT_FLOOR, landings

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What lands on pixels that nothing else of the pass lands on; (k,) each.

    target: row of the result. source: row of the features of frame 0. part: of the source, already averaged.
    """

    target: Tensor
    source: Tensor
    part: Tensor


@dataclass(slots=True, eq=False)
class FlowWarps:
    """flow_px: (b, n, 2, H, W) float32, from frame 0 to each frame, in pixels of that size, x before y.

    Frame 0 moves nowhere; its row is not read. Use it on the device of `flow_px`, from one thread.
    reference_batch_mixing: as the released program has it, frames of a batch take features of each other's frame 0.
        Only for comparing with it.
    """

    flow_px: Tensor
    reference_batch_mixing: bool = False
    _known: dict[tuple[int, int], tuple[Pass, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.flow_px.ndim != 5 or self.flow_px.shape[2] != 2:
            raise ValueError(f"A clip's motion has the shape (b, n, 2, H, W), not {tuple(self.flow_px.shape)}.")

    @property
    def clips(self) -> int:
        return self.flow_px.shape[0]

    @property
    def frames(self) -> int:
        return self.flow_px.shape[1]

    def warped(self, features: Tensor, height: int, width: int) -> Tensor:
        """Features of frame 0 at all other frames, thrown in float32; holes are 0.

        features: (b*h*w, c), row by row.
        Returns: (b*h*w, n-1, c) in their dtype.
        """
        import torch

        others, channels = self.frames - 1, features.shape[1]
        precise = features.float()
        thrown = precise.new_zeros(features.shape[0] * others, channels)
        for one in self.passes(height, width):
            thrown.index_add_(0, one.target, torch.index_select(precise, 0, one.source).mul_(one.part[:, None]))
        return thrown.reshape(features.shape[0], others, channels).to(features.dtype)

    def passes(self, height: int, width: int) -> tuple[Pass, ...]:
        """For features of this size: as many as most land on one pixel.

        A graphics card adds in any order what lands on one pixel at once; one after the other, sums are the same, bit
        for bit, in every run.
        """
        size = (height, width)
        if size not in self._known:
            self._known[size] = self._found(height, width)
        return self._known[size]

    def resized(self, height: int, width: int) -> Tensor:
        """(b*(n-1), 2, h, w): the motion from frame 0 to the others, in pixels of that size."""
        from torch.nn.functional import interpolate

        flow = self.flow_px[:, 1:].flatten(0, 1).float()
        scale = flow.new_tensor([width / flow.shape[3], height / flow.shape[2]])
        small = interpolate(flow, size=(height, width), mode="bilinear", align_corners=False)
        return small * scale[:, None, None]

    def _found(self, height: int, width: int) -> tuple[Pass, ...]:
        import torch

        others, pixels = self.frames - 1, height * width
        target, source, weight = landings(self.resized(height, width))
        picture, pixel = target // pixels, target % pixels
        clip, frame = picture // others, picture % others
        origin = picture % self.clips if self.reference_batch_mixing else clip
        row, order = ((clip * pixels + pixel) * others + frame).sort(stable=True)
        first = torch.searchsorted(row, row)
        nth = torch.arange(len(row), device=row.device) - first  # how many landed there before
        by_pass = nth.argsort(stable=True)
        counts = torch.bincount(nth).tolist()
        rows, sources, weights = (
            values[by_pass].split(counts) for values in (row, (origin * pixels + source % pixels)[order], weight[order])
        )
        total = weight.new_zeros(self.clips * others * pixels)
        for where, how_much in zip(rows, weights, strict=True):
            total.index_add_(0, where, how_much)
        total += WEIGHT_FLOOR
        return tuple(Pass(t, s, w / total[t]) for t, s, w in zip(rows, sources, weights, strict=True))
