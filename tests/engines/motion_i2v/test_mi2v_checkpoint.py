"""Official tensors as files hold them: wrapped, prefixed, in half precision, incomplete, of another network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mpd_studio.core.errors import MpdError, UnsupportedRequest
from mpd_studio.engines.motion_i2v.checkpoint import CheckpointMismatch, check_official, load_official
from mpd_studio.engines.motion_i2v.official_state import kind_of, merged
from tests.engines.motion_i2v.golden_set import GoldenSet

if TYPE_CHECKING:
    from torch import Tensor

torch = pytest.importorskip("torch", reason="needs torch; install mpd-studio[diffusion]")

Tensors = dict[str, "Tensor"]
A_QUERY = "mid_block.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.1.to_q.weight"
ITS_TABLE = A_QUERY.replace("to_q.weight", "pos_encoder.pe")


@pytest.fixture(scope="module")
def tensors(golden: GoldenSet) -> dict[str, Tensors]:
    """Kind -> official tensors."""
    return {kind: golden.state_dict(kind) for kind in ("flow_unet", "controlnet", "stage2_unet")}


def is_same(network: Any, tensors: Tensors, prefix: str = "") -> bool:
    name = "mid_block.motion_modules.0.transformer_blocks.0.attn2.to_q.weight"
    return bool((network.state_dict()[name] == tensors[prefix + A_QUERY]).all())


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"module." + key: tensor for key, tensor in state.items()},
        lambda state: {"state_dict": {"module." + key: tensor for key, tensor in state.items()}, "global_step": 9},
        lambda state: {"model": {"_orig_mod." + key: tensor for key, tensor in state.items()}},
        lambda state: {key: tensor for key, tensor in state.items() if not key.endswith("pos_encoder.pe")},
    ],
)
def test_wrappers_and_prefixes_are_taken_off(
    golden: GoldenSet, tensors: dict[str, Tensors], wrap: Callable[[Tensors], dict[str, Any]]
) -> None:
    network = load_official(wrap(tensors["flow_unet"]), "flow_unet", **golden.config("flow_unet"))
    assert is_same(network, tensors["flow_unet"])


def test_a_pickled_file_is_read_as_it_is(golden: GoldenSet, tensors: dict[str, Tensors], tmp_path: Path) -> None:
    torch.save({"state_dict": tensors["flow_unet"], "epoch": 3}, tmp_path / "diffusion_pytorch_model.bin")
    read = torch.load(tmp_path / "diffusion_pytorch_model.bin", weights_only=True, map_location="cpu")
    network = load_official(read, "flow_unet", **golden.config("flow_unet"))
    assert is_same(network, tensors["flow_unet"])


@pytest.mark.parametrize("prefix", ["", "controlnet.", "module.controlnet."])
def test_a_controlnet_is_found_with_and_without_its_prefix(
    golden: GoldenSet, tensors: dict[str, Tensors], prefix: str
) -> None:
    state = {prefix + key.removeprefix("controlnet."): tensor for key, tensor in tensors["controlnet"].items()}
    assert is_same(load_official(state, "controlnet", **golden.config("controlnet")), state, prefix)


def test_a_unet_and_its_controlnet_in_one_file_are_told_apart(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    both = {**tensors["flow_unet"], **tensors["controlnet"]}
    assert all(key.startswith("controlnet.") for key in tensors["controlnet"])
    for kind, prefix in (("flow_unet", ""), ("controlnet", "controlnet.")):
        report = check_official(both, kind, **golden.config(kind))
        assert report.fits
        assert len(report.set_aside) == len(both) - len(tensors[kind])
        assert is_same(load_official(both, kind, **golden.config(kind)), both, prefix)


def test_every_tensor_that_differs_is_named(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    state = dict(tensors["stage2_unet"])
    del state["conv_in.bias"], state["conv_out.weight"]
    state["extra.weight"] = torch.zeros(3)
    state["conv_out.bias"] = torch.zeros(5)
    state[ITS_TABLE] = torch.zeros_like(state[ITS_TABLE])
    state["lost.attention_blocks.0.pos_encoder.pe"] = state[ITS_TABLE]
    with pytest.raises(CheckpointMismatch) as caught:
        load_official(state, "stage2_unet", **golden.config("stage2_unet"))
    report = caught.value.report
    assert report.missing == ("conv_in.bias", "conv_out.weight")
    assert report.unexpected == ("extra.weight", "lost.attention_blocks.0.pos_encoder.pe")
    assert report.misshapen == (("conv_out.bias", (5,), (4,)),)
    assert report.odd_tables == (ITS_TABLE,)
    for part in ("2 missing (conv_in.bias, conv_out.weight)", "extra.weight", "5 instead of 4", ITS_TABLE):
        assert part in str(caught.value)
    assert isinstance(caught.value, MpdError)


def test_many_missing_tensors_are_counted_and_the_first_named(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    """Stable Diffusion's U-Net alone: it is said where the rest is."""
    state = {key: tensor for key, tensor in tensors["stage2_unet"].items() if "motion_modules." not in key}
    with pytest.raises(CheckpointMismatch, match=r"and \d+ more.*motion modules are in a file of their own") as caught:
        load_official(state, "stage2_unet", **golden.config("stage2_unet"))
    assert len(caught.value.report.missing) == 13 * 26
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("flow_unet", "stage2_unet"),
        ("controlnet", "flow_unet"),
        ("flow_unet", "controlnet"),
        ("stage2_unet", "flow_unet"),
    ],
)
def test_weights_of_another_network_are_recognised(
    golden: GoldenSet, tensors: dict[str, Tensors], held: str, wanted: str
) -> None:
    with pytest.raises(CheckpointMismatch, match=f"look like those of the {held}: choose the other file"):
        load_official(tensors[held], wanted, **golden.config(wanted))


