"""The user's settings: typed fields with defaults and help. A broken or newer file costs a note, never a start.

A setting is added by adding a field; its metadata holds the text shown beside it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.engine_option import SaidOptions
from mpd_studio.core.errors import SettingsError
from mpd_studio.core.inbetween import Quality
from mpd_studio.core.json_values import decode_value


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    theme: str = _setting("dark", "Dark or light window. The surround of the picture stays neutral in both.")
    reduced_motion: bool = _setting(False, "Panels and hints appear without moving.")
    engine_id: str = _setting("flow", "The engine that a new gap starts with.")
    quality: str = _setting("normal", "How carefully the engine works: draft, normal or best.")
    drafts_enabled: bool = _setting(True, "Show a quick draft in a selected gap by itself.")
    export_format: str = _setting("png16", "The format that Export starts with.")
    export_folder: str = _setting("", "The folder that Export starts in.")
    cache_mib: int = _setting(768, "Memory for decoded frames, in MiB.")
    svd_weights: str = _setting(
        "", "The weights of the engine svd: a name or a folder. Empty: the first that are there."
    )
    motion_i2v_weights: str = _setting(
        "", "The weights of the engine motion_i2v: a name or a folder. Empty: the first that are there."
    )
    engine_options: tuple[tuple[str, SaidOptions], ...] = _setting(
        (), "What was set for each engine in the inspector, by the engine's id."
    )
    keep_engine_loaded: bool = _setting(
        True, "Keep the engine's model in memory for the next generation, until five minutes have passed without one."
    )
    snapping: bool = _setting(True, "Dragged clips snap to the playhead and to the edges of others.")
    reopen_last: bool = _setting(True, "Open the last project at start.")

    def __post_init__(self) -> None:
        if self.theme not in ("dark", "light"):
            raise SettingsError(f"'{self.theme}' is no theme; choose dark or light.")
        if self.quality not in [quality.value for quality in Quality]:
            raise SettingsError(f"'{self.quality}' is no quality; choose draft, normal or best.")
        if not 64 <= self.cache_mib <= 65536:
            raise SettingsError("The memory for decoded frames lies between 64 and 65536 MiB.")

    def weights_of(self, engine_id: str) -> str:
        """The weights that an engine takes where it is told no others; "" for the first that are there."""
        return {"svd": self.svd_weights, "motion_i2v": self.motion_i2v_weights}.get(engine_id, "")

    def options_of(self, engine_id: str) -> SaidOptions:
        """What was set for an engine, as it was written: its options may have changed since."""
        return dict(self.engine_options).get(engine_id, ())


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """unknown: entries of the file that this version does not know or cannot use; they are kept when saving."""

    settings: Settings = Settings()
    unknown: tuple[tuple[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def help_text(name: str) -> str:
    return next(f.metadata["help"] for f in dataclasses.fields(Settings) if f.name == name)


def load_settings(path: Path) -> LoadedSettings:
    """What can be read; the rest falls back to defaults with a note."""
    try:
        doc = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(doc, dict):
            raise ValueError("it holds no settings")
    except FileNotFoundError:
        return LoadedSettings()
    except (OSError, ValueError, RecursionError) as error:
        return LoadedSettings(notes=(f"The settings in {path} could not be read ({error}); defaults are used.",))
    hints = {f.name: f.type for f in dataclasses.fields(Settings)}
    settings, unknown, notes = Settings(), [], []
    for name, value in doc.items():
        if name == "engine_options":
            options, dropped = _read_options(value)
            settings = dataclasses.replace(settings, engine_options=options)
            notes.extend(dropped)
            continue
        kind = {"str": str, "bool": bool, "int": int}.get(str(hints.get(name)))
        if kind is None:
            unknown.append((name, value))
            continue
        try:
            settings = dataclasses.replace(settings, **{name: decode_value(kind, value, {})})
        except (ValueError, SettingsError) as error:
            notes.append(f"The setting '{name}' could not be used ({error}); its default is used.")
    return LoadedSettings(settings, tuple(unknown), tuple(notes))


def save_settings(path: Path, loaded: LoadedSettings) -> None:
    """Raises: OutputError: the file system refuses; the old file is untouched."""
    doc = {**dict(loaded.unknown), **dataclasses.asdict(loaded.settings)}
    doc["engine_options"] = {engine_id: dict(said) for engine_id, said in loaded.settings.engine_options}
    write_atomically(path, json.dumps(doc, ensure_ascii=False, indent=1).encode())


def _read_options(doc: Any) -> tuple[tuple[tuple[str, SaidOptions], ...], list[str]]:
    """Of every engine, also of one that is not installed now. What is no value is left out, with a note."""
    engines: list[tuple[str, SaidOptions]] = []
    notes: list[str] = []
    for engine_id, said in doc.items() if isinstance(doc, dict) else [("", None)]:
        if not isinstance(said, dict):
            notes.append(f"The options of the engine '{engine_id}' could not be read; its defaults are used.")
            continue
        wrong = [name for name, value in said.items() if not isinstance(value, str | int | float | bool)]
        notes += [f"The option '{name}' of '{engine_id}' could not be read; its default is used." for name in wrong]
        options = tuple(sorted((name, value) for name, value in said.items() if name not in wrong))
        if options:
            engines.append((engine_id, options))
    return tuple(sorted(engines)), notes
