"""How much of a graphics card's memory a run may take, and how it is spared.

The plans give the same pictures but for rounding, save where they decode fewer frames at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Offload(Enum):
    """What waits in main memory. PARTS: networks that are not at work. LAYERS: layers of the U-Net as well."""

    NOTHING = "nothing"
    PARTS = "parts"
    LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """clips_per_call: clips the U-Net gets at once. chunked: its feed-forward layers take one frame after the other.

    decode_chunk: the most frames decoded at once.
    """

    name: str
    clips_per_call: int
    chunked: bool
    offload: Offload
    decode_chunk: int


LADDER = (
    MemoryPlan("full", 4, False, Offload.NOTHING, 25),
    MemoryPlan("balanced", 2, False, Offload.PARTS, 4),
    MemoryPlan("low", 1, True, Offload.PARTS, 2),
    MemoryPlan("lowest", 1, True, Offload.LAYERS, 1),
)

# Rough measures for a request; bytes at the size the model was trained at, 25 frames of 72 × 128 latent pixels.
_CLIP_BYTES = 12_000  # for each frame and latent pixel of a clip in the U-Net, in half precision
_CHUNKED_CLIP_BYTES = 6_500
_DECODE_BYTES = 2_500  # for each pixel of each frame decoded at once, in float32
_LAYERS_SHARE = 0.1  # of the U-Net's weights, at work at once
_RESERVE = 600 << 20  # the driver's and the allocator's own


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of the three networks as they are loaded."""

    unet: int
    vae: int
    image_encoder: int


def needed_bytes(plan: MemoryPlan, weights: Weights, frames: int, pixels: int, decode_chunk: int) -> int:
    """What a run takes at its peak, roughly. pixels: of one picture; a latent pixel is 8 × 8 of them."""
    per_latent = _CHUNKED_CLIP_BYTES if plan.chunked else _CLIP_BYTES
    sampling = plan.clips_per_call * frames * (pixels // 64) * per_latent
    decoding = min(plan.decode_chunk, decode_chunk) * pixels * _DECODE_BYTES
    if plan.offload is Offload.NOTHING:
        return _RESERVE + weights.unet + weights.vae + weights.image_encoder + max(sampling, decoding)
    unet = int(weights.unet * _LAYERS_SHARE) if plan.offload is Offload.LAYERS else weights.unet
    return _RESERVE + max(unet + sampling, weights.vae + decoding, weights.vae + weights.image_encoder)


def choose_plan(free: int, weights: Weights, frames: int, pixels: int, decode_chunk: int) -> MemoryPlan:
    """The fastest plan that fits into the free bytes; the most sparing one where none does."""
    fitting = (plan for plan in LADDER if needed_bytes(plan, weights, frames, pixels, decode_chunk) <= free)
    return next(fitting, LADDER[-1])


def plan_named(name: str) -> MemoryPlan:
    return next(plan for plan in LADDER if plan.name == name)


def next_lower(plan: MemoryPlan) -> MemoryPlan | None:
    """What to try when memory has run out under a plan; None under the last."""
    at = LADDER.index(plan)
    return LADDER[at + 1] if at + 1 < len(LADDER) else None
