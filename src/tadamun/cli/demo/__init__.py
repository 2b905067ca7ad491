"""`tadamun demo`: a morning of a small community, played by real nodes, and checked."""
