"""The clips of one gap, made one after the other, and the new frames out of them."""

from __future__ import annotations

from collections.abc import Iterator

from mpd_studio.core.clip_plan import plan_clips
from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.motion_i2v.clip_frames import ClipWork
from mpd_studio.engines.motion_i2v.facts import LENGTHS
from mpd_studio.engines.motion_i2v.gap_clip import ClipMaker
from mpd_studio.engines.motion_i2v.kept_steps import KeptSteps
from mpd_studio.engines.motion_i2v.run_figures import RunFigures

NEW_FRAMES = "New frames"
_SEED_STRIDE = 1_000_003  # between the clips of a gap
_COARSEST_DETAIL = 4.0  # canvas pixels: beyond 4K pictures, larger structures are no longer fine


class GapFrames:
    """What is made of a gap so far. `frames` can be called again after memory ran out: finished work is not redone."""

    def __init__(self, request: InbetweenRequest, pictures: BoundaryPictures, placed: Fit, kept: KeptSteps) -> None:
        self._request, self._kept = request, kept
        self._clips = plan_clips(request.new_frames, LENGTHS)
        self._at = 0  # the clip that is being made
        self._next = 1  # the place to give away next
        self._made = {0: pictures.first, request.new_frames + 1: pictures.last}
        both = range_of(pictures.first.pixels, pictures.last.pixels)
        boundary = both.to_unit(pictures.first.pixels), both.to_unit(pictures.last.pixels)
        finer_than = min(placed.canvas.width / placed.inside.width, _COARSEST_DETAIL)
        self.figures = RunFigures(request.new_frames, boundary, finer_than)

    def frames(self, maker: ClipMaker) -> Iterator[Picture]:
        """The pictures that are still missing, in time order."""
        first, clips = self._made[0], self._clips
        while self._at < len(clips):
            clip = clips[self._at]
            start, stop = self._made[clip.start], self._made[clip.stop]
            work = ClipWork(
                maker,
                clip,
                (start.pixels, stop.pixels),
                self._request.new_frames,
                (self._request.seed + self._at * _SEED_STRIDE) % 2**63,
                (self._at, len(clips)),
                self._kept.of_clip(self._at, maker.stages.plan.name),
                (start.confidence, stop.confidence),
            )
            wanted = {place for _, place in clip.picks if place >= self._next and place not in self._made}
            for made in work.frames(wanted, self.figures):
                self._made[made.place] = Picture(made.pixels, first.color, first.bit_depth, made.confidence)
                yield from self._ready(maker)
            self._kept.forget()
            self._at += 1

    def forget(self) -> None:
        self._kept.forget()
        self._made.clear()

    def _ready(self, maker: ClipMaker) -> Iterator[Picture]:
        """The made frames whose turn it is; kept only while they are an end of a clip to come."""
        ends = {place for clip in self._clips[self._at :] for place in (clip.start, clip.stop)}
        while self._next in self._made and self._next <= self._request.new_frames:
            place = self._next
            picture = self._made[place] if place in ends else self._made.pop(place)
            self._next += 1
            yield picture
            maker.reporter.report(Progress(NEW_FRAMES, place, self._request.new_frames))
