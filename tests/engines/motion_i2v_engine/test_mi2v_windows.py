"""Clips longer than stage 2's window: which frames are whose, how they are joined, and what a network sees of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mpd_studio.core.errors import Cancelled
from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.motion_i2v.ddim import ddim_scheduler
from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.sampling import Wish, guided, noise, picture_latents, text_pair
from mpd_studio.engines.motion_i2v.stage2 import SampledClip, Stage2, animate_latents, sample_clip
from mpd_studio.engines.motion_i2v.stages import Stages
from mpd_studio.engines.motion_i2v.windows import plan_windows, seams, window_shares
from mpd_studio.motion.clip_field import ClipField
from tests.engines.moving_scenes import texture

SIDE = 64
PICTURE = texture(SIDE, SIDE, 1).astype(np.float32) / 255
WISH = Wish(seed=3, steps=4, guidance=1.0)


@given(frames=some.integers(2, 260), most=some.integers(4, 16))
def test_windows_cover_every_frame_once_in_all_and_share_a_third_with_the_next(frames: int, most: int) -> None:
    windows = plan_windows(frames, most)
    said = np.zeros(frames)
    for window, shares in zip(windows, window_shares(windows), strict=True):
        assert len(window.frames) <= most
        said[list(window.frames)] += shares
    assert np.allclose(said, 1, atol=1e-6)
    assert all(early.stop - late.start >= (most - 1) // 3 for early, late in pairwise(windows))
    assert len(windows) == 1 or all(len(window.frames) == most for window in windows)
    for seam in seams(windows):
        assert seam.frame in windows[seam.early].frames
        assert seam.frame in windows[seam.late].frames


@pytest.mark.parametrize(("frames", "count"), [(2, 1), (16, 1), (17, 2), (26, 2), (27, 3), (241, 24)])
def test_there_are_as_few_windows_as_that_takes(frames: int, count: int) -> None:
    assert len(plan_windows(frames, 16)) == count


def moving(frames: int) -> ClipField:
    """Frame i moves by i pixels."""
    px = np.zeros((frames, SIDE, SIDE, 2), np.float32)
    px[..., 0] = np.arange(frames)[:, None, None]
    return ClipField(px)


def analytic(networks: Stage2, target: Callable[[Any, int], Any]) -> Stage2:
    """A stage 2 that knows what its frames are to become: target(motion in pixels (n,), frames) -> (n,)."""
    import torch

    alphas = ddim_scheduler().alphas_cumprod

    class Analytic(torch.nn.Module):
        dtype = torch.float32

        def forward(self, sample: Any, time: int, text: Any, warps: FlowWarps) -> Any:
            del text
            goal = target(warps.flow_px[0, :, 0].mean((1, 2)), warps.frames)
            kept = alphas[time]
            return (sample - kept.sqrt() * goal[None, None, :, None, None]) / (1 - kept).sqrt()

    return replace(networks, unet=Analytic())


def sampled(networks: Stage2, frames: int, **change: Any) -> SampledClip:
    return sample_clip(networks, PICTURE, moving(frames), WISH, **change)


def levels(clip: SampledClip) -> np.ndarray:
    return clip.latents[1:].mean((1, 2, 3)).numpy()


@pytest.mark.parametrize("frames", [16, 17, 40])
def test_every_frame_follows_its_own_motion_from_the_picture_and_windows_agree(
    tiny_stages: Stages, frames: int
) -> None:
    networks = analytic(tiny_stages.second(SilentReporter()), lambda moved, length: moved / 10)
    clip = sampled(networks, frames)
    assert clip.latents.shape == (frames, 4, SIDE // 8, SIDE // 8)
    assert np.allclose(levels(clip), np.arange(1, frames) / 10, atol=0.05)
    assert len(clip.seams) == len(plan_windows(frames, 16)) - 1
    for seam in clip.seams:
        assert np.allclose(seam.early, seam.late, atol=1e-4)
        assert np.allclose(seam.early, clip.latents[seam.frame], atol=0.05)


def test_windows_that_disagree_are_blended_evenly_and_tell_how_far_apart_they_are(tiny_stages: Stages) -> None:
    import torch

    def by_window(moved: Any, length: int) -> Any:
        return torch.full((length,), 1.0 if moved[1] > 1 else 0.0)

    clip = sampled(analytic(tiny_stages.second(SilentReporter()), by_window), 26)
    (seam,) = clip.seams
    assert np.allclose(seam.early, 0, atol=0.05)
    assert np.allclose(seam.late, 1, atol=0.05)
    made = levels(clip)
    assert np.allclose(made[:10], 0, atol=0.05)
    assert np.allclose(made[15:], 1, atol=0.05)
    assert np.allclose(np.diff(made[9:16]), 1 / 6, atol=0.02)


def test_what_is_held_still_is_so_in_every_window(tiny_stages: Stages) -> None:
    held = np.zeros((SIDE, SIDE), bool)
    held[:, SIDE // 2 :] = True
    clip = sampled(analytic(tiny_stages.second(SilentReporter()), lambda moved, length: moved / 10), 20, static=held)
    right = clip.latents[..., SIDE // 16 :]
    assert all(np.array_equal(frame, right[0]) for frame in right)


def test_a_clip_of_one_window_is_what_the_plain_loop_makes_bit_by_bit(tiny_stages: Stages) -> None:
    import torch

    networks, frames, wish = tiny_stages.second(SilentReporter()), 5, replace(WISH, steps=2, guidance=7.0)
    generator = torch.Generator().manual_seed(wish.seed)
    with torch.inference_mode():
        text = text_pair(networks.tokenizer, networks.text_encoder, wish)
        reference = picture_latents(networks.picture_vae, 2 * PICTURE - 1, networks.device, generator)[:, :, None]
        latents = noise((1, 4, frames, 8, 8), generator, networks.device)
        warps = FlowWarps(torch.from_numpy(moving(frames).px.transpose(0, 3, 1, 2).copy())[None])
        scheduler = ddim_scheduler()
        scheduler.set_timesteps(wish.steps)
        for time in scheduler.timesteps.tolist():
            latents = torch.cat([reference, latents[:, :, 1:]], 2)

            def call(said: Any, count: int, sample: Any = latents, time: int = time) -> Any:
                return networks.unet(sample.expand(count, -1, -1, -1, -1), time, said, warps)

            latents = scheduler.step(guided(call, text, wish), time, latents, return_dict=False)[0]
    made = animate_latents(networks, PICTURE, moving(frames), wish)
    assert np.array_equal(made[1:], latents[0].transpose(0, 1)[1:])


def test_windows_of_the_real_network_differ_and_are_joined(tiny_stages: Stages) -> None:
    clip = sampled(tiny_stages.second(SilentReporter()), 7, window_frames=4)
    assert clip.latents.shape[0] == 7
    assert np.isfinite(clip.latents.numpy()).all()
    assert len(clip.seams) == 2
    for seam in clip.seams:
        assert not np.allclose(seam.early, seam.late, atol=1e-3)


def test_it_can_be_stopped_between_windows(tiny_stages: Stages) -> None:
    calls: list[int] = []
    networks = analytic(tiny_stages.second(SilentReporter()), lambda moved, length: calls.append(length) or moved)

    def check() -> None:
        if len(calls) == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        sampled(networks, 30, check=check)
    assert calls == [16]
