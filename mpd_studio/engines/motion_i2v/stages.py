"""The two stages out of a folder of weights; where memory is short, never both at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.engines.diffusion.card_layout import lay_out_for_graphics_cards
from mpd_studio.engines.motion_i2v.memory_plan import LADDER, MemoryPlan
from mpd_studio.engines.motion_i2v.network_config import CONTROLNET, FLOW_UNET, STAGE2_UNET
from mpd_studio.engines.motion_i2v.personal import Personal
from mpd_studio.engines.motion_i2v.stage1 import Stage1
from mpd_studio.engines.motion_i2v.stage2 import Stage2
from mpd_studio.weights.identity import identity_of_files

if TYPE_CHECKING:
    import torch

LOADING = "Loading the model"
AS_RELEASED = Personal()


class Stages:
    """Loads a stage when it is asked for, to where the memory plan wants it."""

    def __init__(
        self,
        folder: Path,
        device: torch.device,
        dtype: torch.dtype,
        plan: MemoryPlan = LADDER[0],
    ) -> None:
        """dtype: of the three large networks; the autoencoders and the text encoder are in float32."""
        self._folder, self._device, self._dtype, self._plan = folder, device, dtype, plan
        self._personal, self._personal_print = AS_RELEASED, ""
        self._first: Stage1 | None = None
        self._second: Stage2 | None = None

    @property
    def plan(self) -> MemoryPlan:
        return self._plan

    @property
    def device(self) -> torch.device:
        return self._device

    def take(self, personal: Personal) -> None:
        """For stage 2. Stage 1 keeps to the released autoencoder, which its numbers were trained with.

        Raises: BadInput: it does not fit the picture network; nothing was computed then.
        """
        print_ = identity_of_files(personal.files)
        if (personal, print_) == (self._personal, self._personal_print):
            return
        self._second = None
        self._personal, self._personal_print = AS_RELEASED, ""
        if personal.files:
            _check(personal, self._folder)
            self._personal, self._personal_print = personal, print_

    def first(self, reporter: Reporter) -> Stage1:
        """Raises: UnsupportedRequest, BadInput: the weights are not those of Motion-I2V, or damaged."""
        if self._first is None:
            self._second = self._second if self._plan.keeps_both else None
            self._first = self._load_first(reporter)
        return self._first

    def second(self, reporter: Reporter) -> Stage2:
        """Raises: as first."""
        if self._second is None:
            self._first = self._first if self._plan.keeps_both else None
            self._second = self._load_second(reporter)
        return self._second

    def _load_first(self, reporter: Reporter) -> Stage1:
        from mpd_studio.engines.diffusion.progress_bars import without_progress_bars
        from mpd_studio.engines.motion_i2v.flow_vae import FlowVae
        from mpd_studio.engines.motion_i2v.networks import load_network, load_text, load_vae

        parts: list[Any] = []
        with without_progress_bars():
            for load in (
                lambda: load_text(self._folder, 1),
                lambda: load_vae(self._folder, "picture").to(self._device),
                lambda: FlowVae(load_vae(self._folder, "flow").to(self._device)),
                lambda: self._placed(load_network(self._folder, FLOW_UNET)),
                lambda: self._placed(load_network(self._folder, CONTROLNET)),
            ):
                reporter.report(Progress(LOADING, len(parts), 5))
                parts.append(load())
        reporter.report(Progress(LOADING, 5, 5))
        (tokenizer, encoder), picture_vae, flow_vae, flow_unet, controlnet = parts
        return Stage1(tokenizer, encoder, picture_vae, flow_vae, flow_unet, controlnet, self._device)

    def _load_second(self, reporter: Reporter) -> Stage2:
        from mpd_studio.engines.diffusion.progress_bars import without_progress_bars
        from mpd_studio.engines.motion_i2v.networks import load_network, load_text, load_vae

        parts: list[Any] = []
        with without_progress_bars():
            for load in (
                lambda: load_text(self._folder, 2),
                lambda: load_vae(self._folder, "picture", self._personal.of_autoencoder).to(self._device),
                lambda: self._placed(load_network(self._folder, STAGE2_UNET, self._personal)),
            ):
                reporter.report(Progress(LOADING, len(parts), 3))
                parts.append(load())
        reporter.report(Progress(LOADING, 3, 3))
        (tokenizer, encoder), picture_vae, unet = parts
        return Stage2(tokenizer, encoder, picture_vae, unet, self._device)

    def _placed(self, network: Any) -> Any:
        """A large network, in the precision that was asked for."""
        network.to(self._dtype)
        if self._device.type == "cuda":
            lay_out_for_graphics_cards(network)  # first: layers that come and go wrap what they find
        if not self._plan.layers_rest:
            return network.to(self._device)
        on_card = self._device.type == "cuda"
        network.enable_group_offload(onload_device=self._device, offload_type="leaf_level", use_stream=on_card)
        return network


def _check(personal: Personal, folder: Path) -> None:
    from mpd_studio.engines.motion_i2v.official_folder import network_config, network_tensors, vae_config
    from mpd_studio.engines.motion_i2v.personal import check_personal, personal_vae
    from mpd_studio.engines.motion_i2v.vae_state import PICTURE, check_vae

    check_personal(network_tensors(folder, STAGE2_UNET), personal, network_config(folder, STAGE2_UNET))
    if personal.of_autoencoder is not None:
        measures = vae_config(folder, PICTURE)
        own = personal_vae(personal.of_autoencoder, measures)
        if own is not None:
            check_vae(own, measures, PICTURE)
