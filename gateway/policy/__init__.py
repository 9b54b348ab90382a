"""What rules.yaml says, read and checked; pure."""
