"""The only door to keys and ciphers; wraps libraries, invents nothing."""
