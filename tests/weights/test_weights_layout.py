"""The quick look at a folder: what is there, what lacks, and what cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.record import RECORD_NAME, Record, RecordedFile, read_record, write_record
from tests.weights.fake_hub import TOWER, UNET, VAE, safetensors, tiny_files, without, write_files


def test_a_whole_folder_is_present(tmp_path: Path) -> None:
    seen = inspect_folder(write_files(tmp_path, tiny_files()))
    assert (seen.state, seen.missing, seen.broken) == (State.PRESENT, (), ())
    assert {UNET, VAE, TOWER, "LICENSE.md"} <= set(seen.files)
    assert not any(file.endswith((".bin", ".md")) for file in set(seen.files) - {"LICENSE.md"})


def test_no_folder_and_an_empty_one_are_missing(tmp_path: Path) -> None:
    assert inspect_folder(tmp_path).state is State.MISSING
    assert inspect_folder(tmp_path / "none").state is State.MISSING
    assert UNET in inspect_folder(tmp_path).missing


def test_what_lacks_is_named(tmp_path: Path) -> None:
    seen = inspect_folder(write_files(tmp_path, without(tiny_files(), UNET, "vae/config.json")))
    assert seen.state is State.PARTIAL
    assert seen.missing == ("vae/config.json", UNET)


def test_a_part_alone_is_a_beginning(tmp_path: Path) -> None:
    assert inspect_folder(write_files(tmp_path, {f"{UNET}.part": b""})).state is State.PARTIAL


def test_full_precision_and_a_mixture_will_do(tmp_path: Path) -> None:
    full = {path.replace(".fp16", ""): content for path, content in tiny_files().items()}
    assert inspect_folder(write_files(tmp_path / "full", full)).state is State.PRESENT
    mixed = {path.replace("unet/diffusion_pytorch_model.fp16", "unet/diffusion_pytorch_model"): content
             for path, content in tiny_files().items()}  # fmt: skip
    seen = inspect_folder(write_files(tmp_path / "mixed", mixed))
    assert seen.state is State.PRESENT
    assert {"unet/diffusion_pytorch_model.safetensors", VAE} <= set(seen.files)


def test_the_missing_part_is_of_the_variant_that_is_there(tmp_path: Path) -> None:
    full = {path.replace(".fp16", ""): content for path, content in without(tiny_files(), UNET).items()}
    assert inspect_folder(write_files(tmp_path, full)).missing == ("unet/diffusion_pytorch_model.safetensors",)


def test_a_pickled_file_is_no_part(tmp_path: Path) -> None:
    files = without(tiny_files(), UNET) | {"unet/diffusion_pytorch_model.bin": b"x", "unet/x.ckpt": b"x"}
    assert inspect_folder(write_files(tmp_path, files)).missing == (UNET,)


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        (UNET, safetensors(400_000, 3)[:300_000], "has 300000 bytes and should have 400"),
        (UNET, safetensors(400_000, 3) + b"more", "and should have 400"),
        (UNET, b"", "no safetensors"),
        (UNET, b"PK\3\4" + bytes(100), "no safetensors"),
        (UNET, (20).to_bytes(8, "little") + b"{" * 20, "unreadable head"),
        (UNET, (2).to_bytes(8, "little") + b"[]", "unreadable head"),
        (UNET, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n", "no safetensors"),
        ("unet/config.json", b"<html>Log in</html>", "no JSON"),
        ("unet/config.json", b"\xff\xfe", "no JSON"),
    ],
)
def test_a_file_that_cannot_be_right_is_broken(tmp_path: Path, path: str, content: bytes, problem: str) -> None:
    seen = inspect_folder(write_files(tmp_path, tiny_files() | {path: content}))
    assert seen.state is State.BROKEN
    assert [file for file, _ in seen.broken] == [path]
    assert problem in seen.broken[0][1]


def test_a_recorded_size_is_held_against_the_file(tmp_path: Path) -> None:
    write_files(tmp_path, tiny_files())
    record = Record("tiny", "tests/tiny", None, (RecordedFile("unet/config.json", 5),))
    assert inspect_folder(tmp_path, record).broken[0][0] == "unet/config.json"


def test_a_record_makes_the_round_trip(tmp_path: Path) -> None:
    files = (RecordedFile("a.json", 5, "0" * 64), RecordedFile("b.json", 6, None, "1" * 40))
    record = Record("tiny", "tests/tiny", "abc", files, ("a.json",))
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record
    renewed = record.with_file(RecordedFile("a.json", 7, "2" * 64))
    assert renewed.wrong == ()
    assert [file.size for file in renewed.files] == [7, 6]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entry": 5}', "\x00"])
def test_a_broken_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD_NAME).write_text(text)
    assert read_record(tmp_path) is None
