"""How large a run will be, told from the request and from the files of the weights; no network is loaded for it."""

from __future__ import annotations

import json
import math
from pathlib import Path

from mpd_studio.core.clip_plan import plan_clips
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion.model_size import Fit, fit, native_sizes, parse_size
from mpd_studio.engines.motion_i2v.facts import LENGTHS, SIZE_MULTIPLE
from mpd_studio.engines.motion_i2v.memory_plan import RunSize, Weights
from mpd_studio.engines.motion_i2v.options import MotionI2vOptions
from mpd_studio.weights import motion_i2v_layout as layout

# The side of a square with as many pixels as the model was trained at, and a little more.
_NATIVE_SIDE = 405
_LONGEST_HEADER = 100 << 20
_SINGLE = 4


def run_size(folder: Path, request: InbetweenRequest, options: MotionI2vOptions, itemsize: int) -> RunSize:
    """itemsize: bytes of a number in the large networks: 4 in float32, 2 in half precision.

    Raises:
        UnsupportedRequest: the size asked for is none that the model makes.
    """
    model = placed(request.canvas, options).model
    frames = max(clip.frames for clip in plan_clips(request.new_frames, LENGTHS))
    return RunSize(weights_in(folder, itemsize), frames, model.width * model.height, itemsize)


def placed(canvas: Size, options: MotionI2vOptions) -> Fit:
    """Where the canvas will lie on the model's picture. Raises: as run_size."""
    if options.size:
        return fit(canvas, (parse_size(options.size, SIZE_MULTIPLE),))
    return fit(canvas, native_sizes(_NATIVE_SIDE, SIZE_MULTIPLE))


def weights_in(folder: Path, itemsize: int) -> Weights:
    """How large the networks in a folder will be, by their files; 0 for one that is not there."""
    flow, control, picture, motion, flow_vae, picture_vae = (
        _numbers_in(layout.file_of(folder, stem))
        for stem in (
            layout.FLOW_UNET,
            layout.CONTROLNET,
            layout.PICTURE_UNET,
            layout.MOTION_BLOCK,
            layout.FLOW_VAE,
            layout.PICTURE_VAE,
        )
    )
    vaes = _SINGLE * (flow_vae + picture_vae)
    return Weights(itemsize * (flow + control), itemsize * (picture + motion), vaes, _SINGLE * picture_vae)


def _numbers_in(path: Path | None) -> int:
    """How many numbers a file holds; of a pickle by its size, as if they were in single precision."""
    if path is None:
        return 0
    if path.suffix == ".safetensors":
        try:
            return _told_in_header(path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return 0  # loading it will say what is wrong
    return path.stat().st_size // _SINGLE


def _told_in_header(path: Path) -> int:
    with path.open("rb") as file:
        length = min(int.from_bytes(file.read(8), "little"), _LONGEST_HEADER)
        header = json.loads(file.read(length))
    return sum(math.prod(told["shape"]) for name, told in header.items() if name != "__metadata__")
