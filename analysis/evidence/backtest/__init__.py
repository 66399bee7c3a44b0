"""The model held to the record: forecasts of how the PRC answered, scored beside simple rivals."""
