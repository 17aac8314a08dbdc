"""Options described for a form, out of the dataclass that holds their defaults. Nothing heavy is imported for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from mpd_studio.core.engine_option import Choice, EngineOption, OptionKind
from mpd_studio.engines.diffusion.said_options import DTYPES

# Value: title, and what it does in a few words.
Words = Mapping[str, tuple[str, str]]
_DTYPE_WORDS = {
    "auto": ("auto", "half on graphics cards, single elsewhere"),
    "float32": ("single (float32)", "exact, and twice the memory"),
    "float16": ("half (float16)", "finer than the other half"),
    "bfloat16": ("half (bfloat16)", "coarser, never overflows"),
}


class OptionForm:
    """Describes one engine's options; their defaults and ranges stand where they are checked."""

    def __init__(self, defaults: Any, ranges: Mapping[str, tuple[float, float]]) -> None:
        """defaults: the dataclass of the options, as it is when nothing is said."""
        self._defaults: dict[str, Any] = dataclasses.asdict(defaults)
        self._ranges = ranges

    def choice(self, name: str, words: Words, title: str, text: str, **more: Any) -> EngineOption:
        """more: as EngineOption has them, here and below."""
        choices = tuple(Choice(value, *said) for value, said in words.items())
        return EngineOption(name, title, text, OptionKind.CHOICE, self._defaults[name], choices, **more)

    def number(self, name: str, title: str, text: str, step: float, **more: Any) -> EngineOption:
        default, (low, high) = self._defaults[name], self._ranges[name]
        kind = OptionKind.WHOLE if isinstance(default, int) else OptionKind.NUMBER
        return EngineOption(name, title, text, kind, default, low=low, high=high, step=step, **more)

    def switch(self, name: str, title: str, text: str, **more: Any) -> EngineOption:
        return EngineOption(name, title, text, OptionKind.SWITCH, self._defaults[name], **more)

    def text(self, name: str, title: str, text: str, **more: Any) -> EngineOption:
        return EngineOption(name, title, text, OptionKind.TEXT, self._defaults[name], **more)

    def path(self, name: str, title: str, text: str, **more: Any) -> EngineOption:
        return EngineOption(name, title, text, OptionKind.PATH, self._defaults[name], **more)

    def file(self, name: str, title: str, text: str) -> EngineOption:
        return EngineOption(name, title, text, OptionKind.FILE, self._defaults[name])

    def weights(self, text: str) -> EngineOption:
        return EngineOption(
            "weights", "Weights", text, OptionKind.WEIGHTS, self._defaults["weights"], is_advanced=False
        )

    def size(self, text: str, example: str) -> EngineOption:
        return self.text("size", "Model size", text, pattern=r"\s*\d+\s*[xX×]\s*\d+\s*", example=example)

    def device(self) -> EngineOption:
        return self.text(
            "device",
            "Device",
            "Where it is computed. Auto takes a graphics card where there is one.",
            pattern=r"auto|cpu|mps|cuda(:\d+)?",
            example="auto, cpu, cuda, cuda:1 or mps",
        )

    def dtype(self, text: str) -> EngineOption:
        return self.choice("dtype", {name: _DTYPE_WORDS[name] for name in DTYPES}, "Precision", text)
