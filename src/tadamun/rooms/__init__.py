"""Rooms: one kind of human act each; a room never imports a room."""
