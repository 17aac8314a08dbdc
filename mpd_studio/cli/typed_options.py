"""NAME=VALUE as typed, made into a value that the engine's own description of its options allows."""

from __future__ import annotations

from collections.abc import Sequence

from mpd_studio.core.engine_option import EngineOption, OptionKind, OptionValue, SaidOptions
from mpd_studio.core.errors import BadInput
from mpd_studio.engines.registry import engine_infos

_SWITCH = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}


def typed_options(engine_id: str, typed: Sequence[str]) -> SaidOptions:
    """What was said to the engine, sorted by name; an unknown engine knows no options.

    Raises: BadInput: not NAME=VALUE, a name that the engine does not know, or a value that it does not allow.
    """
    known = {option.name: option for info in engine_infos() if info.id == engine_id for option in info.options}
    said: dict[str, OptionValue] = {}
    for words in typed:
        name, equals, text = words.partition("=")
        if not equals or not name:
            raise BadInput(f"--option takes NAME=VALUE, not '{words}'.")
        if name not in known:
            names = ", ".join(sorted(known)) or "none at all"
            raise BadInput(f"The engine '{engine_id}' has no option '{name}'. It knows: {names}.")
        value, between = _value(known[name], text), known[name].joined_by
        said[name] = f"{said[name]}{between}{value}" if between and name in said else value
    return tuple(sorted(said.items()))


def _value(option: EngineOption, text: str) -> OptionValue:
    value: object = text
    try:
        if option.kind is OptionKind.SWITCH:
            value = _SWITCH[text.lower()]
        elif option.kind in (OptionKind.WHOLE, OptionKind.NUMBER):
            value = option.type(text)
    except (KeyError, ValueError):
        problem = option.problem(text)
    else:
        problem = option.problem(value)
    if problem:
        allowed = f" Values: {', '.join(choice.value for choice in option.choices)}." if option.choices else ""
        raise BadInput(f"--option {option.name}={text}: {problem}{allowed}")
    return value  # type: ignore[return-value] - problem() has seen that it is one
