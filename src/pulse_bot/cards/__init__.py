"""The cards and forms that the core shows, and what their buttons mean when they come back."""
