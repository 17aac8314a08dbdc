"""A clip's motion made ready for the layers of stage 2: where features of frame 0 are at every other frame.

The motion is the same in all steps and layers, so what lands where is found once per feature size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mpd_studio.engines.motion_i2v.splat import WEIGHT_FLOOR, landings, summed_weight

if TYPE_CHECKING:
    from torch import Tensor

# Values thrown at once: 64 MB of float32 beside the result. All at once would be 400 MB at the finest level.
_THROWN_AT_ONCE = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class _Landings:
    """(k,) each: row of the result, row of the features of frame 0, and the part of it, already averaged."""

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
    _known: dict[tuple[int, int], _Landings] = field(default_factory=dict, init=False, repr=False)

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

        ways = self.landings_at(height, width)
        others, channels = self.frames - 1, features.shape[1]
        precise = features.float()
        thrown = precise.new_zeros(features.shape[0] * others, channels)
        step = max(1, _THROWN_AT_ONCE // channels)
        for first in range(0, len(ways.part), step):
            part = slice(first, first + step)
            pixels = torch.index_select(precise, 0, ways.source[part]) * ways.part[part, None]
            thrown.index_add_(0, ways.target[part], pixels)
        return thrown.reshape(features.shape[0], others, channels).to(features.dtype)

    def landings_at(self, height: int, width: int) -> _Landings:
        """For features of this size."""
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

    def _found(self, height: int, width: int) -> _Landings:
        others, pixels = self.frames - 1, height * width
        target, source, weight = landings(self.resized(height, width))
        total = summed_weight(target, weight, self.clips * others * pixels) + WEIGHT_FLOOR
        part = weight / total[target]
        picture, pixel = target // pixels, target % pixels
        clip, frame = picture // others, picture % others
        origin = picture % self.clips if self.reference_batch_mixing else clip
        row = (clip * pixels + pixel) * others + frame
        # In the order of the result: the same cells of memory one after the other.
        row, order = row.sort(stable=True)
        return _Landings(row, (origin * pixels + source % pixels)[order], part[order])
