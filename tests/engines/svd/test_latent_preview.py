"""A preview shows the estimate without noise, of the right places, and takes nothing from the sampler."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from analytic_denoisers import Scene, random_scene

from mpd_studio.core.geometry import Size
from mpd_studio.core.progress import Preview, SilentReporter
from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.engines.svd import samplers
from mpd_studio.engines.svd.denoised import Denoised
from mpd_studio.engines.svd.latent_preview import LatentPreview, frames_to_show
from mpd_studio.engines.svd.lengths import Pass, plan

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

SIGMAS = (9.0, 3.0, 1.0, 0.0)


class Watcher(SilentReporter):
    """Wants every preview and keeps it."""

    def __init__(self, wants: bool = True) -> None:
        self.previews: list[Preview] = []
        self.asked = 0
        self._wants = wants

    def wants_preview(self) -> bool:
        self.asked += 1
        return self._wants

    def preview(self, preview: Preview) -> None:
        self.previews.append(preview)


def whole(width: int, height: int) -> Fit:
    """A canvas that the model makes as it is."""
    size = Size(width, height)
    return Fit(size, size, size, 0, 0)


def ends_of(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    shape = (fit.model.height, fit.model.width, 3)
    return np.full(shape, 0.25, np.float32), np.full(shape, 0.75, np.float32)


def preview_of(reporter: Watcher, fit: Fit, clip: Pass, turn: tuple[int, int] = (0, 1)) -> LatentPreview:
    """One whose latents are grey pictures: 0 is mid-grey, each unit of the first channel a quarter brighter."""
    made = LatentPreview(reporter, clip, fit, ends_of(fit), SIGMAS, turn)
    anchors = torch.zeros(2, 4, fit.model.height // 8, fit.model.width // 8)
    anchors[0, 0], anchors[1, 0] = -1.0, 1.0
    made.learn(anchors[:1], anchors[1:])
    return made


@pytest.mark.parametrize("new_frames", [1, 2, 5, 9, 10, 12, 23, 24, 60, 200])
def test_at_most_nine_frames_are_shown_spread_over_the_places_of_each_clip(new_frames: int) -> None:
    for clip in plan(new_frames):
        frames, places = frames_to_show(clip)
        inside = clip.stop - clip.start - 1
        assert len(places) == min(9, inside)
        assert clip.start < places[0]
        assert places[-1] < clip.stop
        times = (np.array(places) - clip.start) / (clip.stop - clip.start)
        assert np.abs(np.array(frames) / (clip.frames - 1) - times).max() <= 0.5 / (clip.frames - 1) + 1e-9
        spread = np.diff([2 * clip.start + 1 - places[0], *places, 2 * clip.stop - 1 - places[-1]])
        assert spread.max() - spread.min() <= 2
        picked = dict(clip.picks)
        if len(picked) == inside:  # the clip gives each of its places: then the very frames are shown
            assert all(picked[frame] == place for frame, place in zip(frames, places, strict=True))


def test_brightness_and_step_are_those_of_the_estimate() -> None:
    watcher = Watcher()
    preview = preview_of(watcher, whole(256, 144), Pass(0, 4, 16, ((4, 1), (8, 2), (12, 3))))
    clip = torch.zeros(16, 4, 18, 32)
    clip[:, 0] = torch.linspace(-1, 1, 16).view(-1, 1, 1)
    for sigma in (9.0, 3.0, 1.0, 0.0):
        preview.see(clip, sigma)
    assert [made.step for made in watcher.previews] == [1, 2, 3, 3]
    made = watcher.previews[0]
    assert made.frames.shape == (3, 27, 48, 3)
    assert (made.places, made.steps) == ((1, 2, 3), 3)
    levels = made.frames.reshape(3, -1).astype(int)
    assert (np.ptp(levels, axis=1) <= 1).all()
    frames = np.array([4, 8, 11])  # of 16: the nearest to a quarter, a half, three quarters
    np.testing.assert_allclose(levels.mean(axis=1) / 255, 0.5 + 0.25 * (frames / 7.5 - 1), atol=0.02)


def test_the_steps_of_further_clips_go_on_counting() -> None:
    watcher = Watcher()
    preview_of(watcher, whole(64, 64), Pass(3, 6, 16, ()), (2, 5)).see(torch.zeros(16, 4, 8, 8), 3.0)
    made = watcher.previews[0]
    assert (made.step, made.steps, made.places) == (2 * 3 + 2, 5 * 3, (4, 5))


def test_the_canvas_lies_in_the_preview_without_a_shift_and_without_the_models_borders() -> None:
    """A ramp over the canvas, with borders left and right of it that are much brighter."""
    fit = Fit(canvas=Size(400, 400), model=Size(512, 256), inside=Size(256, 256), left=128, top=0)
    across = (np.arange(64) + 0.5) * 8  # the middles of latent pixels, in the model's
    ramp = (across - 128) / 256 * 2 - 1  # -1..1 over the canvas
    clip = torch.zeros(14, 4, 32, 64)
    clip[:, 0] = torch.from_numpy(np.where(abs(ramp) < 1.1, ramp, 1.9)).float()
    watcher = Watcher()
    preview_of(watcher, fit, Pass(0, 14, 14, ())).see(clip, 1.0)
    shown = watcher.previews[0].frames
    assert shown.shape == (9, 48, 48, 3)
    wanted = 0.5 + 0.25 * ((np.arange(48) + 0.5) / 24 - 1)
    inside = slice(2, -2)  # at its ends the ramp is bent by the borders
    np.testing.assert_allclose(shown[4, 24, inside, 0] / 255, wanted[inside], atol=0.007)


def test_a_tall_canvas_is_shown_192_high_at_most_in_its_proportions() -> None:
    watcher = Watcher()
    preview_of(watcher, whole(512, 1536), Pass(0, 2, 15, ())).see(torch.zeros(15, 4, 192, 64), 1.0)
    assert watcher.previews[0].frames.shape == (1, 192, 64, 3)


def test_nothing_is_computed_when_nobody_looks() -> None:
    watcher = Watcher(wants=False)
    preview = preview_of(watcher, whole(64, 64), Pass(0, 2, 15, ((7, 1),)))

    class Untouchable:
        def __getitem__(self, frames: object) -> None:
            raise AssertionError("read")

    preview.see(Untouchable(), 1.0)  # type: ignore[arg-type]  # any reading of it fails
    assert watcher.asked == 1
    assert watcher.previews == []


def run_of(scene: Scene, sampler: str, preview: LatentPreview | None, log: list[str]) -> Any:
    """A sampler on the scene's denoisers, whose estimates are read one by one and noted."""

    class Sides:
        def forward(self, x: Any, sigma: float) -> Denoised:
            return noted(scene.forward(x, sigma), "forward")

        def backward(self, y: Any, sigma: float) -> Denoised:
            return noted(scene.backward(y, sigma), "backward")

        def both(self, x: Any, y: Any, sigma: float) -> tuple[Denoised, Denoised]:
            return self.forward(x, sigma), self.backward(y, sigma)

    def noted(made: Denoised, side: str) -> Denoised:
        def read(name: str) -> Any:
            log.append(f"{side} {name}")
            return getattr(made, name)

        return Denoised(lambda: read("unconditional"), lambda: read("conditional"))

    sides: Any = Sides() if preview is None else preview.overhear(Sides())
    noise = torch.Generator().manual_seed(5)
    ends = {} if sampler in ("trf", "trf_renoise") else scene.ends()
    return getattr(samplers, sampler)(
        sides.forward,
        sides.backward,
        scene.x,
        scene.sigmas,
        noise=lambda like: torch.randn(like.shape, generator=noise, dtype=like.dtype),
        both=sides.both,
        **ends,
    )


