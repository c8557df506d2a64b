"""Files on disk become decoded content. Knows nothing of models or stores."""
