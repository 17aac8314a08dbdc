"""Gaps whose ends belong to different shots, or lie in a transition: what is said, and made instead of a morph."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.engine_option import Choice, EngineOption, OptionKind
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.motion.appearance import brightness
from mpd_studio.motion.field import MotionField
from mpd_studio.motion.scene_change import ChangeKind, scene_change

FIGURE_ID = "shot-change"
ACROSS = "across_a_cut"
FADE, HOLD = "fade", "hold"
# In a dissolve and in a flash what both frames show can be followed, and the rest fades with it: 7 to 11 dB better.
NOTHING_IN_COMMON = (ChangeKind.CUT, ChangeKind.BLACKOUT)

CUT_OPTION = EngineOption(
    ACROSS,
    "Across a cut",
    "What to make where the two frames do not belong to one shot. Without a cut it changes nothing.",
    OptionKind.CHOICE,
    FADE,
    (
        Choice(FADE, "fade", "from one frame to the other; in a dissolve or a flash, what both frames show moves"),
        Choice(HOLD, "hold", "the first frame up to the middle of the gap, then the last"),
    ),
)

_FOUND = {
    ChangeKind.CUT: "the two frames show different shots",
    ChangeKind.DISSOLVE: "one of the two frames lies in a dissolve",
    ChangeKind.FLASH: "one of the two frames is in a flash",
    ChangeKind.BLACKOUT: "one of the two frames is nearly black",
}
_WAY_OUT = {
    ChangeKind.CUT: "no motion joins them. Hold them, cross-fade, or let a generative engine invent the way",
    ChangeKind.DISSOLVE: "pick an end outside it, hold the frames, cross-fade, or use a generative engine",
    ChangeKind.FLASH: "pick an end outside it, hold the frames, cross-fade, or use a generative engine",
    ChangeKind.BLACKOUT: "pick an end with a picture, hold the frames, or cross-fade",
}


def shot_change(looks: tuple[np.ndarray, np.ndarray], field: MotionField) -> ChangeKind | None:
    """looks: appearances of both frames at the size of the field. Returns: None within one shot."""
    return scene_change(brightness(looks[0]), brightness(looks[1]), field)


def figures_of(change: ChangeKind | None, held: bool) -> tuple[Figure, ...]:
    """For the sheet: a line with a warning; where the user has chosen to hold, only a note."""
    if change is None:
        return ()
    warning = "" if held else _WAY_OUT[change]
    made = "; held up to the middle, as chosen" if held else ""
    return (Figure(FIGURE_ID, f"{_FOUND[change]}{made}", (float(list(ChangeKind).index(change)),), warning),)


def holds(request: InbetweenRequest, change: ChangeKind | None) -> bool:
    """Whether frames are held instead of made."""
    return change is not None and dict(request.settings.options).get(ACROSS, FADE) == HOLD


def held_frame(first: np.ndarray, last: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
    """One of the two frames as it is, and (h, w) float32 confidence of 1: it is a real picture."""
    source = first if time < 0.5 else last
    return source.copy(), np.ones(source.shape[:2], np.float32)
