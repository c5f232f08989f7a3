"""What is sent into a cage to understand an implementation in any shape.

As in grader/worker: standard library only, compiled and sent, never imported to grade with.
Promise: nothing that is examined is sent along; neuron, layer, order and siblings stand in only where they
must.
Door: serving.Serving.
"""
