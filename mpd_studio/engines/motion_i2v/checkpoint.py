"""Networks from the official files' tensors: wrappers taken off, names translated, and nothing missed in silence."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.engines.motion_i2v.network_config import CONTROLNET, FLOW_UNET, STAGE2_UNET, NetworkConfig, read_config
from mpd_studio.engines.motion_i2v.official_keys import network_key
from mpd_studio.engines.motion_i2v.official_state import OfficialState, official_state
from mpd_studio.engines.motion_i2v.state_report import StateReport, compared

if TYPE_CHECKING:
    import torch

    from mpd_studio.engines.motion_i2v.frame_unet import FrameUNet

log = logging.getLogger(__name__)
_TABLE = "pos_embed.pe"


class CheckpointMismatch(UnsupportedRequest):
    """The tensors are not those of the network. `report` names every one that differs."""

    def __init__(self, report: StateReport) -> None:
        super().__init__(report.text)
        self.report = report


def load_official(state_dict: Mapping[str, Any], kind: str, **config: Any) -> torch.nn.Module:
    """A network, ready to be asked: in eval mode, without gradients.

    state_dict: tensors by their official names, also inside wrappers and behind prefixes. The network holds these very
        tensors, where they lie, in their own precision; in the widest, where there are several.
    kind: "flow_unet", "controlnet" or "stage2_unet".
    config: by the names of NetworkConfig or as in a unet/config.json; what is not said is as in the released networks.
    Raises:
        CheckpointMismatch: a tensor is missing, unknown or of another shape.
        UnsupportedRequest: no such kind, or a configuration that cannot be built.
    """
    network, state, report = _compared(state_dict, kind, config)
    if not report.fits:
        raise CheckpointMismatch(report)
    if state.set_aside:
        log.info("%s: %d entries are not of this network and were set aside", kind, len(state.set_aside))
    tables = {key: table for key, table in network.state_dict().items() if key.endswith(_TABLE)}
    tensors = {network_key(key): tensor for key, tensor in state.networks_own().items()}
    network.load_state_dict({**tensors, **tables}, strict=True, assign=True)
    return network.to(state.widest_dtype()).eval().requires_grad_(False)


def check_official(state_dict: Mapping[str, Any], kind: str, **config: Any) -> StateReport:
    """What `load_official` would say of the same arguments, without loading."""
    return _compared(state_dict, kind, config)[2]


def build_empty(kind: str, network: NetworkConfig) -> FrameUNet:
    """The network without numbers: its tensors are shapes only (torch's "meta" device), its position tables real."""
    import torch

    from mpd_studio.engines.motion_i2v.controlnet import TrajectoryControlNet
    from mpd_studio.engines.motion_i2v.flow_unet import FlowUNet
    from mpd_studio.engines.motion_i2v.stage2_unet import Stage2UNet

    makers = {FLOW_UNET: FlowUNet, CONTROLNET: TrajectoryControlNet, STAGE2_UNET: Stage2UNet}
    with torch.device("meta"):
        return makers[kind](network)


def _compared(
    state_dict: Mapping[str, Any], kind: str, config: Mapping[str, Any]
) -> tuple[FrameUNet, OfficialState, StateReport]:
    network = build_empty(kind, read_config(kind, config))
    state = official_state(state_dict, of_controlnet=kind == CONTROLNET)
    shapes = {key: tuple(t.shape) for key, t in network.state_dict().items() if not key.endswith(_TABLE)}
    return network, state, compared(state, shapes, kind)
