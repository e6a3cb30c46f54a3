"""The partner's own pages: profile, settings, people, permissions, activity."""
