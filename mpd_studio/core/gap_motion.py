"""A motion that is kept with a gap: predicted or loaded, looked at and edited, and gone along by an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import RegionId
from mpd_studio.core.media_ref import FrameRef

MOST_SCALE = 4.0
MOST_SMOOTH = 0.1


@dataclass(frozen=True, slots=True)
class MotionEdits:
    """What is done to a motion, in this order.

    measured: 0..1, how far things end where both boundary frames show them, not where the motion says.
    smooth: how widely neighbours are mixed (sigma), as a share of the picture's width.
    inside: of this region alone the motion stays; of the whole picture where None, or where the region is gone.
    scale: how many times as far.

    Raises:
        ValueError: a number is out of its range.
    """

    measured: float = 0.0
    smooth: float = 0.0
    inside: RegionId | None = None
    scale: float = 1.0

    def __post_init__(self) -> None:
        for name, most in (("measured", 1.0), ("smooth", MOST_SMOOTH), ("scale", MOST_SCALE)):
            if not 0.0 <= getattr(self, name) <= most:
                raise ValueError(f"A motion's '{name}' lies between 0 and {most:g}, not at {getattr(self, name):g}.")


@dataclass(frozen=True, slots=True)
class GapMotion:
    """of: which boundary frame it is the motion of; the last one's goes back to the first.

    picture: the frame it was made of. file: .npz (media/motion_files.py), which is never written again; its frames lie
    evenly over the gap. origin: "predicted", or the name of the file it was loaded from.
    """

    of: Boundary
    picture: FrameRef
    file: PurePath
    origin: str = "predicted"
    edits: MotionEdits = MotionEdits()

    def is_of(self, now: FrameRef | None) -> bool:
        """Whether the gap still has that end. Media that were moved and found again are the same media."""
        made = self.picture
        return now is not None and made.index == now.index and made.media.fingerprint == now.media.fingerprint
