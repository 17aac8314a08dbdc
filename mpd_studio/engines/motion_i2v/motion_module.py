"""The part of the networks that looks along time: one pixel at a time, over all frames.

The blocks are diffusers' own. The normalisation is not: it measures every frame by itself, where diffusers measures
all frames of a clip together, which changes the outputs as much as they are large.
"""

# ruff: noqa: TID253 - networks are classes of torch's; nothing imports this file but functions that build one

from __future__ import annotations

from typing import Any

import torch
from diffusers.models.embeddings import SinusoidalPositionalEmbedding
from diffusers.models.unets.unet_motion_model import AnimateDiffTransformer3D
from torch import Tensor, nn


class MotionModule(nn.Module):
    """Made of the parts of diffusers' module, which it takes over; the names of the parameters stay."""

    def __init__(self, parts: AnimateDiffTransformer3D, positions: int) -> None:
        """positions: how long the position tables are."""
        super().__init__()
        self.norm = parts.norm
        self.proj_in = parts.proj_in
        self.transformer_blocks = parts.transformer_blocks
        self.proj_out = parts.proj_out
        # The tables have no tensor in any file, so they are real even where the network is built on "meta".
        with torch.device("cpu"):
            for block in self.transformer_blocks:
                block.pos_embed = SinusoidalPositionalEmbedding(self.proj_in.out_features, positions)

    def forward(
        self,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        timestep: Tensor | None = None,
        class_labels: Tensor | None = None,
        num_frames: int = 1,
        cross_attention_kwargs: dict[str, Any] | None = None,
    ) -> Tensor:
        """hidden_states: (b*f, c, h, w), b-major, and so is the result. Other arguments are of diffusers' blocks."""
        rows, c, h, w = hidden_states.shape
        b = rows // num_frames
        tokens = self.norm(hidden_states).reshape(b, num_frames, c, h * w)
        tokens = tokens.permute(0, 3, 1, 2).reshape(b * h * w, num_frames, c)  # (b*h*w, f, c)
        tokens = self.proj_in(tokens)
        for block in self.transformer_blocks:
            tokens = block(tokens, cross_attention_kwargs=self.attention_arguments(h, w))
        tokens = self.proj_out(tokens).reshape(b, h * w, num_frames, c)
        return tokens.permute(0, 2, 3, 1).reshape(rows, c, h, w) + hidden_states

    def attention_arguments(self, height: int, width: int) -> dict[str, Any] | None:
        """What the attentions are told besides the tokens."""
        return None
