"""What Blender shows: operators, the sidebar tab, preferences, and a timer that looks for awaited results."""

import os

import bpy

from . import pending
from .job_folder import jobs as job_files
from .job_folder.errors import BridgeError
from .placing import place_result, update_take
from .sending import find_gap, send_gap
from .strips import scene_of

CONFIG = os.path.join(os.path.dirname(__file__), "bridge_config.json")
_LOOK_S = 1.0
_WORDS = {
    "": "Waiting for MPD Studio",
    "waiting": "Open in MPD Studio",
    "running": "Generating",
    "done": "Ready to be placed",
    "failed": "Failed",
    "cancelled": "Stopped",
}


def preferences(context):
    return context.preferences.addons[__package__].preferences


def jobs_folder(context):
    """Raises: BridgeError: no folder is named anywhere."""
    chosen = preferences(context).jobs_folder
    if chosen:
        return os.path.normpath(bpy.path.abspath(chosen))
    if os.path.isfile(CONFIG):
        return job_files.read_config(CONFIG)["jobs"]
    raise BridgeError(
        "NOT_WRITABLE",
        "The add-on does not know the jobs folder. Install it with 'mpd-studio bridge install', or name the folder in "
        "its preferences.",
    )


def ready_jobs(scene, jobs):
    """Ids of jobs of this scene with frames that have not been placed yet, oldest first."""
    placed = {}
    for strip in pending.placed_strips(scene):
        job_id = str(strip.get(pending.JOB))
        placed[job_id] = max(placed.get(job_id, 0), pending.revision_of(strip))
    names = sorted({*pending.pending_jobs(scene), *placed})
    return [name for name in names if _revision(jobs, name) > placed.get(name, 0)]


def _revision(jobs, job_id):
    try:
        return job_files.result_revision(job_files.job_folder(jobs, job_id))
    except BridgeError:
        return 0


class MPD_OT_send_gap(bpy.types.Operator):
    """Send the gap at the playhead, or between the two selected strips, to MPD Studio"""

    bl_idname = "mpd.send_gap"
    bl_label = "Send Gap"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        return scene_of(context).sequence_editor is not None

    def execute(self, context):
        chosen = preferences(context)
        try:
            jobs = jobs_folder(context)
            send_gap(context, jobs, chosen.frames, chosen.placement)
        except BridgeError as error:
            self.report({"ERROR"}, error.message)
            return {"CANCELLED"}
        if job_files.studio_seen(jobs):
            self.report({"INFO"}, "The gap was sent. Fill it in MPD Studio.")
        else:
            self.report({"WARNING"}, "The gap was sent, but MPD Studio was never started here. Start it.")
        start_timer()
        return {"FINISHED"}


class MPD_OT_place_results(bpy.types.Operator):
    """Place all new frames that have come from MPD Studio into their gaps"""

    bl_idname = "mpd.place_results"
    bl_label = "Place Results"
    bl_options = {"REGISTER", "UNDO"}

    force: bpy.props.BoolProperty(
        name="Even if the gap has changed",
        description="Place at the frames that were sent, whatever stands around them",
    )

    @classmethod
    def poll(cls, context):
        return scene_of(context).sequence_editor is not None

    def execute(self, context):
        scene = scene_of(context)
        placed, problems = [], []
        try:
            jobs = jobs_folder(context)
            names = ready_jobs(scene, jobs)
        except BridgeError as error:
            self.report({"ERROR"}, error.message)
            return {"CANCELLED"}
        for name in names:
            try:
                placed.append(place_result(scene, jobs, name, self.force))
            except BridgeError as error:
                problems.append(error.message)
                _Looks.refused.add(name)
        for problem in problems:
            self.report({"ERROR"}, problem)
        if not names:
            self.report({"INFO"}, "No new frames have come yet.")
        return {"FINISHED"} if placed else {"CANCELLED"}


class MPD_OT_update_take(bpy.types.Operator):
    """Give the active strip the newest frames that MPD Studio made for its gap"""

    bl_idname = "mpd.update_take"
    bl_label = "Update Take"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        editor = scene_of(context).sequence_editor
        return editor is not None and editor.active_strip is not None and bool(editor.active_strip.get(pending.JOB))

    def execute(self, context):
        scene = scene_of(context)
        try:
            is_new = update_take(scene, jobs_folder(context), scene.sequence_editor.active_strip)
        except BridgeError as error:
            self.report({"ERROR"}, error.message)
            return {"CANCELLED"}
        self.report({"INFO"}, "The take is the newest now." if is_new else "The strip holds the newest take already.")
        return {"FINISHED"} if is_new else {"CANCELLED"}


class MPD_OT_cancel_job(bpy.types.Operator):
    """Ask MPD Studio to stop working on this gap, and wait for it no longer"""

    bl_idname = "mpd.cancel_job"
    bl_label = "Cancel"
    bl_options = {"REGISTER", "UNDO"}

    job_id: bpy.props.StringProperty(options={"HIDDEN"})

    def execute(self, context):
        try:
            job_files.cancel(job_files.job_folder(jobs_folder(context), self.job_id))
        except BridgeError as error:
            self.report({"WARNING"}, error.message)
        pending.forget(scene_of(context), self.job_id)
        return {"FINISHED"}


