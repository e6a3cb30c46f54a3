"""English: 22 Nov 2026 16:00, the same everywhere, so that no day is taken for a month."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y H:i"
TIME_FORMAT = "H:i"
