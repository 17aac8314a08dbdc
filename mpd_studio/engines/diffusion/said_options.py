"""Options as they are said to an engine, checked against a dataclass of their defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from mpd_studio.core.errors import SettingsError
from mpd_studio.core.inbetween import EngineSettings

DTYPES = ("auto", "float32", "float16", "bfloat16")
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def said_options(engine_id: str, settings: EngineSettings, known: type) -> dict[str, Any]:
    """What was said, by name. known: a dataclass whose fields are the options, with their defaults.

    Raises:
        SettingsError: an option is unknown, or of the wrong kind.
    """
    kinds = {field.name: type(field.default) for field in dataclasses.fields(known)}
    unknown = [name for name, _ in settings.options if name not in kinds]
    if unknown:
        names = ", ".join(sorted(kinds))
        raise SettingsError(f"The engine '{engine_id}' has no option '{unknown[0]}'. Choose from: {names}.")
    return {name: _of_kind(name, kinds[name], value) for name, value in settings.options}


def require_known(options: object, choices: Mapping[str, tuple[str, ...]]) -> None:
    """Raises: SettingsError: a choice is none of those that there are."""
    for name, known in choices.items():
        value = getattr(options, name)
        if value not in known:
            raise SettingsError(f"The option '{name}' cannot be '{value}'. Choose one of: {', '.join(known)}.")


def require_range(options: object, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Raises: SettingsError: a number lies outside."""
    for name, (low, high) in ranges.items():
        value = getattr(options, name)
        if not low <= value <= high:
            raise SettingsError(f"The option '{name}' lies between {low} and {high}, not at {value}.")


def _of_kind(name: str, kind: type, value: object) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise SettingsError(f"The option '{name}' is {_WORDS[kind]}, not {value!r}.")
    return value
