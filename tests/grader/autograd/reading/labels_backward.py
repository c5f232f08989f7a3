"""What is wrong with wrong ways to write backward, as findings, by hand from their code.

Groups are separated by commas, and each must be found; alternatives by "|". What else a reading may say
without being false stands after ";".
"""

CATALOGUE = {
    "breadth_first": "order",
    "every_grad_one": "seeds-many",
    "every_grad_one_inputs_first": "seeds-many, order",
    "first_operand_only": "never-runs; order",
    "inputs_first": "order",
    "last_operand_only": "never-runs; order",
    "level_by_level": "runs-again; order",
    "never_ends": "endless",
    "no_seed": "seed-missing",
    "no_visited": "runs-again; order",
    "one_level": "never-runs; order",
    "order_with_repeats": "runs-again; order",
    "pops_parents": "graph-changed",
    "preorder_dfs": "order",
    "released_early": "order",
    "reseeds_in_recursion": "seeds-many; runs-again, order",
    "resets_all": "resets",
    "resets_all_in_preorder": "resets, order",
    "return_on_seen": "never-runs; order",
    "root_only": "never-runs",
    "root_twice": "runs-again",
    "seed_added": "seed-added",
    "seed_own_data": "seed-wrong",
    "seeds_only_if_zero": "seed-conditional",
    "seeds_zero_grads": "seed-conditional|seeds-many; runs-again, seeds-many, seed-conditional, order",
    "shared_default_list": "remembers",
    "skips_root": "never-runs",
    "sorts_by_data": "order",
    "stack_preorder": "order",
    "stops_at_zero_data": "never-runs",
    "visited_by_data": "never-runs",
    "visited_flag_left": "remembers",
    "waits_forever": "never-runs",
}

# Two mistakes at once, as people make them.
COMPOUND = {
    "not_reversed_and_resets": (
        "order, resets",
        """
def backward(self):
    topo = []
    visited = set()
    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            topo.append(v)
    build(self)
    for v in topo:
        v.grad = 0
    self.grad = 1
    for v in topo:
        v._backward()
""",
    ),
    "resets_and_no_visited": (
        "resets, runs-again",
        """
def backward(self):
    order = []
    def visit(v):
        for child in v._prev:
            visit(child)
        order.append(v)
    visit(self)
    for v in order:
        v.grad = 0.0
    self.grad = 1.0
    for v in reversed(order):
        v._backward()
""",
    ),
    "skips_root_wrong_order": (
        "order, never-runs",
        """
def backward(self):
    topo, seen = [], set()
    def build(v):
        if v in seen:
            return
        seen.add(v)
        topo.append(v)
        for c in v._prev:
            build(c)
    build(self)
    self.grad = 1.0
    for v in topo[1:]:
        v._backward()
""",
    ),
    "breadth_first_and_seed_added": (
        "order, seed-added",
        """
from collections import deque
def backward(self):
    self.grad += 1.0
    queue = deque([self])
    seen = set()
    while queue:
        v = queue.popleft()
        if v in seen:
            continue
        seen.add(v)
        v._backward()
        for child in v._prev:
            queue.append(child)
""",
    ),
    "no_seed_and_no_visited": (
        "seed-missing, runs-again",
        """
def backward(self):
    self._backward()
    for child in self._prev:
        backward(child)
""",
    ),
    "own_data_and_not_reversed": (
        "seed-wrong, order",
        """
def backward(self):
    nodes = []
    def walk(n):
        if n in nodes:
            return
        for p in n._prev:
            walk(p)
        nodes.append(n)
    walk(self)
    self.grad = self.data
    for n in nodes:
        n._backward()
""",
    ),
    "skips_root_and_resets": (
        "never-runs, resets",
        """
def backward(self):
    topo, seen = [], set()
    def build(v):
        if v not in seen:
            seen.add(v)
            for c in v._prev:
                build(c)
            topo.append(v)
    for c in self._prev:
        build(c)
    for v in topo:
        v.grad = 0.0
    self.grad = 1.0
    for v in reversed(topo):
        v._backward()
""",
    ),
    "visited_of_the_module_and_preorder": (
        "remembers, order",
        """
visited = set()
def go(node):
    visited.add(node)
    node._backward()
    for p in node._prev:
        if p not in visited:
            go(p)
def backward(self):
    self.grad = 1.0
    go(self)
""",
    ),
    "marks_left_and_seed_only_if_zero": (
        "remembers, seed-conditional",
        """
def backward(self):
    order = []
    def visit(v):
        if getattr(v, "done", False):
            return
        v.done = True
        for c in v._prev:
            visit(c)
        order.append(v)
    visit(self)
    if not self.grad:
        self.grad = 1.0
    for v in order[::-1]:
        v._backward()
""",
    ),
    "order_of_a_set_and_every_gradient_one": (
        "order-by-chance, seeds-many",
        """
def backward(self):
    nodes = set()
    todo = [self]
    while todo:
        v = todo.pop()
        if v not in nodes:
            nodes.add(v)
            todo.extend(v._prev)
    for v in nodes:
        v.grad = 1.0
    for v in nodes:
        v._backward()
""",
    ),
    "stops_at_zero_and_repeats": (
        "never-runs, runs-again; order",
        """
def backward(self):
    order = []
    def visit(v):
        if v.data:
            for c in v._prev:
                visit(c)
            order.append(v)
    visit(self)
    self.grad = 1
    for v in reversed(order):
        v._backward()
""",
    ),
    "first_operand_only_and_no_seed": (
        "never-runs, seed-missing; order",
        """
def backward(self):
    node = self
    while node._prev:
        node._backward()
        node = node._prev[0]
""",
    ),
    "pops_operands_and_root_twice": (
        "graph-changed, runs-again",
        """
def backward(self):
    order, seen = [], set()
    def visit(v):
        if v in seen:
            return
        seen.add(v)
        parents = list(v._prev)
        v._prev = ()
        for p in parents:
            visit(p)
        order.append(v)
    visit(self)
    self.grad = 1.0
    self._backward()
    while order:
        order.pop()._backward()
""",
    ),
    "order_of_a_set_and_resets": (
        "order-by-chance, resets",
        """
def backward(self):
    nodes = set()
    todo = [self]
    while todo:
        v = todo.pop()
        nodes.add(v)
        todo.extend(v._prev)
    for v in nodes:
        v.grad = 0
    self.grad = 1.0
    for v in nodes:
        v._backward()
""",
    ),
    "list_of_all_calls_and_not_reversed": (
        "remembers, order",
        """
def backward(self, topo=[], seen=set()):
    def visit(v):
        if v not in seen:
            seen.add(v)
            for c in v._prev:
                visit(c)
            topo.append(v)
    visit(self)
    self.grad = 1.0
    for v in topo:
        v._backward()
""",
    ),
}
