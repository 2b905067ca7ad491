"""Gatherings: meet-ups, protests, rallies, marches, and coming back from them."""
