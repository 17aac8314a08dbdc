"""The weights that the program knows by name: where they come from, their files, and on which terms.

Sizes and hashes were taken from public listings of the repositories. What is not known stands as None, is learned
from the hub when a download begins, and is kept beside the files (record.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mpd_studio.core.errors import BadInput
from mpd_studio.weights.family import Family
from mpd_studio.weights.motion_i2v_layout import official_files


@dataclass(frozen=True, slots=True)
class Licence:
    """terms: the point of the text for an editor, in our words; the text itself lies at `url` and beside the files."""

    name: str
    url: str
    terms: str

    @property
    def terms_sha256(self) -> str:
        """Changes with the terms, so that a consent is to the terms that were shown."""
        return hashlib.sha256(f"{self.name}\n{self.url}\n{self.terms}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WeightFile:
    """size in bytes. sha256 of the content; blob_id: git's SHA-1 of it, which the hub states for small files."""

    path: str
    size: int | None = None
    sha256: str | None = None
    blob_id: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """revision: the commit that sizes and hashes are of; None: the newest, and they are only hints.

    about_bytes: what others say it is in all, where no size is known.
    """

    id: str
    title: str
    repo: str
    revision: str | None
    is_gated: bool
    licence: Licence
    files: tuple[WeightFile, ...]
    family: Family = Family.SVD
    about_bytes: int | None = None

    @property
    def size(self) -> int | None:
        """Bytes to download in all, as far as is known; None when a large file's size is not."""
        sizes = [file.size for file in self.files if not file.optional]
        return None if any(size is None for size in sizes) else sum(size or 0 for size in sizes)

    @property
    def size_text(self) -> str:
        """For a person."""
        if self.size is None and self.about_bytes is not None:
            return f"about {gigabytes(self.about_bytes)}"
        return gigabytes(self.size)

    @property
    def page(self) -> str:
        return f"https://huggingface.co/{self.repo}"


STABILITY_COMMUNITY = Licence(
    name="Stability AI Community License Agreement (5 July 2024)",
    url="https://stability.ai/community-license",
    terms=(
        "Not an open-source licence. In short, and without replacing the text:\n"
        "- Research and non-commercial use is free.\n"
        "- Commercial use is free only while you (with affiliates) earn less than 1,000,000 US dollars a year, and\n"
        "  after registering at https://stability.ai/community-license. Above that you need a licence from\n"
        "  Stability AI: https://stability.ai/enterprise.\n"
        "- Whoever passes the weights on, or a product or service made with them, hands over the licence and shows\n"
        "  'Powered by Stability AI'.\n"
        "- What you make must obey the law and https://stability.ai/use-policy, and must not train another\n"
        "  foundational model. What you make is yours.\n"
        "- Earlier texts of this licence (2023) allowed no commercial use at all. The LICENSE file that comes with\n"
        "  the weights is the one that counts: read it."
    ),
)

_SVD_XT = Entry(
    id="svd-xt",
    title="Stable Video Diffusion XT (25 frames)",
    repo="stabilityai/stable-video-diffusion-img2vid-xt",
    revision="9e43909513c6714f1bc78bcb44d96e733cd242aa",
    is_gated=False,
    licence=STABILITY_COMMUNITY,
    files=(
        WeightFile("model_index.json", 496, blob_id="814cc99f8674db1df84d0fff0d4e5535e745d328"),
        WeightFile(
            "feature_extractor/preprocessor_config.json", 518, blob_id="0d9d33b883843d1b370da781f3943051067e1b2c"
        ),
        WeightFile("scheduler/scheduler_config.json", 533, blob_id="05ea60ddb0d95607f9306e020e4ea355664d0275"),
        WeightFile("image_encoder/config.json", 685, blob_id="1f5518ccff586593a40f4eaf0e75c066dca54bec"),
        WeightFile("unet/config.json", 984, blob_id="2a30c09f6764459c04d7dc10bf5b4bbf1e5ebc73"),
        WeightFile("vae/config.json", 607, blob_id="7c27c35b4e6ab0e705d46306f60d36839b680c03"),
        WeightFile(
            "vae/diffusion_pytorch_model.fp16.safetensors",
            195531910,
            "af602cd0eb4ad6086ec94fbf1438dfb1be5ec9ac03fd0215640854e90d6463a3",
        ),
        WeightFile(
            "image_encoder/model.fp16.safetensors",
            1264217240,
            "ae616c24393dd1854372b0639e5541666f7521cbe219669255e865cb7f89466a",
        ),
        WeightFile(
            "unet/diffusion_pytorch_model.fp16.safetensors",
            3049435868,
            "9fbc02e90f37d422f5e3a4aeaee95f6629dc8c45ca211b951626e930daf2bddf",
        ),
        WeightFile("LICENSE.md", 11852, blob_id="1d9ce2ee1067327543544de197291726e4fc57a4", optional=True),
    ),
)

