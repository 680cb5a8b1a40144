"""What an operator decides, and what an operator reads: settings, plug-ins, logs."""
