from tinygradient.nn import MLP
from tinygradient.value import Value
from tqdm import tqdm
import pandas as pd
import seaborn as sns

df = pd.read_csv("data/moons.csv")
model = MLP(2, [16, 16, 1])
losses = []
for epoch in tqdm(range(100)):
    total = Value(0.0)
    for row in df.itertuples():
        total += (model([row.x, row.y]) - row.label) ** 2
    for p in model.parameters:
        p.grad = 0.0
    total.backward()
    for p in model.parameters:
        p.data -= 0.01 * p.grad
    losses.append(total.data)
sns.lineplot(losses)