_SVD_XT_1_1 = Entry(
    id="svd-xt-1-1",
    title="Stable Video Diffusion XT 1.1 (25 frames, tuned for 6 frames per second)",
    repo="stabilityai/stable-video-diffusion-img2vid-xt-1-1",
    revision=None,
    is_gated=True,
    licence=STABILITY_COMMUNITY,
    files=(
        WeightFile("model_index.json", 496),
        WeightFile("feature_extractor/preprocessor_config.json", 518),
        WeightFile("scheduler/scheduler_config.json", 533),
        WeightFile("image_encoder/config.json", 685),
        WeightFile("unet/config.json", 984),
        WeightFile("vae/config.json", 607),
        WeightFile("vae/diffusion_pytorch_model.fp16.safetensors", 195531910),
        WeightFile("image_encoder/model.fp16.safetensors", 1264217240),
        WeightFile("unet/diffusion_pytorch_model.fp16.safetensors", 3049435836),
        WeightFile("LICENSE.md", optional=True),
    ),
)

MOTION_I2V_TERMS = Licence(
    name="terms of Motion-I2V (no licence stated)",
    url="https://huggingface.co/wangfuyun/Motion-I2V",
    terms=(
        "The makers of Motion-I2V state no licence with their code. What the page of the weights states was not seen\n"
        "when this was written: read it. Where none is stated, all rights stay with the makers.\n"
        "- Ask them before you publish, sell or pass on anything.\n"
        "- The files hold Stable Diffusion 1.5, under the CreativeML Open RAIL-M licence: no use that harms\n"
        "  people, and whoever passes it on passes its terms on. Read it where Stable Diffusion is given out.\n"
        "- They hold the Realistic Vision 5.1 model, under the terms of its maker.\n"
        "- Most files are pickles, which can hold code. This program opens them in a way that runs none, refuses\n"
        "  those that hold any, and can make safetensors of them once: mpd-studio weights convert."
    ),
)

_MOTION_I2V = Entry(
    id="motion-i2v",
    title="Motion-I2V (both stages, Stable Diffusion 1.5 included)",
    repo="wangfuyun/Motion-I2V",
    revision=None,
    is_gated=False,
    licence=MOTION_I2V_TERMS,
    files=(*map(WeightFile, official_files(lambda _: False)[1]), WeightFile("LICENSE.md", optional=True)),
    family=Family.MOTION_I2V,
    about_bytes=17_300_000_000,
)

# In the order in which they are looked for when nothing was named.
CATALOGUE: tuple[Entry, ...] = (_SVD_XT, _SVD_XT_1_1, _MOTION_I2V)


def entry_named(name: str) -> Entry | None:
    """By id or by repository ("stabilityai/…")."""
    return next((entry for entry in CATALOGUE if name in (entry.id, entry.repo)), None)


def known_entry(name: str) -> Entry:
    """Raises: BadInput: no such name; the message lists those that there are."""
    entry = entry_named(name)
    if entry is None:
        names = ", ".join(entry.id for entry in CATALOGUE)
        raise BadInput(f"'{name}' is no name of weights. Known are: {names}.")
    return entry


def gigabytes(size: int | None) -> str:
    """For a person, in decimal units as disks and hubs state them."""
    if size is None:
        return "unknown size"
    if size >= 10**8:
        return f"{size / 10**9:.1f} GB"
    return f"{size / 10**6:.1f} MB" if size >= 10**5 else f"{size} bytes"
