"""Journeys of people through a browser, on real processes: nothing is replaced or imitated."""
