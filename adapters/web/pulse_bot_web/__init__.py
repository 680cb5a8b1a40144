"""The web adapter: personal links, the question page, the group's page."""
