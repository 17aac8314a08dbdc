"""The U-Net as two denoisers: one that sees the clip begin with the first frame, one that sees it begin with the last.

Preconditioning of Karras et al. 2022 for v-prediction: c_in = 1/√(σ²+1), c_skip = 1/(σ²+1), c_out = −σ/√(σ²+1), and
the U-Net is told ¼ ln σ. Arithmetic outside the U-Net is in the state's own dtype, float32: at σ = 700 a half-precision
latent is 0.5 coarse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpd_studio.engines.svd.condition import Condition
from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.noise_schedule import unet_time

if TYPE_CHECKING:
    from torch import Tensor

# One half of what is asked of the model: the clip's side, and whether without its picture.
_Half = tuple[str, bool]
_FORWARD, _BACKWARD = "forward", "backward"


class TwoSidedDenoiser:
    """Its methods `forward` and `backward` are the samplers' denoisers, `both` their shared call.

    Nothing is computed before it is read. An unconditional half that no sampler reads is never computed; where it is
    read, it shares a call of the U-Net with the conditional one.
    """

    def __init__(
        self, unet: Any, start: Condition, end: Condition, *, clips_per_call: int = 4, pair_backward: bool = True
    ) -> None:
        """clips_per_call: how many clips the U-Net gets at once, at most.

        pair_backward: whether the sampler reads the backward unconditional estimates of `both`; then they share its
        call. If not, they still come when read, in a call of their own.
        """
        if clips_per_call < 1:
            raise ValueError(f"The U-Net needs a clip or more a call, not {clips_per_call}.")
        self._unet = unet
        self._conditions = {_FORWARD: start, _BACKWARD: end}
        self._clips_per_call = clips_per_call
        self._pair_backward = pair_backward
        self.unet_calls = 0
        self.clips = 0

    def forward(self, x: Tensor, sigma: float) -> Denoised:
        """x: (frames, c, h, w) in forward order."""
        return _Asked(self, {_FORWARD: x}, sigma).side(_FORWARD)

    def backward(self, y: Tensor, sigma: float) -> Denoised:
        """y: (frames, c, h, w), the last frame first."""
        return _Asked(self, {_BACKWARD: y}, sigma).side(_BACKWARD)

    def both(self, x: Tensor, y: Tensor, sigma: float) -> tuple[Denoised, Denoised]:
        """x in forward order, y in backward order. Reading any estimate computes those of the other side with it."""
        asked = _Asked(self, {_FORWARD: x, _BACKWARD: y}, sigma)
        forward_too: tuple[_Half, ...] = ((_FORWARD, False),)
        backward_too = ((_BACKWARD, True), (_BACKWARD, False)) if self._pair_backward else ((_BACKWARD, False),)
        return asked.side(_FORWARD, backward_too), asked.side(_BACKWARD, forward_too)

    def estimates(self, clips: Sequence[tuple[Tensor, str, bool]], sigma: float) -> list[Tensor]:
        """D of each (clip, side, whether without its picture), in as few calls of the U-Net as are allowed."""
        made: list[Tensor] = []
        for first in range(0, len(clips), self._clips_per_call):
            made += self._call(clips[first : first + self._clips_per_call], sigma)
        return made

    def _call(self, clips: Sequence[tuple[Tensor, str, bool]], sigma: float) -> list[Tensor]:
        import torch

        root = math.sqrt(sigma * sigma + 1)
        inputs, embeddings, added = [], [], []
        for x, side, without in clips:
            condition = self._conditions[side]
            latent, embedding = condition.latent, condition.embedding
            if without:
                latent, embedding = torch.zeros_like(latent), torch.zeros_like(embedding)
            noisy = (x * (1 / root)).to(latent.dtype)
            inputs.append(torch.cat([noisy, latent.expand(len(x), -1, -1, -1)], dim=1))  # (f, 2c, h, w)
            embeddings.append(embedding)
            added.append(condition.added_ids)
        time = torch.tensor(unet_time(sigma), dtype=torch.float32, device=inputs[0].device)
        velocity = self._unet(
            torch.stack(inputs),  # (clips, f, 2c, h, w)
            time,
            encoder_hidden_states=torch.cat(embeddings),
            added_time_ids=torch.cat(added),
            return_dict=False,
        )[0]
        self.unet_calls += 1
        self.clips += len(clips)
        return [
            torch.add(x * (1 / (root * root)), v.to(x.dtype), alpha=-sigma / root)
            for (x, _, _), v in zip(clips, velocity, strict=True)
        ]


class _Asked:
    """Estimates at one noise level, each computed when it is first read, together with those named beside it."""

    def __init__(self, denoiser: TwoSidedDenoiser, clips: dict[str, Tensor], sigma: float) -> None:
        self._denoiser, self._clips, self._sigma = denoiser, clips, sigma
        self._made: dict[_Half, Tensor] = {}

    def side(self, side: str, others: tuple[_Half, ...] = ()) -> Denoised:
        aside, told = (side, True), (side, False)
        return Denoised(lambda: self._read(aside, told, *others), lambda: self._read(told, *others))

    def _read(self, wanted: _Half, *along: _Half) -> Tensor:
        if wanted not in self._made:
            missing = [half for half in (wanted, *along) if half not in self._made]
            clips = [(self._clips[side], side, without) for side, without in missing]
            self._made.update(zip(missing, self._denoiser.estimates(clips, self._sigma), strict=True))
        return self._made[wanted]
