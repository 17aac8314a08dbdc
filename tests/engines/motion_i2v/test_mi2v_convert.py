"""Safetensors made of the official pickles: the same numbers, hashes kept, nothing lost when it is cut short."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.core.errors import BadInput, Cancelled, MpdError, OutputError
from mpd_studio.core.progress import Progress, SilentReporter
from mpd_studio.weights.layout import State, inspect_folder
from mpd_studio.weights.record import Record, RecordedFile, read_record, write_record
from tests.engines.motion_i2v.tiny_trees import (
    CONTROLNET,
    FLOW_UNET,
    FLOW_VAE,
    MOTION_BLOCK,
    PICTURE_VAE,
    TREE_BYTES,
    Evil,
    copy_of,
    load,
    replace,
)

torch = pytest.importorskip("torch", reason="weights are converted by torch, an optional part of the installation")
pytest.importorskip("diffusers", reason="needs diffusers, an optional part of the installation")

QUIET = SilentReporter()


@pytest.fixture
def own(tiny_tree: Path, tmp_path: Path) -> Path:
    return copy_of(tiny_tree, tmp_path / "own")


def convert(source: Path, target: Path, **options: Any) -> Any:
    from mpd_studio.engines.motion_i2v.convert import convert as real

    return real(source, target, options.pop("reporter", QUIET), **options)


def read(folder: Path, path: str) -> Any:
    from safetensors.torch import load_file

    return load_file(folder / f"{path.rsplit('.', 1)[0]}.safetensors")


def test_the_tiny_tree_is_whole_and_small(tiny_tree: Path) -> None:
    seen = inspect_folder(tiny_tree)
    assert (seen.state, len(seen.pickles)) == (State.PRESENT, 8)
    assert sum(path.stat().st_size for path in tiny_tree.rglob("*") if path.is_file()) < TREE_BYTES


def test_the_numbers_stay_and_the_wrappers_go(own: Path, tmp_path: Path) -> None:
    made = convert(own, tmp_path / "made")
    before = load(own, CONTROLNET)["state_dict"]
    after = read(tmp_path / "made", CONTROLNET)
    assert {f"controlnet.{name}" for name in after} == before.keys()
    assert all(torch.equal(after[name], before[f"controlnet.{name}"]) for name in after)
    modules = load(own, MOTION_BLOCK)["state_dict"]
    assert {f"module.{name}" for name in read(tmp_path / "made", MOTION_BLOCK)} == modules.keys()
    assert inspect_folder(own).state is State.PRESENT
    for item in made:
        content = (tmp_path / "made" / item.path).read_bytes()
        assert (item.sha256, item.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_another_folder_becomes_a_whole_tree_without_pickles(own: Path, tmp_path: Path) -> None:
    convert(own, tmp_path / "made", entry="motion-i2v")
    record = read_record(tmp_path / "made")
    assert record is not None
    seen = inspect_folder(tmp_path / "made", record)
    assert (seen.state, seen.pickles, record.entry) == (State.PRESENT, (), "motion-i2v")
    assert {file.path for file in record.files} == set(seen.files)
    stand_in = next(file for file in record.files if file.made_from == FLOW_UNET)
    assert stand_in.made_from_sha256 == hashlib.sha256((own / FLOW_UNET).read_bytes()).hexdigest()


def test_in_its_own_place_the_pickles_go_when_all_are_made(own: Path) -> None:
    kept = Record("motion-i2v", "hub", "abc", (RecordedFile(CONTROLNET, (own / CONTROLNET).stat().st_size, "0" * 64),))
    write_record(own, kept)
    convert(own, own)
    record = read_record(own)
    assert record is not None
    assert (record.entry, record.source, record.revision) == ("motion-i2v", "hub", "abc")
    assert record.file(CONTROLNET) is None
    assert inspect_folder(own, record).state is State.PRESENT
    assert list(own.rglob("*.bin")) == []


def test_pickles_can_be_kept(own: Path) -> None:
    convert(own, own, keep_pickles=True)
    assert (own / CONTROLNET).exists()
    assert inspect_folder(own, read_record(own)).pickles == ()


class Stopping(SilentReporter):
    """Cancels when half is done."""

    def report(self, progress: Progress) -> None:
        if progress.done * 2 > progress.total:
            raise Cancelled


def test_a_cancel_keeps_the_pickles_and_goes_on_later(own: Path) -> None:
    with pytest.raises(Cancelled):
        convert(own, own, reporter=Stopping())
    assert inspect_folder(own).state is State.PRESENT
    assert len(list(own.rglob("*.bin"))) == 8
    made = convert(own, own)
    assert 0 < len(made) < 8
    assert list(own.rglob("*.part")) == []
    assert inspect_folder(own, read_record(own)).state is State.PRESENT


def test_a_file_with_more_networks_says_what_was_left_out(own: Path, tmp_path: Path) -> None:
    whole = {**load(own, FLOW_UNET), **load(own, CONTROLNET)["state_dict"]}
    replace(own, CONTROLNET, whole)
    made = {item.made_from: item for item in convert(own, tmp_path / "made")}
    assert "conv_out.weight" in made[CONTROLNET].set_aside
    assert "conv_out.weight" not in read(tmp_path / "made", CONTROLNET)


def broken(own: Path, path: str, change: Any) -> Path:
    content = load(own, path)
    tensors = content.get("state_dict", content)
    change(tensors)
    replace(own, path, content)
    return own


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (FLOW_UNET, lambda t: t.pop("conv_in.weight"), r"flow_unet\. Of its tensors: 1 missing \(conv_in\.weight\)"),
        (FLOW_UNET, lambda t: t.update({"x.y": torch.ones(1)}), r"1 not known \(x\.y\)"),
        (CONTROLNET, lambda t: t.pop("controlnet.conv_in.bias"), "do not fit the controlnet"),
        (MOTION_BLOCK, lambda t: t.clear() or t.update({"a.b": torch.ones(1)}), "motion modules are in a file"),
        (FLOW_VAE, lambda t: t.pop("encoder.conv_in.weight"), r"flow autoencoder.*1 missing \(encoder\.conv_in"),
        (PICTURE_VAE, lambda t: t.update({"quant_conv.bias": torch.ones(3)}), r"of another shape \(quant_conv\.bias"),
    ],
    ids=["missing", "unknown", "controlnet", "motion block", "flow vae", "shape"],
)
def test_networks_that_do_not_fit_are_said_before_anything_is_written(
    own: Path, tmp_path: Path, path: str, change: Any, said: str
) -> None:
    with pytest.raises(MpdError, match=said):
        convert(broken(own, path, change), tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_numbers_that_are_none_are_refused(own: Path) -> None:
    broken(own, FLOW_UNET, lambda tensors: tensors["conv_out.bias"].fill_(float("nan")))
    with pytest.raises(BadInput, match=r"conv_out\.bias holds values that are no numbers"):
        convert(own, own)
    assert (own / FLOW_UNET).exists()


def test_hostile_files_are_refused_and_not_run(own: Path, tmp_path: Path) -> None:
    replace(own, MOTION_BLOCK, {"x": Evil(tmp_path / "run")})
    with pytest.raises(BadInput, match="asks for"):
        convert(own, tmp_path / "made")
    assert not (tmp_path / "run").exists()


def test_what_is_no_tree_is_refused(own: Path, tmp_path: Path) -> None:
    (own / CONTROLNET).unlink()
    with pytest.raises(BadInput, match=r"no whole folder of Motion-I2V's weights: models/.*controlnet\.bin"):
        convert(own, tmp_path / "made")


@pytest.mark.parametrize(
    "text", ["{", "[]", json.dumps({"block_out_channels": [64, 64, 64, 64], "layers_per_block": 1})]
)
def test_a_configuration_of_something_else_is_refused(own: Path, tmp_path: Path, text: str) -> None:
    config = own / FLOW_UNET.replace("diffusion_pytorch_model.bin", "config.json")
    config.unlink()
    config.write_text(text)
    with pytest.raises(MpdError, match=r"JSON|configuration|do not fit"):
        convert(own, tmp_path / "made")


def test_too_little_space_is_said_first(own: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="are to be written into"):
        convert(own, tmp_path / "made", free_bytes=lambda _: 1000)
    assert not (tmp_path / "made").exists()


def test_the_writers_files_are_those_of_the_library(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    from mpd_studio.engines.motion_i2v.write_safetensors import write_safetensors
    from mpd_studio.weights.meter import Meter

    tensors = {
        "half": torch.randn(3, 5).half(),
        "ü": torch.randn(2, 2).bfloat16(),
        "turned": torch.randn(4, 3).T,
        "one": torch.tensor(2.0),
        "none": torch.zeros(0, 4),
        "count": torch.arange(7),
    }
    write_safetensors(tmp_path / "a.safetensors", tensors, {"made_from": "a.bin"}, Meter(QUIET, "Writing", 100))
    found = load_file(tmp_path / "a.safetensors")
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) and found[name].dtype == tensors[name].dtype for name in found)
