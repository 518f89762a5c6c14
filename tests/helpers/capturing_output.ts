const STREAMS = ["stdout", "stderr"] as const;

/** Runs what writes to stdout and stderr, as no terminal; returns that with its exit code. */
export async function capturingOutput(
  run: () => Promise<number>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  for (const name of STREAMS) {
    const decoder = new TextDecoder();
    // These hide the methods of the stream until they are removed.
    Object.assign(Deno[name], {
      isTerminal: () => false,
      writeSync(bytes: Uint8Array) {
        written[name] += decoder.decode(bytes, { stream: true });
        return bytes.length;
      },
    });
  }
  try {
    const code = await run();
    return { code, ...written };
  } finally {
    for (const name of STREAMS) {
      Reflect.deleteProperty(Deno[name], "isTerminal");
      Reflect.deleteProperty(Deno[name], "writeSync");
    }
  }
}
