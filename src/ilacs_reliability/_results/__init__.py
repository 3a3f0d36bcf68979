"""What comes out: records as plain data, what is undefined, and how numbers are written."""
