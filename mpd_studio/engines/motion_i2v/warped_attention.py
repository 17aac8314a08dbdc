"""Stage 2's look along time, which also sees where the pixels of frame 0 have gone.

Before every frame but the first stands what frame 0 would be at that frame. So n frames are 2n - 1 tokens: frames at
even places, thrown features at odd. Frames ask; all tokens answer.
"""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.unets.unet_motion_model import AnimateDiffTransformer3D
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.motion_module import MotionModule


@dataclass(slots=True, eq=False)
class CurrentMotion:
    """Of the call that the network is in. diffusers' blocks hand nothing to a motion module, so it looks here."""

    warps: FlowWarps | None = None

    @contextmanager
    def being(self, warps: FlowWarps) -> Iterator[None]:
        self.warps = warps
        try:
            yield
        finally:
            self.warps = None

    def now(self) -> FlowWarps:
        if self.warps is None:
            raise RuntimeError("A motion module of stage 2 works inside a call of its network only.")
        return self.warps


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What an attention must know besides its tokens: the motion, the features' size, the places' table (length, c)."""

    warps: FlowWarps
    height: int
    width: int
    places: Tensor


class WarpedMotionModule(MotionModule):
    """A motion module whose attentions see frame 0 where it has gone."""

    def __init__(self, parts: AnimateDiffTransformer3D, positions: int, motion: CurrentMotion) -> None:
        super().__init__(parts, positions)
        self._motion = motion
        blocks: Any = self.transformer_blocks
        # Places are those of all tokens, which the attention alone knows: so the blocks add none.
        self.register_buffer("places", blocks[0].pos_embed.pe[0], persistent=False)
        for block in blocks:
            block.pos_embed = None
            for attention in (block.attn1, block.attn2):
                attention.set_processor(WarpedAttention())

    def attention_arguments(self, height: int, width: int) -> dict[str, Any]:
        places = self.get_buffer("places")
        return {"surroundings": Surroundings(self._motion.now(), height, width, places)}


class WarpedAttention:
    """A processor of diffusers' attention."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        surroundings: Surroundings | None = None,
    ) -> Tensor:
        """attn: diffusers' Attention. hidden_states: (b*h*w, n, c), and so is the result. The next two are None."""
        if surroundings is None:
            raise RuntimeError("An attention of stage 2 works inside its motion module only.")
        tokens = with_thrown(hidden_states, surroundings)  # (b*h*w, 2n-1, c)
        tokens = tokens + surroundings.places[: tokens.shape[1]]
        query = _heads(attn.to_q(tokens[:, ::2]), attn.heads)
        key, value = _heads(attn.to_k(tokens), attn.heads), _heads(attn.to_v(tokens), attn.heads)
        seen = scaled_dot_product_attention(query, key, value)  # (b*h*w, heads, n, c/heads)
        return attn.to_out[1](attn.to_out[0](seen.transpose(1, 2).flatten(2)))


def with_thrown(frames: Tensor, surroundings: Surroundings) -> Tensor:
    """(b*h*w, n, c) -> (b*h*w, 2n-1, c): frame 0, then each frame after what frame 0 has thrown to it."""
    thrown = _thrown(frames[:, 0], surroundings)
    pairs = torch.stack([thrown, frames[:, 1:]], 2).flatten(1, 2)
    return torch.cat([frames[:, :1], pairs], 1)


@torch.compiler.disable()
def _thrown(features: Tensor, surroundings: Surroundings) -> Tensor:
    """Left out of compiled networks: its passes are other ones for every motion, and each would be compiled anew."""
    return surroundings.warps.warped(features, surroundings.height, surroundings.width)


def _heads(tokens: Tensor, heads: int) -> Tensor:
    """(rows, tokens, c) -> (rows, heads, tokens, c/heads)."""
    return tokens.unflatten(2, (heads, -1)).transpose(1, 2)
