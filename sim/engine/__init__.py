"""Many trials: cells set up, blocks of worlds played, and the same trial as a Mesa model."""
