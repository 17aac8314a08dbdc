"""What a user may say to one engine beyond its quality: described, so that a form can be built without the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

OptionValue = str | int | float | bool
SaidOptions = tuple[tuple[str, OptionValue], ...]


class OptionKind(Enum):
    CHOICE = "choice"
    WHOLE = "whole number"
    NUMBER = "number"
    SWITCH = "switch"
    TEXT = "text"
    FILE = "file"  # "" for none; no field of a form: something else in the window makes it
    PATH = "path"  # of a file or folder that the user has, "" for none; typed, picked or dropped
    WEIGHTS = "weights"  # a name of weights or a folder; "" takes those that are there


_TYPES: dict[OptionKind, type] = {OptionKind.WHOLE: int, OptionKind.NUMBER: float, OptionKind.SWITCH: bool}
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "on or off"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that can be chosen. help: what it does, "" where the title says it."""

    value: str
    title: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class EngineOption:
    """name: as in EngineSettings.options. help: one or two sentences for a tool tip.

    low, high, step: of numbers, the ends included. pattern, example: what a whole text must match, and one that does.
    is_derived: the default follows from the quality or from other options; EngineInfo.in_effect tells it.
    is_advanced: kept out of sight until asked for. shown_when: it has an effect only while the named option, whose
    default may not be derived, has one of the values.
    joined_by: of a text that lists things: what stands between them, and the command line takes them one by one.
    """

    name: str
    title: str
    help: str
    kind: OptionKind
    default: OptionValue
    choices: tuple[Choice, ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    pattern: str = ""
    example: str = ""
    is_derived: bool = False
    is_advanced: bool = True
    shown_when: tuple[str, tuple[OptionValue, ...]] | None = None
    joined_by: str = ""

    @property
    def type(self) -> type:
        """Of its values."""
        return _TYPES.get(self.kind, str)

    def problem(self, value: object) -> str:
        """Why a value is impossible; "" when it is not."""
        kind = type(value)
        if kind is not self.type and not (self.type is float and kind is int):
            return f"{self.title} is {_WORDS[self.type]}, not {value!r}."
        if self.kind is OptionKind.CHOICE and value not in [choice.value for choice in self.choices]:
            return f"{self.title}: choose one of {', '.join(choice.title for choice in self.choices)}."
        if isinstance(value, int | float) and self.type is not bool and not self.low <= value <= self.high:
            return f"{self.title} lies between {self.low:g} and {self.high:g}, not at {value:g}."
        if isinstance(value, str) and value and self.pattern and not re.fullmatch(self.pattern, value):
            return f"{self.title} is written like {self.example}, not '{value}'."
        return ""


def usable_options(options: tuple[EngineOption, ...], said: Iterable[tuple[str, OptionValue]]) -> SaidOptions:
    """Of what was said, that which the engine knows, finds possible, and which has an effect; sorted by name."""
    known = {option.name: option for option in options}
    possible = {name: value for name, value in said if name in known and not known[name].problem(value)}
    return tuple(sorted((name, value) for name, value in possible.items() if is_shown(known[name], options, possible)))


def is_shown(option: EngineOption, options: tuple[EngineOption, ...], said: Mapping[str, OptionValue]) -> bool:
    """Whether an option has an effect beside what was said of the others."""
    if option.shown_when is None:
        return True
    name, values = option.shown_when
    default = next((other.default for other in options if other.name == name), None)
    return said.get(name, default) in values
