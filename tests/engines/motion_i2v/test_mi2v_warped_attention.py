"""Frame 0's features at the other frames, and the attention that sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mpd_studio.engines.motion_i2v.flow_warps import FlowWarps
from mpd_studio.engines.motion_i2v.splat import forward_splat
from tests.engines.motion_i2v.golden_set import farthest

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_motion_on_a_smaller_picture_is_smaller() -> None:
    flow = torch.tensor([8.0, -4.0]).reshape(1, 1, 2, 1, 1).expand(1, 3, 2, 320, 512)
    small = FlowWarps(flow).resized(40, 64)
    assert small.shape == (2, 2, 40, 64)
    assert torch.allclose(small[:, 0], torch.tensor(1.0))
    assert torch.allclose(small[:, 1], torch.tensor(-0.5))


@pytest.mark.parametrize("mixing", [False, True])
def test_warped_features_are_splatted_features(mixing: bool) -> None:
    """Clip 1's third of four thrown frames comes from clip 0 when the batch is mixed."""
    b, n, c, h, w = 2, 4, 5, 6, 8
    flow, features = 12 * normal(b, n, 2, 8 * h, 8 * w, seed=1), normal(b, c, h, w, seed=2)
    rows = features.permute(0, 2, 3, 1).reshape(b * h * w, c)
    warps = FlowWarps(flow, mixing)
    thrown = warps.warped(rows, h, w).reshape(b, h, w, n - 1, c).permute(0, 3, 4, 1, 2).flatten(0, 1)
    origins = [k % b if mixing else k // (n - 1) for k in range(b * (n - 1))]
    assert farthest(thrown, forward_splat(features[origins], warps.resized(h, w))) <= 1e-6


def test_no_two_features_of_a_pass_land_on_one_pixel() -> None:
    """Otherwise a graphics card would add them in any order."""
    passes = FlowWarps(9 * normal(2, 3, 2, 48, 64, seed=1)).passes(6, 8)
    assert len(passes) > 4
    for one in passes:
        assert len(one.target.unique()) == len(one.target)
    assert sum(len(one.target) for one in passes) > 2 * 2 * 48


def test_nothing_lands_of_a_motion_that_leaves_the_picture() -> None:
    warps = FlowWarps(torch.full((1, 3, 2, 48, 64), 1000.0))
    assert warps.passes(6, 8) == ()
    assert (warps.warped(normal(48, 5), 6, 8) == 0).all()


def test_all_of_a_picture_may_land_on_one_pixel() -> None:
    y, x = torch.meshgrid(torch.arange(6.0), torch.arange(8.0), indexing="ij")
    to_a_corner = torch.stack([-x, -y])[None, None].expand(1, 2, -1, -1, -1)
    rows = normal(48, 5, seed=2)
    thrown = FlowWarps(to_a_corner).warped(rows, 6, 8)[:, 0]
    assert farthest(thrown[0], rows.mean(0)) <= 1e-5
    assert (thrown[1:] == 0).all()


def test_warped_features_are_computed_in_float32_and_given_in_their_own_precision() -> None:
    warps, rows = FlowWarps(9 * normal(1, 3, 2, 48, 64, seed=1)), normal(48, 5, seed=2).half()
    thrown = warps.warped(rows, 6, 8)
    assert thrown.dtype == torch.float16
    assert (thrown == warps.warped(rows.float(), 6, 8).half()).all()


class Attended:
    """One motion module of stage 2, with what its first attention is given and makes."""

    def __init__(self, net: Any, warps: FlowWarps, rows: Tensor, places: bool = True) -> None:
        module = net.down_blocks[0].motion_modules[0]
        attention = module.transformer_blocks[0].attn1
        kept = module.places.clone()
        seen: dict[str, Tensor] = {}
        hooks = [
            attention.register_forward_pre_hook(lambda _, given: seen.update(given=given[0])),
            attention.to_k.register_forward_pre_hook(lambda _, given: seen.update(tokens=given[0])),
            attention.register_forward_hook(lambda _, __, made: seen.update(made=made)),
        ]
        try:
            if not places:
                module.places.zero_()
            with net._motion.being(warps):
                module(rows, num_frames=warps.frames)
        finally:
            module.places.copy_(kept)
            for hook in hooks:
                hook.remove()
        self.attention, self.places = attention, kept
        self.given, self.tokens, self.made = seen["given"], seen["tokens"], seen["made"]


def test_frames_stand_at_even_places_and_thrown_features_at_odd(stage2_unet: Any) -> None:
    warps = FlowWarps(9 * normal(1, 4, 2, 64, 64, seed=1))
    at = Attended(stage2_unet, warps, normal(4, 64, 8, 8, seed=2))
    assert at.tokens.shape == (64, 7, 64)
    assert farthest(at.tokens[:, ::2], at.given + at.places[:7:2]) <= 1e-6
    assert farthest(at.tokens[:, 1::2], warps.warped(at.given[:, 0], 8, 8) + at.places[1:7:2]) <= 1e-6


def test_thrown_features_depend_on_frame_0_alone(stage2_unet: Any) -> None:
    warps, rows = FlowWarps(9 * normal(1, 4, 2, 64, 64, seed=1)), normal(4, 64, 8, 8, seed=2)
    changed = torch.cat([rows[:1], normal(3, 64, 8, 8, seed=3)])
    before, after = Attended(stage2_unet, warps, rows), Attended(stage2_unet, warps, changed)
    assert (before.tokens[:, 1::2] == after.tokens[:, 1::2]).all()
    assert (before.tokens[:, 2::2] != after.tokens[:, 2::2]).any()


def test_equal_frames_without_motion_or_places_are_seen_as_by_any_attention(stage2_unet: Any) -> None:
    from diffusers.models.attention_processor import AttnProcessor2_0

    rows = normal(1, 64, 8, 8, seed=2).expand(4, -1, -1, -1)
    at = Attended(stage2_unet, FlowWarps(torch.zeros(1, 4, 2, 64, 64)), rows, places=False)
    plain = AttnProcessor2_0()(at.attention, at.given)
    assert farthest(at.made, plain) <= 1e-5
    assert plain.abs().max() > 0.1
