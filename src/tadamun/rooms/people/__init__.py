"""People: names, pronouns, vouches, safety numbers."""
