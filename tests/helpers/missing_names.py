"""Prints what Python files below a folder take from each other that is not there: a rename shows only as one runs."""
import ast
import json
import os
import sys


def names_of(tree):
    """What a module defines or imports, wherever it does so: more than a reader of it can rely on."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0]
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def missing(tree, defined):
    own, nodes = set(names_of(tree)), list(ast.walk(tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names if not alias.asname}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module in defined:
            for alias in node.names:
                if alias.name not in defined[node.module]:
                    yield "%s.%s" % (node.module, alias.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = node.value.id
            if module not in defined or node.attr.startswith("__"):
                continue
            if module not in own:
                yield module
            elif module in imported and node.attr not in defined[module]:
                yield "%s.%s" % (module, node.attr)


trees, defined = {}, {}
for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        if name.endswith(".py"):
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                trees[os.path.relpath(path, sys.argv[1])] = tree = ast.parse(file.read())
            # Files of different folders may have one name.
            defined.setdefault(name[:-3], set()).update(names_of(tree))
found = {(path, name) for path, tree in trees.items() for name in missing(tree, defined)}
print(json.dumps(["%s: %s" % one for one in sorted(found)]))
