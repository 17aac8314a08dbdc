"""How much memory a run may take, and how it is spared: a pure rule from free bytes and sizes to a plan.

All plans but the last give the same pictures but for rounding, save where they decode fewer frames at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpd_studio.engines.diffusion.forecast_parts import GB, gigabytes_text


class Offload(Enum):
    """What waits in main memory. PARTS: networks that are not at work. LAYERS: layers of the U-Net as well."""

    NOTHING = "nothing"
    PARTS = "parts"
    LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """clips_per_call: clips the U-Net gets at once. chunked: its feed-forward layers take one frame after the other.

    decode_chunk: the most frames decoded at once. decode_tile: the longest side, in latent pixels, of a piece of the
    picture decoded at once; 0 decodes all of it. eight_bit: the U-Net's weights are kept in 8 bits.
    """

    name: str
    clips_per_call: int
    chunked: bool
    offload: Offload
    decode_chunk: int
    decode_tile: int = 0
    eight_bit: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the pictures are those of the full plan, but for rounding and the frames decoded at once."""
        return not (self.decode_tile or self.eight_bit)


LADDER = (
    MemoryPlan("full", 4, False, Offload.NOTHING, 25),
    MemoryPlan("balanced", 2, False, Offload.PARTS, 4),
    MemoryPlan("low", 1, True, Offload.PARTS, 2),
    MemoryPlan("lowest", 1, True, Offload.LAYERS, 1),
    MemoryPlan("smallest", 1, True, Offload.LAYERS, 1, decode_tile=48, eight_bit=True),
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


@dataclass(frozen=True, slots=True)
class RunSize:
    """What decides how much memory a run takes.

    frames: of its longest clip. pixels: of one picture at the model's size; a latent pixel is 8 × 8 of them.
    decode_chunk: as the user wants it. itemsize: bytes of a number in the U-Net.
    """

    weights: Weights
    frames: int
    pixels: int
    decode_chunk: int = 4
    itemsize: int = 2


def needed_bytes(plan: MemoryPlan, run: RunSize) -> int:
    """What a run takes of a graphics card at its peak, roughly."""
    weights = run.weights
    per_latent = (_CHUNKED_CLIP_BYTES if plan.chunked else _CLIP_BYTES) * run.itemsize // 2
    sampling = plan.clips_per_call * run.frames * (run.pixels // 64) * per_latent
    tile = min(run.pixels, 64 * plan.decode_tile**2) if plan.decode_tile else run.pixels
    decoding = min(plan.decode_chunk, run.decode_chunk) * tile * _DECODE_BYTES
    unet = weights.unet // run.itemsize if plan.eight_bit else weights.unet
    if plan.offload is Offload.NOTHING:
        return _RESERVE + unet + weights.vae + weights.image_encoder + max(sampling, decoding)
    if plan.offload is Offload.LAYERS:
        unet = int(unet * _LAYERS_SHARE)
    return _RESERVE + max(unet + sampling, weights.vae + decoding, weights.vae + weights.image_encoder)


def choose_plan(free: int, run: RunSize) -> MemoryPlan:
    """The fastest plan that fits into the free bytes; the most sparing one where none does."""
    return next((plan for plan in LADDER if needed_bytes(plan, run) <= free), LADDER[-1])


def first_plan(memory: str, run: RunSize, free: int | None) -> MemoryPlan:
    """What a run begins with.

    memory: a plan's name, or "auto". free: bytes of a graphics card; None where none is used.
    Without a graphics card nothing is gained by sending networks away, so the fastest is taken.
    """
    if memory != "auto":
        return plan_named(memory)
    return LADDER[0] if free is None else choose_plan(free, run)


def plan_named(name: str) -> MemoryPlan:
    return next(plan for plan in LADDER if plan.name == name)


def next_lower(plan: MemoryPlan) -> MemoryPlan | None:
    """What to try when memory has run out under a plan; None under the last."""
    at = LADDER.index(plan)
    return LADDER[at + 1] if at + 1 < len(LADDER) else None


def what_is_reduced(plan: MemoryPlan, lower: MemoryPlan) -> str:
    """What going on with a lower plan changes, in the user's words."""
    changes = []
    if lower.clips_per_call < plan.clips_per_call:
        clips = "1 clip" if lower.clips_per_call == 1 else f"{lower.clips_per_call} clips"
        changes.append(f"{clips} a call instead of {plan.clips_per_call}")
    if lower.chunked and not plan.chunked:
        changes.append("the work in smaller pieces")
    if lower.offload is not plan.offload:
        resting = "networks" if lower.offload is Offload.PARTS else "layers"
        changes.append(f"{resting} that rest wait in main memory")
    if lower.decode_chunk < plan.decode_chunk:
        frames = "1 frame" if lower.decode_chunk == 1 else f"{lower.decode_chunk} frames"
        changes.append(f"at most {frames} decoded at once")
    if lower.eight_bit and not plan.eight_bit:
        changes.append("weights in 8 bits")
    if lower.decode_tile and not plan.decode_tile:
        changes.append("pictures decoded in tiles")
    return ", ".join(changes)


def memory_table(run: RunSize, cards: tuple[int, ...] = (8, 12, 16, 24)) -> str:
    """What each plan needs, and which one a card of so many GB gets, as a table in Markdown.

    A twelfth of a card is taken to be in use by the screen and other programs.
    """
    rows = ["| plan | needs about | cards of |", "|---|---|---|"]
    chosen = {gigabytes: choose_plan(gigabytes * GB * 11 // 12, run) for gigabytes in cards}
    for plan in LADDER:
        fitting = ", ".join(f"{gigabytes} GB" for gigabytes, taken in chosen.items() if taken is plan)
        rows.append(f"| `{plan.name}` | {gigabytes_text(needed_bytes(plan, run))} | {fitting or '–'} |")
    return "\n".join(rows)
