"""How large a run will be, told from the request and from the files of the weights; no network is loaded for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion.model_size import Fit, fit, native_sizes, parse_size
from mpd_studio.engines.svd.lengths import plan as clips_of
from mpd_studio.engines.svd.memory_plan import RunSize, Weights
from mpd_studio.engines.svd.options import SvdOptions

PARTS = ("unet", "vae", "image_encoder")
# diffusers' names for the weights of each part, without the ending.
STEMS = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model", "image_encoder": "model"}


def run_size(folder: Path, request: InbetweenRequest, options: SvdOptions, itemsize: int) -> RunSize:
    """itemsize: bytes of a number in the U-Net: 4 in float32, 2 in half precision.

    Raises:
        UnsupportedRequest: the size asked for is none that the model makes, or the folder's settings are unreadable.
    """
    model = placed(folder, request.canvas, options).model
    frames = max(clip.frames for clip in clips_of(request.new_frames))
    weights = weights_in(folder, itemsize)
    return RunSize(weights, frames, model.width * model.height, options.decode_chunk, itemsize)


def placed(folder: Path, canvas: Size, options: SvdOptions) -> Fit:
    """Where the canvas will lie on the model's picture. Raises: as run_size."""
    side, multiple = _native_side(folder)
    if options.size:
        return fit(canvas, (parse_size(options.size, multiple),))
    return fit(canvas, native_sizes(side, multiple))


def weights_in(folder: Path, itemsize: int) -> Weights:
    """How large the networks in a folder will be, by their files; 0 for one that is not there."""
    return Weights(*(_loaded_bytes(folder, name, itemsize) for name in PARTS))


def variant_of(folder: Path, stem: str, itemsize: int) -> str | None:
    """ "fp16" where half precision is wanted and there, or where nothing else is there."""
    half = (folder / f"{stem}.fp16.safetensors").is_file()
    full = (folder / f"{stem}.safetensors").is_file()
    return "fp16" if half and (not full or itemsize == 2) else None


def _loaded_bytes(folder: Path, name: str, itemsize: int) -> int:
    stem, variant = STEMS[name], variant_of(folder / name, STEMS[name], itemsize)
    file = folder / name / (f"{stem}.{variant}.safetensors" if variant else f"{stem}.safetensors")
    stored = 2 if variant else 4
    loaded = 4 if name == "vae" else itemsize
    return file.stat().st_size * loaded // stored if file.is_file() else 0


def _native_side(folder: Path) -> tuple[int, int]:
    """As SvdModel.native_side and .size_multiple tell them of a loaded model."""
    unet, vae = _config(folder, "unet"), _config(folder, "vae")
    try:
        latent_pixel = 2 ** (len(vae["block_out_channels"]) - 1)
        multiple = latent_pixel * 2 ** (len(unet["block_out_channels"]) - 1)
        return int(unet.get("sample_size") or 96) * latent_pixel, multiple
    except (KeyError, TypeError, ValueError) as error:
        raise UnsupportedRequest(
            f"The settings of the model in {folder} lack {error}. Get the weights again."
        ) from error


def _config(folder: Path, part: str) -> dict[str, Any]:
    file = folder / part / "config.json"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnsupportedRequest(f"{file} cannot be read ({error}). Get the weights again.") from error
    if not isinstance(document, dict):
        raise UnsupportedRequest(f"{file} holds no settings. Get the weights again.")
    return document
