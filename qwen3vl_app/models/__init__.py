"""Content becomes vectors, query and items become scores. Torch is imported here."""
