const { test } = Deno;

/** Names each test that is registered from now on after its file too. */
export function testsOf(file: string): void {
  const named = (name = "") => `${file} => ${name}`;
  const register = new Proxy(test, {
    apply(test, _, [first, ...rest]: [string | Deno.TestDefinition, ...unknown[]]) {
      const renamed = typeof first === "string"
        ? named(first)
        : { ...first, name: named(first.name) };
      return Reflect.apply(test, undefined, [renamed, ...rest]);
    },
  });
  Object.assign(Deno, { test: register });
}
