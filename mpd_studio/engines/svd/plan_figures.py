"""How a run was made, told after it: device, precision, memory plan, and what was reduced on the way."""

from __future__ import annotations

from mpd_studio.core.figures import Figure
from mpd_studio.engines.diffusion.device import choose_device, choose_dtype
from mpd_studio.engines.svd.memory_plan import MemoryPlan, what_is_reduced
from mpd_studio.engines.svd.options import SvdOptions

_WORSE = "the pictures differ a little from those of the other plans"


def made_with(plan: MemoryPlan, options: SvdOptions) -> Figure:
    """values: the frames decoded at once, which the pictures depend on."""
    device = choose_device(options.device)
    dtype = str(choose_dtype(options.dtype, device)).removeprefix("torch.")
    chunk = min(options.decode_chunk, plan.decode_chunk)
    frames = "1 frame" if chunk == 1 else f"{chunk} frames"
    text = f"made on {device} in {dtype} under the memory plan '{plan.name}', {frames} decoded at once"
    return Figure("made-with", text, (chunk,), warning="" if plan.is_exact else _WORSE)


def step_down(plan: MemoryPlan, lower: MemoryPlan) -> Figure:
    """Not a warning: the frames are as good, unless the lower plan is not exact."""
    text = f"memory ran out under the plan '{plan.name}'; went on with '{lower.name}': {what_is_reduced(plan, lower)}"
    return Figure(f"reduced-{plan.name}", text, warning="" if lower.is_exact else _WORSE)
