"""The measures of a Motion-I2V network, read from a configuration and held against what can be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mpd_studio.core.errors import UnsupportedRequest

FLOW_UNET, CONTROLNET, STAGE2_UNET = "flow_unet", "controlnet", "stage2_unet"
KINDS = (FLOW_UNET, CONTROLNET, STAGE2_UNET)
# A picture's latent beside the motion's, and a picture's alone.
_IN_CHANNELS = {FLOW_UNET: 8, CONTROLNET: 8, STAGE2_UNET: 4}

# What the networks are made of; a configuration may say it, but not otherwise.
_FIXED: dict[str, Any] = {
    "act": "silu",
    "act_fn": "silu",
    "ff": "geglu",
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "use_linear_projection": False,
    "center_input_sample": False,
    "downsample_padding": 1,
    "mid_block_scale_factor": 1,
    "norm_eps": 1e-5,
    "motion_transformer_layers": 1,
    "motion_temporal_attentions_per_layer": 2,
    "eps": {
        "resnet_group_norm": 1e-5,
        "output_group_norm": 1e-5,
        "spatial_transformer_group_norm": 1e-6,
        "motion_group_norm": 1e-6,
        "layer_norm": 1e-5,
    },
    # As the released program's own settings name them.
    "use_inflated_groupnorm": True,
    "unet_use_cross_frame_attention": False,
    "unet_use_temporal_attention": False,
    "use_motion_module": True,
    "motion_module_type": "Vanilla",
    "motion_module_resolutions": [1, 2, 4, 8],
    "motion_module_mid_block": True,
    "motion_module_decoder_only": False,
    "motion_module_kwargs": {
        "num_attention_heads": 8,
        "num_transformer_block": 1,
        "attention_block_types": ["Temporal_Self", "Temporal_Self"],
        "temporal_position_encoding": True,
        "temporal_position_encoding_max_len": 32,
        "temporal_attention_dim_div": 1,
    },
}
# Remarks in configurations: nothing is built after them.
_REMARKS = {
    *("_class_name", "_diffusers_version", "_name_or_path", "sample_size", "head_note", "all_group_norms"),
    *("motion_modules_per_level", "frames", "tensors", "key_prefix", "flow_resize", "conditioning_scale"),
    "down_residuals",
}


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Defaults are the released networks', which have the size of Stable Diffusion 1.5.

    num_attention_heads: how many heads, not how large they are; the same at every level.
    motion_max_seq_length: the length of the position tables: frames of stage 1; twice the frames less one of stage 2.
    condition_channels, condition_hidden_channels: of the ControlNet alone.
    """

    in_channels: int
    out_channels: int = 4
    block_out_channels: tuple[int, ...] = (320, 640, 1280, 1280)
    layers_per_block: int = 2
    cross_attention_dim: int = 768
    num_attention_heads: int = 8
    motion_num_attention_heads: int = 8
    norm_num_groups: int = 32
    motion_max_seq_length: int = 32
    condition_channels: int = 5
    condition_hidden_channels: int = 512

    @property
    def time_embed_dim(self) -> int:
        return 4 * self.block_out_channels[0]

    @property
    def unet_arguments(self) -> dict[str, Any]:
        """For UNetMotionModel of diffusers. Every level but the last reads the text."""
        readers = len(self.block_out_channels) - 1
        return {
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            "down_block_types": ("CrossAttnDownBlockMotion",) * readers + ("DownBlockMotion",),
            "up_block_types": ("UpBlockMotion",) + ("CrossAttnUpBlockMotion",) * readers,
            "block_out_channels": self.block_out_channels,
            "layers_per_block": self.layers_per_block,
            "cross_attention_dim": self.cross_attention_dim,
            "num_attention_heads": self.num_attention_heads,
            "motion_num_attention_heads": self.motion_num_attention_heads,
            "norm_num_groups": self.norm_num_groups,
            "motion_max_seq_length": self.motion_max_seq_length,
            "use_motion_mid_block": True,
        }


def read_config(kind: str, config: Mapping[str, Any]) -> NetworkConfig:
    """The measures of a network of a kind.

    config: by the names of NetworkConfig, of a unet/config.json or of the released settings; None is not said.
    Raises:
        UnsupportedRequest: a kind or a name that is not known, or a network of another make.
    """
    if kind not in KINDS:
        raise UnsupportedRequest(f"'{kind}' is no network of Motion-I2V. Choose one of {', '.join(KINDS)}.")
    said = {name: value for name, value in config.items() if value is not None and name not in _REMARKS}
    if "attention_head_dim" in said:  # in configurations of Stable Diffusion 1.5 it is the number of heads
        said.setdefault("num_attention_heads", said["attention_head_dim"])
        del said["attention_head_dim"]
    measures = {field.name: said.pop(field.name) for field in fields(NetworkConfig) if field.name in said}
    measures.setdefault("in_channels", _IN_CHANNELS[kind])
    if "block_out_channels" in measures:
        measures["block_out_channels"] = tuple(measures["block_out_channels"])
    network = NetworkConfig(**measures)
    _refuse(kind, [_odd(name, value, kind, network) for name, value in said.items()])
    return network


def _odd(name: str, value: Any, kind: str, network: NetworkConfig) -> str:
    """Why this cannot be built, or ""."""
    levels = len(network.block_out_channels)
    wanted: dict[str, Any] = {
        **_FIXED,
        "time_embed_dim": network.time_embed_dim,
        "motion_norm_num_groups": network.norm_num_groups,
        "stride_embedding": kind != STAGE2_UNET,
    }
    if name in ("down_blocks", "down_block_types", "up_blocks", "up_block_types"):
        reads = [str(block).lower().startswith("cross") for block in value]
        level_order = reads if name.startswith("down") else reads[::-1]
        fits = level_order == [True] * (levels - 1) + [False]
    elif name in wanted:
        fits = value == wanted[name]
    else:
        return f"'{name}' is not known"
    return "" if fits else f"'{name}' is {value!r}"


def _refuse(kind: str, odd: list[str]) -> None:
    reasons = [reason for reason in odd if reason]
    if reasons:
        raise UnsupportedRequest(
            f"The configuration is not that of a {kind} of Motion-I2V: {'; '.join(reasons)}. Use the released one."
        )
