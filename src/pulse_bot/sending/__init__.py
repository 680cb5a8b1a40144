"""What goes out: jobs, the courier that paces them, and what runs beside the loop."""
