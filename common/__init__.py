"""What several folders need, once: commands, pictures, numbers, and which scripts there are."""
