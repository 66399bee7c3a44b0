"""One history under two policies, with the same world and luck, in dated sentences."""
