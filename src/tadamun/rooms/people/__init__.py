"""Who is here: names, pronouns, vouches, safety numbers."""
