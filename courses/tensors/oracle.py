"""What PyTorch gives, in float64: the values and the gradients of each exercise, as nested lists."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that NumPy is not there, which nothing here needs
    import torch


def add(a, b, g):
    try:
        torch.broadcast_shapes(_tensor(a).shape, _tensor(b).shape)
    except RuntimeError:
        raise ValueError("the shapes do not fit") from None
    return _with_gradients(torch.add, g, a, b)


def matmul(a, b, g):
    if len(a[0]) != len(b):
        raise ValueError("the shapes do not fit")
    return _with_gradients(torch.matmul, g, a, b)


def cross_entropy(logits, targets):
    x = _tensor(logits).requires_grad_()
    loss = torch.nn.functional.cross_entropy(x, torch.tensor(targets))
    loss.backward()
    return torch.softmax(x, dim=1).tolist(), loss.item(), x.grad.tolist()


def layer_norm(x, gain, bias, g):
    def normalised(x, gain, bias):
        return torch.nn.functional.layer_norm(x, gain.shape, gain, bias, 1e-5)

    return _with_gradients(normalised, g, x, gain, bias)


def _with_gradients(function, g, *operands):
    """The function's value, then the gradient of each operand when g arrives at the value."""
    tensors = [_tensor(each).requires_grad_() for each in operands]
    value = function(*tensors)
    value.backward(_tensor(g).expand_as(value))
    return value.tolist(), *(each.grad.tolist() for each in tensors)


def _tensor(numbers):
    return torch.tensor(numbers, dtype=torch.float64)
