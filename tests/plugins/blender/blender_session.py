"""Runs inside a real Blender, or its Python module: carries out steps and writes what it found as JSON.

python blender_session.py PLUGINS STEPS ANSWERS: the folder of the assembled add-on, and two JSON files. A step is
[name, arguments]; names are the functions below. A BridgeError of the add-on is an answer, not a crash.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

bpy = import_module("bpy")

# Timings that Blender 5.1 gave other names.
RENAMED = {"frame_start": "content_start", "frame_offset_start": "left_handle_offset"}


def scene() -> Any:
    return bpy.context.scene


def the_strips() -> Any:
    return import_module("mpd_studio_bridge.strips")


def strip_rows() -> list[dict[str, Any]]:
    names = the_strips()
    return [
        {
            "name": strip.name,
            "type": strip.type,
            "channel": strip.channel,
            "first": names.first_of(strip),
            "stop": names.stop_of(strip),
            "mute": strip.mute,
            "job": strip.get("mpd_job", ""),
            "revision": strip.get("mpd_revision", 0),
            "files": [element.filename for element in strip.elements] if strip.type == "IMAGE" else [],
            "directory": strip.directory if strip.type == "IMAGE" else "",
            "colorspace": names.colorspace_name(strip) if hasattr(strip, "colorspace_settings") else "",
            "alpha": getattr(strip, "alpha_mode", ""),
            "scale": [strip.transform.scale_x, strip.transform.scale_y] if hasattr(strip, "transform") else [],
        }
        for strip in names.all_strips(scene())
    ]


def found(name: str) -> Any:
    names = the_strips()
    return next(strip for strip in names.all_strips(scene()) if strip.name == name)


# The steps


def new(width: int = 64, height: int = 36, fps: int = 24, base: float = 1.0, view: str = "Standard") -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    render = scene().render
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    render.fps, render.fps_base = fps, base
    scene().view_settings.view_transform = view
    scene().sequence_editor_create()


def movie(name: str, path: str, channel: int, start: int, head: int = 0, tail: int = 0) -> None:
    """head, tail: frames hidden by the handles."""
    names = the_strips()
    strip = names.collection(scene().sequence_editor).new_movie(name, path, channel, start - head)
    trim(strip, head, tail)


def images(name: str, paths: list[str], channel: int, start: int, head: int = 0, tail: int = 0) -> None:
    names = the_strips()
    strip = names.collection(scene().sequence_editor).new_image(name, paths[0], channel, start - head)
    for path in paths[1:]:
        strip.elements.append(os.path.basename(path))
    trim(strip, head, tail)


def trim(strip: Any, head: int, tail: int) -> None:
    if hasattr(strip, "left_handle_offset"):
        strip.left_handle_offset, strip.right_handle_offset = head, tail
    else:
        strip.frame_offset_start, strip.frame_offset_end = head, tail


def cut_off(name: str, frames: int) -> None:
    word = "content_trim_start" if hasattr(found(name), "content_trim_start") else "animation_offset_start"
    setattr(found(name), word, frames)
    scene().frame_set(scene().frame_current)


def color(name: str, channel: int, start: int, length: int, rgb: tuple[float, float, float] = (1, 1, 1)) -> None:
    names = the_strips()
    effects = names.collection(scene().sequence_editor)
    end = "length" if bpy.app.version >= (5, 0, 0) else "frame_end"
    value = length if end == "length" else start + length
    effects.new_effect(name=name, type="COLOR", channel=channel, frame_start=start, **{end: value}).color = rgb


def crossing(name: str, one: str, other: str, channel: int, start: int, length: int) -> None:
    """A cross dissolve between two strips."""
    names = the_strips()
    words: dict[str, Any] = {"length": length} if bpy.app.version >= (5, 0, 0) else {"frame_end": start + length}
    words |= dict(
        zip(
            ("input1", "input2") if bpy.app.version >= (4, 5, 0) else ("seq1", "seq2"),
            (found(one), found(other)),
            strict=True,
        )
    )
    names.collection(scene().sequence_editor).new_effect(
        name=name, type="CROSS", channel=channel, frame_start=start, **words
    )


def change(name: str, where: str, value: Any) -> None:
    """change("A", "transform.scale_x", 0.5)"""
    owner = found(name)
    where = RENAMED[where] if where in RENAMED and hasattr(owner, RENAMED[where]) else where
    *path, last = where.split(".")
    for key in path:
        owner = getattr(owner, key)
    setattr(owner, last, value)


def change_scene(where: str, value: Any) -> None:
    owner = scene()
    *path, last = where.split(".")
    for key in path:
        owner = getattr(owner, key)
    setattr(owner, last, value)


def lock_channel(number: int) -> None:
    scene().sequence_editor.channels[number].lock = True


def remove(name: str) -> None:
    names = the_strips()
    names.collection(scene().sequence_editor).remove(found(name))


def select(wanted: list[str]) -> None:
    names = the_strips()
    for strip in names.all_strips(scene()):
        strip.select = strip.name in wanted
    scene().sequence_editor.active_strip = found(wanted[0]) if wanted else None


def playhead(frame: int) -> None:
    scene().frame_set(frame)


def send(jobs: str, mode: str = "auto", placement: str = "same_track") -> str:
    return import_module("mpd_studio_bridge.sending").send_gap(bpy.context, jobs, mode, placement)


def place(jobs: str, job_id: str, force: bool = False) -> str:
    placed = import_module("mpd_studio_bridge.placing").place_result(scene(), jobs, job_id, force)
    bpy.ops.ed.undo_push(message="Place Results")
    return placed.name


def update(jobs: str, name: str) -> bool:
    return import_module("mpd_studio_bridge.placing").update_take(scene(), jobs, found(name))


def pending() -> list[str]:
    return import_module("mpd_studio_bridge.pending").pending_jobs(scene())


def source(name: str, frames: list[int]) -> list[Any]:
    """What the add-on thinks is shown at each of these frames."""
    module, names = (import_module(f"mpd_studio_bridge.{one}") for one in ("source_frame", "strips"))
    return [module.source_frame(scene(), found(name), frame, names.all_strips(scene())) for frame in frames]


def strips() -> list[dict[str, Any]]:
    return strip_rows()


def settings() -> dict[str, Any]:
    render, view = scene().render, scene().view_settings
    return {
        "filepath": render.filepath,
        "format": render.image_settings.file_format,
        "depth": render.image_settings.color_depth,
        "mode": render.image_settings.color_mode,
        "view": view.view_transform,
        "look": view.look,
        "exposure": view.exposure,
        "frame": scene().frame_current,
        "transparent": render.film_transparent,
        "mutes": {row["name"]: row["mute"] for row in strip_rows()},
    }


def render(folder: str, frames: list[int]) -> list[str]:
    """Eight-bit PNGs of what the scene shows, under its own view transform."""
    render = scene().render
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGB"
    render.image_settings.color_depth = "8"
    paths = []
    for frame in frames:
        scene().frame_set(frame)
        render.filepath = os.path.join(folder, f"frame_{frame:04d}.png")
        bpy.ops.render.render(write_still=True)
        paths.append(render.filepath)
    return paths


def save(path: str) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=path)


def reopen(path: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=path)
    bpy.ops.ed.undo_push(message="Open")


def undo_point() -> None:
    bpy.ops.ed.undo_push(message="Before")


def undo() -> None:
    bpy.ops.ed.undo()


def enable(module: str) -> list[str]:
    bpy.ops.preferences.addon_enable(module=module)
    return [name for name in bpy.context.preferences.addons.keys() if "mpd_studio" in name]  # noqa: SIM118


def disable(module: str) -> list[str]:
    bpy.ops.preferences.addon_disable(module=module)
    return [name for name in ("MPD_OT_send_gap", "MPD_PT_bridge") if hasattr(bpy.types, name)]


def install_zip(path: str) -> list[str]:
    bpy.ops.extensions.package_install_files(filepath=path, repo="user_default", enable_on_install=True)
    return [name for name in bpy.context.preferences.addons.keys() if "mpd_studio" in name]  # noqa: SIM118


def install_legacy_zip(path: str) -> list[str]:
    bpy.ops.preferences.addon_install(filepath=path)
    return enable("mpd_studio_bridge")


def preference(module: str, name: str, value: Any) -> None:
    setattr(bpy.context.preferences.addons[module].preferences, name, value)


def operator(name: str, **values: Any) -> str:
    """The operator's answer, or what it reported as an error."""
    group, _, own = name.partition(".")
    try:
        return sorted(getattr(getattr(bpy.ops, group), own)(**values))[0]
    except RuntimeError as error:
        return str(error).strip()


