"""`mpd-studio doctor` says of all weights whether they are there, where, and under which terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.cli.doctor import examine, weights_findings
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.settings import LoadedSettings, Settings, save_settings
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import record_consent
from tests.weights.fake_hub import UNET, fill_cache, tiny_files, without, write_files

FILES = tiny_files()


def told(paths: ProgramPaths) -> dict[str, str]:
    return {finding.what: finding.state for finding in weights_findings(paths)}


def test_missing_weights_name_the_command(paths: ProgramPaths) -> None:
    assert told(paths) == {f"weights {entry.id}": f"missing: mpd-studio weights get {entry.id}" for entry in CATALOGUE}


def test_whole_weights_say_where_and_whether_their_terms_were_agreed_to(paths: ProgramPaths, hub_home: Path) -> None:
    own = write_files(paths.models / "svd-xt", FILES)
    snapshot = fill_cache(hub_home, CATALOGUE[1].repo, FILES)
    record_consent(CATALOGUE[0], paths)
    assert told(paths) == {
        "weights svd-xt": f"present in {own}; licence accepted",
        "weights svd-xt-1-1": f"present in {snapshot}; licence not accepted yet: mpd-studio weights get svd-xt-1-1",
        "weights motion-i2v": "missing: mpd-studio weights get motion-i2v",
    }


def test_a_part_says_what_lacks(paths: ProgramPaths) -> None:
    write_files(paths.models / "svd-xt", without(FILES, UNET))
    state = told(paths)["weights svd-xt"]
    assert state.startswith("partial: The weights svd-xt are incomplete (")
    assert "mpd-studio weights get svd-xt" in state


def test_weights_of_ones_own_have_no_terms(paths: ProgramPaths) -> None:
    own = write_files(paths.models / "mine", FILES)
    assert told(paths)["weights mine"] == f"present in {own}"


@pytest.mark.parametrize("is_there", [True, False])
def test_the_choice_of_the_settings_is_told(paths: ProgramPaths, tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "chosen"
    if is_there:
        write_files(folder, FILES)
    save_settings(paths.settings, LoadedSettings(Settings(svd_weights=str(folder))))
    state = told(paths)["weights in use"]
    assert state == str(folder) if is_there else "svd_weights is of no use" in state


def test_the_report_ends_with_the_weights(paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpd_studio.cli.doctor._devices", lambda: "not asked here")  # asking torch takes seconds
    assert [finding.what for finding in examine()][-3:] == [f"weights {e.id}" for e in CATALOGUE]
