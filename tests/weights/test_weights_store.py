"""Where an engine finds its weights, and what it is told when there are none."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from mpd_studio.core.errors import BadInput, EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.core.settings import LoadedSettings, Settings, save_settings
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import record_consent
from mpd_studio.weights.hub_cache import cache_folder, stated_hash
from mpd_studio.weights.layout import State
from mpd_studio.weights.store import Origin, find_weights, list_weights, locate
from mpd_studio.weights.verify import Verdict, stated_hashes, verify
from tests.weights.fake_hub import COMMIT, UNET, VAE, FakeHub, fill_cache, tiny_files, without, write_files

XT, XT11 = CATALOGUE[:2]
FILES = tiny_files()


@pytest.fixture(autouse=True)
def _agreed(paths: ProgramPaths) -> None:
    for item in CATALOGUE:
        record_consent(item, paths)


def choose_in_settings(paths: ProgramPaths, value: str) -> None:
    save_settings(paths.settings, LoadedSettings(Settings(svd_weights=value)))


def test_the_option_comes_before_the_setting(paths: ProgramPaths, tmp_path: Path) -> None:
    option, setting = write_files(tmp_path / "option", FILES), write_files(tmp_path / "setting", FILES)
    choose_in_settings(paths, str(setting))
    assert find_weights(str(option), paths).path == option
    assert find_weights(None, paths).path == setting


def test_the_models_folder_comes_before_the_cache(paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, XT.repo, FILES)
    found = find_weights("svd-xt", paths)
    assert (found.path, found.origin, found.entry) == (snapshot, Origin.CACHE, XT)
    own = write_files(paths.models / "svd-xt", FILES)
    found = find_weights("svd-xt", paths)
    assert (found.path, found.origin, found.entry) == (own, Origin.MODELS, XT)


def test_a_whole_copy_in_the_cache_comes_before_a_part_of_our_own(paths: ProgramPaths, hub_home: Path) -> None:
    write_files(paths.models / "svd-xt", without(FILES, UNET))
    snapshot = fill_cache(hub_home, XT.repo, FILES)
    assert find_weights("svd-xt", paths).path == snapshot


def test_of_several_snapshots_the_whole_one_is_taken(paths: ProgramPaths, hub_home: Path) -> None:
    whole = fill_cache(hub_home, XT.repo, FILES, commit="a" * 40)
    fill_cache(hub_home, XT.repo, {"README.md": b"x"}, commit="b" * 40)
    assert find_weights("svd-xt", paths).path == whole
    newest = fill_cache(hub_home, XT.repo, FILES, commit="c" * 40)
    assert find_weights("svd-xt", paths).path == newest


def test_nothing_named_takes_the_first_that_is_whole(paths: ProgramPaths) -> None:
    write_files(paths.models / "svd-xt", without(FILES, UNET))
    write_files(paths.models / "svd-xt-1-1", FILES)
    assert find_weights(None, paths).entry is XT11
    write_files(paths.models / "svd-xt", FILES)
    assert find_weights(None, paths).entry is XT


def test_weights_under_a_name_of_their_own_are_found(paths: ProgramPaths) -> None:
    own = write_files(paths.models / "my-tune", FILES)
    found = find_weights("my-tune", paths)
    assert (found.path, found.entry, found.state) == (own, None, State.PRESENT)
    assert [item.name for item in list_weights(paths)] == ["svd-xt", "svd-xt-1-1", "motion-i2v", "my-tune"]


def test_a_name_means_the_same_wherever_the_program_is_started(
    paths: ProgramPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write_files(paths.models / "my-tune", FILES)
    beside = write_files(tmp_path / "my-tune", without(FILES, UNET))
    choose_in_settings(paths, "my-tune")
    monkeypatch.chdir(tmp_path)
    assert find_weights(None, paths).path == own
    assert find_weights("my-tune", paths).path == own
    assert locate("./my-tune", paths).path == beside


def test_any_repository_of_the_cache_is_found(paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, "somebody/svd-tune", FILES)
    assert find_weights("somebody/svd-tune", paths).path == snapshot


def test_a_folder_needs_no_consent_but_one_of_known_weights_does(
    paths: ProgramPaths, tmp_path: Path, hub_home: Path
) -> None:
    (paths.models / "licences.json").unlink()
    assert find_weights(str(write_files(tmp_path / "own", FILES)), paths).entry is None
    snapshot = fill_cache(hub_home, XT.repo, FILES)
    for name in (None, "svd-xt", str(snapshot)):
        with pytest.raises(EnvironmentProblem, match="Read and answer: mpd-studio weights get svd-xt"):
            find_weights(name, paths)


@pytest.mark.parametrize("name", [None, "svd-xt"])
def test_missing_weights_say_how_to_get_them(paths: ProgramPaths, name: str | None) -> None:
    with pytest.raises(EnvironmentProblem, match=r"4\.5 GB.*mpd-studio weights get svd-xt"):
        find_weights(name, paths)


@pytest.mark.parametrize("name", [None, "svd-xt"])
def test_a_part_says_how_to_go_on(paths: ProgramPaths, name: str | None) -> None:
    write_files(paths.models / "svd-xt", without(FILES, UNET, VAE))
    with pytest.raises(EnvironmentProblem, match=r"incomplete \(vae/.*unet/.*mpd-studio weights get svd-xt"):
        find_weights(name, paths)


def test_damage_says_how_to_mend_it(paths: ProgramPaths) -> None:
    write_files(paths.models / "svd-xt-1-1", FILES | {UNET: FILES[UNET][:1000]})
    with pytest.raises(EnvironmentProblem, match=r"damaged \(unet/.*mpd-studio weights repair svd-xt-1-1"):
        find_weights("svd-xt-1-1", paths)


def test_an_incomplete_folder_of_the_user_is_named(paths: ProgramPaths, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "own", without(FILES, UNET))
    with pytest.raises(EnvironmentProblem, match=r"own are incomplete \(unet/"):
        find_weights(str(folder), paths)


def test_an_unknown_name_lists_the_known_ones(paths: ProgramPaths) -> None:
    write_files(paths.models / "my-tune", FILES)
    with pytest.raises(BadInput, match=r"'svd' is neither.*svd-xt, svd-xt-1-1, motion-i2v, my-tune"):
        find_weights("svd", paths)


def test_a_setting_that_means_nothing_is_named(paths: ProgramPaths) -> None:
    choose_in_settings(paths, "/gone")
    with pytest.raises(BadInput, match="setting svd_weights is of no use: '/gone' is neither"):
        find_weights(None, paths)


def test_a_dangling_link_in_the_cache_is_a_missing_file(paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, XT.repo, FILES)
    (snapshot / UNET).resolve().unlink()
    found = locate("svd-xt", paths)
    assert (found.state, found.inspection.missing) == (State.PARTIAL, (UNET,))


def test_what_the_hubs_own_library_has_downloaded_is_found_and_right(
    server: FakeHub, paths: ProgramPaths, hub_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants, hf_hub_download

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # it would ask the real hub for something
    for path in without(FILES, "README.md"):
        hf_hub_download(
            XT.repo, path, revision=COMMIT, endpoint=server.endpoint, cache_dir=hub_home / "hub", token=False
        )
    found = find_weights("svd-xt", paths)
    assert found.origin is Origin.CACHE
    assert {item.verdict for item in verify(found, SilentReporter())} == {Verdict.RIGHT}
    assert stated_hashes(found)[UNET] == hashlib.sha256(FILES[UNET]).hexdigest()


def test_looking_writes_nothing(paths: ProgramPaths, hub_home: Path) -> None:
    shutil.rmtree(paths.data)
    list_weights(paths)
    assert not paths.data.exists()
    assert not (hub_home / "hub").exists()


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HUGGINGFACE_HUB_CACHE": "/c", "HF_HOME": "/b"}, "/c"),
        ({"HF_HOME": "/b", "XDG_CACHE_HOME": "/d"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/d"}, "/d/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_hubs_library_keeps_it(environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)


def test_a_file_outside_the_cache_states_no_hash(tmp_path: Path) -> None:
    write_files(tmp_path, {"a" * 64: b"x"})
    assert stated_hash(tmp_path / ("a" * 64)) is None
