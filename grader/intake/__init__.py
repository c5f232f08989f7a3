"""What a whole class handed in, however it arrives: found now, read later, one after the other."""
