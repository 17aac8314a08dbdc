"""The engine's options described for a form: titles, help and ranges. Nothing heavy is imported to tell them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from mpd_studio.core.engine_option import Choice, EngineOption, OptionKind, OptionValue
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.engines.motion_i2v.camera import CAMERAS, MOVES
from mpd_studio.engines.motion_i2v.options import DTYPES, MEMORY, RANGES, RENDERS, MotionI2vOptions, read_options

_DEFAULTS: dict[str, Any] = dataclasses.asdict(MotionI2vOptions())
_CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "camera": {name: (name.replace("-", " "), "") for name in CAMERAS},
    "render": {
        "native": ("native pixels", "the boundary frames' own pixels move; the model fills what neither shows"),
        "model": ("model's frames", "all of each frame is made by the model, at its small size"),
    },
    "memory": {
        "auto": ("auto", "by the room on the graphics card; one stage at a time elsewhere"),
        "full": ("full speed", "both stages stay loaded"),
        "low": ("low", "one stage at a time, and guidance in two passes"),
    },
    "dtype": {
        "auto": ("auto", "half on graphics cards, single elsewhere"),
        "float32": ("single (float32)", "exact, and twice the memory"),
        "float16": ("half (float16)", "finer than the other half"),
        "bfloat16": ("half (bfloat16)", "coarser, never overflows"),
    },
}


def _choice(name: str, known: tuple[str, ...], title: str, text: str, **more: Any) -> EngineOption:
    choices = tuple(Choice(value, *_CHOICES[name][value]) for value in known)
    return EngineOption(name, title, text, OptionKind.CHOICE, _DEFAULTS[name], choices, **more)


def _number(name: str, title: str, text: str, step: float, **more: Any) -> EngineOption:
    default, (low, high) = _DEFAULTS[name], RANGES[name]
    kind = OptionKind.WHOLE if isinstance(default, int) else OptionKind.NUMBER
    return EngineOption(name, title, text, kind, default, low=low, high=high, step=step, **more)


def _plain(name: str, title: str, text: str, kind: OptionKind, **more: Any) -> EngineOption:
    return EngineOption(name, title, text, kind, _DEFAULTS[name], **more)


OPTIONS: tuple[EngineOption, ...] = (
    _plain(
        "weights",
        "Weights",
        "The model files: those of Window › Weights, or a folder in the official layout.",
        OptionKind.WEIGHTS,
        is_advanced=False,
    ),
    _plain("prompt", "Prompt", "What the shot shows and does, in a few words.", OptionKind.TEXT, is_advanced=False),
    _plain("negative_prompt", "Not wanted", "What the shot must not show.", OptionKind.TEXT),
    _number(
        "steps",
        "Steps",
        "How often noise is removed, in each of the two stages.",
        1,
        is_derived=True,
        is_advanced=False,
    ),
    _number("motion", "Motion amount", "How much motion is expected; 8 is what the model was trained with.", 0.5),
    _number("guidance", "Guidance", "How strictly the prompt is kept to. At 1 it is one pass, and twice as fast.", 0.5),
    _number("control", "Drawing strength", "How strongly paths and regions steer; at 0 paths are not followed.", 0.05),
    _choice("camera", CAMERAS, "Camera", "A move of the camera on top of everything else."),
    _number(
        "camera_amount",
        "Camera amount",
        "Of a pan the share of the picture's width; of a zoom how much larger; of a roll the angle in radians.",
        0.01,
        shown_when=("camera", tuple(MOVES)),
    ),
    _plain(
        "measured",
        "Measured ends",
        "Where both boundary frames show a thing, its motion ends where it was measured to, not as it was predicted.",
        OptionKind.SWITCH,
    ),
    _choice("render", RENDERS, "Pixels", "Where the pixels of new frames come from."),
    _choice("memory", MEMORY, "Memory plan", "How much memory is spared for time."),
    _plain(
        "size",
        "Model size",
        "The size that the model works at, sides multiples of 64. Auto chooses by the shape of the picture.",
        OptionKind.TEXT,
        pattern=r"\s*\d+\s*[xX×]\s*\d+\s*",
        example="512x320",
    ),
    _plain(
        "device",
        "Device",
        "Where it is computed. Auto takes a graphics card where there is one.",
        OptionKind.TEXT,
        pattern=r"auto|cpu|mps|cuda(:\d+)?",
        example="auto, cpu, cuda, cuda:1 or mps",
    ),
    _choice("dtype", DTYPES, "Precision", "The numbers that the three large networks compute with."),
)


def in_effect(settings: EngineSettings) -> Mapping[str, OptionValue]:
    """Every option as the engine will take it. Raises: SettingsError: as read_options."""
    return dataclasses.asdict(read_options(settings))
