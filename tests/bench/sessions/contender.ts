import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** What a call came to. */
export interface Called {
  seconds: number;
  /** The value of the last expression, or whatever else was said. */
  text: string;
  json: Record<string, unknown>;
}

/** A server that keeps variables, started anew and connected to. */
export interface Kernel extends AsyncDisposable {
  /** The server's process. */
  pid: number;
  run(code: string, signal?: AbortSignal): Promise<Called>;
  call(name: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<Called>;
}

export interface Contender {
  start(): Promise<Kernel>;
  /** Interrupts a cell that runs: what the last call for that came to, from the beginning of it all. */
  interrupt(kernel: Kernel): Promise<Pick<Called, "seconds" | "text">>;
}

/** Starts a server on stdio and connects the SDK's client to it, as it is by default. */
export async function startServer(
  [command, ...args]: string[],
  env: Record<string, string>,
  cwd: string,
  begin: (call: Kernel["call"]) => Promise<Kernel["run"]>,
): Promise<Kernel> {
  const transport = new StdioClientTransport({
    command: command!,
    args,
    env,
    cwd,
    stderr: "ignore",
  });
  const client = new Client({ name: "bench", version: "1" });
  await client.connect(transport);
  const pid = transport.pid!;
  const call: Kernel["call"] = async (name, input, signal) => {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    try {
      const said = await client.callTool({ name, arguments: input }, { signal });
      const texts = said.content.flatMap((one) => one.type === "text" ? one.text : []);
      const json = (said.structuredContent ?? {}) as Record<string, unknown>;
      return { seconds: seconds(), text: texts.join("\n"), json };
    } catch (error) {
      return { seconds: seconds(), text: `no answer: ${(error as Error).message}`, json: {} };
    }
  };
  const run = await begin(call);
  return { pid, call, run, [Symbol.asyncDispose]: () => client.close() };
}
