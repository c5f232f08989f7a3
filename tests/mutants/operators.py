"""What is changed in a module: cosmic-ray's operators, and one of our own for statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

# In place of an operator the likeliest slip, of a dozen; in place of a comparison every other one.
CHOSEN = re.compile(
    r"core/(ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div|Mod_FloorDiv|Pow_Mul"
    r"|LShift_RShift|RShift_LShift|BitOr_BitAnd|BitAnd_BitOr|BitXor_BitOr)"
    r"|ReplaceComparisonOperator_((Eq|NotEq|Lt|LtE|Gt|GtE)_(Eq|NotEq|Lt|LtE|Gt|GtE)|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_Delete_\w+|AddNot|Replace(True|False|And|Or|Break|Continue)With\w+"
    r"|ExceptionReplacer|NumberReplacer|RemoveDecorator|ZeroIterationForLoop)"
)


class LeaveOut(Operator):
    """A statement is left out: a call, a raise, an item or attribute that is set; a return returns None.

    None in place of False is no change that anybody would see.
    """

    def mutation_positions(self, node):
        if node.type == "simple_stmt" and self._instead(node.children[0]):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node, index):
        statement = node.children[0]
        code = statement.get_first_leaf().prefix + self._instead(statement)
        node.children[0] = parso.parse(code)
        return node

    @staticmethod
    def _instead(statement) -> str:
        match statement.type:
            case "return_stmt":
                code = statement.get_code(include_prefix=False)
                return "" if code in ("return None", "return False") else "return None"
            case "expr_stmt":
                target, how = statement.children[:2]
                kept = target.type == "name" and getattr(how, "value", "") == "="
                return "" if kept or how.type == "annassign" else "pass"
            case "atom_expr" | "power" | "raise_stmt" | "del_stmt" | "await_expr":
                return "pass"
        return ""

    @classmethod
    def examples(cls):
        return ()


def mutants(source: str) -> Iterator[str]:
    """The source with one change each; without those that are no Python or change annotations only."""
    nodes = list(ast_nodes(get_ast(source)))
    seen = {bones(source)}
    for operator in (*(get_operator(name) for name in operator_names() if CHOSEN.fullmatch(name)), LeaveOut):
        found = operator()
        for occurrence in range(sum(len(list(found.mutation_positions(node))) for node in nodes)):
            mutated = mutate_code(source, found, occurrence)
            try:
                left = bones(mutated)
            except SyntaxError:
                continue
            if left not in seen:
                seen.add(left)
                yield mutated


def bones(source: str) -> str:
    """The syntax tree without annotations, which nothing evaluates."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)
