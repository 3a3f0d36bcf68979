"""What study would settle a question, and which verdicts it can reach."""
