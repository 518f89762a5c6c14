const PART = `
@decorate(option=[1, 2, 3])
def function_N(first, second=None, *rest, **named):
    """What it does: import nothing."""
    values = [item.value for item in first if item.kind == "import" and second]
    try:
        import module_N
    except ImportError:
        return {"a": (1, 2), "b": f"{values!r:>10}", 'c': values[0] ** 2}
    for index, value in enumerate(values):
        if index % 2 == 0:
            print("line", index, value, sep=", ", end="\\n")  # a comment (with a bracket
        elif index > 10:
            raise ValueError(f"too many: {index}")
    return sum(value * 2 for value in values)
`;

/** A script of more than 20,000 lines with an import in each function; its last one is of `yaml`. */
export function longScript(): string {
  const parts = Array.from({ length: 1350 }, (_, index) => PART.replaceAll("N", String(index)));
  return parts.join("") + "import yaml\n";
}
