"""The autoencoder of motion: its files' old names, its ranges, its precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.engines.motion_i2v.checkpoint import CheckpointMismatch

if TYPE_CHECKING:
    from torch import Tensor

    from mpd_studio.engines.motion_i2v.flow_vae import FlowVae

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")
pytest.importorskip("diffusers", reason="needs diffusers; install mpd-studio[diffusion]")

TINY: dict[str, Any] = {"block_out_channels": [32, 32, 32, 32], "layers_per_block": 1, "sample_size": 64}
OLD_NAMES = ((".to_q.", ".query."), (".to_k.", ".key."), (".to_v.", ".value."), (".to_out.0.", ".proj_attn."))


@pytest.fixture(scope="module")
def tiny_state() -> dict[str, Tensor]:
    """Random weights by today's names."""
    from mpd_studio.engines.motion_i2v.flow_vae import AutoencoderKL

    torch.set_num_threads(1)
    torch.manual_seed(7)
    levels: Any = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    return AutoencoderKL(in_channels=2, out_channels=2, **TINY, **levels).state_dict()


@pytest.fixture(scope="module")
def vae(tiny_state: dict[str, Tensor]) -> FlowVae:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    return load_flow_vae(tiny_state, **TINY)


def in_old_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    renamed = {}
    for key, tensor in state.items():
        for new, old in OLD_NAMES:
            key = key.replace(new, old)
        renamed[key] = tensor
    return renamed


def test_names_of_old_diffusers_are_read(tiny_state: dict[str, Tensor]) -> None:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    old = in_old_names(tiny_state)
    assert len(tiny_state) == 176
    assert len(old.keys() - tiny_state.keys()) == 16
    read = load_flow_vae({"state_dict": old}, _class_name="AutoencoderKL", **TINY).autoencoder.state_dict()
    assert all((read[key] == tensor).all() for key, tensor in tiny_state.items())


def test_the_released_size_is_the_default() -> None:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    with pytest.raises(CheckpointMismatch) as caught:
        load_flow_vae({})
    assert len(caught.value.report.missing) == 248


def test_latents_are_an_eighth_and_the_way_back_is_in_pixels(vae: FlowVae) -> None:
    encoded = torch.rand(2, 2, 3, 32, 48, generator=torch.Generator().manual_seed(1))
    latents = vae.condition_latents(encoded)
    assert latents.shape == (2, 4, 3, 4, 6)
    motion = vae.motion_px(latents * 0.18215)
    assert motion.shape == (2, 3, 2, 32, 48)
    decode: Any = vae.autoencoder.decode
    picture = decode(latents[1, :, 2][None]).sample[0]
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


def test_it_computes_in_float32_whatever_it_is_given(tiny_state: dict[str, Tensor]) -> None:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    coarse = {key: tensor.half() for key, tensor in tiny_state.items()}
    vae = load_flow_vae(coarse, **TINY)
    assert {parameter.dtype for parameter in vae.parameters()} == {torch.float32}
    motion = vae.motion_px(torch.randn(1, 4, 1, 2, 2, generator=torch.Generator().manual_seed(3)).half())
    assert motion.dtype == torch.float32
    assert (motion != motion.half().float()).any()


def test_a_motion_is_never_more_than_a_side(vae: FlowVae) -> None:
    motion = vae.motion_px(1000 * torch.randn(1, 4, 1, 2, 4, generator=torch.Generator().manual_seed(3)))
    assert motion[:, :, 0].abs().max() <= 32
    assert motion[:, :, 1].abs().max() <= 16


@pytest.mark.parametrize(
    ("config", "reason"), [({"in_channels": 3, "out_channels": 3}, "3 channels in and 3 out"), ({"tint": 1}, "'tint'")]
)
def test_an_autoencoder_of_pictures_is_refused(config: dict[str, Any], reason: str) -> None:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    with pytest.raises(UnsupportedRequest, match=reason):
        load_flow_vae({}, **config)


def test_tensors_of_a_picture_autoencoder_are_named(tiny_state: dict[str, Tensor]) -> None:
    from mpd_studio.engines.motion_i2v.flow_vae import load_flow_vae

    state = {**tiny_state, "encoder.conv_in.weight": torch.zeros(32, 3, 3, 3)}
    with pytest.raises(CheckpointMismatch, match="32 × 3 × 3 × 3 instead of 32 × 2 × 3 × 3"):
        load_flow_vae(state, **TINY)
