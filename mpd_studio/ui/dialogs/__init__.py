"""Windows of their own; none of them stops the desk."""
