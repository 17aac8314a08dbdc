"""The timeline at the bottom of the desk."""
