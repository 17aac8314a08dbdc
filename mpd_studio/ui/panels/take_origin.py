"""How a take was made, in a few lines for its tool tip."""

from __future__ import annotations

from collections.abc import Iterable

from mpd_studio.core.engine import EngineInfo
from mpd_studio.core.engine_option import EngineOption, OptionValue
from mpd_studio.core.timeline import Take
from mpd_studio.ui.texts import tr


def made_with(take: Take, engines: Iterable[EngineInfo]) -> str:
    """The engine, its quality and seed, and what was set for it; by their ids where the engine is not here any more."""
    request = take.result.request
    engine = next((info for info in engines if info.id == request.engine_id), None)
    described = {option.name: option for option in engine.options} if engine else {}
    name = tr(engine.title) if engine else request.engine_id
    quality = tr(request.settings.quality.value)
    lines = [tr("{engine}, {quality}, seed {seed}").format(engine=name, quality=quality, seed=request.seed)]
    for key, value in request.settings.options:
        lines.append(_line(key, value, described.get(key)))
    device = take.result.provenance.device
    if device != "cpu":  # so says also what was made before the device was kept
        lines.append(tr("Made on {device}").format(device=device))
    return "\n".join(lines)


def _line(name: str, value: OptionValue, option: EngineOption | None) -> str:
    if option is None:
        return f"{name}: {value}"
    titles = {choice.value: tr(choice.title) for choice in option.choices}
    shown = (tr("on") if value else tr("off")) if isinstance(value, bool) else titles.get(str(value), str(value))
    return f"{tr(option.title)}: {shown}"