def test_kinds_are_recognised_by_their_tensors(tensors: dict[str, Tensors]) -> None:
    assert kind_of(tensors["flow_unet"]) == "flow_unet"
    assert kind_of(tensors["stage2_unet"]) == "stage2_unet"
    bare = {key.removeprefix("controlnet."): tensor for key, tensor in tensors["controlnet"].items()}
    assert kind_of(bare) == "controlnet"
    assert kind_of({"encoder.conv_in.weight": torch.zeros(8, 2, 3, 3)}) == "flow_vae"
    assert kind_of({"encoder.conv_in.weight": torch.zeros(8, 3, 3, 3)}) is None
    assert kind_of({"conv_in.weight": torch.zeros(8, 4, 3, 3)}) is None


def test_a_file_without_tensors_lacks_everything(golden: GoldenSet) -> None:
    report = check_official({"epoch": 3, "state_dict": {"note": "empty"}}, "flow_unet", **golden.config("flow_unet"))
    assert len(report.missing) == 810 - 26
    assert report.set_aside == ("note",)


def test_stage_2_is_put_together_from_files(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    whole = tensors["stage2_unet"]
    base = {key: torch.zeros_like(tensor) for key, tensor in whole.items() if "motion_modules." not in key}
    motion = {"module." + key: tensor for key, tensor in whole.items() if "motion_modules." in key}
    personal = {"state_dict": {key: tensor for key, tensor in whole.items() if key in base}}
    network = load_official(merged(base, motion, personal), "stage2_unet", **golden.config("stage2_unet"))
    assert is_same(network, whole)
    assert (network.state_dict()["conv_in.weight"] == whole["conv_in.weight"]).all()


def test_tensors_are_held_not_copied(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    network = load_official(tensors["stage2_unet"], "stage2_unet", **golden.config("stage2_unet"))
    held, given = network.state_dict()["conv_in.weight"], tensors["stage2_unet"]["conv_in.weight"]
    assert held.data_ptr() == given.data_ptr()


@pytest.mark.parametrize(
    ("motion", "rest", "widest"), [("float16", "float16", "float16"), ("float32", "float16", "float32")]
)
def test_a_network_has_one_precision_the_widest_of_its_tensors(
    golden: GoldenSet, tensors: dict[str, Tensors], motion: str, rest: str, widest: str
) -> None:
    state = {
        key: tensor.to(getattr(torch, motion if "motion_modules." in key else rest))
        for key, tensor in tensors["stage2_unet"].items()
    }
    network = load_official(state, "stage2_unet", **golden.config("stage2_unet"))
    floats = [*network.parameters(), *network.buffers()]
    assert {tensor.dtype for tensor in floats} == {getattr(torch, widest)}


def test_settings_of_the_released_program_are_understood(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    settings = golden.meta["reference_constructor_kwargs"]
    assert "motion_module_kwargs" in settings
    assert is_same(load_official(tensors["stage2_unet"], "stage2_unet", **settings), tensors["stage2_unet"])


def test_a_config_of_a_unet_folder_is_understood(golden: GoldenSet, tensors: dict[str, Tensors]) -> None:
    config = {
        "_class_name": "UNet2DConditionModel",
        "_diffusers_version": "0.6.0",
        "act_fn": "silu",
        "attention_head_dim": 8,
        "block_out_channels": [64, 96, 96, 64],
        "center_input_sample": False,
        "cross_attention_dim": 24,
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "downsample_padding": 1,
        "flip_sin_to_cos": True,
        "freq_shift": 0,
        "in_channels": 4,
        "layers_per_block": 1,
        "mid_block_scale_factor": 1,
        "norm_eps": 1e-05,
        "norm_num_groups": 32,
        "out_channels": 4,
        "sample_size": 64,
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    }
    assert is_same(load_official(tensors["stage2_unet"], "stage2_unet", **config), tensors["stage2_unet"])


@pytest.mark.parametrize(
    ("kind", "config", "reason"),
    [
        ("vae", {}, "'vae' is no network of Motion-I2V"),
        ("flow_unet", {"act": "gelu"}, "'act' is 'gelu'"),
        ("flow_unet", {"colour": 3}, "'colour' is not known"),
        ("flow_unet", {"use_inflated_groupnorm": False}, "'use_inflated_groupnorm' is False"),
        ("stage2_unet", {"stride_embedding": True}, "'stride_embedding' is True"),
        ("flow_unet", {"motion_norm_num_groups": 16}, "'motion_norm_num_groups' is 16"),
        ("flow_unet", {"down_blocks": ["plain"] * 4}, "'down_blocks' is"),
        ("flow_unet", {"eps": {"motion_group_norm": 1e-5}}, "'eps' is"),
        ("flow_unet", {"use_linear_projection": True, "freq_shift": 1}, "True; 'freq_shift' is 1"),
    ],
)
def test_a_network_of_another_make_is_refused(kind: str, config: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnsupportedRequest, match=reason):
        load_official({}, kind, **config)
