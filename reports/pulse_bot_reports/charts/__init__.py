"""Pictures: what was released, drawn."""
