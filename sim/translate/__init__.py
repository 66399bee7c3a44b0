"""Rules as machine code and as JavaScript: a small subset of Python, read once and printed twice (docs/subset.md)."""
