"""What the denoised latents of a gap depend on, as digests: equal ones mean that they need not be made again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

import mpd_studio
from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.json_values import encode_value
from mpd_studio.engines.svd.guide_facts import is_followed
from mpd_studio.engines.svd.lengths import Pass
from mpd_studio.engines.svd.options import SvdOptions
from mpd_studio.weights.identity import identity_of

# Told by what they lead to, or (memory) by whoever keeps the latents.
_TOLD_OTHERWISE = ("weights", "device", "dtype", "memory")
# They act on frames after they are denoised; yet those may be ends of clips that are denoised later.
_OF_DECODING = ("decode_chunk", "color_match", "detail")
_LIBRARIES = ("torch", "diffusers", "transformers")
_PIECE_BYTES = 32 << 20  # some 0.2 s


def request_print(
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    options: SvdOptions,
    weights: Path,
    where: str,
    check: Callable[[], None],
) -> str:
    """Of a whole gap. The pixels count, not the files they come from.

    where: device and precision in effect. check: called again and again; may raise to stop.

    Raises:
        OSError: the weights cannot be read.
    """
    told = {
        "program": mpd_studio.__version__,
        "libraries": [import_module(name).__version__ for name in _LIBRARIES],
        "weights": identity_of(weights),
        "where": where,
        "first": _pixels_print(pictures.first.pixels, check),
        "last": _pixels_print(pictures.last.pixels, check),
        "masks": [[str(region), _pixels_print(mask, check)] for region, mask in pictures.masks],
        "new_frames": request.new_frames,
        "canvas": [request.canvas.width, request.canvas.height],
        "guidance": encode_value(request.guidance, {}),
        "draft": request.settings.quality.value if is_followed(request, options) else "",
        "seed": request.seed,
        "options": _options(options, _TOLD_OTHERWISE + _OF_DECODING),
    }
    return _digest(told)


def clip_print(request: str, index: int, clip: Pass, options: SvdOptions) -> str:
    """Of one of the gap's clips. Later ones begin or end with frames that were decoded."""
    every = dataclasses.asdict(options)
    decoding = {name: every[name] for name in _OF_DECODING} if index else {}
    return _digest({"request": request, "index": index, "clip": dataclasses.asdict(clip), "decoding": decoding})


def _options(options: SvdOptions, without: tuple[str, ...]) -> dict[str, object]:
    """All but a few: an option that is added later counts by itself."""
    return {name: value for name, value in dataclasses.asdict(options).items() if name not in without}


def _pixels_print(pixels: np.ndarray, check: Callable[[], None]) -> str:
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
    flat = np.ascontiguousarray(pixels).reshape(-1).view(np.uint8)
    for start in range(0, len(flat), _PIECE_BYTES):
        check()
        digest.update(flat[start : start + _PIECE_BYTES].data)
    return digest.hexdigest()


def _digest(told: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