def look(module: str) -> Any:
    return sys.modules[f"{module}.ui"].look(bpy.context)


def ready(module: str, jobs: str) -> list[str]:
    return sys.modules[f"{module}.ui"].ready_jobs(scene(), jobs)


def pending_of(module: str) -> list[str]:
    return sys.modules[f"{module}.pending"].pending_jobs(scene())


def first_pending(module: str) -> str:
    return pending_of(module)[0]


def cancel_first(module: str) -> str:
    return operator("mpd.cancel_job", job_id=first_pending(module))


class DrawnLayout:
    """Stands for the layout that Blender hands to a panel, and keeps what is put on it."""

    def __init__(self, shown: list[str]) -> None:
        self.shown = shown
        self.force = False
        self.job_id = ""

    def label(self, text: str = "", icon: str = "NONE") -> None:
        self.shown.append(text)

    def operator(self, name: str, text: str = "", icon: str = "NONE") -> DrawnLayout:
        self.shown.append(text or name)
        return self

    def prop(self, owner: Any, name: str) -> None:
        getattr(owner, name)
        self.shown.append(name)

    def row(self) -> DrawnLayout:
        return self

    def separator(self) -> None:
        return


def drawn_panel(module: str) -> list[str]:
    shown: list[str] = []
    panel = type("Panel", (), {"layout": DrawnLayout(shown)})()
    sys.modules[f"{module}.ui"].MPD_PT_bridge.draw(panel, bpy.context)
    return shown


def drawn_preferences(module: str) -> list[str]:
    shown: list[str] = []
    kept = bpy.context.preferences.addons[module].preferences
    words = {name: getattr(kept, name) for name in ("jobs_folder", "frames", "placement", "auto_place")}
    page = type("Page", (), {"layout": DrawnLayout(shown), **words})()
    sys.modules[f"{module}.ui"].MpdBridgePreferences.draw(page, bpy.context)
    return shown


def carry_out(steps: list[Any]) -> list[Any]:
    answers: list[Any] = []
    for name, arguments in steps:
        try:
            answers.append(globals()[name](**arguments))
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            answers.append({"error": error.code, "message": str(error), "detail": error.detail})  # type: ignore[attr-defined]  # BridgeError
    return answers


def main() -> None:
    plugins, steps, answers = sys.argv[-3:]
    sys.path.insert(0, plugins)
    with open(steps, encoding="utf-8") as file:
        wanted = json.load(file)
    found = carry_out(wanted)
    with open(answers, "w", encoding="utf-8") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
