"""The clips that Stable Video Diffusion makes of a gap; the rule is core's (core/clip_plan.py)."""

from __future__ import annotations

from mpd_studio.core.clip_plan import ClipLengths, Pass, plan_clips

__all__ = ["LENGTHS", "Pass", "plan"]

LENGTHS = ClipLengths(fewest=14, most=25)


def plan(new_frames: int) -> tuple[Pass, ...]:
    """The clips of a gap, in the order in which they are made. Raises: ValueError: fewer than one new frame."""
    return plan_clips(new_frames, LENGTHS)
