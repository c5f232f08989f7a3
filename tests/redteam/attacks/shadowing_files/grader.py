raise RuntimeError("BREACH: the submission's module was taken for the real one")
