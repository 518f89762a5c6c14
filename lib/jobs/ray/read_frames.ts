/** What a job on a cluster says of itself; see `node/frames.py`. A script could have written any of it. */
export type Frame =
  | { kind: "hello"; node: string; python: string }
  | { kind: "started"; at: number }
  | { kind: "data"; file: string; at: number; data: string }
  | { kind: "progress"; text: string | null }
  /** All that the frames before it have said, and how many bytes of each log they have. */
  | {
    kind: "checkpoint";
    node: string;
    python: string;
    started_at: number | null;
    progress: string | null;
    offsets: Record<string, number>;
  }
  | { kind: "outcome"; outcome: Record<string, unknown>; left_behind: string[] }
  /** A line of somebody else, such as Ray. */
  | { kind: "other"; text: string };

const PREFIX = "@python-mcp ";

/** The frames in the log of a job, as they come. */
export async function* readFrames(log: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of log) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield toFrame(line);
  }
  if (rest !== "") yield { kind: "other", text: rest };
}

function toFrame(line: string): Frame {
  if (line.startsWith(PREFIX)) {
    try {
      const frame = JSON.parse(line.slice(PREFIX.length));
      if (isFrame(frame)) return frame;
    } catch {
      // written by somebody else
    }
  }
  return { kind: "other", text: line };
}

function isFrame(value: Frame): boolean {
  switch (value?.kind) {
    case "hello":
      return typeof value.node === "string" && typeof value.python === "string";
    case "started":
      return Number.isFinite(value.at);
    case "data":
      return typeof value.file === "string" && typeof value.data === "string" &&
        Number.isSafeInteger(value.at) && value.at >= 0;
    case "progress":
      return value.text === null || typeof value.text === "string";
    case "checkpoint":
      return typeof value.node === "string" && typeof value.python === "string" &&
        (value.started_at === null || Number.isFinite(value.started_at)) &&
        (value.progress === null || typeof value.progress === "string") &&
        typeof value.offsets === "object" && value.offsets !== null &&
        Object.values(value.offsets).every((size) => Number.isSafeInteger(size) && size >= 0);
    case "outcome":
      return typeof value.outcome === "object" && value.outcome !== null &&
        Array.isArray(value.left_behind);
    default:
      return false;
  }
}
