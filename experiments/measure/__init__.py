"""What speed, memory and robustness are; the weights judged."""
