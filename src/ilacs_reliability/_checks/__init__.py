"""What may go in, and how much work may be done: shared by all rooms."""
