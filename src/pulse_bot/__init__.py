"""pulse-bot: a weekly question about trust, honesty and accountability.

The folders show the architecture: `domain` decides, `usecases` load and save around a decision,
`storage`, `sealing` and `engine` keep things, `ports` is what adapters and reports are written
against, and `app` is the one place where all of it is wired together.
"""
