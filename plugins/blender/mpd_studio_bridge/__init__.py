"""MPD Studio Bridge: send a gap of the Video Sequencer to MPD Studio, and place the new frames that come back.

One folder for both kinds of add-on: Blender 4.2 and later read blender_manifest.toml, Blender 3.4 to 4.1 bl_info.
"""

bl_info = {
    "name": "MPD Studio Bridge",
    "author": "MPD Studio",
    "version": (1, 0, 0),
    "blender": (3, 4, 0),
    "location": "Video Sequencer > Sidebar > MPD Studio",
    "description": "Send a gap to MPD Studio and place the new frames",
    "category": "Sequencer",
}


def register():
    from . import ui

    ui.register()


def unregister():
    from . import ui

    ui.unregister()
