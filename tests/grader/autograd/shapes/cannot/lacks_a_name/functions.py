class Function:
    def __init__(self, *inputs):
        self.inputs = inputs
