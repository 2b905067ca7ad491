"""Threads, comments, reactions, private messages."""
