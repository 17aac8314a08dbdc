"""A clip's motion made ready to be edited and looked along: with the picture itself as its first frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter
from mpd_studio.motion.clip_motion import ClipMotion, clip_motion
from mpd_studio.motion.holes import fill_holes
from mpd_studio.motion.warp import resize_flow, splat

# A pixel that a quarter of one landed on is seen: so a zoom to double size has no holes.
_SEEN_FROM = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class ClipField:
    """px: (frames, h, w, 2) float32: from the picture, which is frame 0, to each frame, in pixels, x before y. NaN in
    both where a pixel is hidden at that frame: it is thrown nowhere.

    Raises:
        ValueError: another shape or dtype, or frame 0 moves.
    """

    px: np.ndarray

    def __post_init__(self) -> None:
        if self.px.ndim != 4 or self.px.shape[3] != 2 or self.px.dtype != np.float32 or not len(self.px):
            raise ValueError(f"A clip's motion is (frames, h, w, 2) float32, not {self.px.shape} {self.px.dtype}.")
        if self.px[0].any():
            raise ValueError("The first frame of a clip's motion is the picture itself, which stands still.")

    @classmethod
    def of(cls, motion: ClipMotion, hides: bool = False) -> ClipField:
        """hides: what is not known is hidden; else it does not move."""
        px = motion.px if hides else np.nan_to_num(motion.px, nan=0.0)
        return cls(np.concatenate([np.zeros_like(px[:1]), px]))

    @property
    def motion(self) -> ClipMotion:
        """Without the picture: to be shown, kept and exchanged."""
        return clip_motion(self.px[1:])

    @property
    def frames(self) -> int:
        return self.px.shape[0]

    @property
    def size(self) -> Size:
        return Size(self.px.shape[2], self.px.shape[1])

    def resized(self, size: Size) -> ClipField:
        """The same motion on a picture of another size: vectors grow and shrink with it."""
        return ClipField(np.stack([resize_flow(frame, size.height, size.width) for frame in self.px]))

    def scaled(self, amount: float) -> ClipField:
        return ClipField(self.px * np.float32(amount))

    def smoothed(self, sigma_px: float) -> ClipField:
        """Neighbours move more alike; over the picture, not over time."""
        import cv2

        return ClipField(np.stack([cv2.GaussianBlur(frame, (0, 0), sigma_px) for frame in self.px]))

    def masked(self, part: np.ndarray) -> ClipField:
        """part: (h, w) in 0..1, how much of the motion stays."""
        return ClipField(self.px * part.astype(np.float32)[None, ..., None])

    def blended(self, other: ClipField, share: float | np.ndarray) -> ClipField:
        """share: of the other motion, one number or (h, w) in 0..1. Raises: ValueError: of another size or length."""
        if other.px.shape != self.px.shape:
            raise ValueError(f"Motions of {other.px.shape} and {self.px.shape} cannot be blended.")
        part = np.asarray(share, np.float32)
        part = part[None, ..., None] if part.ndim else part
        return ClipField(self.px * (1 - part) + other.px * part)

    def ending_at(self, goal: np.ndarray, trust: np.ndarray, along: np.ndarray) -> ClipField:
        """The same bends on the way to a known end.

        goal: (h, w, 2), where the pixels are at the last frame. trust: (h, w) in 0..1, how far that is known.
        along: (frames,) from 0 to 1, the share of the way at each frame.
        """
        missing = (goal - self.px[-1]) * trust[..., None]
        return ClipField((self.px + along[:, None, None, None] * missing).astype(np.float32))

    def over(self, frames: int) -> ClipField:
        """The same motion in as many frames, first and last as they are: smooth in time (Catmull-Rom) between them."""
        if frames == self.frames:
            return self
        slopes = np.gradient(self.px, axis=0)
        made = np.empty((frames, *self.px.shape[1:]), np.float32)
        for index, time in enumerate(np.linspace(0, self.frames - 1, frames)):
            left = min(int(time), self.frames - 2)
            t = np.float32(time - left)
            near, far = 1 - t, t
            made[index] = (
                (1 + 2 * far) * near * near * self.px[left]
                + far * near * near * slopes[left]
                + (1 + 2 * near) * far * far * self.px[left + 1]
                - near * far * far * slopes[left + 1]
            )
        return ClipField(made)

    def looked_back(self, frame: int) -> tuple[np.ndarray, np.ndarray]:
        """For each pixel of a frame, where it was in the picture.

        Returns: (h, w, 2) float32 displacement, guessed from around where nothing landed; (h, w) float32 in 0..1,
            whether something did.
        """
        known = np.isfinite(self.px[frame]).all(axis=2)
        way = np.where(known[..., None], self.px[frame], np.float32(0))
        back, landed = splat(-way, way, known.astype(np.float32))
        return fill_holes(back, landed), np.clip(landed * _SEEN_FROM, 0, 1).astype(np.float32)


@runtime_checkable
class Animates(Protocol):
    """An engine that can tell the motion of one picture before it makes frames along it.

    The request's first frame is the picture; its last frame is not looked at, unless it is the picture.
    """

    def predict_motion(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        reporter: Reporter,
        of: Boundary = Boundary.FIRST,
    ) -> ClipMotion:
        """At the canvas' proportions, at the engine's own size. of: which frame is the picture; the last one's motion
        goes back to the first. Raises: as generate.
        """
        ...

    def animate(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        motion: ClipMotion | None,
        reporter: Reporter,
        hides: bool = False,
    ) -> Iterator[Picture]:
        """Yields request.new_frames pictures after the first, of its kind. What stands in the way is raised at once.

        motion: of the whole picture, at any size. None: it is predicted first. hides: what is not known in the motion
        is hidden, and the engine makes what is there; else it does not move.
        Raises: as generate.
        """
        ...
