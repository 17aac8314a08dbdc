"""What the denoised latents of a gap depend on, as digests: equal ones mean that they need not be made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.diffusion import request_print as shared
from mpd_studio.engines.svd.guide_facts import is_followed
from mpd_studio.engines.svd.lengths import Pass
from mpd_studio.engines.svd.options import SvdOptions

# They act on frames after they are denoised; yet those may be ends of clips that are denoised later.
_OF_DECODING = ("decode_chunk", "color_match", "detail")


def request_print(
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    options: SvdOptions,
    weights: Path,
    where: str,
    check: Callable[[], None],
) -> str:
    """Of a whole gap. Arguments and errors: as the shared one's."""
    more = {
        "draft": request.settings.quality.value if is_followed(request, options) else "",
        "options": _options(options, shared.TOLD_OTHERWISE + _OF_DECODING),
    }
    return shared.request_print(request, pictures, weights, where, more, check)


def clip_print(request: str, index: int, clip: Pass, options: SvdOptions) -> str:
    """Of one of the gap's clips. Later ones begin or end with frames that were decoded."""
    every = dataclasses.asdict(options)
    decoding = {name: every[name] for name in _OF_DECODING} if index else {}
    return shared.digest({"request": request, "index": index, "clip": dataclasses.asdict(clip), "decoding": decoding})


def _options(options: SvdOptions, without: tuple[str, ...]) -> dict[str, object]:
    """All but a few: an option that is added later counts by itself."""
    return {name: value for name, value in dataclasses.asdict(options).items() if name not in without}
