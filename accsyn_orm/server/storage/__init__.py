"""What is kept, and how: tables, transactions, rows in and records out."""
