"""What the command line does with files: read them, ask one question of them, write the answer."""
