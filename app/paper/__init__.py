"""Sheets of paper that know who they are: printed with a box for each digit, to be typed or read back."""
