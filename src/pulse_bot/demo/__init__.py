"""The demonstration: a made-up partnership played through the real parts on a fast clock."""
