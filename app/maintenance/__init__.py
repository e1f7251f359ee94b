"""Looking after the database: its size, its write-ahead log, and copies of it while Laurel runs."""
