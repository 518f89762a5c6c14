import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const TYPES: Record<string, string> = { ts: "application/typescript", json: "application/json" };

/**
 * The package as a registry would serve it: at a URL, only the files that are published, and without
 * an import map, so that every import names its package in full.
 */
export class PublishedPackage implements AsyncDisposable {
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) => this.#answer(new URL(url).pathname.slice(1)),
  );

  get main(): string {
    return `${this.#origin}/main.ts`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(path: string): Promise<Response> {
    if (!config.publish.include.some((one) => path === one || path.startsWith(`${one}/`))) {
      return new Response("not published", { status: 404 });
    }
    try {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      const type = TYPES[path.split(".").at(-1)!] ?? "text/plain";
      const body = type === TYPES.ts ? this.#withFullImports(text) : text;
      return new Response(body, { headers: { "Content-Type": type } });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return new Response("no such file", { status: 404 });
    }
  }

  #withFullImports(source: string): string {
    const imports: Record<string, string> = {
      ...config.imports,
      ...config.scopes["./examples/"],
      "@x/python-mcp": this.main,
    };
    return source.replaceAll(
      /(\bfrom |\bimport |\bimport\()"([^"]+)"/g,
      (all, before, name) => name in imports ? `${before}"${imports[name]}"` : all,
    );
  }
}
