"""The facts about the engine. Nothing heavy is imported to tell them."""

from __future__ import annotations

from mpd_studio.core.clip_plan import ClipLengths
from mpd_studio.core.engine import Capability, EngineInfo
from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.packages import problem
from mpd_studio.engines.motion_i2v.option_facts import OPTIONS, in_effect

MODEL_SIZE = Size(512, 320)
SIZE_MULTIPLE = 64
# With the picture itself. Shorter clips are made where a gap asks for them; the model was trained with 16 alone.
MOST_FRAMES = 16
# Of one picture, after it: ten seconds at 24 frames per second. Each 10 beyond 15 are one more window of stage 2.
MOST_ANIMATED = 240
LENGTHS = ClipLengths(fewest=9, most=MOST_FRAMES)

INFO = EngineInfo(
    id="motion_i2v",
    title="Motion-I2V",
    summary="Predicts how every pixel moves, by text, paths and regions, then makes the frames. Needs its weights.",
    capabilities=frozenset(
        {Capability.PATHS, Capability.REGIONS, Capability.ANY_DEPTH, Capability.CONFIDENCE, Capability.SEEDED}
    ),
    native_size=MODEL_SIZE,
    licence="The weights carry no licence that is known: you supply them. Apache-2.0 for the program",
    source="built in",
    problem=problem(),
    packages=("torch", "diffusers", "transformers"),
    options=OPTIONS,
    in_effect=in_effect,
    clip_lengths=LENGTHS,
)
