"""A gap's length beside what its engine makes: whether it can, and out of which clips, said before the run."""

from __future__ import annotations

from mpd_studio.core.clip_plan import Pass, plan_clips
from mpd_studio.core.engine import EngineInfo
from mpd_studio.workflow.sheet import LineState, SheetLine

_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh"}


def length_problem(new_frames: int, engine: EngineInfo) -> str:
    """Why the engine cannot make so many new frames; "" when it can."""
    counts = engine.new_frame_counts
    if not counts or new_frames in counts:
        return ""
    return f"{engine.title} makes {', '.join(map(str, counts))} new frames, not {new_frames}. Choose another engine."


def length_line(new_frames: int, engine: EngineInfo) -> SheetLine | None:
    """How the gap is made of clips; None for an engine that makes every frame by itself."""
    if engine.clip_lengths is None:
        return None
    clips = plan_clips(new_frames, engine.clip_lengths)
    wanted = "1 new frame" if new_frames == 1 else f"{new_frames} new frames"
    out_of = _one_clip(clips[0]) if len(clips) == 1 else _coarse_to_fine(clips)
    return SheetLine("length", f"{wanted} out of {out_of}", LineState.NOTE)


def _one_clip(clip: Pass) -> str:
    every = clip.picks[0][0]
    text = f"one clip of {clip.frames}, ends included"
    if every == 1:
        return text
    if len(clip.picks) == 1:
        return f"{text}, of which the middle one is taken"
    return f"{text}, of which every {_ORDINALS.get(every, f'{every}th')} is taken"


def _coarse_to_fine(clips: tuple[Pass, ...]) -> str:
    rest = [clip.frames for clip in clips[1:]]
    low, high = min(rest), max(rest)
    sizes = f"{low}" if low == high else f"{low} to {high}"
    return (
        f"{len(clips)} clips, coarse to fine: one of {clips[0].frames} over the whole gap, "
        f"then {len(rest)} of {sizes} between"
    )
