"""What the engine tells after a run: how it was made, and how its frames meet their neighbours."""

from __future__ import annotations

from pathlib import Path

import cv2  # noqa: TID253 - a test draws with it at once
import numpy as np
import pytest
from moving_scenes import texture
from svd_runs import fill_svd

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.figures import Figure, TellsDevice, TellsFigures, figure_named
from mpd_studio.engines.diffusion.seam_figures import SeamFigures, color_step, detail_in
from mpd_studio.engines.svd.engine import SvdEngine
from mpd_studio.engines.svd.memory_plan import plan_named
from mpd_studio.engines.svd.options import SvdOptions

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

ENDS = texture(96, 128, 1), texture(96, 128, 2)


def unit(seed: int, height: int = 96, width: int = 160) -> np.ndarray:
    return texture(height, width, seed).astype(np.float32) / 255


def of(engine: SvdEngine, name: str) -> Figure:
    found = figure_named(engine.figures, name)
    assert found is not None, [figure.id for figure in engine.figures]
    return found


def test_a_cast_is_a_step_in_colour_and_motion_is_hardly_one():
    picture = unit(1) * 0.6 + 0.2
    assert color_step(picture, picture) == 0
    red = picture + np.array([0.08, 0, 0], np.float32)
    moved = np.roll(picture, 2, axis=1)
    assert color_step(picture, red) > 3
    assert color_step(picture, moved) < 0.5 * color_step(picture, red)


def test_detail_is_what_a_blur_takes_away():
    sharp = unit(1)
    soft = cv2.GaussianBlur(sharp, (0, 0), 2.0)
    assert detail_in(soft, 1.0) < 0.5 * detail_in(sharp, 1.0)
    assert detail_in(np.full_like(sharp, 0.3), 1.0) == pytest.approx(0, abs=1e-6)


def test_only_frames_beside_the_boundaries_are_seams():
    seams = SeamFigures(4)
    ends = unit(1), unit(2)
    for place in (1, 2, 3, 4):
        seams.colours(place, ends, ends[0], ends[1])
    assert [place for place in range(6) if seams.is_seam(place)] == [1, 4]
    first, last = (figure_named(seams.figures, f"seam-{name}") for name in ("first", "last"))
    assert first is not None
    assert last is not None
    assert first.values[0] == last.values[1] == 0
    assert first.values[1] == pytest.approx(last.values[0])


def test_one_new_frame_is_both_seams():
    seams = SeamFigures(1)
    seams.colours(1, (unit(1), unit(2)), unit(1), unit(1))
    assert [figure.id for figure in seams.figures] == ["seam-first", "seam-last"]


def test_detail_is_expected_between_that_of_the_ends_and_flat_pictures_have_none():
    seams = SeamFigures(3)
    seams.detail(1, (0.2, 0.4), 0.1, 0.2)
    seams.detail(1, (0.2, 0.4), 0.125, 0.25)  # the same frame, made again
    assert figure_named(seams.figures, "detail") == Figure(
        "detail", "fine detail beside the boundary frames: 0.50, nothing was brought back", (0.5, 1.0)
    )
    flat = SeamFigures(3)
    flat.detail(1, (0.0, 0.0), 0.1, 0.1)
    assert flat.figures == ()


def test_colour_match_and_detail_are_told_before_and_after(tiny_svd: Path):
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 3, size="64x48")
    assert isinstance(engine, TellsFigures)
    for name in ("first", "last"):
        seam = of(engine, f"seam-{name}")
        before, after = seam.values
        assert seam.text == (
            f"colour step to the {name} boundary frame: ΔE00 {before:.1f} before the colour match, {after:.1f} after it"
        )
        assert 0 < after < before  # random weights make noise, whose mean colour the match brings nearer
    detail = of(engine, "detail")
    assert len(detail.values) == 2
    assert detail.text.startswith("fine detail beside the boundary frames: ")


def test_figures_say_what_was_switched_off(tiny_svd: Path):
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 3, color_match=False, detail=False)
    assert of(engine, "seam-first").text.endswith("colours not matched")
    assert of(engine, "seam-first").values[0] == of(engine, "seam-first").values[1]
    assert of(engine, "detail").text.endswith("nothing was brought back")


def test_device_precision_and_plan_are_told(tiny_svd: Path):
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 2, device="cpu:0", memory="low")
    made = of(engine, "made-with")
    assert isinstance(engine, TellsDevice)
    assert engine.device == "cpu:0"
    assert made.text == "made on cpu:0 in float32 under the memory plan 'low', 2 frames decoded at once"
    assert made.values == (2,)


@pytest.mark.logs("going on with 'balanced'")
def test_what_was_reduced_is_told(tiny_svd: Path, monkeypatch: pytest.MonkeyPatch):
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

    whole, calls = UNetSpatioTemporalConditionModel.forward, []

    def scarce(*arguments: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("planted")
        return whole(*arguments, **named)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(UNetSpatioTemporalConditionModel, "forward", scarce)
    engine = SvdEngine()
    fill_svd(engine, tiny_svd, ENDS, 2)
    reduced = of(engine, "reduced-full")
    assert reduced.text.startswith("memory ran out under the plan 'full'; went on with 'balanced': 2 clips a call")
    assert reduced.warning == ""
    assert "plan 'balanced'" in of(engine, "made-with").text


def test_a_plan_that_changes_pictures_is_a_warning():
    from mpd_studio.engines.svd.plan_figures import made_with, step_down

    assert "differ a little" in step_down(plan_named("lowest"), plan_named("smallest")).warning
    assert "differ a little" in made_with(plan_named("smallest"), SvdOptions()).warning
    assert not made_with(plan_named("lowest"), SvdOptions()).warning
    assert step_down(plan_named("low"), plan_named("lowest")).warning == ""


def test_a_cancelled_run_tells_what_there_is(tiny_svd: Path):
    from svd_runs import Listener

    engine = SvdEngine()
    with pytest.raises(Cancelled):
        fill_svd(engine, tiny_svd, ENDS, 3, Listener(at=12, then=Cancelled()))
    assert figure_named(engine.figures, "seam-last") is None
    assert of(engine, "made-with")
