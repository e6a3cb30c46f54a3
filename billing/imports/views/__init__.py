"""Pages about imported tables."""
