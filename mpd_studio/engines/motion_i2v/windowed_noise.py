"""The noise that stage 2 predicts for a clip, window by window, joined to one prediction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.sampling import Wish, guided
from mpd_studio.engines.motion_i2v.windows import Window, seams, window_shares
from mpd_studio.motion.clip_field import ClipField

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class SeamViews:
    """One frame that two neighbouring windows make, as either expected it half-way: (4, h/8, w/8) float32 each."""

    frame: int
    early: Tensor
    late: Tensor


class WindowedNoise:
    """Predicts the noise of a clip's frames, window by window."""

    def __init__(
        self,
        unet: Any,
        device: torch.device,
        motion: ClipField,
        wish: Wish,
        text: Tensor,
        windows: tuple[Window, ...],
        check: Callable[[], None],
    ) -> None:
        import torch

        self.windows = windows
        self._unet, self._device, self._wish, self._text, self._check = unet, device, wish, text, check
        self._frames = [list(window.frames) for window in windows]
        self._shares = [torch.from_numpy(shares).to(device) for shares in window_shares(windows)]
        both = wish.together and wish.guidance != 1
        self._warps = []
        for frames in self._frames:
            flow = torch.from_numpy(np.ascontiguousarray(motion.px[frames].transpose(0, 3, 1, 2)))[None]
            flow = flow.to(device)
            self._warps.append(FlowWarps(flow.expand(2 if both else 1, -1, -1, -1, -1)))

    def predicted(self, latents: Tensor, time: int) -> list[Tensor]:
        """(1, 4, frames of the window, h, w) float32 of each window."""
        found = []
        for frames, warps in zip(self._frames, self._warps, strict=True):
            self._check()
            sample = latents[:, :, frames].to(self._unet.dtype)
            call = partial(self._call, warps, sample, time)
            found.append(guided(call, self._text, self._wish).float())
        return found

    def joined(self, predicted: list[Tensor]) -> Tensor:
        """(1, 4, frames, h, w): of frames that several windows have, the weighted mean."""
        if len(predicted) == 1:
            return predicted[0]
        shape = predicted[0].shape
        total = predicted[0].new_zeros(*shape[:2], self.windows[-1].stop, *shape[3:])
        for frames, shares, one in zip(self._frames, self._shares, predicted, strict=True):
            total[:, :, frames] += one * shares[:, None, None]
        return total

    def views(self, latents: Tensor, predicted: list[Tensor], kept: float) -> tuple[SeamViews, ...]:
        """What neighbouring windows expect of a frame that both have, once its noise is gone.

        kept: the picture's share of the latents' variance.
        """

        def expected(frame: int, window: int) -> Tensor:
            noise_there = predicted[window][0, :, self._frames[window].index(frame)]
            return (latents[0, :, frame] - (1 - kept) ** 0.5 * noise_there) / kept**0.5

        return tuple(
            SeamViews(seam.frame, expected(seam.frame, seam.early), expected(seam.frame, seam.late))
            for seam in seams(self.windows)
        )

    def _call(self, warps: FlowWarps, sample: Tensor, time: int, text: Tensor, count: int) -> Tensor:
        """As `guided` calls it."""
        given = sample.expand(count, -1, -1, -1, -1)
        return self._unet(given, time, text.to(self._device, self._unet.dtype), warps)
