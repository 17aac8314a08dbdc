"""The autoencoder of motion: its ranges, its scales, its precision."""

from __future__ import annotations

from typing import Any

import pytest

from mpd_studio.engines.motion_i2v.flow_vae import FlowVae

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")
pytest.importorskip("diffusers", reason="needs diffusers; install mpd-studio[diffusion]")


@pytest.fixture(scope="module")
def vae() -> FlowVae:
    """Random weights, four levels as in the real one."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    torch.set_num_threads(1)
    torch.manual_seed(7)
    levels: Any = {
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "block_out_channels": (32,) * 4,
    }
    autoencoder = AutoencoderKL(in_channels=2, out_channels=2, latent_channels=4, layers_per_block=1, **levels)
    return FlowVae(autoencoder.eval().requires_grad_(False))


def test_latents_are_an_eighth_and_the_way_back_is_in_pixels(vae: FlowVae) -> None:
    encoded = torch.rand(2, 2, 3, 32, 48, generator=torch.Generator().manual_seed(1))
    latents = vae.condition_latents(encoded)
    assert latents.shape == (2, 4, 3, 4, 6)
    motion = vae.motion_px(latents * 0.18215)
    assert motion.shape == (2, 3, 2, 32, 48)
    picture = vae.autoencoder.decode(latents[1, :, 2][None]).sample[0]
    wanted = (2 * picture - 1).clamp(-1, 1) * torch.tensor([48.0, 32.0])[:, None, None]
    assert torch.allclose(motion[1, 2], wanted, atol=1e-3)


def test_condition_latents_are_drawn_from_a_generator_alone(vae: FlowVae) -> None:
    encoded = torch.full((1, 2, 2, 16, 16), 0.5)
    drawn = [vae.condition_latents(encoded, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert (drawn[0][:, :, 0] != drawn[0][:, :, 1]).any()
    middle = vae.condition_latents(encoded)
    assert (middle[:, :, 0] == middle[:, :, 1]).all()


def test_motion_comes_in_float32_whatever_the_latents_are_in(vae: FlowVae) -> None:
    latents = torch.randn(1, 4, 1, 2, 2, generator=torch.Generator().manual_seed(3)).half()
    motion = vae.motion_px(latents)
    assert motion.dtype == torch.float32
    assert (motion != motion.half().float()).any()
    assert vae.condition_latents(torch.rand(1, 2, 1, 16, 16).half()).dtype == torch.float32


def test_a_motion_is_never_more_than_a_side(vae: FlowVae) -> None:
    motion = vae.motion_px(1000 * torch.randn(1, 4, 1, 2, 4, generator=torch.Generator().manual_seed(3)))
    assert motion[:, :, 0].abs().max() <= 32
    assert motion[:, :, 1].abs().max() <= 16
