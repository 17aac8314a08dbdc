"""Files of weights give their tensors, or say clearly why not; nothing in them is ever run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.core.errors import EngineFailed
from mpd_studio.engines.motion_i2v.read_checkpoint import CheckpointRefused, read_checkpoint
from tests.engines.motion_i2v.tiny_trees import Evil

torch = pytest.importorskip("torch", reason="weights are read by torch, an optional part of the installation")
safetensors = pytest.importorskip("safetensors.torch", reason="needs safetensors, an optional part of the installation")

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2, dtype=torch.bfloat16)}


def same(found: Any) -> bool:
    return found.keys() == TENSORS.keys() and all(torch.equal(found[name], TENSORS[name]) for name in TENSORS)


@pytest.mark.parametrize("name", ["a.bin", "a.ckpt", "a.pt", "a.pth"])
@pytest.mark.parametrize("is_archive", [True, False])
def test_pickles_new_and_old_are_read(tmp_path: Path, name: str, is_archive: bool) -> None:
    torch.save(TENSORS, tmp_path / name, _use_new_zipfile_serialization=is_archive)
    assert same(read_checkpoint(tmp_path / name))


def test_safetensors_are_read(tmp_path: Path) -> None:
    safetensors.save_file(TENSORS, tmp_path / "a.safetensors")
    assert same(read_checkpoint(tmp_path / "a.safetensors"))


def test_wrappers_are_left_as_they_are(tmp_path: Path) -> None:
    torch.save({"state_dict": TENSORS, "epoch": 3, "global_step": torch.tensor(5)}, tmp_path / "a.bin")
    found = read_checkpoint(tmp_path / "a.bin")
    assert found["epoch"] == 3
    assert same(found["state_dict"])


@pytest.mark.parametrize("is_archive", [True, False])
def test_code_is_refused_and_not_run(tmp_path: Path, is_archive: bool) -> None:
    torch.save({**TENSORS, "x": Evil(tmp_path / "run")}, tmp_path / "a.bin", _use_new_zipfile_serialization=is_archive)
    with pytest.raises(CheckpointRefused, match=r"asks for (posix|nt|os)\.system to be run\. Nothing of it was"):
        read_checkpoint(tmp_path / "a.bin")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("thing", [argparse.Namespace(a=1), torch.nn.Linear(2, 2)])
def test_objects_of_programs_are_refused_by_name(tmp_path: Path, thing: object) -> None:
    torch.save({**TENSORS, "x": thing}, tmp_path / "a.bin")
    with pytest.raises(CheckpointRefused, match=r"asks for (argparse\.Namespace|torch\.nn\.[\w.]+Linear) to be run"):
        read_checkpoint(tmp_path / "a.bin")


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")]
)
def test_a_lack_of_memory_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    torch.save(TENSORS, tmp_path / "a.bin")

    def scarce(*arguments: Any, **named: Any) -> None:
        raise error

    monkeypatch.setattr(torch, "load", scarce)
    with pytest.raises(EngineFailed, match=r"Not enough main memory to read .*a\.bin"):
        read_checkpoint(tmp_path / "a.bin")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("is_archive", [True, False])
def test_a_torn_pickle_is_refused(tmp_path: Path, part: float, is_archive: bool) -> None:
    file = tmp_path / "a.bin"
    torch.save({"a.weight": torch.randn(3000)}, file, _use_new_zipfile_serialization=is_archive)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(CheckpointRefused, match=r"a\.bin is (cut off|damaged)"):
        read_checkpoint(file)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.bin", b"", "no file of torch's"),
        ("a.bin", b"<html>Log in</html>", "no file of torch's"),
        ("a.bin", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("a.safetensors", b"", "no whole safetensors"),
        ("a.safetensors", (1 << 60).to_bytes(8, "little") + b"{}", "no whole safetensors"),
        ("a.zip", b"PK", "no kind that weights come in"),
    ],
)
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointRefused, match=said):
        read_checkpoint(tmp_path / name)


def test_a_torn_safetensors_file_is_refused(tmp_path: Path) -> None:
    safetensors.save_file(TENSORS, tmp_path / "a.safetensors")
    (tmp_path / "b.safetensors").write_bytes((tmp_path / "a.safetensors").read_bytes()[:-1])
    with pytest.raises(CheckpointRefused, match="no whole safetensors"):
        read_checkpoint(tmp_path / "b.safetensors")


def test_no_file_says_so(tmp_path: Path) -> None:
    for name in ("a.bin", "a.safetensors"):
        with pytest.raises(CheckpointRefused, match="cannot be read: No such file"):
            read_checkpoint(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (torch.ones(3), "no tensors by name"),
        ([torch.ones(3)], "no tensors by name"),
        ({1: torch.ones(3)}, "no tensors by name"),
        ({"lr": 0.1}, "no tensors"),
        ({"a.weight": torch.ones(1).expand(10**12)}, r"a\.weight claims to be larger \(\(1000000000000,\)\)"),
        ({"a.weight": torch.ones(3, 3).to_sparse()}, "not stored as plain numbers"),
        ({"a.weight": torch.ones(3, dtype=torch.int8)}, "of the kind int8"),
        ({"model": {"a.weight": torch.ones(3, dtype=torch.complex64)}}, r"model\.a\.weight has numbers of the kind"),
    ],
    ids=["tensor", "list", "numbers as names", "no tensor", "bomb", "sparse", "int8", "complex"],
)
@pytest.mark.filterwarnings("ignore:Validating sparse:UserWarning")
def test_what_no_network_can_take_is_refused(tmp_path: Path, content: Any, said: str) -> None:
    torch.save(content, tmp_path / "a.bin")
    with pytest.raises(CheckpointRefused, match=said):
        read_checkpoint(tmp_path / "a.bin")
