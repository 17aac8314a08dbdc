"""A folder of the user's is taken over whole, or not at all, and is never changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mpd_studio.core.errors import BadInput, Cancelled, OutputError
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.adopt import add_folder, name_for
from mpd_studio.weights.catalogue import CATALOGUE
from mpd_studio.weights.store import find_weights, locate
from mpd_studio.weights.verify import Verdict, verify
from tests.weights.fake_hub import COMMIT, UNET, VAE, Recorder, at_call, fill_cache, tiny_files, without, write_files

QUIET = SilentReporter()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write_files(tmp_path / "my ü", tiny_files())


def test_a_folder_is_linked_and_found_by_its_name(own: Path, paths: ProgramPaths) -> None:
    folder = add_folder(own, "tuned", paths, QUIET)
    assert folder == paths.models / "tuned" == find_weights("tuned", paths).path
    assert (folder / UNET).stat().st_ino == (own / UNET).stat().st_ino
    assert not (folder / "README.md").exists()
    assert not list(folder.rglob("*.bin"))


def test_a_copy_stands_on_its_own(own: Path, paths: ProgramPaths) -> None:
    folder = add_folder(own, "tuned", paths, QUIET, copy=True)
    (own / UNET).write_bytes(b"changed")
    assert (folder / UNET).read_bytes() == tiny_files()[UNET]


def test_another_disk_gets_a_copy(own: Path, paths: ProgramPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    folder = add_folder(own, "tuned", paths, QUIET)
    assert (folder / UNET).read_bytes() == tiny_files()[UNET]
    assert (folder / UNET).stat().st_ino != (own / UNET).stat().st_ino


def test_what_was_added_can_be_verified_later(own: Path, paths: ProgramPaths) -> None:
    folder = add_folder(own, "tuned", paths, QUIET)
    assert {item.verdict for item in verify(locate("tuned", paths), QUIET)} == {Verdict.RIGHT}
    content = bytearray((folder / VAE).read_bytes())
    content[-1] ^= 1
    (folder / VAE).write_bytes(content)
    wrong = [item.path for item in verify(locate("tuned", paths), QUIET) if item.verdict is Verdict.WRONG]
    assert wrong == [VAE]


def test_links_of_the_cache_are_taken_by_their_contents(paths: ProgramPaths, hub_home: Path) -> None:
    snapshot = fill_cache(hub_home, "somebody/tune", tiny_files())
    folder = add_folder(snapshot, name_for(snapshot, None), paths, QUIET)
    assert folder.name == COMMIT
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    assert (folder / UNET).read_bytes() == tiny_files()[UNET]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (without(tiny_files(), UNET, "vae/config.json"), r"lacks: vae/config\.json, unet/diffusion"),
        (tiny_files() | {UNET: b"cut"}, r"damaged: unet/diffusion.*Copy them anew"),
        ({}, "is not a whole folder of weights"),
    ],
)
def test_what_is_not_whole_is_refused(
    tmp_path: Path, paths: ProgramPaths, files: dict[str, bytes], message: str
) -> None:
    folder = write_files(tmp_path / "own", files | {"README.md": b"x"})
    with pytest.raises(BadInput, match=message):
        add_folder(folder, "tuned", paths, QUIET)
    assert not paths.models.exists()


def test_a_file_is_no_folder(own: Path, paths: ProgramPaths) -> None:
    with pytest.raises(BadInput, match="is no folder"):
        add_folder(own / UNET, "tuned", paths, QUIET)


def test_other_weights_do_not_pass_for_known_ones(own: Path, paths: ProgramPaths) -> None:
    with pytest.raises(BadInput, match=r"not the .* of svd-xt as it was published.*--name NAME"):
        add_folder(own, "svd-xt", paths, QUIET)
    assert not (paths.models / "svd-xt").exists()


def test_known_weights_without_a_fixed_revision_are_taken_at_their_word(own: Path, paths: ProgramPaths) -> None:
    folder = add_folder(own, "svd-xt-1-1", paths, QUIET)
    assert locate("svd-xt-1-1", paths).path == folder
    assert locate(str(folder), paths).entry is CATALOGUE[1]


def test_a_name_that_is_taken_is_refused(own: Path, paths: ProgramPaths) -> None:
    add_folder(own, "tuned", paths, QUIET)
    with pytest.raises(BadInput, match="named tuned already"):
        add_folder(own, "tuned", paths, QUIET)


def test_a_cancel_leaves_nothing(own: Path, paths: ProgramPaths) -> None:
    with pytest.raises(Cancelled):
        add_folder(own, "tuned", paths, Recorder(at_call(8)))
    assert not paths.models.exists()


def test_a_cancel_while_copying_leaves_nothing(own: Path, paths: ProgramPaths) -> None:
    copying = Recorder(lambda: any(paths.models.rglob("*.json")))
    with pytest.raises(Cancelled):
        add_folder(own, "tuned", paths, copying, copy=True)
    assert list(paths.models.iterdir()) == []


def test_too_little_space_for_a_copy_is_said_first(own: Path, paths: ProgramPaths) -> None:
    with pytest.raises(OutputError, match="are to be written into"):
        add_folder(own, "tuned", paths, QUIET, copy=True, free_bytes=lambda _: 1000)
    assert not paths.models.exists()
    add_folder(own, "tuned", paths, QUIET, free_bytes=lambda _: 1000)  # links need none


def test_names_come_from_the_folder(tmp_path: Path) -> None:
    assert name_for(tmp_path / "stable-video-diffusion-img2vid-xt", None) == "svd-xt"
    cached = tmp_path / "models--stabilityai--stable-video-diffusion-img2vid-xt-1-1" / "snapshots" / COMMIT
    assert name_for(cached, None) == "svd-xt-1-1"
    assert name_for(tmp_path / "tuned", None) == "tuned"
    assert name_for(tmp_path / "tuned", "stabilityai/stable-video-diffusion-img2vid-xt") == "svd-xt"
    for bad in ("my ü", "..", "a/b", ".hidden", ""):
        with pytest.raises(BadInput, match="cannot be a name"):
            name_for(tmp_path / "tuned", bad)
