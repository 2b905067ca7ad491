"""The vault (everything readable) and the wire store (only sealed events), both encrypted files."""
