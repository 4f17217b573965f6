"""What attributes hold: statuses, moments, references, sizes – and what the backend accepts."""
