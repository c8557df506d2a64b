"""The models on other computers: workers on Ray, each with its models and readers beside them."""
