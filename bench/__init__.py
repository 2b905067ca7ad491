"""How fast Tadamun is, as ratios to what the bare primitives allow. One command, JSON out: see bench/README.md."""
