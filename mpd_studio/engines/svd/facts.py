"""The facts about the engine. Nothing heavy is imported to tell them."""

from __future__ import annotations

from importlib.util import find_spec

from mpd_studio.core.engine import Capability, EngineInfo
from mpd_studio.core.geometry import Size
from mpd_studio.engines.svd.lengths import LENGTHS
from mpd_studio.engines.svd.option_facts import OPTIONS, in_effect

MODEL_SIZE = Size(1024, 576)
NEEDED = ("torch", "diffusers", "transformers", "safetensors")


def missing_packages() -> tuple[str, ...]:
    """Which of the packages that the engine needs are not installed; they are looked for, not imported."""
    return tuple(name for name in NEEDED if find_spec(name) is None)


def problem() -> str:
    """Why the engine cannot run here; "" when it can."""
    missing = missing_packages()
    if not missing:
        return ""
    return f"{', '.join(missing)} not installed. Run: pip install 'mpd-studio[diffusion]', then start again."


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
