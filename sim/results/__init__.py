"""What a run leaves: its folder, its tables, and what makes them whole after a stop or a kill."""
