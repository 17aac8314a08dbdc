"""Networks of Motion-I2V out of a folder of weights, each when it is wanted: all at once would not fit small cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.errors import BadInput
from mpd_studio.engines.diffusion.memory_errors import refuse_for_memory
from mpd_studio.engines.motion_i2v.checkpoint import load_official
from mpd_studio.engines.motion_i2v.network_config import STAGE2_UNET
from mpd_studio.engines.motion_i2v.official_folder import (
    VAE_STEMS,
    network_config,
    network_tensors,
    read_state,
    vae_config,
)
from mpd_studio.engines.motion_i2v.personal import Personal, personal_vae, personalised
from mpd_studio.engines.motion_i2v.vae_state import PICTURE, build_vae, check_vae
from mpd_studio.weights import motion_i2v_layout as layout

if TYPE_CHECKING:
    import torch

STAGES = {1: (layout.STAGE1_TOKENIZER, layout.STAGE1_TEXT), 2: (layout.STAGE2_TOKENIZER, layout.STAGE2_TEXT)}


def load_network(folder: Path, kind: str, personal: Personal | None = None) -> torch.nn.Module:
    """On the CPU, in the precision of its file, in eval mode.

    kind: "flow_unet", "controlnet" or "stage2_unet". personal: for stage 2 alone.
    Raises: CheckpointMismatch, CheckpointRefused, BadInput, UnsupportedRequest.
    """
    tensors = network_tensors(folder, kind)
    config = network_config(folder, kind)
    if kind == STAGE2_UNET and personal is not None:
        tensors = personalised(tensors, personal, config)
    return load_official(tensors, kind, **config)


def load_vae(folder: Path, which: str, personal: Path | None = None) -> Any:
    """An AutoencoderKL of diffusers, float32 on the CPU, in eval mode.

    which: "flow" (2 channels, in [0, 1]) or "picture" (3 channels); half precision would round a motion of 512 pixels
    by up to a quarter of one. personal: a model whose autoencoder takes the place of the picture one, if it has any.
    Raises: CheckpointRefused, BadInput, UnsupportedRequest.
    """
    config = vae_config(folder, which)
    own = personal_vae(personal, config) if personal is not None and which == PICTURE else None
    tensors = check_vae(own or read_state(folder, VAE_STEMS[which]).tensors, config, which)
    vae = build_vae(config, which)
    vae.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=True)
    return vae.eval().requires_grad_(False)


def load_text(folder: Path, stage: int) -> tuple[Any, Any]:
    """CLIPTokenizer and CLIPTextModel of a stage, 1 or 2. Raises: CheckpointRefused, BadInput: they do not fit."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    tokenizer_place, encoder_place = STAGES[stage]
    root = layout.root_of(folder)
    tensors = read_state(folder, f"{encoder_place}/pytorch_model").tensors
    try:
        tokenizer = CLIPTokenizer.from_pretrained(root / tokenizer_place, local_files_only=True)
        encoder = CLIPTextModel(CLIPTextConfig.from_pretrained(root / encoder_place, local_files_only=True))
        wanted = set(encoder.state_dict())
        own = {_text_name(name, wanted): tensor for name, tensor in tensors.items() if "position_ids" not in name}
        encoder.load_state_dict(own, strict=True)
    except (OSError, ValueError, KeyError, RuntimeError, MemoryError) as error:
        refuse_for_memory(error, f"the text encoder in {root / encoder_place}")
        raise BadInput(f"The text encoder in {root / encoder_place} cannot be used: {error}") from error
    return tokenizer, encoder.eval().requires_grad_(False)


def _text_name(name: str, wanted: set[str]) -> str:
    """transformers 5 has dropped the model's own name before the names of its parts."""
    short = name.removeprefix("text_model.")
    return short if short in wanted and name not in wanted else name
