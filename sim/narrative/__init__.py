"""One history, told twice: the same world and luck under two policies, in dated sentences."""
