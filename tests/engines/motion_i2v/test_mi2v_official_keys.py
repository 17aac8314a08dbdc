"""The official layout at its real size: every tensor has one place in a network, and every place one tensor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mpd_studio.engines.motion_i2v.official_keys import is_position_table, network_key, official_key
from tests.engines.motion_i2v.golden_set import GoldenSet

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")

# Kind -> its name in the list, tensors, attentions along time (each with a position table in the file).
RELEASED = {
    "flow_unet": ("stage1_unet", 1278, 42),
    "controlnet": ("controlnet", 584, 18),
    "stage2_unet": ("stage2_unet", 1274, 42),
}


@pytest.fixture(scope="module")
def released(golden: GoldenSet) -> dict[str, dict[str, list[int]]]:
    """Kind -> official key -> shape, as the released networks have them."""
    known = json.loads((golden.folder / "official_keys.json").read_text("utf-8"))
    return {kind: known[name] for kind, (name, _, _) in RELEASED.items()}


def without_numbers(shapes: dict[str, list[int]]) -> dict[str, Any]:
    return {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}


@pytest.mark.parametrize("kind", RELEASED)
def test_the_names_are_a_bijection_at_real_size(kind: str, released: dict[str, dict[str, list[int]]]) -> None:
    from mpd_studio.engines.motion_i2v.checkpoint import build_empty
    from mpd_studio.engines.motion_i2v.network_config import read_config

    _, count, attentions = RELEASED[kind]
    official = {key: tuple(shape) for key, shape in released[kind].items() if not is_position_table(key)}
    assert (len(released[kind]), len(official)) == (count, count - attentions)
    built = {key: tuple(t.shape) for key, t in build_empty(kind, read_config(kind, {})).state_dict().items()}
    tables = [key for key in built if key.endswith("pos_embed.pe")]
    # One table for both attentions of a block; stage 2's are no part of its state.
    assert len(tables) == (0 if kind == "stage2_unet" else attentions // 2)
    ours = {key: shape for key, shape in built.items() if key not in tables}
    assert {network_key(key): shape for key, shape in official.items()} == ours
    assert {official_key(key): shape for key, shape in ours.items()} == official
    assert all(official_key(network_key(key)) == key for key in official)


@pytest.mark.parametrize("kind", RELEASED)
def test_the_released_networks_load_by_default(kind: str, released: dict[str, dict[str, list[int]]]) -> None:
    from mpd_studio.engines.motion_i2v.checkpoint import check_official, load_official

    tensors = without_numbers(released[kind])
    report = check_official(tensors, kind)
    assert report.fits
    assert report.looks_like == kind
    network = load_official(tensors, kind)
    assert network.get_parameter("conv_in.weight").shape == (320, 4 if kind == "stage2_unet" else 8, 3, 3)


def test_stage_1_at_real_size_makes_what_its_unet_takes(released: dict[str, dict[str, list[int]]]) -> None:
    """Shapes only: 15 frames of 320 × 512."""
    from mpd_studio.engines.motion_i2v.checkpoint import load_official

    flow_unet, controlnet = (
        load_official(without_numbers(released[kind]), kind).to("meta") for kind in ("flow_unet", "controlnet")
    )
    with torch.device("meta"):
        shared = torch.empty(1, 8, 15, 40, 64), 41, torch.empty(1, 77, 768), torch.empty(15)
        down, mid = controlnet(*shared, torch.empty(1, 5, 15, 40, 64))
    assert [residual.shape[1] for residual in down] == [320] * 4 + [640] * 3 + [1280] * 5
    assert (down[0].shape, mid.shape) == ((1, 320, 15, 40, 64), (1, 1280, 15, 5, 8))
    assert flow_unet(*shared, (down, mid)).shape == (1, 4, 15, 40, 64)


def test_motion_modules_are_named_as_diffusers_names_them() -> None:
    there = "down_blocks.1.motion_modules.0.temporal_transformer.transformer_blocks.0."
    here = "down_blocks.1.motion_modules.0.transformer_blocks.0."
    assert network_key(f"{there}attention_blocks.1.to_out.0.bias") == f"{here}attn2.to_out.0.bias"
    assert network_key(f"{there}norms.0.weight") == f"{here}norm1.weight"
    assert network_key(f"{there}ff_norm.bias") == f"{here}norm3.bias"
    assert network_key(f"{there}ff.net.0.proj.bias") == f"{here}ff.net.0.proj.bias"
    spatial = "mid_block.attentions.0.transformer_blocks.0.norm1.weight"
    assert network_key(spatial) == official_key(spatial) == spatial
