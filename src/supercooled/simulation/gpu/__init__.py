"""A graphics card as the engine, through gamdpy. Nothing here is imported unless it is asked for."""
