"""The node's own pages, on loopback."""
