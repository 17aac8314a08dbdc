"""`mpd-studio weights make-tiny motion_i2v` and `weights convert`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.cli import main
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import SilentReporter
from mpd_studio.weights.adopt import add_folder
from mpd_studio.weights.catalogue import known_entry
from mpd_studio.weights.consent import has_consent, record_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.layout import State
from mpd_studio.weights.store import find_weights, locate
from mpd_studio.weights.verify import Verdict, verify
from tests.weights.fake_hub import tiny_files, write_files
from tests.weights.official_tree import CONTROLNET, official_tree

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("diffusers", reason="the tiny model is made with diffusers")
    folder = tmp_path_factory.mktemp("tiny") / "Motion-I2V"
    assert main(["weights", "make-tiny", "motion_i2v", str(folder), "--quiet"]) == 0
    return folder


def answered(capsys: Captured, *words: object) -> tuple[int, Any, str]:
    code = main(["weights", *map(str, words), "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out else None, captured.err


def test_the_tiny_tree_is_whole_and_is_not_made_twice(capsys: Captured, tiny: Path, paths: ProgramPaths) -> None:
    assert find_weights(str(tiny), paths, family=Family.MOTION_I2V).state is State.PRESENT
    code, _, err = answered(capsys, "make-tiny", "motion_i2v", tiny)
    assert (code, "is not empty" in err) == (4, True)


def test_a_folder_of_ones_own_is_converted_into_the_programs(capsys: Captured, tiny: Path, paths: ProgramPaths) -> None:
    code, said, err = answered(capsys, "convert", tiny, "--name", "mine")
    assert code == 0, err
    assert said["path"] == str(paths.models / "mine")
    assert len(said["converted"]) == 8
    found = find_weights("mine", paths, family=Family.MOTION_I2V)
    assert found.inspection.pickles == ()
    assert {item.verdict for item in verify(found, SilentReporter())} == {Verdict.RIGHT}
    assert (tiny / CONTROLNET).exists()
    code, _, err = answered(capsys, "convert", tiny, "--name", "mine")
    assert (code, "named mine already" in err) == (4, True)
    code, _, err = answered(capsys, "convert", "mine")
    assert (code, "holds no pickles" in err) == (4, True)


def test_the_programs_own_are_converted_where_they_are(capsys: Captured, tiny: Path, paths: ProgramPaths) -> None:
    record_consent(known_entry("motion-i2v"), paths)
    folder = add_folder(tiny, "motion-i2v", paths, SilentReporter())
    code, said, err = answered(capsys, "convert", "motion-i2v")
    assert (code, said["path"]) == (0, str(folder)), err
    assert list(folder.rglob("*.bin")) == []
    assert (tiny / CONTROLNET).exists()
    assert locate("motion-i2v", paths).state is State.PRESENT


def test_the_terms_come_before_a_conversion(capsys: Captured, tiny: Path, paths: ProgramPaths) -> None:
    entry = known_entry("motion-i2v")
    record_consent(entry, paths)
    add_folder(tiny, "motion-i2v", paths, SilentReporter())
    (paths.models / "licences.json").unlink()
    code, _, err = answered(capsys, "convert")
    assert (code, "no licence stated" in err) == (3, True)
    assert not has_consent(entry, paths)


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        (official_tree() | {CONTROLNET: b"<html>"}, 4, "is no file of torch's"),
        (official_tree(), 4, "cannot be read|is damaged|holds no tensors"),
        (tiny_files(), 4, "holds no pickles"),
    ],
    ids=["no pickle", "no tensors", "other weights"],
)
def test_what_cannot_be_converted_is_said_in_words(
    capsys: Captured, tmp_path: Path, paths: ProgramPaths, files: dict[str, bytes], code: int, said: str
) -> None:
    pytest.importorskip("torch", reason="pickles are read by torch")
    folder = write_files(tmp_path / "own", files)
    found, _, err = answered(capsys, "convert", folder)
    assert found == code
    assert any(words in err for words in said.split("|")), err
    assert "Traceback" not in err
    assert not (paths.models / "own").exists()
