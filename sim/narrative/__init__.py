"""One history under two policies: the same world and luck under two policies, in dated sentences."""
