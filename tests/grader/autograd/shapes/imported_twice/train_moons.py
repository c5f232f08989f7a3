from sklearn.datasets import make_moons

from grad_lib.losses import mse
from grad_lib.nn import MLP

X, y = make_moons(n_samples=100, noise=0.1)
model = MLP(2, [16, 16, 1])
for k in range(100):
    loss = mse([model(list(map(float, x))) for x in X], y * 2 - 1)
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= (1.0 - 0.9 * k / 100) * p.grad
    print(f"step {k} loss {loss.data}")
