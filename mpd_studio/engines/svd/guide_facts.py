"""Whether, and for how long, what is drawn leads a run: known before anything is made."""

from __future__ import annotations

from mpd_studio.core.figures import Figure
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.svd.guide_clocks import clocks_at
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.motion.flow import SMALLEST_FLOW_SIDE


def is_drawn(guidance: Guidance) -> bool:
    """Whether there is something to follow; an easing alone moves nothing."""
    return bool(guidance.paths or guidance.regions)


def is_followed(request: InbetweenRequest, options: SvdOptions) -> bool:
    return options.guide_strength > 0 and is_drawn(request.guidance)


def too_small(inside: Size) -> str:
    """Why drafts cannot be made where the canvas has this size on the model's picture; "" when they can."""
    if min(inside.width, inside.height) >= SMALLEST_FLOW_SIDE:
        return ""
    return (
        f"What was drawn cannot be followed in a picture of {inside} pixels. Choose a larger size in the option 'size' "
        f"({SMALLEST_FLOW_SIDE} pixels or more each way), or the guide strength 0."
    )


def guide_figures(request: InbetweenRequest, options: SvdOptions, inside: Size) -> tuple[Figure, ...]:
    """One figure where something is drawn, else none. values: the steps left out, and until which the drawing leads."""
    if not is_drawn(request.guidance):
        return ()
    followed = "what was drawn is followed"
    if options.guide_strength == 0:
        return (Figure("guide", followed, (0, 0), "the guide strength is 0; raise it, or go on without the drawing"),)
    problem = too_small(inside)
    if problem:
        return (Figure("guide", followed, warning=problem),)
    clocks = clocks_at(options.guide_strength, options.guide_start, options.steps)
    left_out = f"a draft saves {clocks.weak} of {options.steps} steps"
    until = f"what was drawn leads until step {clocks.strong}" if clocks.strong > clocks.weak else "nothing leads then"
    return (Figure("guide", f"{left_out}; {until}", (clocks.weak, clocks.strong)),)
