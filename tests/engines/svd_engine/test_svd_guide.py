"""Paths and regions on the tiny model: drafts at the right times and places, and what they do to latents and frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from moving_scenes import Ball, path_through, request_for, texture
from svd_runs import Listener, svd_request

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import Cancelled, UnsupportedRequest
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import Easing, EasingKind, Guidance, MaskRef, MotionRegion, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.core.inbetween import Quality
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.engines.diffusion.model_size import fit
from mpd_studio.engines.diffusion.pixel_range import range_of
from mpd_studio.engines.flow.scene import build_scene
from mpd_studio.engines.svd.clip import Ends, sample_clip
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.guide_draft import ClipDraft, DrawnGap, frame_times
from mpd_studio.engines.svd.guide_facts import guide_figures, is_drawn
from mpd_studio.engines.svd.lengths import plan
from mpd_studio.engines.svd.model import SvdModel
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.motion.paths import position

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

BACKGROUND, BALL = texture(64, 96, 1), Ball(radius=11)
ENDS = BALL.over(BACKGROUND, Point(24, 32)), BALL.over(BACKGROUND, Point(70, 32))
PATH = path_through((0, 24, 32), (0.5, 48, 16), (1, 70, 32), radius=13)
DRAWN = Guidance(paths=(PATH,))
MODEL_SIZE = Size(96, 64)


def box(mode: RegionMode, left: int = 32, top: int = 16, name: str = "r", **more: Any) -> MotionRegion:
    corners = ((left, top), (left + 32, top), (left + 32, top + 32), (left, top + 32))
    outline = tuple(Point(x, y) for x, y in corners)
    return MotionRegion(RegionId(name), mode=mode, outline=outline, feather=0, **more)


def filled(
    weights: Path,
    guidance: Guidance,
    new_frames: int = 2,
    ends: tuple[np.ndarray, np.ndarray] = ENDS,
    reporter: Reporter | None = None,
    seed: int = 0,
    engine: SvdEngine | None = None,
    masks: tuple[tuple[RegionId, np.ndarray], ...] = (),
    **options: str | float | bool,
) -> np.ndarray:
    """(new frames, h, w, c) of the engine."""
    first, last = (Picture(end.copy()) for end in ends)
    request = svd_request(weights, first.pixels, new_frames, seed, **{"size": "48x32", "steps": 3, **options})
    request = dataclasses.replace(request, guidance=guidance)
    pictures = BoundaryPictures(first, last, masks=masks)
    made = (engine or SvdEngine()).generate(request, pictures, reporter or SilentReporter())
    return np.stack([picture.pixels for picture in made])


def both_ends() -> BoundaryPictures:
    return BoundaryPictures(Picture(ENDS[0].copy()), Picture(ENDS[1].copy()))


def drawn_gap(guidance: Guidance, new_frames: int, reporter: Reporter | None = None) -> DrawnGap:
    request = request_for(ENDS[0], new_frames, guidance)
    return DrawnGap(request, both_ends(), range_of(*ENDS), reporter or SilentReporter())


@pytest.fixture(scope="module")
def draft(tiny_model: SvdModel) -> ClipDraft:
    return drawn_gap(DRAWN, 12).draft(tiny_model, plan(12)[0], fit(Size(96, 64), (MODEL_SIZE,)))


@pytest.fixture(scope="module")
def sampled(tiny_model: SvdModel, draft: ClipDraft) -> Callable[..., Any]:
    """Latents of a clip of 14 frames between the ends, by options; guided unless told otherwise."""
    ends = Ends(*(end.astype(np.float32) / 255 for end in ENDS))

    @cache
    def sample(guided: bool = True, seed: int = 5, **options: Any) -> Any:
        said = SvdOptions(**{"sampler": "vibid", "steps": 10, **options})
        nothing: Any = (lambda *_: None, lambda: None)
        return sample_clip(tiny_model, ends, 14, seed, said, *nothing, draft=draft if guided else None)

    return sample


class TestTheDraft:
    def test_frames_lie_at_the_times_of_the_places_they_are_taken_for(self) -> None:
        for new_frames in (1, 3, 12, 23, 26, 40, 100):
            for clip in plan(new_frames):
                times = frame_times(clip, new_frames)
                assert len(times) == clip.frames
                assert times == sorted(times)
                for frame, place in ((0, clip.start), *clip.picks, (clip.frames - 1, clip.stop)):
                    assert times[frame] == pytest.approx(place / (new_frames + 1), abs=1e-12)

    def test_its_pictures_are_those_of_the_flow_engine(self, tiny_model: SvdModel, draft: ClipDraft) -> None:
        """At the model's own size; an end's latent is not among them, for the sampler has its own."""
        from mpd_studio.engines.svd.condition import anchor_of

        scene = build_scene(request_for(ENDS[0], 12, DRAWN), both_ends(), lambda: None)
        assert len(draft.latents) == 12
        for index in (0, 5, 11):
            pixels, _ = scene.frame_at((index + 1) / 13, lambda: None)
            picture = torch.from_numpy(pixels.transpose(2, 0, 1).astype(np.float32) / 255)[None]
            expected = anchor_of(tiny_model, picture)
            torch.testing.assert_close(draft.latents[index : index + 1], expected, atol=1e-5, rtol=1e-5)

    def test_the_mask_goes_with_the_path_and_spares_the_ends(self, draft: ClipDraft) -> None:
        assert tuple(draft.mask.shape) == (14, 1, 8, 12)
        assert not draft.mask[[0, 13]].any()
        for frame in range(1, 13):
            at = position(PATH, DRAWN.ease, frame / 13)
            plane = draft.mask[frame, 0].numpy()
            y, x = np.mgrid[:8, :12] * 8 + 4.0
            assert plane.max() > 0.6
            assert float((plane * x).sum() / plane.sum()) == pytest.approx(at.x, abs=3)
            assert float((plane * y).sum() / plane.sum()) == pytest.approx(at.y, abs=3)
            assert np.all(plane[np.hypot(x - at.x, y - at.y) > 13 + 6] == 0)

    @pytest.mark.parametrize("model_size", [Size(48, 32), Size(96, 96), Size(64, 80)])
    def test_at_another_size_the_drawing_is_where_the_picture_is(self, tiny_model: SvdModel, model_size: Size) -> None:
        placed = fit(Size(96, 64), (model_size,))
        made = drawn_gap(DRAWN, 12).draft(tiny_model, plan(12)[0], placed)
        scale = placed.inside.width / 96
        plane = made.mask[6, 0].numpy()
        y, x = np.mgrid[: plane.shape[0], : plane.shape[1]] * 8 + 4.0
        at = position(PATH, DRAWN.ease, 6 / 13)
        assert float((plane * x).sum() / plane.sum()) == pytest.approx(placed.left + scale * at.x, abs=3)
        assert float((plane * y).sum() / plane.sum()) == pytest.approx(placed.top + scale * at.y, abs=3)

    def test_clips_of_a_long_gap_get_their_own_part_of_the_path(self, tiny_model: SvdModel) -> None:
        gap, placed = drawn_gap(DRAWN, 26), fit(Size(96, 64), (Size(48, 32),))
        for clip in plan(26):
            made = gap.draft(tiny_model, clip, placed)
            assert made.latents.shape[0] == clip.frames - 2
            for frame in (1, clip.frames - 2):
                at = position(PATH, DRAWN.ease, frame_times(clip, 26)[frame])
                plane = made.mask[frame, 0].numpy()
                x = np.arange(plane.shape[1]) * 16 + 8.0
                assert float((plane * x).sum() / plane.sum()) == pytest.approx(at.x, abs=6)

    def test_an_easing_alone_draws_nothing(self) -> None:
        assert not is_drawn(Guidance(ease=Easing(EasingKind.IN)))
        assert is_drawn(DRAWN)
        assert is_drawn(Guidance(regions=(box(RegionMode.STILL),)))


class TestWhatIsToldBefore:
    def told(self, guidance: Guidance = DRAWN, inside: Size = MODEL_SIZE, **options: Any) -> Any:
        figures = guide_figures(request_for(ENDS[0], 12, guidance), SvdOptions(**options), inside)
        return figures[0] if figures else None

    def test_how_long_the_drawing_leads(self) -> None:
        assert self.told().text == "a draft saves 8 of 25 steps; what was drawn leads until step 15"
        assert (self.told().values, self.told().warning) == ((8, 15), "")
        assert self.told(guide_strength=0.2).text == "a draft saves 5 of 25 steps; nothing leads then"

    def test_that_it_will_not_be_followed(self) -> None:
        assert "strength is 0" in self.told(guide_strength=0.0).warning
        assert "larger size" in self.told(inside=Size(64, 15)).warning
        assert self.told(Guidance(ease=Easing(EasingKind.IN))) is None


def test_the_forecast_tells_of_the_drawing(tiny_svd: Path) -> None:
    from mpd_studio.engines.svd.forecast import forecast

    request = dataclasses.replace(svd_request(tiny_svd, ENDS[0], 12, steps=25), guidance=DRAWN)
    figures = {figure.id: figure for figure in forecast(request)}
    assert figures["guide"].values == (8, 15)
    off = dataclasses.replace(svd_request(tiny_svd, ENDS[0], 12, guide_strength=0.0), guidance=DRAWN)
    assert [figure.id for figure in forecast(off) if figure.warning] == ["guide"]


def test_saved_latents_depend_on_the_quality_by_which_the_draft_was_made(tiny_svd: Path) -> None:
    from mpd_studio.engines.svd.request_print import request_print

    def printed(quality: Quality, strength: float) -> str:
        request = request_for(ENDS[0], 3, DRAWN, quality)
        options = SvdOptions(guide_strength=strength)
        return request_print(request, both_ends(), options, tiny_svd, "cpu", lambda: None)

    assert printed(Quality.DRAFT, 0.6) != printed(Quality.BEST, 0.6)
    assert printed(Quality.DRAFT, 0.0) == printed(Quality.BEST, 0.0)


class TestTheLatents:
    def test_full_strength_is_the_draft_inside_and_not_outside(
        self, sampled: Callable[..., Any], draft: ClipDraft
    ) -> None:
        inside = (draft.mask[1:-1] > 0.9999).expand_as(draft.latents)
        outside = (draft.mask[1:-1] == 0).expand_as(draft.latents)
        assert int(inside.sum()) >= 12 * 4 * 2
        off = (sampled(guide_strength=1.0)[1:-1] - draft.latents).abs()
        assert float(off[inside].max()) == 0
        assert float(off[outside].mean()) > 0.2 * float(draft.latents.std())

    def test_more_strength_comes_closer_to_the_draft(self, sampled: Callable[..., Any], draft: ClipDraft) -> None:
        inside = (draft.mask[1:-1] > 0.9999).expand_as(draft.latents)
        errors = [
            float((sampled(guide_strength=strength)[1:-1] - draft.latents)[inside].square().mean().sqrt())
            for strength in (0.6, 0.7, 0.8, 0.9, 1.0)
        ]
        print("error inside", [f"{error:.4f}" for error in errors])
        assert errors == sorted(errors, reverse=True)
        assert errors[-2] < 0.1 * errors[0]

    @pytest.mark.parametrize("sampler", ["vibid", "mpd_vibid", "mpd_trf", "trf", "trf_renoise"])
    def test_every_sampler_is_guided_and_makes_the_calls_that_are_left(
        self, tiny_model: SvdModel, draft: ClipDraft, sampler: str
    ) -> None:
        inside = (draft.mask[1:-1] > 0.9999).expand_as(draft.latents)
        calls: list[tuple[int, int]] = []
        ends = Ends(*(end.astype(np.float32) / 255 for end in ENDS))
        options = SvdOptions(sampler=sampler, steps=4, guide_strength=1.0, guide_start=0.5)
        made = sample_clip(
            tiny_model, ends, 14, 5, options, lambda _, *call: calls.append(call), lambda: None, draft=draft
        )
        assert torch.equal(made[1:-1][inside], draft.latents[inside])
        total = 2 * (8 if sampler in ("mpd_trf", "trf_renoise") else 2)
        assert calls == [(call, total) for call in range(total)]

    def test_the_ends_are_the_samplers_own(self, sampled: Callable[..., Any]) -> None:
        plain, guided = sampled(guided=False), sampled(guide_strength=1.0)
        assert torch.equal(guided[0], plain[0])
        assert float((guided[-1] - plain[-1]).abs().max()) < 0.02

    def test_the_guides_noise_is_not_the_samplers(self, tiny_model: SvdModel, draft: ClipDraft) -> None:
        """Where nothing is led and no step left out, drawing for the guide changes nothing."""
        nowhere = dataclasses.replace(draft, mask=torch.zeros_like(draft.mask))
        ends = Ends(*(end.astype(np.float32) / 255 for end in ENDS))
        options = SvdOptions(sampler="mpd_vibid", steps=4, guide_strength=1.0, guide_start=0.0)
        made = [
            sample_clip(tiny_model, ends, 14, 5, options, lambda *_: None, lambda: None, draft=given)
            for given in (nowhere, None)
        ]
        assert torch.equal(*made)

    def test_another_seed_is_another_clip(self, sampled: Callable[..., Any]) -> None:
        assert not torch.equal(sampled(guide_strength=1.0), sampled(guide_strength=1.0, seed=6))


class TestTheFrames:
    def test_strength_0_is_the_plain_clip_bit_for_bit_and_makes_no_draft(self, tiny_svd: Path) -> None:
        both = Guidance(paths=(PATH,), regions=(box(RegionMode.STILL),))
        listener = Listener()
        plain = filled(tiny_svd, Guidance(), sampler="mpd_vibid")
        off = filled(tiny_svd, both, sampler="mpd_vibid", guide_strength=0.0, reporter=listener)
        assert np.array_equal(off, plain)
        assert not listener.stage("Draft")
        assert not np.array_equal(filled(tiny_svd, both, sampler="mpd_vibid"), plain)

    def test_without_a_drawing_strength_means_nothing(self, tiny_svd: Path) -> None:
        listener = Listener()
        eased = Guidance(ease=Easing(EasingKind.IN))
        strong = filled(tiny_svd, eased, guide_strength=1.0, reporter=listener)
        assert np.array_equal(strong, filled(tiny_svd, Guidance(), guide_strength=0.0))
        assert not listener.stage("Draft")

    def test_the_same_request_gives_the_same_bytes_and_the_draft_is_told(self, tiny_svd: Path) -> None:
        listener = Listener()
        one = filled(tiny_svd, DRAWN, 12, reporter=listener)
        assert one.tobytes() == filled(tiny_svd, DRAWN, 12).tobytes()
        assert one.tobytes() != filled(tiny_svd, DRAWN, 12, seed=1).tobytes()
        told = [(progress.done, progress.total) for progress in listener.stage("Draft")]
        assert told == [(done, 12) for done in range(13)]
        # Of 3 steps one is left out (0.32), so 2 are made, of two calls each.
        assert [progress.total for progress in listener.stage("Denoising")] == [4] * 4

    def test_a_long_gap_is_guided_in_every_clip(self, tiny_svd: Path) -> None:
        listener = Listener()
        made = filled(tiny_svd, DRAWN, 26, reporter=listener)
        assert len(made) == 26
        counts = [clip.frames - 2 for clip in plan(26)]
        told = [(progress.done, progress.total) for progress in listener.stage("Draft")]
        ends = np.cumsum([0, *counts])
        assert len(counts) > 1
        assert told == [(done, sum(counts)) for k in range(len(counts)) for done in range(ends[k], ends[k + 1] + 1)]

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
    def test_what_holds_still_stays_exactly_as_it_was(self, tiny_svd: Path, dtype: type) -> None:
        top = {np.uint8: 255, np.uint16: 65535, np.float32: 4.0}[dtype]
        wide = [np.dstack([end, end[..., :1]]).astype(np.float64) / 255 * top for end in ENDS]
        ends = wide[0].astype(dtype), wide[1].astype(dtype)
        made = filled(tiny_svd, Guidance(regions=(box(RegionMode.STILL),)), ends=ends)
        for pixels in made:
            assert pixels.dtype == dtype
            assert np.array_equal(pixels[16:48, 32:64], ends[0][16:48, 32:64])
            assert np.mean(np.all(pixels == ends[0], axis=2)) < 0.5

    def test_outside_a_moving_region_nothing_moves(self, tiny_svd: Path) -> None:
        region = box(RegionMode.MOVES, 8, 16)
        for guidance, free in (
            (Guidance(regions=(region,)), (slice(16, 48), slice(8, 40))),
            (
                Guidance(paths=(dataclasses.replace(PATH, region=region.id),), regions=(region,)),
                (slice(0, 49), slice(0, 96)),
            ),
        ):
            made = filled(tiny_svd, guidance)
            inside = np.zeros((64, 96), bool)
            inside[free] = True
            for pixels in made:
                assert np.array_equal(pixels[~inside], ENDS[0][~inside])
                assert not np.array_equal(pixels[16:48, 8:40], ENDS[0][16:48, 8:40])

    def test_a_region_from_a_mask_picture(self, tiny_svd: Path) -> None:
        region = MotionRegion(RegionId("m"), mode=RegionMode.STILL, mask=MaskRef("mask.png"), feather=0)
        mask = np.zeros((64, 96), np.float32)
        mask[:, :30] = 1
        made = filled(tiny_svd, Guidance(regions=(region,)), masks=((RegionId("m"), mask),))
        assert all(np.array_equal(pixels[:, :30], ENDS[0][:, :30]) for pixels in made)
        with pytest.raises(UnsupportedRequest, match="mask picture that was not read"):
            filled(tiny_svd, Guidance(regions=(region,)))

    def test_a_picture_too_small_to_see_motion_in_is_refused(self, tiny_svd: Path) -> None:
        with pytest.raises(UnsupportedRequest, match=r"'size'.*guide strength 0"):
            filled(tiny_svd, DRAWN, size="16x16")
        assert len(filled(tiny_svd, DRAWN, size="16x16", guide_strength=0.0)) == 2

    def test_the_question_is_asked_between_the_encoders_blocks(self, tiny_model: SvdModel) -> None:
        drawing, asked_at = Listener(), []

        class Noting(Listener):
            def report(self, progress: Progress) -> None:
                asked_at.append(self.questions)
                super().report(progress)

        gap, placed = drawn_gap(DRAWN, 12, Noting()), fit(Size(96, 64), (Size(48, 32),))
        gap.draft(tiny_model, plan(12)[0], placed)
        gap._scene(placed).frame_at(0.5, drawing.raise_if_cancelled)
        per_frame = np.diff(asked_at)[1:] - 1  # one is the report's own
        assert min(per_frame) >= drawing.questions + len(tiny_model.vae.encoder.down_blocks)

    def test_cancel_is_heard_while_the_draft_is_made(self, tiny_svd: Path) -> None:
        engine = SvdEngine()
        fill = partial(filled, tiny_svd, DRAWN, engine=engine)
        counting = _DraftQuestions()
        whole = fill(reporter=counting)
        assert counting.last - counting.first > 40
        for question in np.linspace(counting.first, counting.last, 5, dtype=int):
            with pytest.raises(Cancelled):
                fill(reporter=Listener(int(question), Cancelled()))
            model = engine._model
            assert model is not None
            assert not any(part._forward_pre_hooks for net in (model.unet, model.vae) for part in net.modules())
        assert np.array_equal(fill(), whole)


class _DraftQuestions(Listener):
    """The numbers of the first and the last question while the draft is made."""

    first = last = 0

    def raise_if_cancelled(self) -> None:
        super().raise_if_cancelled()
        if self.progress and self.progress[-1].stage == "Draft":
            self.first = self.first or self.questions
            self.last = self.questions


def test_a_path_that_names_a_region_and_one_that_follows(tiny_svd: Path) -> None:
    """A region is carried either way, and the same drawing gives the same frames."""
    region = box(RegionMode.MOVES, 8, 16)
    named = Guidance((dataclasses.replace(PATH, region=region.id),), (region,))
    followed = Guidance((PATH,), (dataclasses.replace(region, follows=PathId("path")),))
    assert np.array_equal(filled(tiny_svd, named), filled(tiny_svd, followed))
