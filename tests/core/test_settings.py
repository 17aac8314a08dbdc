from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from mpd_studio.core.errors import SettingsError
from mpd_studio.core.paths import program_paths
from mpd_studio.core.settings import LoadedSettings, Settings, help_text, load_settings, save_settings


def test_settings_survive_a_round_trip(tmp_path: Path) -> None:
    changed = Settings(theme="light", cache_mib=128, drafts_enabled=False)
    save_settings(tmp_path / "config" / "s.json", LoadedSettings(changed))
    assert load_settings(tmp_path / "config" / "s.json") == LoadedSettings(changed)


def test_wrong_values_cost_a_note_and_unknown_ones_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"theme": "pink", "cache_mib": "much", "quality": "best", "future": [1]}))
    loaded = load_settings(path)
    assert loaded.settings == Settings(quality="best")
    assert len(loaded.notes) == 2
    save_settings(path, loaded)
    assert json.loads(path.read_text())["future"] == [1]


def test_options_of_engines_survive_also_of_those_that_are_not_here(tmp_path: Path) -> None:
    options = (("far", (("depth", 2),)), ("svd", (("sampler", "trf"), ("share", 0.5), ("sharp", True))))
    save_settings(tmp_path / "s.json", LoadedSettings(Settings(engine_options=options)))
    loaded = load_settings(tmp_path / "s.json")
    assert loaded == LoadedSettings(Settings(engine_options=options))
    assert loaded.settings.options_of("far") == (("depth", 2),)
    assert loaded.settings.options_of("nonesuch") == ()


def test_unreadable_options_cost_a_note_each_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"theme": "light", "engine_options": {"svd": {"steps": 9, "size": [1]}, "far": 3}}))
    loaded = load_settings(path)
    assert loaded.settings == Settings(theme="light", engine_options=(("svd", (("steps", 9),)),))
    assert [("'size' of 'svd'" in note, "'far'" in note) for note in loaded.notes] == [(True, False), (False, True)]
    path.write_text(json.dumps({"engine_options": 7}))
    loaded = load_settings(path)
    assert (loaded.settings, len(loaded.notes)) == (Settings(), 1)


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_broken_file_gives_defaults_and_a_note(tmp_path: Path, content: str) -> None:
    (tmp_path / "s.json").write_text(content)
    loaded = load_settings(tmp_path / "s.json")
    assert loaded.settings == Settings()
    assert loaded.notes


def test_every_setting_has_a_help_text() -> None:
    assert all(help_text(field.name).endswith(".") for field in dataclasses.fields(Settings))


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(SettingsError):
        Settings(cache_mib=1)


def test_one_variable_moves_every_folder(tmp_path: Path) -> None:
    paths = program_paths({"MPD_STUDIO_HOME": str(tmp_path)})
    folders = [
        paths.settings,
        paths.window,
        paths.models,
        paths.logs,
        paths.crash_reports,
        paths.recovery,
        paths.thumbnails,
    ]
    assert all(folder.is_relative_to(tmp_path) for folder in folders)
    assert not list(tmp_path.iterdir())
