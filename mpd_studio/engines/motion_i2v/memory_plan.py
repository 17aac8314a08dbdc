"""How much memory a run may take, and how it is spared: a pure rule from free bytes and sizes to a plan.

All plans give the same pictures but for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpd_studio.core.errors import SettingsError


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """keeps_both: a stage that was loaded stays while the other works. together: both halves of guidance in one call.

    layers_rest: layers of the large networks wait in main memory, and come while they are at work.
    """

    name: str
    keeps_both: bool
    together: bool
    layers_rest: bool = False


LADDER = (
    MemoryPlan("full", True, True),
    MemoryPlan("balanced", False, True),
    MemoryPlan("low", False, False),
    MemoryPlan("lowest", False, False, layers_rest=True),
)
# What is taken where there is no graphics card: there, main memory is shared with everything else.
WITHOUT_CARD = "low"

# Rough measures for a request, in half precision; with the ControlNet beside the U-Net of stage 1.
_CLIP_BYTES = 9_000  # for each frame and latent pixel of a clip in a network
_DECODE_BYTES = 2_500  # for each pixel of a frame, in float32
_LAYERS_SHARE = 0.1  # of a network's weights, at work at once
_RESERVE = 600 << 20  # the driver's and the allocator's own


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes as they are loaded: of each stage its large networks, and its autoencoders."""

    stage1: int
    stage2: int
    stage1_vaes: int
    stage2_vae: int


@dataclass(frozen=True, slots=True)
class RunSize:
    """frames: of its longest clip. pixels: of one picture at the model's size. itemsize: bytes of a number."""

    weights: Weights
    frames: int
    pixels: int
    itemsize: int = 2


def needed_bytes(plan: MemoryPlan, run: RunSize) -> int:
    """What a run takes at its peak, roughly."""
    weights = run.weights
    clips = 2 if plan.together else 1
    sampling = clips * run.frames * (run.pixels // 64) * _CLIP_BYTES * run.itemsize // 2
    working = max(sampling, run.pixels * _DECODE_BYTES)
    share = _LAYERS_SHARE if plan.layers_rest else 1
    stages = [int(weights.stage1 * share) + weights.stage1_vaes, int(weights.stage2 * share) + weights.stage2_vae]
    return _RESERVE + working + (sum(stages) if plan.keeps_both else max(stages))


def first_plan(memory: str, run: RunSize, free: int | None) -> MemoryPlan:
    """What a run begins with.

    memory: a plan's name, or "auto": the fastest that fits into the free bytes of a graphics card, the most sparing one
    where none does. free: None where none is used.
    """
    if memory != "auto":
        return plan_named(memory)
    if free is None:
        return plan_named(WITHOUT_CARD)
    return next((plan for plan in LADDER if needed_bytes(plan, run) <= free), LADDER[-1])


def plan_named(name: str) -> MemoryPlan:
    """Raises: SettingsError: there is none of this name."""
    plan = next((plan for plan in LADDER if plan.name == name), None)
    if plan is None:
        raise SettingsError(f"'{name}' is no memory plan. Choose one of: {', '.join(plan.name for plan in LADDER)}.")
    return plan


def next_lower(plan: MemoryPlan) -> MemoryPlan | None:
    """What to try when memory has run out under a plan; None under the last."""
    at = LADDER.index(plan)
    return LADDER[at + 1] if at + 1 < len(LADDER) else None


def what_is_reduced(plan: MemoryPlan, lower: MemoryPlan) -> str:
    """What going on with a lower plan changes, in the user's words."""
    changes = []
    if plan.keeps_both and not lower.keeps_both:
        changes.append("one stage at a time")
    if plan.together and not lower.together:
        changes.append("guidance in two passes")
    if lower.layers_rest and not plan.layers_rest:
        changes.append("layers that rest wait in main memory")
    return ", ".join(changes)
