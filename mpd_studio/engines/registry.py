"""Which engines there are, by id. Nothing heavy is imported until an engine is opened.

An engine is a class with the facts about it in the class attribute INFO (an EngineInfo) and the methods of
core/engine.py. Built-ins stand here as text "module:Class"; others come from packages that declare an entry point
in the group "mpd_studio.engines", named by the engine's id. The module of an engine imports its heavy libraries
inside functions, so that reading INFO costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from mpd_studio.core.engine import Engine, EngineInfo
from mpd_studio.core.errors import EnvironmentProblem, UnsupportedRequest
from mpd_studio.core.figures import Figure, TellsForecast
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Reporter

ENTRY_POINT_GROUP = "mpd_studio.engines"

BUILT_IN: tuple[tuple[str, str], ...] = (
    ("flow", "mpd_studio.engines.flow.engine:FlowEngine"),
    ("crossfade", "mpd_studio.engines.crossfade.engine:CrossfadeEngine"),
    ("svd", "mpd_studio.engines.svd.engine:SvdEngine"),
    ("motion_i2v", "mpd_studio.engines.motion_i2v.engine:MotionI2vEngine"),
)

# Modules with a function `convert`, of the built-ins whose weights come as pickles.
_CONVERTERS = {"motion_i2v": "mpd_studio.engines.motion_i2v.convert"}


def engine_infos() -> tuple[EngineInfo, ...]:
    """The facts about every engine: the built-ins first, then plug-ins by name.

    A plug-in that fails to import, or whose INFO is not one, becomes an entry whose `problem` says why.
    """
    return tuple(_info(engine_id, target) for engine_id, target in _targets().items())


def open_engine(engine_id: str) -> Engine:
    """A new engine object, not yet loaded.

    Raises:
        UnsupportedRequest: no engine has this id; the message names those that exist.
        EnvironmentProblem: a plug-in has this id but cannot be imported here.
    """
    target = _target(engine_id)
    if target is None:
        raise _unknown(engine_id)
    try:
        return _load(target)()
    except _PLUGIN_FAULTS as error:
        raise EnvironmentProblem(f"The engine '{engine_id}' cannot be started: {_reason(error)}") from error


def check_engine_id(engine_id: str) -> None:
    """Before anything is read for an engine. Raises: UnsupportedRequest: as open_engine, in the same words."""
    if _target(engine_id) is None:
        raise _unknown(engine_id)


def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
    """What the request's engine says of the run beforehand; () where it says nothing, or is not to be had.

    May read files and ask devices: not for the GUI thread.
    """
    told_by = _forecaster(request.engine_id)
    return told_by.forecast(request) if told_by is not None else ()


def tells_forecast(engine_id: str) -> bool:
    """Whether asking for a forecast makes sense; this is quick."""
    return _forecaster(engine_id) is not None


def convert_weights(engine_id: str, source: Path, target: Path, reporter: Reporter, entry: str | None) -> int:
    """Make safetensors of the pickles of an engine's weights; see engines/motion_i2v/convert.py.

    Returns: how many files were made.
    Raises:
        UnsupportedRequest: the engine's weights are no pickles. EnvironmentProblem: a package is missing.
        MpdError, Cancelled: as the engine's own.
    """
    module = _CONVERTERS.get(engine_id)
    if module is None:
        raise UnsupportedRequest(f"The weights of the engine '{engine_id}' need no converting.")
    info = _info(engine_id, dict(BUILT_IN)[engine_id])
    if info.problem:
        raise EnvironmentProblem(info.problem)
    return len(import_module(module).convert(source, target, reporter, entry=entry))


def _forecaster(engine_id: str) -> TellsForecast | None:
    target = _target(engine_id)
    try:
        told_by = _load(target) if target else None
    except _PLUGIN_FAULTS:
        return None
    return told_by if isinstance(told_by, TellsForecast) else None


# What importing somebody else's module can raise in practice; a plug-in's own bugs in generate are not caught here.
_PLUGIN_FAULTS = (ImportError, AttributeError, TypeError, ValueError, NameError, SyntaxError, OSError, RuntimeError)


def _unknown(engine_id: str) -> UnsupportedRequest:
    return UnsupportedRequest(f"There is no engine '{engine_id}'. Choose one of: {', '.join(_targets())}.")


def _target(engine_id: str) -> str | None:
    """Built-ins are known without asking every installed package, which takes milliseconds."""
    return dict(BUILT_IN).get(engine_id) or _targets().get(engine_id)


def _targets() -> dict[str, str]:
    targets = dict(BUILT_IN)
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        targets.setdefault(point.name, point.value)  # a plug-in cannot take a built-in's place
    return targets


def _load(target: str) -> type:
    module, _, name = target.partition(":")
    loaded = getattr(import_module(module), name)
    if not isinstance(loaded, type):
        raise TypeError(f"'{target}' is not a class.")
    return loaded


def _info(engine_id: str, target: str) -> EngineInfo:
    try:
        info = getattr(_load(target), "INFO", None)
    except _PLUGIN_FAULTS as error:
        return _broken(engine_id, target, _reason(error))
    if not isinstance(info, EngineInfo):
        return _broken(engine_id, target, f"'{target}' has no INFO that tells about it.")
    if info.id != engine_id:
        return _broken(engine_id, target, f"It is registered as '{engine_id}' but calls itself '{info.id}'.")
    return info


def _broken(engine_id: str, target: str, reason: str) -> EngineInfo:
    problem = f"{reason} Reinstall or remove the package that brings it."
    return EngineInfo(
        engine_id, engine_id, "A plug-in that cannot be used here.", frozenset(), (), source=target, problem=problem
    )


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(".") + "."
