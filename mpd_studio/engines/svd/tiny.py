"""A tiny Stable Video Diffusion with random weights, in the folder layout of the real one.

It makes noise instead of pictures, but the same classes run, at the same shapes and in the same order: so all of the
way from weights to frames can be tried anywhere in a second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mpd_studio.core.errors import OutputError
from mpd_studio.engines.diffusion.progress_bars import without_progress_bars
from mpd_studio.engines.svd.noise_schedule import SIGMA_MAX, SIGMA_MIN

# What the real one's scheduler says of itself.
SCHEDULER_CONFIG: dict[str, Any] = {
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "interpolation_type": "linear",
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "sigma_max": SIGMA_MAX,
    "sigma_min": SIGMA_MIN,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "timestep_type": "continuous",
    "use_karras_sigmas": True,
}
# Mean and spread of CLIP's own training pictures, as in every CLIP's preprocessor.
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)

_MODEL_INDEX = {
    "_class_name": "StableVideoDiffusionPipeline",
    "feature_extractor": ["transformers", "CLIPImageProcessor"],
    "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
    "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    "unet": ["diffusers", "UNetSpatioTemporalConditionModel"],
    "vae": ["diffusers", "AutoencoderKLTemporalDecoder"],
}
_CLIP_SIDE = 224  # diffusers resizes to it whatever the tower says


def make_tiny(folder: Path, seed: int = 0) -> None:
    """Write the model into `folder`, which is made; the same seed gives the same weights.

    Raises:
        OutputError: the folder holds something already, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty. Name a new folder for the tiny model.")
        with without_progress_bars():
            for name, part in _random_parts(seed).items():
                part.save_pretrained(folder / name)
        _write_json(folder / "scheduler" / "scheduler_config.json", _scheduler_document())
        _write_json(folder / "feature_extractor" / "preprocessor_config.json", _preprocessor_document())
        _write_json(folder / "model_index.json", _MODEL_INDEX)
    except OSError as error:
        raise OutputError(f"The tiny model cannot be written to {folder}: {error.strerror or error}.") from error


def _random_parts(seed: int) -> dict[str, Any]:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return {"unet": _unet(), "vae": _vae(), "image_encoder": _image_encoder()}


def _unet() -> Any:
    from diffusers.models.unets.unet_spatio_temporal_condition import UNetSpatioTemporalConditionModel

    return UNetSpatioTemporalConditionModel(
        sample_size=8,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        block_out_channels=(32, 64),
        layers_per_block=1,
        num_attention_heads=(2, 4),
        cross_attention_dim=32,
        addition_time_embed_dim=32,
        projection_class_embeddings_input_dim=3 * 32,
        num_frames=25,
    )


def _vae() -> Any:
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import AutoencoderKLTemporalDecoder

    # Four levels, so that a latent pixel is 8 × 8 pixels, as in the real one.
    levels: Any = {"down_block_types": ("DownEncoderBlock2D",) * 4, "block_out_channels": (32,) * 4}
    return AutoencoderKLTemporalDecoder(**levels, layers_per_block=1)


def _image_encoder() -> Any:
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=_CLIP_SIDE,
        patch_size=32,
        projection_dim=32,
    )
    return CLIPVisionModelWithProjection(config).eval()


def _scheduler_document() -> dict[str, Any]:
    return {"_class_name": "EulerDiscreteScheduler", **SCHEDULER_CONFIG}


def _preprocessor_document() -> dict[str, Any]:
    return {
        "image_processor_type": "CLIPImageProcessor",
        "image_mean": CLIP_MEAN,
        "image_std": CLIP_STD,
        "crop_size": {"height": _CLIP_SIDE, "width": _CLIP_SIDE},
        "size": {"shortest_edge": _CLIP_SIDE},
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "resample": 3,
        "rescale_factor": 1 / 255,
    }


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
