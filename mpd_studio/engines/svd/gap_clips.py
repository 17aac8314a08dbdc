"""The clips of one gap, made one after the other, and the new frames out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.listening import listening
from mpd_studio.engines.diffusion.model_size import Fit, fit, native_sizes, parse_size
from mpd_studio.engines.diffusion.one_call_ahead import one_call_ahead
from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.diffusion.seam import ColorMatch, LostDetail, color_match
from mpd_studio.engines.diffusion.seam_figures import SeamFigures, detail_in
from mpd_studio.engines.diffusion.work_log import WorkLog
from mpd_studio.engines.svd.clip import Ends, sample_clip
from mpd_studio.engines.svd.decoding import chunks_with, decode
from mpd_studio.engines.svd.guide_draft import DrawnGap
from mpd_studio.engines.svd.guide_facts import is_followed
from mpd_studio.engines.svd.latent_preview import LatentPreview
from mpd_studio.engines.svd.lengths import Pass, plan
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.engines.svd.saved_latents import SavedLatents
from mpd_studio.motion.blend import mix

if TYPE_CHECKING:
    from torch import Tensor

DENOISING, DECODING = "Denoising", "Decoding"
_SEED_STRIDE = 1_000_003  # between the clips of a gap
_COARSEST_DETAIL = 4.0  # canvas pixels: beyond 4K pictures, larger structures are no longer fine


class GapClips:
    """What is made of a gap so far. `frames` can be called again after memory ran out: finished work is not redone."""

    def __init__(
        self,
        request: InbetweenRequest,
        pictures: BoundaryPictures,
        options: SvdOptions,
        reporter: Reporter,
        saved: SavedLatents | None = None,
        log: WorkLog | None = None,
    ) -> None:
        """saved: where denoised clips outlive the run; None: nowhere. log: is told of the samplers' work."""
        self._log = WorkLog() if log is None else log
        self._request, self._options, self._reporter = request, options, reporter
        self._saved = saved
        self._first, self._last = pictures.first, pictures.last
        self._range = range_of(pictures.first.pixels, pictures.last.pixels)
        followed = is_followed(request, options)
        self._drawn = DrawnGap(request, pictures, self._range, reporter) if followed else None
        self._clips = plan(request.new_frames)
        self.seams = SeamFigures(request.new_frames)
        self._at = 0  # the clip that is being made
        self._next = 1  # the place to give away next
        self._latents: Tensor | None = None  # of that clip, in main memory: decoding can start over with them
        self._made: dict[int, np.ndarray] = {0: pictures.first.pixels, request.new_frames + 1: pictures.last.pixels}

    @property
    def is_done(self) -> bool:
        return self._next > self._request.new_frames

    def forget(self) -> None:
        self._latents = None
        self._made.clear()
        vars(self).pop("boundary", None)

    def frames(self, model: SvdModel) -> Iterator[Picture]:
        """The pictures that are still missing, in time order.

        Raises:
            UnsupportedRequest: the size asked for is none that the model makes, or too small for what is drawn.
        """
        placed = self._placed(model)
        while self._at < len(self._clips):
            clip = self._clips[self._at]
            if self._latents is None and self._saved is not None:
                self._latents = self._saved.find(self._at, clip)
            if self._latents is None:
                counts = self._decodes(model)  # announced, since the time left depends on it
                self._reporter.report(Progress(DECODING, sum(counts[: self._at]), sum(counts)))
                self._latents = self._sampled(model, clip, placed)
                if self._saved is not None:  # before decoding, which takes memory and may be what ends the run
                    self._saved.keep(self._at, clip, model.plan.name, self._latents)
            for place, pixels in self._decoded(model, clip, placed, self._latents):
                self._made[place] = pixels
                yield from self._ready()
            self._latents = None
            self._at += 1

    def _placed(self, model: SvdModel) -> Fit:
        if self._options.size:
            return fit(self._request.canvas, (parse_size(self._options.size, model.size_multiple),))
        return fit(self._request.canvas, native_sizes(model.native_side, model.size_multiple))

    def _ready(self) -> Iterator[Picture]:
        """The made frames whose turn it is; kept only while they are an end of a clip to come."""
        ends = {place for clip in self._clips[self._at :] for place in (clip.start, clip.stop)}
        while self._next in self._made and not self.is_done:
            place = self._next
            pixels = self._made[place] if place in ends else self._made.pop(place)
            self._next += 1
            yield Picture(pixels, self._first.color, self._first.bit_depth)

    def _sampled(self, model: SvdModel, clip: Pass, placed: Fit) -> Tensor:
        first, last = (placed.to_model(self._range.to_unit(self._made[place])) for place in (clip.start, clip.stop))
        seed = (self._request.seed + self._at * _SEED_STRIDE) % 2**63
        latents = sample_clip(
            model,
            Ends(first, last),
            clip.frames,
            seed,
            self._options,
            self._on_call(model),
            self._reporter.raise_if_cancelled,
            draft=None if self._drawn is None else self._drawn.draft(model, clip, placed),
            preview=LatentPreview(
                self._reporter,
                clip,
                placed,
                (first, last),
                model.schedule.sigmas(self._options.steps),
                (self._at, len(self._clips)),
            ),
            trace=partial(self._log.trace, self._at),
        )
        return latents.cpu()

    def _on_call(self, model: SvdModel) -> Callable[[int, int, int], None]:
        wait = one_call_ahead(model.device)

        def on_call(step: int, call: int, total: int) -> None:
            del step
            wait()
            self._log.call()
            self._reporter.report(Progress(DENOISING, self._at * total + call, len(self._clips) * total))

        return on_call

    def _decodes(self, model: SvdModel) -> list[int]:
        """In how many runs each clip is decoded."""
        chunk = min(self._options.decode_chunk, model.plan.decode_chunk)
        counts = []
        for clip in self._clips:
            ends = {0, clip.frames - 1} if self._options.color_match else set[int]()
            counts.append(len(chunks_with(clip.frames, chunk, {frame for frame, _ in clip.picks} | ends)))
        return counts

    def _decoded(self, model: SvdModel, clip: Pass, placed: Fit, latents: Tensor) -> Iterator[tuple[int, np.ndarray]]:
        """(place, pixels in the source's depth at canvas size) of a clip's new frames, in time order."""
        last = clip.frames - 1
        missing = [(frame, place) for frame, place in clip.picks if place >= self._next and place not in self._made]
        wanted = {frame for frame, _ in missing} | ({0, last} if self._options.color_match else set())
        chunk = min(self._options.decode_chunk, model.plan.decode_chunk)
        runs = chunks_with(clip.frames, chunk, wanted)
        if self._options.color_match:
            runs.insert(0, runs.pop())  # both ends must be seen before the first frame's colours are known
        counts = self._decodes(model)
        before, total = sum(counts[: self._at + 1]) - len(runs), sum(counts)
        finish = _Finish(self, clip, placed)
        shown: dict[int, np.ndarray] = {}
        for index, run in enumerate(runs):
            self._reporter.report(Progress(DECODING, before + index, total))
            with listening(model.vae.decoder, self._reporter.raise_if_cancelled):
                pictures = decode(model, latents[run.start : run.stop].to(model.device))
            shown |= {frame: pictures[frame - run.start] for frame in run if frame in wanted}
            if self._options.color_match and not {0, last} <= shown.keys():
                continue
            while missing and missing[0][0] in shown:
                frame, place = missing.pop(0)
                self._reporter.raise_if_cancelled()
                pixels = finish(shown, frame, place)
                yield place, pixels if self._drawn is None else self._drawn.held(pixels, place, placed)
                if frame not in (0, last):
                    del shown[frame]
        self._reporter.report(Progress(DECODING, before + len(runs), total))

    def check(self) -> None:
        """Between two pieces of work. Raises: Cancelled."""
        self._reporter.raise_if_cancelled()

    def end_pixels(self, clip: Pass) -> tuple[np.ndarray, np.ndarray]:
        """Both ends of a clip, (h, w, 3) float32 in 0..1 at canvas size."""
        return self._range.to_unit(self._made[clip.start]), self._range.to_unit(self._made[clip.stop])

    def in_depth(self, picture: np.ndarray, place: int) -> np.ndarray:
        """A picture in 0..1 as the source's pixels; further channels are faded by the place's time in the gap."""
        pixels = self._range.from_unit(picture)
        first, last = self._first.pixels, self._last.pixels
        if first.shape[2] > 3:
            time = place / (self._request.new_frames + 1)
            pixels = np.dstack([pixels, mix(first[..., 3:], last[..., 3:], time)])
        return pixels

    @cached_property
    def boundary(self) -> tuple[np.ndarray, np.ndarray]:
        """Both boundary frames, (h, w, 3) float32 in 0..1."""
        return self._range.to_unit(self._first.pixels), self._range.to_unit(self._last.pixels)

    @property
    def options(self) -> SvdOptions:
        return self._options


