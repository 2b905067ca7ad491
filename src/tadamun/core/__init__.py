"""Pure values and functions: no I/O, clock or randomness."""
