"""Tasks, their rows, and the tables that visitors bring."""
