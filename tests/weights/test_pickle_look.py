"""What is said of a pickle's file before it is taken over."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mpd_studio.weights.pickle_look import pickle_problem


def archive(folder: Path, name: str = "model/data.pkl") -> Path:
    made = folder / "model.ckpt"
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(name, b"anything")
    return made


def test_an_archive_of_torch_is_let_through(tmp_path: Path) -> None:
    assert pickle_problem(archive(tmp_path)) is None


def test_another_archive_is_none_of_torch(tmp_path: Path) -> None:
    assert "none of torch's" in str(pickle_problem(archive(tmp_path, "readme.txt")))


def test_an_archive_without_its_end_is_cut_off(tmp_path: Path) -> None:
    made = archive(tmp_path)
    made.write_bytes(made.read_bytes()[:-30])
    assert "cut off" in str(pickle_problem(made))


def test_an_archive_for_a_newer_reader_is_not_called_cut_off(tmp_path: Path) -> None:
    made = archive(tmp_path)
    content = bytearray(made.read_bytes())
    content[content.rfind(b"PK\x01\x02") + 6] = 99  # the version needed to read it, times ten
    made.write_bytes(content)
    assert "cannot be read here" in str(pickle_problem(made))
