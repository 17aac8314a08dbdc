"""What the user may say to the engine: the options of its settings, checked, with the released programs' defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.engines.diffusion.said_options import DTYPES, require_known, require_range, said_options

SAMPLERS = ("mpd_vibid", "mpd_trf", "vibid", "trf", "trf_renoise")
VARIANTS = ("code", "paper")
MEMORY = ("auto", "full", "balanced", "low", "lowest", "smallest")

_STEPS = {Quality.DRAFT: 12, Quality.NORMAL: 25, Quality.BEST: 50}
_TRF_STEPS = {Quality.DRAFT: 25, Quality.NORMAL: 50, Quality.BEST: 50}
# As diffusers counts frames a second; the programs of MPD say 8, those of ViBiDSampler 6, for what the model is told.
_FPS = {"mpd_vibid": 9, "mpd_trf": 9}
_RATIO = {"mpd_trf": 0.1}
_PASSES = {"mpd_trf": 1}


@dataclass(frozen=True, slots=True)
class SvdOptions:
    """weights: a folder, or a name (weights/store.py); "" takes those that are there.

    size: the model's picture, "1024x576"; "" chooses by the canvas.

    guidance: ω of CFG++, 0..1. distill_ratio, passes, variant, fusion: of Motion Prior Distillation (samplers.py).
    guide_strength, guide_start: how long a drawing leads (guide.py), as shares of the steps: the strong and the weak
    clock of Time-to-Move, whose program for this model says 0.42 and 0.32; held against both ends, 0.42 is too little
    (docs/engines/mpd.md). Strength 0: what is drawn is not followed. Start 0: no step is left out, and Motion Prior
    Distillation acts in full.
    decode_chunk: frames the autoencoder decodes at once; it mixes them, so this changes the pictures.
    memory: how much memory is spared for time; "auto" steps down when memory runs out.
    """

    weights: str = ""
    sampler: str = SAMPLERS[0]
    steps: int = 25
    guidance: float = 1.0
    distill_ratio: float = 0.2
    passes: int = 3
    variant: str = VARIANTS[0]
    fusion: float = 1.0
    guide_strength: float = 0.6
    guide_start: float = 0.32
    fps: int = 7
    motion_bucket: int = 127
    noise_aug: float = 0.02
    device: str = "auto"
    dtype: str = "auto"
    size: str = ""
    decode_chunk: int = 4
    memory: str = "auto"
    color_match: bool = True
    detail: bool = True

    def __post_init__(self) -> None:
        require_known(self, {"sampler": SAMPLERS, "variant": VARIANTS, "dtype": DTYPES, "memory": MEMORY})
        require_range(self, RANGES)


RANGES: dict[str, tuple[float, float]] = {
    "steps": (2, 500),
    "guidance": (0.0, 1.0),
    "distill_ratio": (0.0, 1.0),
    "passes": (0, 20),
    "fusion": (0.0, 1.0),
    "guide_strength": (0.0, 1.0),
    "guide_start": (0.0, 1.0),
    "fps": (1, 60),
    "motion_bucket": (0, 255),
    "noise_aug": (0.0, 1.0),
    "decode_chunk": (1, 25),
}


def read_options(settings: EngineSettings) -> SvdOptions:
    """The options of a request; what is not said follows from the sampler and the quality.

    Raises:
        SettingsError: an option is unknown, of the wrong kind or out of its range.
    """
    said = said_options("svd", settings, SvdOptions)
    sampler = str(said.get("sampler", SAMPLERS[0]))
    steps = _TRF_STEPS if sampler == "trf" else _STEPS
    derived: dict[str, Any] = {
        "steps": steps[settings.quality],
        "fps": _FPS.get(sampler, 7),
        "distill_ratio": _RATIO.get(sampler, 0.2),
        "passes": _PASSES.get(sampler, 3),
    }
    return SvdOptions(**(derived | said))
