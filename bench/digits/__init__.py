"""The model that reads digits: what it is trained on, and how."""
