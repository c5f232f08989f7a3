import argparse
import random

from minitorch_lite import MLP, SGD

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, required=True)
args = parser.parse_args()

data = [([random.random(), random.random()], random.choice([-1, 1])) for _ in range(30)]
net = MLP(2, [8, 1])
opt = SGD(net.parameters(), lr=0.05)
for step in range(args.steps):
    loss = sum((net(x) - y) ** 2 for x, y in data)
    net.zero_grad()
    loss.backward()
    opt.step()
    print(step, loss.data)
