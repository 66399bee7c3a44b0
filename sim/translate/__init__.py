"""Rules as machine code and as JavaScript: read once from a small subset of Python, printed twice. See docs/subset.md."""
