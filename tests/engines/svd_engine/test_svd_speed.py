"""What is laid out for graphics cards computes what it computed before."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from mpd_studio.engines.diffusion.card_layout import lay_out_for_graphics_cards
from mpd_studio.engines.svd.model import SvdModel

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch, an optional part of the installation")


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_the_unet_gives_the_same(tiny_model: SvdModel):
    asked: dict[str, Any] = {
        "encoder_hidden_states": noise(2, 1, 32),
        "added_time_ids": noise(2, 3).abs(),
        "return_dict": False,
    }
    laid_out = copy.deepcopy(tiny_model.unet)
    assert lay_out_for_graphics_cards(laid_out) > 10
    clips = noise(2, 5, 8, 8, 8)
    plain = tiny_model.unet(clips, torch.tensor(0.7), **asked)[0]
    torch.testing.assert_close(laid_out(clips, torch.tensor(0.7), **asked)[0], plain, rtol=1e-4, atol=1e-5)
    assert not any(isinstance(part, torch.nn.Conv3d) and "forward" in vars(part) for part in tiny_model.unet.modules())


@torch.no_grad()
def test_the_autoencoder_gives_the_same(tiny_model: SvdModel):
    laid_out = copy.deepcopy(tiny_model.vae)
    assert lay_out_for_graphics_cards(laid_out) > 3
    latents = noise(3, 4, 8, 8)
    plain = tiny_model.vae.decode(latents, num_frames=3).sample
    torch.testing.assert_close(laid_out.decode(latents, num_frames=3).sample, plain, rtol=1e-4, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("channels_last", [False, True])
def test_a_convolution_over_time_is_rewritten_and_others_are_not(channels_last: bool):
    over_time, whole = torch.nn.Conv3d(6, 4, (3, 1, 1), padding=(1, 0, 0)), torch.nn.Conv3d(6, 4, 3, padding=1)
    x = noise(2, 6, 5, 3, 7)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last_3d)
    before = over_time(x), whole(x)
    both = torch.nn.ModuleList([over_time, whole])
    assert [lay_out_for_graphics_cards(both) for _ in range(2)] == [1, 0]
    torch.testing.assert_close(over_time(x), before[0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(whole(x), before[1], rtol=0, atol=0)
