raise RuntimeError("BREACH: its own package")
