"""Pages about fapiao."""
