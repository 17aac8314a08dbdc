"""A clip's new frames out of two motions: moved pixels where a boundary frame shows them, drawn ones elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mpd_studio.core.clip_plan import Pass
from mpd_studio.core.progress import Preview
from mpd_studio.engines.diffusion.seam import ColorMatch, color_match
from mpd_studio.engines.motion_i2v.gap_clip import BACKWARD_SEED, DENOISING, ClipMaker, in_depth, two_motions
from mpd_studio.engines.motion_i2v.joined import Sight, joined_model, moved, on_canvas, shares, sight
from mpd_studio.engines.motion_i2v.kept_steps import Keep
from mpd_studio.engines.motion_i2v.run_figures import RunFigures
from mpd_studio.engines.motion_i2v.sight_confidence import DRAWN, SightConfidence, Trusts
from mpd_studio.motion.blend import mix
from mpd_studio.motion.layers import put_back
from mpd_studio.motion.warp import backward_warp

if TYPE_CHECKING:
    from torch import Tensor

Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class NewFrame:
    """pixels: (h, w, c) in the source's depth. confidence: (h, w) float32 in 0..1; both at canvas size."""

    place: int
    pixels: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ClipWork:
    """One clip to make.

    ends: both pictures, (h, w, c) in the source's depth. gap_frames: new frames of the whole gap.
    part: which clip of how many. keep: what is done already is not done again.
    trusts: how far each end can be trusted, (h, w) float32 in 0..1 at canvas size; None: it is footage.
    """

    maker: ClipMaker
    clip: Pass
    ends: Ends
    gap_frames: int
    seed: int
    part: tuple[int, int]
    keep: Keep
    trusts: Trusts = (None, None)

    @property
    def times(self) -> np.ndarray:
        """(frames,) of the gap."""
        return np.linspace(self.clip.start, self.clip.stop, self.clip.frames) / (self.gap_frames + 1)

    def frames(self, wanted: Collection[int], figures: RunFigures) -> Iterator[NewFrame]:
        """Those at the wanted places, in time order."""
        maker, check = self.maker, self.maker.reporter.raise_if_cancelled
        pictures = maker.model_picture(self.ends[0]), maker.model_picture(self.ends[1])
        check()
        motions = two_motions(maker, pictures, self.times, self.seed, self.part, self.keep)
        views: dict[int, Sight] = {}
        for frame, _ in self.clip.picks:
            check()
            views[frame] = sight(*motions, frame)
        if maker.reporter.wants_preview():
            maker.reporter.preview(self._preview(pictures, views))
        sides: _Sides | None = None
        if maker.options.render == "model" or any(view.has_holes for view in views.values()):
            sides = _Sides(self, pictures, *self._latents(pictures, motions))
        early, late = (None if trust is None else maker.fit.to_model(trust[..., None])[..., 0] for trust in self.trusts)
        trusted = SightConfidence(pictures, (early, late))
        for frame, place in self.clip.picks:
            if place in wanted:
                yield self._frame(place, frame, views[frame], sides, trusted, figures)

    def _latents(self, pictures: Ends, motions: tuple) -> tuple[Tensor, Tensor]:
        """Stage 2's of the clip seen from its first picture, and from its last back, in main memory."""
        import torch

        ways = ((pictures[0], motions[0], self.times, self.seed),)
        ways += ((pictures[1], motions[1], self.times[::-1], self.seed + BACKWARD_SEED),)
        early, late = (
            self.keep(
                f"latents_{half}",
                lambda way=way, half=half: (
                    self.maker.latents(*way, self.maker.teller(DENOISING, 2 * self.part[0] + half, 2 * self.part[1]))
                    .cpu()
                    .numpy()
                ),
            )
            for half, way in enumerate(ways)
        )
        return torch.from_numpy(early), torch.from_numpy(late)

    def _frame(
        self,
        place: int,
        frame: int,
        view: Sight,
        sides: _Sides | None,
        trusted: SightConfidence,
        figures: RunFigures,
    ) -> NewFrame:
        maker, check = self.maker, self.maker.reporter.raise_if_cancelled
        is_drawn = maker.options.render == "model" and sides is not None
        filled = sides.frame(frame, view) if sides is not None and (is_drawn or view.has_holes) else None
        check()
        visible = np.zeros((maker.fit.canvas.height, maker.fit.canvas.width), np.float32)
        own = None
        if not is_drawn:
            own, visible = self._moved(view)
        check()
        pixels = self._joined(own, visible, filled[1] if filled else None, view.time)
        time = float(self.times[frame])
        held = maker.drawing.held(time)
        confidence = DRAWN + (on_canvas(trusted.of(view), maker.fit) - np.float32(DRAWN)) * visible
        if held is not None:
            pixels = put_back(pixels, self.ends[0], held)
            confidence = np.maximum(confidence, held)
        check()
        drawn = (1 - visible) if held is None else (1 - visible) * (1 - held)
        shown = maker.range.to_unit(pixels)
        figures.frame(place, shown, float(drawn.mean()) if filled else 0.0)
        if figures.seams.is_seam(place):
            plain = shown
            if filled and filled[0] is not filled[1]:
                figures.seams.is_matched = True
                before = self._joined(own, visible, filled[0], view.time)
                plain = maker.range.to_unit(before if held is None else put_back(before, self.ends[0], held))
            self._measure_seam(place, plain, shown, figures)
        check()
        return NewFrame(place, pixels, np.clip(confidence, 0, 1).astype(np.float32))

    def _moved(self, view: Sight) -> tuple[np.ndarray, np.ndarray]:
        """The boundary frames' own pixels, and (h, w) float32 what of them is seen at all."""
        maker, check = self.maker, self.maker.reporter.raise_if_cancelled
        early = moved(self.ends[0], view.back[0], maker.fit)
        check()
        late = moved(self.ends[1], view.back[1], maker.fit)
        check()
        share, visible = shares(view, early, late, maker.fit, maker.range.top)
        return mix(early, late, share), visible

    def _joined(
        self, own: np.ndarray | None, visible: np.ndarray, filled: np.ndarray | None, time: float
    ) -> np.ndarray:
        if filled is None:
            assert own is not None
            return own
        made = in_depth(self.maker, filled, self.ends, time)
        return made if own is None else mix(made, own, visible)

    def _measure_seam(self, place: int, before: np.ndarray, after: np.ndarray, figures: RunFigures) -> None:
        fit = self.maker.fit
        ends = tuple(fit.to_model(self.maker.range.to_unit(end)) for end in self.ends)
        figures.seams.colours(place, (ends[0], ends[1]), fit.to_model(before), fit.to_model(after))

    def _preview(self, pictures: Ends, views: dict[int, Sight]) -> Preview:
        """The boundary frames moved as predicted: to be looked at before stage 2 begins."""
        fit, frames = self.maker.fit, []
        for frame, _ in self.clip.picks:
            self.maker.reporter.raise_if_cancelled()
            view = views[frame]
            early, late = (backward_warp(picture, back) for picture, back in zip(pictures, view.back, strict=True))
            shown = joined_model(view, early, late)
            inside = shown[fit.top : fit.top + fit.inside.height, fit.left : fit.left + fit.inside.width]
            frames.append(np.rint(np.clip(inside, 0, 1) * 255).astype(np.uint8))
        pixels = np.stack(frames)
        pixels.flags.writeable = False
        return Preview(pixels, tuple(place for _, place in self.clip.picks), *self.part)


@dataclass(eq=False)
class _Sides:
    """Stage 2's frames of a clip, as seen from both of its ends."""

    work: ClipWork
    pictures: Ends
    early: Tensor
    late: Tensor

    def frame(self, frame: int, view: Sight) -> tuple[np.ndarray, np.ndarray]:
        """(h, w, 3) float32 at the model's size, without and with matched colours; the same object where none are."""
        maker, last = self.work.maker, self.work.clip.frames - 1
        early, late = maker.decoded(self.early, frame), maker.decoded(self.late, last - frame)
        plain = joined_model(view, early, late)
        if not maker.options.color_match:
            return plain, plain
        matched = (
            self.matches[0].applied(early, frame / last),
            self.matches[1].applied(late, 1 - frame / last),
        )
        return plain, joined_model(view, *matched)

    @cached_property
    def matches(self) -> tuple[ColorMatch, ColorMatch]:
        """Of each side: it begins with one picture, and should end like the other."""
        decoded, pictures = self.work.maker.decoded, self.pictures
        early = color_match(pictures[0], decoded(self.early, 0), pictures[1], decoded(self.early, -1))
        return early, color_match(pictures[1], decoded(self.late, 0), pictures[0], decoded(self.late, -1))
