"""What a worker needs for an implementation in any shape; sent over only with one of those."""
