"""Weights that the inspector names for an engine: they come before those of the setting."""

from __future__ import annotations

from mpd_studio.core.engine_option import OptionKind
from mpd_studio.session.generator import Generator
from mpd_studio.session.preferences import Preferences


class NamedWeights:
    """For the engine of the plan and for the others, whose options are kept until they are chosen again."""

    def __init__(self, generator: Generator, preferences: Preferences) -> None:
        self._generator = generator
        self._preferences = preferences

    def of(self, engine_id: str) -> str:
        """The name; "" where the setting counts."""
        said = dict(self._options(engine_id))
        return next((str(said[name]) for name in self._names(engine_id) if said.get(name)), "")

    def leave_to_setting(self, engine_id: str) -> None:
        """Name none for this engine any more."""
        names = self._names(engine_id)
        if engine_id == self._generator.plan.engine_id:
            for name in names:
                self._generator.set_option(name, None)
            return
        kept = dict(self._preferences.settings.engine_options)
        left = tuple((name, value) for name, value in kept.pop(engine_id, ()) if name not in names)
        if left:
            kept[engine_id] = left
        self._preferences.set(engine_options=tuple(sorted(kept.items())))

    def _options(self, engine_id: str) -> tuple[tuple[str, object], ...]:
        plan = self._generator.plan
        return plan.options if engine_id == plan.engine_id else self._preferences.settings.options_of(engine_id)

    def _names(self, engine_id: str) -> tuple[str, ...]:
        engine = next((info for info in self._generator.engines() if info.id == engine_id), None)
        options = engine.options if engine is not None else ()
        return tuple(option.name for option in options if option.kind is OptionKind.WEIGHTS)
