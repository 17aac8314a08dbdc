"""Weights of Motion-I2V: their official tree, from a folder or from the hub, and what stands for a pickle."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from mpd_studio.core.errors import BadInput, EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.adopt import add_folder, name_for
from mpd_studio.weights.catalogue import CATALOGUE, known_entry
from mpd_studio.weights.consent import record_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub import Hub
from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.motion_i2v_layout import CONTROLNET as CONTROLNET_STEM
from mpd_studio.weights.motion_i2v_layout import file_of, root_of
from mpd_studio.weights.record import Record, RecordedFile, read_record, write_record
from mpd_studio.weights.store import find_weights, list_weights, locate
from mpd_studio.weights.verify import Verdict, verify
from tests.weights.fake_hub import FakeHub, tiny_files, without, write_files
from tests.weights.official_tree import (
    CONTROLNET,
    FLOW_UNET,
    MOTION_BLOCK,
    PERSONAL,
    as_safetensors,
    official_tree,
    pickle,
)

QUIET = SilentReporter()
ENTRY = known_entry("motion-i2v")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write_files(tmp_path / "Motion-I2V", official_tree())


def test_the_official_tree_is_whole_with_its_pickles(own: Path) -> None:
    seen = inspect_folder(own)
    assert (seen.family, seen.state, seen.missing) == (Family.MOTION_I2V, State.PRESENT, ())
    assert {CONTROLNET, FLOW_UNET, MOTION_BLOCK} <= set(seen.pickles)
    assert len(seen.pickles) == 8


def test_the_content_of_its_models_folder_will_do(own: Path) -> None:
    seen = inspect_folder(own / "models")
    assert (seen.family, seen.state) == (Family.MOTION_I2V, State.PRESENT)
    assert CONTROLNET.removeprefix("models/") in seen.files
    assert root_of(own) == root_of(own / "models") == own / "models"


def test_safetensors_are_preferred_to_the_pickle_beside(own: Path) -> None:
    write_files(own, as_safetensors({}, CONTROLNET))
    found = file_of(own, CONTROLNET_STEM)
    assert found is not None
    assert found.name == "controlnet.safetensors"
    (own / CONTROLNET).unlink()
    seen = inspect_folder(own)
    assert seen.state is State.PRESENT
    assert CONTROLNET not in seen.pickles


def test_a_text_encoder_may_have_the_name_of_today(own: Path) -> None:
    old = "models/stage2/StableDiffusion/text_encoder/pytorch_model.bin"
    (own / old).rename((own / old).with_name("model.safetensors"))
    assert old not in inspect_folder(own).missing


def test_what_lacks_has_its_released_name(tmp_path: Path) -> None:
    seen = inspect_folder(write_files(tmp_path, without(official_tree(), CONTROLNET, MOTION_BLOCK)))
    assert (seen.state, seen.missing) == (State.PARTIAL, (CONTROLNET, MOTION_BLOCK))


def test_the_personalised_network_is_taken_when_there_and_not_asked_for(own: Path) -> None:
    assert PERSONAL not in inspect_folder(own).missing
    write_files(own, {PERSONAL: pickle(10)})
    assert PERSONAL in inspect_folder(own).pickles


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pickle(4000)[:2000], "cut off"),
        (b"", "no file of torch's"),
        (b"<html>Log in</html>", "no file of torch's"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n", "git lfs pull"),
        (b"PK\x05\x06" + bytes(18), "none of torch's"),
    ],
)
def test_a_pickle_that_cannot_be_right_is_broken(tmp_path: Path, content: bytes, problem: str) -> None:
    seen = inspect_folder(write_files(tmp_path, official_tree() | {CONTROLNET: content}))
    assert seen.state is State.BROKEN
    assert seen.broken[0][0] == CONTROLNET
    assert problem in seen.broken[0][1]


def test_the_format_of_before_2020_passes_the_quick_look(tmp_path: Path) -> None:
    old = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    assert inspect_folder(write_files(tmp_path, official_tree() | {CONTROLNET: old})).state is State.PRESENT


def test_each_engine_finds_its_own_kind(own: Path, paths: ProgramPaths) -> None:
    for entry in CATALOGUE:
        record_consent(entry, paths)
    add_folder(own, "motion-i2v", paths, QUIET)
    with pytest.raises(EnvironmentProblem, match="no weights on this machine"):
        find_weights(None, paths)
    assert find_weights(None, paths, family=Family.MOTION_I2V).name == "motion-i2v"
    write_files(paths.models / "svd-xt-1-1", tiny_files())
    assert find_weights(None, paths).name == "svd-xt-1-1"
    assert find_weights(None, paths, family=Family.MOTION_I2V).name == "motion-i2v"


def test_weights_of_the_other_kind_are_refused_by_name(own: Path, paths: ProgramPaths) -> None:
    with pytest.raises(BadInput, match=r"are for Motion-I2V, and Stable Video Diffusion was to be run"):
        find_weights(str(own), paths)
    with pytest.raises(BadInput, match="are for Stable Video Diffusion"):
        find_weights(str(write_files(own.parent / "svd", tiny_files())), paths, family=Family.MOTION_I2V)
    assert find_weights(str(own), paths, family=None).family is Family.MOTION_I2V


def test_missing_ones_say_how_to_get_them(paths: ProgramPaths) -> None:
    with pytest.raises(EnvironmentProblem, match=r"no weights of Motion-I2V.*about 17\.3 GB.*get motion-i2v"):
        find_weights(None, paths, family=Family.MOTION_I2V)
    assert [item.family for item in list_weights(paths)][-1] is Family.MOTION_I2V


def test_a_clone_is_taken_over_under_its_name(own: Path, paths: ProgramPaths) -> None:
    assert name_for(own, None) == "motion-i2v"
    folder = add_folder(own, "motion-i2v", paths, QUIET)
    assert (folder / FLOW_UNET).read_bytes() == (own / FLOW_UNET).read_bytes()
    assert {item.verdict for item in verify(locate("motion-i2v", paths), QUIET)} == {Verdict.RIGHT}


def test_other_weights_cannot_take_its_name(tmp_path: Path, paths: ProgramPaths) -> None:
    with pytest.raises(BadInput, match="holds weights of Stable Video Diffusion"):
        add_folder(write_files(tmp_path / "svd", tiny_files()), "motion-i2v", paths, QUIET)


@pytest.fixture
def hub(server: FakeHub, paths: ProgramPaths) -> Hub:
    server.files = {**official_tree(), PERSONAL: pickle(77), "README.md": b"Read me."}
    record_consent(ENTRY, paths)
    return Hub(server.endpoint)


def test_the_hub_gives_the_tree_and_the_personalised_network(hub: Hub, server: FakeHub, paths: ProgramPaths) -> None:
    folder = fetch(ENTRY, paths, QUIET, hub=hub)
    assert inspect_folder(folder).state is State.PRESENT
    assert PERSONAL in server.asked()
    assert "README.md" not in server.asked()
    record = read_record(folder)
    assert record is not None
    assert all(file.sha256 for file in record.files)


def test_a_repository_of_another_layout_is_refused(hub: Hub, server: FakeHub, paths: ProgramPaths) -> None:
    server.files = without(official_tree(), MOTION_BLOCK)
    with pytest.raises(BadInput, match=r"lacks models/stage2/Motion_Module/motion_block\.bin"):
        fetch(ENTRY, paths, QUIET, hub=hub)


def convert_by_hand(folder: Path, path: str) -> str:
    """As a conversion leaves the folder and its record; the path of what stands for the pickle."""
    record = read_record(folder)
    assert record is not None
    (made,) = as_safetensors({}, path).items()
    write_files(folder, dict([made]))
    (folder / path).unlink()
    pickled = record.file(path)
    assert pickled is not None
    files = tuple(file for file in record.files if file.path != path)
    stand_in = RecordedFile(
        made[0], len(made[1]), hashlib.sha256(made[1]).hexdigest(), made_from=path, made_from_sha256=pickled.sha256
    )
    write_record(folder, dataclasses.replace(record, files=(*files, stand_in)))
    return made[0]


def test_what_was_converted_is_not_downloaded_again(hub: Hub, server: FakeHub, paths: ProgramPaths) -> None:
    folder = fetch(ENTRY, paths, QUIET, hub=hub)
    made = convert_by_hand(folder, CONTROLNET)
    server.requests.clear()
    fetch(ENTRY, paths, QUIET, hub=hub)
    assert CONTROLNET not in server.asked()
    record = read_record(folder)
    assert record is not None
    assert record.file(made) is not None
    assert {item.verdict for item in verify(locate("motion-i2v", paths), QUIET)} == {Verdict.RIGHT}


def test_a_damaged_conversion_is_replaced_by_its_pickle(hub: Hub, server: FakeHub, paths: ProgramPaths) -> None:
    folder = fetch(ENTRY, paths, QUIET, hub=hub)
    made = convert_by_hand(folder, CONTROLNET)
    (folder / made).write_bytes((folder / made).read_bytes()[:-1] + b"!")
    wrong = [item.path for item in verify(locate("motion-i2v", paths), QUIET) if item.verdict is Verdict.WRONG]
    assert wrong == [made]
    fetch(ENTRY, paths, QUIET, hub=hub)
    assert not (folder / made).exists()
    assert (folder / CONTROLNET).read_bytes() == official_tree()[CONTROLNET]
    assert inspect_folder(folder, read_record(folder)).state is State.PRESENT


def test_a_record_keeps_what_a_file_was_made_from(tmp_path: Path) -> None:
    made = RecordedFile("a.safetensors", 5, "0" * 64, made_from="a.bin", made_from_sha256="1" * 64)
    write_record(tmp_path, Record(None, "here", None, (made,)))
    record = read_record(tmp_path)
    assert record is not None
    assert record.files == (made,)
