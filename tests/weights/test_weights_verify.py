"""Every byte is read; what is wrong is found, remembered and mended, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.core.errors import BadInput, Cancelled, EnvironmentProblem, MpdError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.consent import record_consent
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub import Hub
from mpd_studio.weights.layout import State
from mpd_studio.weights.store import find_weights, locate
from mpd_studio.weights.verify import Verdict, repair, require_right, stated_hashes, verify
from tests.weights import fake_hub
from tests.weights.fake_hub import (
    TOWER,
    UNET,
    VAE,
    FakeHub,
    Recorder,
    at_call,
    fill_cache,
    safetensors,
    tiny_files,
    write_files,
)

XT11 = CATALOGUE[1]  # its revision is not fixed, so a hub of small files may stand in
QUIET = SilentReporter()


@pytest.fixture(autouse=True)
def _agreed(paths: ProgramPaths) -> None:
    record_consent(XT11, paths)


@pytest.fixture
def folder(server: FakeHub, paths: ProgramPaths) -> Path:
    """Downloaded weights."""
    folder = fetch(XT11, paths, QUIET, hub=Hub(server.endpoint, token=""))
    server.requests.clear()
    return folder


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def mend(server: FakeHub, paths: ProgramPaths) -> Path:
    return repair(locate("svd-xt-1-1", paths), paths, QUIET, hub=Hub(server.endpoint, token=""))


def of(verdicts, verdict: Verdict) -> list[str]:
    return [item.path for item in verdicts if item.verdict is verdict]


def test_whole_weights_are_right_in_every_file(folder: Path, paths: ProgramPaths) -> None:
    verdicts = verify(locate("svd-xt-1-1", paths), QUIET)
    assert len(verdicts) == 10
    assert {item.verdict for item in verdicts} == {Verdict.RIGHT}
    require_right(locate("svd-xt-1-1", paths), verdicts)


def test_the_hashes_of_what_makes_a_take_can_be_told(folder: Path, paths: ProgramPaths, tmp_path: Path) -> None:
    weights = locate("svd-xt-1-1", paths)
    assert stated_hashes(weights) == {item.path: item.sha256 for item in verify(weights, QUIET)}
    own = locate(str(write_files(tmp_path / "own", tiny_files())), paths)
    assert set(stated_hashes(own).values()) == {None}


@pytest.mark.parametrize("path", [UNET, "unet/config.json"])
def test_one_flipped_bit_is_found_and_remembered(folder: Path, paths: ProgramPaths, path: str) -> None:
    content = (folder / path).read_bytes()
    if path.endswith("json"):
        (folder / path).write_bytes(content.replace(b"what", b"whit"))
    else:
        flip_a_bit(folder / path)
    assert find_weights("svd-xt-1-1", paths).state is State.PRESENT  # the quick look cannot see it
    weights = locate("svd-xt-1-1", paths)
    verdicts = verify(weights, QUIET)
    assert of(verdicts, Verdict.WRONG) == [path]
    with pytest.raises(MpdError, match=rf"{path} \(has other contents.*mpd-studio weights repair svd-xt-1-1"):
        require_right(weights, verdicts)
    with pytest.raises(EnvironmentProblem, match="mpd-studio weights repair svd-xt-1-1"):
        find_weights("svd-xt-1-1", paths)
    (folder / path).write_bytes(content)
    assert of(verify(locate("svd-xt-1-1", paths), QUIET), Verdict.WRONG) == []
    assert find_weights("svd-xt-1-1", paths).state is State.PRESENT


def test_repair_downloads_only_what_is_wrong(folder: Path, server: FakeHub, paths: ProgramPaths) -> None:
    flip_a_bit(folder / TOWER)
    (folder / VAE).write_bytes(b"cut")
    (folder / "vae/config.json").unlink()
    untouched = (folder / UNET).stat().st_mtime_ns
    mend(server, paths)
    assert sorted(server.asked()) == sorted([TOWER, VAE, "vae/config.json"])
    assert (folder / UNET).stat().st_mtime_ns == untouched
    assert {item.verdict for item in verify(locate("svd-xt-1-1", paths), QUIET)} == {Verdict.RIGHT}


def test_whole_weights_are_not_repaired(folder: Path, server: FakeHub, paths: ProgramPaths) -> None:
    mend(server, paths)
    assert server.requests == []


def test_a_repair_that_fails_keeps_the_damage_known(folder: Path, server: FakeHub, paths: ProgramPaths) -> None:
    flip_a_bit(folder / UNET)
    server.behaviour.lies[UNET] = [safetensors(400_000, 66), safetensors(400_000, 67)]
    with pytest.raises(EnvironmentProblem, match="another hash"):
        mend(server, paths)
    assert locate("svd-xt-1-1", paths).state is State.BROKEN
    assert (folder / UNET).exists()
    mend(server, paths)
    assert find_weights("svd-xt-1-1", paths).state is State.PRESENT


def test_verifying_can_be_cancelled(folder: Path, paths: ProgramPaths) -> None:
    with pytest.raises(Cancelled):
        verify(locate("svd-xt-1-1", paths), Recorder(at_call(3)))
    assert find_weights("svd-xt-1-1", paths).state is State.PRESENT


def test_the_cache_is_verified_by_the_names_of_its_blobs(paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, XT11.repo, tiny_files())
    assert {item.verdict for item in verify(locate("svd-xt-1-1", paths), QUIET)} == {Verdict.RIGHT}
    flip_a_bit((snapshot / UNET).resolve())
    assert of(verify(locate("svd-xt-1-1", paths), QUIET), Verdict.WRONG) == [UNET]


def test_the_cache_is_mended_in_our_own_folder(server: FakeHub, paths: ProgramPaths, hub_home: Path) -> None:
    blob = (fill_cache(hub_home, XT11.repo, tiny_files()) / UNET).resolve()
    flip_a_bit(blob)
    damaged = blob.read_bytes()
    folder = mend(server, paths)
    assert server.asked() == [UNET]
    assert blob.read_bytes() == damaged
    assert find_weights("svd-xt-1-1", paths).path == folder == paths.models / "svd-xt-1-1"


def test_of_a_folder_of_the_user_nothing_is_known_and_nothing_written(tmp_path: Path, paths: ProgramPaths) -> None:
    own = write_files(tmp_path / "own", fake_hub.without(tiny_files(), VAE))
    before = sorted(own.rglob("*"))
    weights = locate(str(own), paths)
    verdicts = verify(weights, QUIET)
    assert of(verdicts, Verdict.MISSING) == [VAE]
    assert {item.verdict for item in verdicts} == {Verdict.MISSING, Verdict.UNKNOWN}
    assert sorted(own.rglob("*")) == before
    with pytest.raises(BadInput, match="Copy it anew"):
        repair(weights, paths, QUIET)


def test_what_cannot_be_right_is_wrong_also_where_no_hash_is_known(tmp_path: Path, paths: ProgramPaths) -> None:
    own = write_files(tmp_path / "own", tiny_files() | {UNET: b"cut"})
    verdicts = verify(locate(str(own), paths), QUIET)
    assert of(verdicts, Verdict.WRONG) == [UNET]
