"""How sealed events travel. Carriers know wire stores and nothing of spaces."""
