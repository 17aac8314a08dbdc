"""What the user may say to the engine: the options of its settings, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.engines.diffusion.said_options import DTYPES, require_known, require_range, said_options
from mpd_studio.engines.motion_i2v.camera import CAMERAS
from mpd_studio.engines.motion_i2v.memory_plan import LADDER
from mpd_studio.engines.motion_i2v.personal_options import loras_of
from mpd_studio.engines.motion_i2v.sampling import Wish
from mpd_studio.engines.motion_i2v.stage1 import MotionWish

RENDERS = ("native", "model")
MEMORY = ("auto", *(plan.name for plan in LADDER))
_STEPS = {Quality.DRAFT: 12, Quality.NORMAL: 25, Quality.BEST: 50}


@dataclass(frozen=True, slots=True)
class MotionI2vOptions:
    """weights: a folder, or a name (weights/store.py); "" takes those that are there.

    personal: another Stable Diffusion 1.5 for stage 2; lora: corrections of it (personal_options.py).
    motion: the stride told to stage 1; 8 was trained. control: how strongly drawings steer it.
    measured: where both boundary frames show a thing, motion ends where it was measured to.
    motion_file, motion_back_file: how the first frame moves until the last, and the last back until the first, instead
    of stage 1 (.npz or .flo); "" for none. Where one lacks, it follows from the other.
    render: "native": the boundary frames' own pixels are moved, and stage 2 fills what neither shows; "model": all of
    each frame is stage 2's. color_match: stage 2's frames meet the colours of both ends.
    memory: how much memory is spared for time; "auto" steps down when memory runs out.
    """

    weights: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    personal: str = ""
    lora: str = ""
    steps: int = 25
    guidance: float = 7.0
    motion: float = 8.0
    control: float = 1.0
    camera: str = CAMERAS[0]
    camera_amount: float = 0.1
    measured: bool = True
    motion_file: str = ""
    motion_back_file: str = ""
    render: str = RENDERS[0]
    color_match: bool = True
    memory: str = MEMORY[0]
    size: str = ""
    device: str = "auto"
    dtype: str = DTYPES[0]

    def __post_init__(self) -> None:
        require_known(self, {"camera": CAMERAS, "render": RENDERS, "memory": MEMORY, "dtype": DTYPES})
        require_range(self, RANGES)
        loras_of(self.lora)

    def wish(self, seed: int, together: bool) -> Wish:
        """together: both halves of guidance at once."""
        return Wish(self.prompt, self.negative_prompt, seed, self.steps, self.guidance, together)

    def motion_wish(self, seed: int, together: bool) -> MotionWish:
        return MotionWish(self.wish(seed, together), self.motion, self.control)


RANGES: dict[str, tuple[float, float]] = {
    "steps": (2, 500),
    "guidance": (1.0, 20.0),
    "motion": (1.0, 16.0),
    "control": (0.0, 2.0),
    "camera_amount": (0.0, 1.0),
}


def read_options(settings: EngineSettings) -> MotionI2vOptions:
    """The options of a request; the steps follow from the quality where they are not said.

    Raises:
        SettingsError: an option is unknown, of the wrong kind or out of its range.
    """
    said = said_options("motion_i2v", settings, MotionI2vOptions)
    derived: dict[str, Any] = {"steps": _STEPS[settings.quality]}
    return MotionI2vOptions(**(derived | said))
