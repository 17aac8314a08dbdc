"""The parts of Motion-I2V in a folder: their tensors, their configurations, and whether they fit together."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput
from mpd_studio.engines.motion_i2v.checkpoint import CheckpointMismatch, check_official
from mpd_studio.engines.motion_i2v.network_config import CONTROLNET, FLOW_UNET, STAGE2_UNET
from mpd_studio.engines.motion_i2v.official_state import OfficialState, merged, official_state
from mpd_studio.engines.motion_i2v.read_checkpoint import CheckpointRefused, read_checkpoint
from mpd_studio.engines.motion_i2v.vae_state import FLOW, PICTURE, check_vae
from mpd_studio.weights import motion_i2v_layout as layout

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

# What of a unet/config.json decides how the network is built. The rest are remarks, and options of diffusers at rest.
_MEASURES = (
    *("in_channels", "out_channels", "block_out_channels", "layers_per_block", "cross_attention_dim"),
    *("attention_head_dim", "num_attention_heads", "norm_num_groups", "down_block_types", "up_block_types"),
    *("act_fn", "norm_eps", "flip_sin_to_cos", "freq_shift", "use_linear_projection"),
)
VAE_STEMS = {FLOW: layout.FLOW_VAE, PICTURE: layout.PICTURE_VAE}
_VAE_CONFIGS = {FLOW: layout.FLOW_VAE_CONFIG, PICTURE: layout.PICTURE_VAE_CONFIG}


def read_state(folder: Path, stem: str) -> OfficialState:
    """The tensors of one file of the tree, out of their wrappers. stem: of weights/motion_i2v_layout.py.

    Raises: CheckpointRefused.
    """
    path = layout.file_of(folder, stem)
    if path is None:
        raise CheckpointRefused(f"{folder} has no file {stem}. See: mpd-studio weights list")
    return official_state(read_checkpoint(path), of_controlnet=stem == layout.CONTROLNET)


def network_tensors(folder: Path, kind: str) -> dict[str, Tensor]:
    """Of "flow_unet", "controlnet" or "stage2_unet", as the tree has them; stage 2 without anything personal.

    Raises: CheckpointRefused.
    """
    if kind == STAGE2_UNET:
        stems = (layout.PICTURE_UNET, layout.MOTION_BLOCK)
        return merged(*(read_state(folder, stem).tensors for stem in stems))
    stem = layout.FLOW_UNET if kind == FLOW_UNET else layout.CONTROLNET
    return read_state(folder, stem).tensors


def network_config(folder: Path, kind: str) -> dict[str, Any]:
    """What `load_official` takes. Raises: BadInput: the configuration cannot be read."""
    name = layout.PICTURE_UNET_CONFIG if kind == STAGE2_UNET else layout.FLOW_UNET_CONFIG
    said = read_json(layout.root_of(folder) / name)
    config = {name: said[name] for name in _MEASURES if name in said}
    ignored = sorted(name for name in said.keys() - config.keys() if not name.startswith("_"))
    log.debug("%s: not read from the configuration: %s", kind, ", ".join(ignored))
    if kind == CONTROLNET:
        config.pop("out_channels", None)
    return config


def vae_config(folder: Path, which: str) -> dict[str, Any]:
    """Raises: BadInput."""
    return dict(read_json(layout.root_of(folder) / _VAE_CONFIGS[which]))


def check_folder(folder: Path) -> None:
    """Hold the tensors' names and shapes against the networks that the configurations describe. Reads no numbers.

    Raises:
        CheckpointMismatch: names the network and every tensor that is missing, unknown or of another shape.
        CheckpointRefused, BadInput, UnsupportedRequest: a file cannot be read, or describes another network.
    """
    for kind in (FLOW_UNET, CONTROLNET, STAGE2_UNET):
        report = check_official(network_tensors(folder, kind), kind, **network_config(folder, kind))
        if not report.fits:
            raise CheckpointMismatch(report)
    for which in (FLOW, PICTURE):
        check_vae(read_state(folder, VAE_STEMS[which]).tensors, vae_config(folder, which), which)


def read_json(path: Path) -> Mapping[str, Any]:
    """Raises: BadInput."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read as a configuration ({error}). Get the file again.") from error
    if not isinstance(document, dict):
        raise BadInput(f"{path} is no configuration of a network. Get the file again.")
    return document
