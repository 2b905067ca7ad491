"""Talk: threads, comments, reactions, direct messages."""
