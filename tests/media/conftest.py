"""Clips that several tests of this room read are made once."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from barcode_clips import COUNT, make_clip, shifted_copy

_NTSC_30 = Fraction(30000, 1001)
_STEPS = (33, 50, 20, 41, 17, 100)
VFR_TIMES = [0, *np.cumsum([_STEPS[i % len(_STEPS)] for i in range(COUNT - 1)]).tolist()]

# name: file name, codec and what else make_clip takes
_OPEN_GOP = {"options": {"x264-params": "keyint=12:min-keyint=12:open-gop=1:bframes=3"}}
_KINDS: dict[str, tuple[str, str, dict]] = {
    "h264 closed mp4": ("closed.mp4", "libx264", {"options": {"x264-params": "keyint=12:open-gop=0:bframes=3"}}),
    "h264 open mp4": ("open.mp4", "libx264", _OPEN_GOP),
    "h264 open mkv": ("open.mkv", "libx264", _OPEN_GOP),
    "hevc open mp4": (
        "hevc.mp4",
        "libx265",
        {"options": {"preset": "ultrafast", "x265-params": "keyint=12:min-keyint=12:open-gop=1:bframes=3:log-level=0"}},
    ),
    "vfr mp4": ("vfr.mp4", "libx264", {"times": VFR_TIMES, "time_base": Fraction(1, 1000), "options": {"g": "12"}}),
    "vfr mkv": ("vfr.mkv", "libx264", {"times": VFR_TIMES, "time_base": Fraction(1, 1000), "options": {"g": "12"}}),
    "29.97 mov": ("ntsc.mov", "libx264", {"rate": _NTSC_30, "options": {"g": "12"}}),
    "vp9 webm": ("vp9.webm", "libvpx-vp9", {"options": {"g": "12", "deadline": "realtime", "cpu-used": "8"}}),
    "av1 mp4": ("av1.mp4", "libsvtav1", {"options": {"preset": "12", "g": "12", "svtav1-params": "lp=1"}}),
    "gif": ("clip.gif", "gif", {"rate": Fraction(10), "pixel_format": "rgb8"}),
    "prores mov": ("prores.mov", "prores_ks", {"pixel_format": "yuv422p10le"}),
    "h264 ts": ("h264.ts", "libx264", {"options": {"x264-params": "keyint=12:open-gop=0:bframes=3"}}),
    "mpeg2 ts": ("mpeg2.ts", "mpeg2video", {"options": {"g": "12", "bf": "2"}}),
    "mpeg2 open ts": ("mpeg2_open.ts", "mpeg2video", {"options": {"g": "12", "bf": "2", "flags": "-cgop"}}),
    "ffv1 mkv": ("ffv1.mkv", "ffv1", {"pixel_format": "yuv422p10le"}),
    "mjpeg avi": ("mjpeg.avi", "mjpeg", {"pixel_format": "yuvj420p"}),
    "mpeg4 B avi": ("mpeg4.avi", "mpeg4", {"options": {"g": "12", "bf": "2"}}),
    "mpeg2 ps": ("mpeg2.mpg", "mpeg2video", {"options": {"g": "12", "bf": "2"}}),
    "interlaced h264 ts": ("fields.ts", "libx264", {"options": {"x264-params": "interlaced=1:keyint=12:bframes=3"}}),
    "intra refresh ts": ("refresh.ts", "libx264", {"options": {"x264-params": "intra-refresh=1:keyint=24:bframes=0"}}),
    "hevc open ts": (
        "hevc.ts",
        "libx265",
        {"options": {"preset": "ultrafast", "x265-params": "keyint=12:min-keyint=12:open-gop=1:bframes=3:log-level=0"}},
    ),
    "raw h264": ("raw.h264", "libx264", {"options": {"x264-params": "keyint=12:bframes=3"}}),
    "late start mp4": ("late.mp4", "libx264", {"times": [i + 50 for i in range(COUNT)], "options": {"g": "12"}}),
}  # fmt: skip


# name: what it is cut from, file name, frames that the edit list hides
_CUT = {
    "edit list mp4": ("h264 closed mp4", "edited.mp4", 7),
    "long edit list mp4": ("h264 closed mp4", "edited_more.mp4", 30),
    "edit list prores mov": ("prores mov", "edited.mov", 7),
}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The clip of a kind, made on first use."""
    folder = tmp_path_factory.mktemp("clips")
    made: dict[str, Path] = {}

    def get(kind: str) -> Path:
        if kind not in made:
            if kind in _CUT:
                source, name, hidden = _CUT[kind]
                made[kind] = shifted_copy(get(source), folder / name, -hidden)
            else:
                name, codec, rest = _KINDS[kind]
                made[kind] = make_clip(folder / name, codec, **rest)
        return made[kind]

    return get