class MPD_PT_bridge(bpy.types.Panel):
    bl_idname = "MPD_PT_bridge"
    bl_label = "MPD Studio"
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "MPD Studio"

    def draw(self, context):
        layout, scene = self.layout, scene_of(context)
        layout.operator(MPD_OT_send_gap.bl_idname, icon="EXPORT")
        try:
            gap = find_gap(scene)
            layout.label(text="Channel %d, frame %d: %d frames" % (gap.channel, gap.first, gap.count))
        except BridgeError as error:
            for line in error.message.split(". "):
                layout.label(text=line)
        layout.separator()
        for job_id in pending.pending_jobs(scene):
            _draw_job(layout, job_id)
        layout.operator(MPD_OT_place_results.bl_idname, icon="IMPORT")
        if _Looks.refused.intersection(pending.pending_jobs(scene)):
            layout.operator(MPD_OT_place_results.bl_idname, text="Place Even If Changed").force = True
        layout.operator(MPD_OT_update_take.bl_idname, icon="FILE_REFRESH")


def _draw_job(layout, job_id):
    status = _Looks.seen.get(job_id, {})
    state = status.get("state", "")
    words = _WORDS.get(state, state)
    if state == "running":
        words = "%s: %d %%" % (words, round(100 * float(status.get("progress", 0.0))))
    row = layout.row()
    row.label(text=words, icon="ERROR" if state == "failed" else "TIME")
    row.operator(MPD_OT_cancel_job.bl_idname, text="", icon="X").job_id = job_id
    if state == "failed":
        layout.label(text=str(status.get("message", ""))[:120])


class MpdBridgePreferences(bpy.types.AddonPreferences):
    bl_idname = __package__

    jobs_folder: bpy.props.StringProperty(
        name="Jobs folder",
        subtype="DIR_PATH",
        description="Where MPD Studio looks for jobs; empty: as it was installed",
    )
    frames: bpy.props.EnumProperty(
        name="Frames",
        items=(
            ("auto", "Automatic", "The files' own frames where they are what is seen, else rendered ones"),
            ("source", "Source", "The files' own frames, or nothing"),
            ("as_seen", "As seen", "Frames that Blender renders, with everything on and below the channel"),
        ),
    )
    placement: bpy.props.EnumProperty(
        name="Channel",
        items=(
            ("same_track", "In the gap", "On the gap's channel, or the first free one above"),
            ("track_above", "Above", "On the first free channel above the gap's"),
        ),
    )
    auto_place: bpy.props.BoolProperty(
        name="Place by itself", description="Place new frames as soon as they come, without a click"
    )

    def draw(self, context):
        for name in ("jobs_folder", "frames", "placement", "auto_place"):
            self.layout.prop(self, name)
        try:
            self.layout.label(text=jobs_folder(context), icon="FILE_FOLDER")
        except BridgeError as error:
            self.layout.label(text=error.message, icon="ERROR")


class _Looks:
    """What the timer saw last: job id -> status. Panels must not read files while they draw.

    refused: jobs that could not be placed; they are not tried again by themselves, the user decides.
    """

    seen = {}
    refused = set()


def look(context):
    """Read the states of awaited jobs; place what is ready, where the user wants that. Seconds until the next look."""
    scene = scene_of(context)
    try:
        jobs = jobs_folder(context)
    except BridgeError:
        return None
    awaited = pending.pending_jobs(scene)
    _Looks.seen = {name: _status(jobs, name) for name in awaited}
    if preferences(context).auto_place:
        for name in ready_jobs(scene, jobs):
            if name in awaited and name not in _Looks.refused:
                _place_by_itself(scene, jobs, name)
    return _LOOK_S if pending.pending_jobs(scene) else None


def _place_by_itself(scene, jobs, job_id):
    try:
        place_result(scene, jobs, job_id)
    except BridgeError as error:
        _Looks.refused.add(job_id)
        _Looks.seen[job_id] = {"state": "failed", "message": error.message}
        return
    bpy.ops.ed.undo_push(message=MPD_OT_place_results.bl_label)


def _status(jobs, job_id):
    try:
        return job_files.read_status(job_files.job_folder(jobs, job_id))
    except BridgeError:
        return {}


def _tick():
    """The timer: the one safe place to touch Blender's things from outside an operator."""
    again = look(bpy.context)
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()
    return again


def start_timer():
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=_LOOK_S)


@bpy.app.handlers.persistent
def _after_load(*_):
    start_timer()


def _draw_menu(self, context):
    self.layout.separator()
    self.layout.operator(MPD_OT_send_gap.bl_idname)
    self.layout.operator(MPD_OT_place_results.bl_idname)


_CLASSES = (
    MPD_OT_send_gap,
    MPD_OT_place_results,
    MPD_OT_update_take,
    MPD_OT_cancel_job,
    MPD_PT_bridge,
    MpdBridgePreferences,
)
_MENUS = ("SEQUENCER_MT_strip", "SEQUENCER_MT_add")


def register():
    for one in _CLASSES:
        bpy.utils.register_class(one)
    for name in _MENUS:
        if hasattr(bpy.types, name):
            getattr(bpy.types, name).append(_draw_menu)
    bpy.app.handlers.load_post.append(_after_load)
    start_timer()


def unregister():
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    bpy.app.handlers.load_post.remove(_after_load)
    for name in _MENUS:
        if hasattr(bpy.types, name):
            getattr(bpy.types, name).remove(_draw_menu)
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