@pytest.mark.parametrize("sampler", ["mpd_vibid", "mpd_trf", "vibid", "trf", "trf_renoise"])
def test_overhearing_changes_neither_the_result_nor_what_is_read_in_which_order(sampler: str) -> None:
    scene = random_scene(frames=14)
    height, width = scene.x.shape[-2:]
    fit = whole(8 * width, 8 * height)
    watcher = Watcher()
    preview = LatentPreview(watcher, Pass(0, 13, 14, ()), fit, ends_of(fit), tuple(map(float, scene.sigmas)))
    preview.learn(scene.start, scene.end)
    plain, watched = [], []
    alone = run_of(scene, sampler, None, plain)
    seen = run_of(scene, sampler, preview, watched)
    assert torch.equal(alone, seen)
    assert plain == watched
    assert len(watcher.previews) == watched.count("forward conditional")
    steps = [made.step for made in watcher.previews]
    assert (min(steps), max(steps)) == (1, len(scene.sigmas) - 1)


def test_what_is_shown_is_the_estimate_and_not_the_noisy_clip() -> None:
    """At the first level the clip is all noise; the estimate of a denoiser that knows the answer is not."""
    fit = whole(64, 64)
    watcher = Watcher()
    preview = preview_of(watcher, fit, Pass(0, 3, 15, ()))
    answer = torch.zeros(15, 4, 8, 8)
    answer[:, 0] = 0.8

    class Knowing:
        def forward(self, x: Any, sigma: float) -> Denoised:
            return Denoised(answer, answer)

        def backward(self, y: Any, sigma: float) -> Denoised:
            return Denoised(answer, answer)

        def both(self, x: Any, y: Any, sigma: float) -> tuple[Denoised, Denoised]:
            return self.forward(x, sigma), self.backward(y, sigma)

    noisy = 9 * torch.randn(15, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    sides = preview.overhear(Knowing())
    assert sides.forward(noisy, 9.0).conditional is answer
    shown = watcher.previews[0].frames
    assert np.ptp(shown) <= 1
    assert abs(shown.mean() / 255 - 0.7) < 0.02
