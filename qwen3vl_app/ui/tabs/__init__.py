"""One module per screen: components, and the events that need the server."""
