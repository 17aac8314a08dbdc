"""The facts about the engine. Nothing heavy is imported to tell them."""

from __future__ import annotations

from mpd_studio.core.engine import Capability, EngineInfo
from mpd_studio.core.geometry import Size
from mpd_studio.engines.diffusion.packages import problem
from mpd_studio.engines.svd.lengths import LENGTHS
from mpd_studio.engines.svd.option_facts import OPTIONS, in_effect

MODEL_SIZE = Size(1024, 576)

INFO = EngineInfo(
    id="svd",
    title="Motion Prior Distillation",
    summary="Imagines the motion with Stable Video Diffusion, from both ends. Needs its weights and a graphics card.",
    capabilities=frozenset({Capability.PATHS, Capability.REGIONS, Capability.ANY_DEPTH, Capability.SEEDED}),
    native_size=MODEL_SIZE,
    licence="Stability AI Community License for the weights; Apache-2.0 for the program",
    source="built in",
    problem=problem(),
    packages=("torch", "diffusers", "transformers"),
    options=OPTIONS,
    in_effect=in_effect,
    clip_lengths=LENGTHS,
)
