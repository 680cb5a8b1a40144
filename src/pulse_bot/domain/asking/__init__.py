"""What is asked, of whom it may be asked, and when."""
