"""The page of `strait page` in a classroom: a server on the local network that adds up the room's answers."""
