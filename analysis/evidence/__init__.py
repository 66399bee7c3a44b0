"""The model against the record: episodes, counts, war games and forecasts."""
