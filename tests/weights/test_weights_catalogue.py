"""The catalogue is complete and well formed; consent is to the terms that were shown."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mpd_studio.core.errors import BadInput, EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.weights.catalogue import CATALOGUE, Entry, entry_named, gigabytes, known_entry
from mpd_studio.weights.consent import has_consent, record_consent, require_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.layout import CONFIGS, STEMS, weights_path
from mpd_studio.weights.motion_i2v_layout import official_files
from tests.weights.fake_hub import entry


@pytest.mark.parametrize("item", CATALOGUE, ids=lambda item: item.id)
def test_an_entry_names_all_that_is_needed(item: Entry) -> None:
    needed = {file.path for file in item.files if not file.optional}
    svd = {*CONFIGS, *(weights_path(stem, "fp16") for stem in STEMS)}
    assert needed == (svd if item.family is Family.SVD else set(official_files(lambda _: False)[1]))
    assert all(file.path.startswith("LICENSE") for file in item.files if file.optional)


@pytest.mark.parametrize("item", CATALOGUE, ids=lambda item: item.id)
def test_what_is_known_of_a_file_is_well_formed(item: Entry) -> None:
    for file in item.files:
        assert file.size is None or file.size > 0
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.blob_id is None or re.fullmatch(r"[0-9a-f]{40}", file.blob_id)
        assert item.revision is None or file.sha256 or file.blob_id


def test_the_size_to_download_is_told() -> None:
    assert [item.size_text for item in CATALOGUE] == ["4.5 GB", "4.5 GB", "about 17.3 GB"]
    unknown = dataclasses.replace(CATALOGUE[0].files[-2], size=None)
    assert dataclasses.replace(CATALOGUE[0], files=(unknown,)).size_text == gigabytes(None) == "unknown size"


def test_weights_are_named_shortly_or_by_repository() -> None:
    assert entry_named("svd-xt") is entry_named("stabilityai/stable-video-diffusion-img2vid-xt") is CATALOGUE[0]
    assert entry_named("svd-xt-1-1") is CATALOGUE[1]
    with pytest.raises(BadInput, match="svd-xt, svd-xt-1-1"):
        known_entry("sdv")


def test_consent_is_remembered_by_weights(paths: ProgramPaths) -> None:
    first, second, _ = CATALOGUE
    with pytest.raises(EnvironmentProblem, match="mpd-studio weights get svd-xt"):
        require_consent(first, paths)
    record_consent(first, paths)
    require_consent(first, paths)
    assert has_consent(first, paths)
    assert not has_consent(second, paths)
    record_consent(second, paths)
    assert has_consent(first, paths)


def test_other_terms_need_another_consent(paths: ProgramPaths) -> None:
    item = entry()
    record_consent(item, paths)
    changed = dataclasses.replace(item, licence=dataclasses.replace(item.licence, terms="Pay."))
    assert has_consent(item, paths)
    assert not has_consent(changed, paths)


@pytest.mark.parametrize("text", ["{", "[]", '{"svd-xt": true}'])
def test_a_broken_file_of_consents_is_no_consent(paths: ProgramPaths, text: str) -> None:
    paths.models.mkdir(parents=True)
    (paths.models / "licences.json").write_text(text)
    assert not has_consent(CATALOGUE[0], paths)
    record_consent(CATALOGUE[0], paths)
    assert has_consent(CATALOGUE[0], paths)
