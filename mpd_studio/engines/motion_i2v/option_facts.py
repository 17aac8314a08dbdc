"""The engine's options described for a form: titles, help and ranges. Nothing heavy is imported to tell them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from mpd_studio.core.engine_option import EngineOption, OptionValue
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.engines.diffusion.option_form import OptionForm
from mpd_studio.engines.motion_i2v.camera import CAMERAS, MOVES
from mpd_studio.engines.motion_i2v.options import RANGES, MotionI2vOptions, read_options
from mpd_studio.engines.motion_i2v.personal_options import LORAS_JOINED_BY

_FORM = OptionForm(MotionI2vOptions(), RANGES)
_CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "camera": {name: (name.replace("-", " "), "") for name in CAMERAS},
    "render": {
        "native": ("native pixels", "the boundary frames' own pixels move; the model fills what neither shows"),
        "model": ("model's frames", "all of each frame is made by the model, at its small size"),
    },
    "memory": {
        "auto": ("auto", "the fastest that fits; steps down when memory runs out"),
        "full": ("full speed", "both stages stay on the card"),
        "balanced": ("balanced", "one stage at a time"),
        "low": ("low", "and guidance in two passes"),
        "lowest": ("lowest", "and layers come and go; slow, for small cards"),
    },
}


OPTIONS: tuple[EngineOption, ...] = (
    _FORM.weights("The model files: those of Window › Weights, or a folder in the official layout."),
    _FORM.text("prompt", "Prompt", "What the shot shows and does, in a few words.", is_advanced=False),
    _FORM.text("negative_prompt", "Not wanted", "What the shot must not show."),
    _FORM.path(
        "personal",
        "Personal model",
        "Another Stable Diffusion 1.5 that draws the frames: a file, or a folder of diffusers.",
        example="dream.safetensors, or official for the one that the released weights bring",
    ),
    _FORM.path(
        "lora",
        "LoRAs",
        "Files of styles for Stable Diffusion 1.5, each with its strength; several with a semicolon between.",
        example="ink.safetensors:0.8; grain.safetensors:0.4",
        joined_by=LORAS_JOINED_BY,
    ),
    _FORM.number(
        "steps",
        "Steps",
        "How often noise is removed, in each of the two stages.",
        1,
        is_derived=True,
        is_advanced=False,
    ),
    _FORM.number(
        "motion",
        "Motion amount",
        "How much motion is expected; 8 is what the model was trained with.",
        0.5,
        is_advanced=False,
    ),
    _FORM.number(
        "guidance", "Guidance", "How strictly the prompt is kept to. At 1 it is one pass, and twice as fast.", 0.5
    ),
    _FORM.number(
        "control", "Drawing strength", "How strongly paths and regions steer; at 0 paths are not followed.", 0.05
    ),
    _FORM.choice(
        "camera", _CHOICES["camera"], "Camera", "A move of the camera on top of everything else.", is_advanced=False
    ),
    _FORM.number(
        "camera_amount",
        "Camera amount",
        "Of a pan the share of the picture's width; of a zoom how much larger; of a roll the angle in radians.",
        0.01,
        is_advanced=False,
        shown_when=("camera", tuple(MOVES)),
    ),
    _FORM.switch(
        "measured",
        "Measured ends",
        "Where both boundary frames show a thing, its motion ends where it was measured to, not as it was predicted.",
    ),
    _FORM.file("motion_file", "Motion", "How the first frame moves, as a file; else it is predicted."),
    _FORM.file("motion_back_file", "Motion back", "How the last frame moves back, as a file; else it is predicted."),
    _FORM.choice("render", _CHOICES["render"], "Pixels", "Where the pixels of new frames come from."),
    _FORM.switch(
        "color_match", "Match colours", "The frames that the model draws meet the colours of both boundary frames."
    ),
    _FORM.choice("memory", _CHOICES["memory"], "Memory plan", "How much memory is spared for time."),
    _FORM.size(
        "The size that the model works at, sides multiples of 64. Auto chooses by the shape of the picture.", "512x320"
    ),
    _FORM.device(),
    _FORM.dtype("The numbers that the three large networks compute with."),
)


def in_effect(settings: EngineSettings) -> Mapping[str, OptionValue]:
    """Every option as the engine will take it. Raises: SettingsError: as read_options."""
    return dataclasses.asdict(read_options(settings))