class _Finish:
    """From a decoded frame to a new frame of the gap."""

    def __init__(self, gap: GapClips, clip: Pass, placed: Fit) -> None:
        self._gap, self._clip, self._placed = gap, clip, placed
        self._match: ColorMatch | None = None
        self._detail: LostDetail | None = None
        self._finer_than = min(placed.canvas.width / placed.inside.width, _COARSEST_DETAIL)
        self._fine_ends: tuple[float, float] | None = None

    def __call__(self, shown: dict[int, np.ndarray], frame: int, place: int) -> np.ndarray:
        """shown: the decoded frames by number, with both ends where colours are matched."""
        options, last = self._gap.options, self._clip.frames - 1
        time = frame / last
        picture = shown[frame]
        if options.color_match:
            if self._match is None:
                first_end, last_end = map(self._placed.to_model, self._gap.end_pixels(self._clip))
                self._match = color_match(first_end, shown[0], last_end, shown[last])
            picture = self._match.applied(picture, time)
        self._gap.seams.is_matched = options.color_match
        if self._gap.seams.is_seam(place):
            first_end, last_end = map(self._placed.to_model, self._gap.boundary)
            self._gap.seams.colours(place, (first_end, last_end), shown[frame], picture)
        self._gap.check()
        plain = whole = self._placed.to_canvas(picture)
        if options.detail and LostDetail.is_any(self._placed):
            if self._detail is None:
                self._detail = LostDetail(self._placed, self._gap.end_pixels(self._clip))
            self._gap.check()
            whole = self._detail.returned(picture, whole, time)
            self._gap.seams.is_returned = True
        self._gap.check()
        self._measure_detail(place, plain, whole)
        self._gap.check()
        return self._gap.in_depth(whole, place)

    def _measure_detail(self, place: int, before: np.ndarray, after: np.ndarray) -> None:
        if self._fine_ends is None:
            first, last = self._gap.boundary
            self._fine_ends = detail_in(first, self._finer_than), detail_in(last, self._finer_than)
        plain = detail_in(before, self._finer_than)
        returned = plain if after is before else detail_in(after, self._finer_than)
        self._gap.seams.detail(place, self._fine_ends, plain, returned)
