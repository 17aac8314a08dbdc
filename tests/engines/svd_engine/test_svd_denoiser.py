"""The denoiser against diffusers' own pipeline on a tiny random model, and the halves that nobody reads."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from moving_scenes import texture

from mpd_studio.engines.svd.condition import Micro, anchor_of, condition_of, shrunk_for_clip
from mpd_studio.engines.svd.denoiser import TwoSidedDenoiser
from mpd_studio.engines.svd.model import SvdModel

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

FRAMES, STEPS, SIDE = 5, 4, 64


def picture(seed: int, height: int = SIDE, width: int = SIDE) -> Tensor:
    """(1, 3, height, width) float32 in 0..1, exactly on 8 bits."""
    return torch.from_numpy(texture(height, width, seed)).permute(2, 0, 1)[None].float() / 255


def noise(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def pipeline(tiny_svd: Path) -> Any:
    from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import StableVideoDiffusionPipeline

    made = StableVideoDiffusionPipeline.from_pretrained(tiny_svd, local_files_only=True)
    made.set_progress_bar_config(disable=True)
    return made


def denoiser_of(model: SvdModel, **options: Any) -> TwoSidedDenoiser:
    with torch.no_grad():
        start, end = (condition_of(model, picture(s), noise(1, 3, SIDE, SIDE, seed=s), Micro()) for s in (1, 2))
    return TwoSidedDenoiser(model.unet, start, end, **options)


@torch.no_grad()
def euler(denoiser: TwoSidedDenoiser, x: Tensor, sigmas: tuple[float, ...], weights: Tensor) -> Tensor:
    """Plain Euler with the pipeline's frame-wise guidance."""
    x = x * (sigmas[0] ** 2 + 1) ** 0.5
    for sigma, lower in pairwise(sigmas):
        made = denoiser.forward(x, sigma)
        clean = made.unconditional + weights * (made.conditional - made.unconditional)
        x = clean + lower / sigma * (x - clean)
    return x


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in diffusers' scheduler
@pytest.mark.parametrize(("height", "width"), [(64, 64), (48, 96)])
def test_one_condition_and_plain_euler_give_the_latents_of_diffusers_own_pipeline(
    pipeline: Any, tiny_model: SvdModel, height: int, width: int
):
    from PIL import Image

    begin = noise(1, FRAMES, 4, height // 8, width // 8)
    drawing = torch.Generator().manual_seed(7)
    theirs = pipeline(
        Image.fromarray(texture(height, width, 3)),
        height=height,
        width=width,
        num_frames=FRAMES,
        num_inference_steps=STEPS,
        latents=begin,
        generator=drawing,
        fps=9,
        motion_bucket_id=90,
        noise_aug_strength=0.05,
        output_type="latent",
    ).frames[0]
    aug = noise(1, 3, height, width, seed=7)
    with torch.no_grad():
        told = condition_of(tiny_model, picture(3, height, width), aug, Micro(9, 90, 0.05))
    ours = euler(
        TwoSidedDenoiser(tiny_model.unet, told, told),
        begin[0],
        tiny_model.schedule.sigmas(STEPS),
        torch.linspace(1, 3, FRAMES).view(-1, 1, 1, 1),
    )
    largest = theirs.abs().max()
    assert largest > 1
    assert (ours - theirs).abs().max() <= 1e-5 * largest


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("steps", [2, 12, 25, 50])
def test_noise_levels_are_those_of_diffusers_scheduler(pipeline: Any, tiny_model: SvdModel, steps: int):
    pipeline.scheduler.set_timesteps(steps)
    np.testing.assert_allclose(tiny_model.schedule.sigmas(steps), pipeline.scheduler.sigmas.numpy(), rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), [(576, 1024), (300, 225), (64, 96)])
def test_clip_sees_the_picture_shrunk_as_diffusers_shrinks_it(height: int, width: int):
    from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import _resize_with_antialiasing

    wide = picture(4, height, width) * 2 - 1
    torch.testing.assert_close(shrunk_for_clip(wide), _resize_with_antialiasing(wide, (224, 224)), rtol=0, atol=2e-5)


def test_anchors_are_scaled_and_clean_and_conditions_are_neither(tiny_model: SvdModel):
    with torch.no_grad():
        clean = tiny_model.vae.encode(picture(1) * 2 - 1).latent_dist.mode()
        told = condition_of(tiny_model, picture(1), noise(1, 3, SIDE, SIDE), Micro())
        silent = condition_of(tiny_model, picture(1), noise(1, 3, SIDE, SIDE), Micro(noise_aug=0))
        torch.testing.assert_close(anchor_of(tiny_model, picture(1)), 0.18215 * clean)
    torch.testing.assert_close(silent.latent, clean)
    assert not torch.allclose(told.latent, clean)
    torch.testing.assert_close(told.embedding, silent.embedding)
    np.testing.assert_allclose(told.added_ids.numpy(), [[6, 127, 0.02]], rtol=1e-6)


class TestReadingOnlyWhatIsNeeded:
    """An estimate does not depend on what is computed beside it."""

    x = noise(FRAMES, 4, 8, 8) * 30
    y = noise(FRAMES, 4, 8, 8, seed=2) * 30

    @torch.no_grad()
    def test_skipping_the_unconditional_half_changes_nothing_but_the_cost(self, tiny_model: SvdModel):
        lazy, full = denoiser_of(tiny_model), denoiser_of(tiny_model)
        alone = lazy.forward(self.x, 30.0).conditional
        pair = full.forward(self.x, 30.0)
        assert (pair.unconditional - pair.conditional).abs().max() > 1e-3
        torch.testing.assert_close(alone, pair.conditional, rtol=1e-5, atol=1e-5)
        assert (lazy.unet_calls, lazy.clips) == (1, 1)
        assert (full.unet_calls, full.clips) == (1, 2)

    @torch.no_grad()
    @pytest.mark.parametrize("clips_per_call", [1, 2, 3, 4])
    def test_both_sides_in_shared_calls_are_the_two_sides_alone(self, tiny_model: SvdModel, clips_per_call: int):
        alone = denoiser_of(tiny_model)
        shared = denoiser_of(tiny_model, clips_per_call=clips_per_call)
        ahead, back = alone.forward(self.x, 30.0), alone.backward(self.y, 30.0)
        with_ahead, with_back = shared.both(self.x, self.y, 30.0)
        for one, other in ((ahead, with_ahead), (back, with_back)):
            torch.testing.assert_close(other.unconditional, one.unconditional, rtol=1e-5, atol=1e-5)
            torch.testing.assert_close(other.conditional, one.conditional, rtol=1e-5, atol=1e-5)
        assert (ahead.conditional - back.conditional).abs().max() > 1e-3
        assert (shared.clips, shared.unet_calls) == (4, -(-4 // clips_per_call))

    @torch.no_grad()
    def test_backward_half_that_is_not_read_is_not_made(self, tiny_model: SvdModel):
        shared = denoiser_of(tiny_model, pair_backward=False)
        ahead, back = shared.both(self.x, self.y, 30.0)
        values = ahead.unconditional, ahead.conditional, back.conditional
        assert (shared.clips, shared.unet_calls, len(values)) == (3, 1, 3)
        late = back.unconditional
        assert (shared.clips, shared.unet_calls) == (4, 2)
        torch.testing.assert_close(
            late, denoiser_of(tiny_model).backward(self.y, 30.0).unconditional, rtol=1e-5, atol=1e-5
        )

    def test_no_clip_a_call_is_refused(self, tiny_model: SvdModel):
        with pytest.raises(ValueError, match="not 0"):
            denoiser_of(tiny_model, clips_per_call=0)
