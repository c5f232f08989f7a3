from network import MLP

xs = [[0, 0], [0, 1], [1, 0], [1, 1]]
ys = [0, 1, 1, 0]
net = MLP(2, [4, 1])

for step in range(200):
    loss = sum((net(x) - y) ** 2 for x, y in zip(xs, ys))
    for p in net.parameters():
        p.grad = 0
    loss.backward()
    for p in net.parameters():
        p.data -= 0.05 * p.grad
    if step % 20 == 0:
        print(f"step {step}: loss = {loss.data:.4f}")

for x in xs:
    print(x, "->", net(x).data)
