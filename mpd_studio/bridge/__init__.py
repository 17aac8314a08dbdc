"""The studio's side of the job folder shared with an editor, and the installation of the editor's side."""
