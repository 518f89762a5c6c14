/** A tool that a client offers to its model. */
interface Offered {
  name: string;
  /** What it is in, where the protocol puts tools of one server together. */
  namespace?: string;
}

/** What a client asks its model, whichever protocol it speaks. */
interface Asked {
  tools: Offered[];
  /** The results of tools that the conversation has so far. */
  results: string[];
}

/** What the model answers: a call of a tool, or a text. */
type Answer = { call: Offered; input: Record<string, unknown> } | { text: string };

type Json = Record<string, unknown>;

/** How a protocol's requests are read, and answers are written as events of a stream. */
interface Protocol {
  path: RegExp;
  read(body: Json): Asked;
  write(answer: Answer): [event: string | undefined, data: Json | string][];
}

const list = (value: unknown) => (Array.isArray(value) ? value : []) as Json[];
const text = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

const CHAT: Protocol = {
  path: /\/chat\/completions$/,
  read: ({ tools, messages }) => ({
    tools: list(tools).map((one) => one.function as Offered),
    results: list(messages).filter(({ role }) => role === "tool").map(({ content }) =>
      text(content)
    ),
  }),
  write(answer) {
    const chunk = (delta: Json, finish_reason: string | null): [undefined, Json] => [undefined, {
      id: "c1",
      object: "chat.completion.chunk",
      created: 1,
      model: "scripted",
      choices: [{ index: 0, delta, finish_reason }],
    }];
    const delta = "text" in answer ? { content: answer.text } : {
      tool_calls: [{
        index: 0,
        id: "call_1",
        type: "function",
        function: { name: answer.call.name, arguments: JSON.stringify(answer.input) },
      }],
    };
    const reason = "text" in answer ? "stop" : "tool_calls";
    return [chunk({ role: "assistant", ...delta }, null), chunk({}, reason), [undefined, "[DONE]"]];
  },
};

const MESSAGES: Protocol = {
  path: /\/v1\/messages$/,
  read: ({ tools, messages }) => ({
    tools: list(tools) as unknown as Offered[],
    results: list(messages).flatMap(({ content }) => list(content))
      .filter(({ type }) => type === "tool_result").map(({ content }) => text(content)),
  }),
  write(answer) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const [content_block, delta] = "text" in answer
      ? [{ type: "text", text: "" }, { type: "text_delta", text: answer.text }]
      : [
        { type: "tool_use", id: "toolu_1", name: answer.call.name, input: {} },
        { type: "input_json_delta", partial_json: JSON.stringify(answer.input) },
      ];
    const stop_reason = "text" in answer ? "end_turn" : "tool_use";
    const message = {
      id: "m1",
      type: "message",
      role: "assistant",
      model: "scripted",
      content: [],
      usage,
    };
    return [
      { type: "message_start", message },
      { type: "content_block_start", index: 0, content_block },
      { type: "content_block_delta", index: 0, delta },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason }, usage },
      { type: "message_stop" },
    ].map((data) => [data.type, data]);
  },
};

const RESPONSES: Protocol = {
  path: /\/responses$/,
  read: ({ tools, input }) => ({
    tools: list(tools).flatMap(({ type, name, tools }) =>
      type === "namespace"
        ? list(tools).map((one) => ({ name: one.name as string, namespace: name as string }))
        : [{ name: name as string }]
    ),
    results: list(input).filter(({ type }) => type === "function_call_output")
      .map(({ output }) => text(output)),
  }),
  write(answer) {
    const item = "text" in answer
      ? {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: answer.text }],
      }
      : {
        type: "function_call",
        call_id: "call_1",
        ...answer.call,
        arguments: JSON.stringify(answer.input),
      };
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return [
      { type: "response.created", response: { id: "r1" } },
      { type: "response.output_item.done", item },
      { type: "response.completed", response: { id: "r1", usage } },
    ].map((data) => [data.type, data]);
  },
};

const GEMINI: Protocol = {
  path: /:streamGenerateContent$/,
  read: ({ tools, contents }) => ({
    tools: list(tools).flatMap(({ functionDeclarations }) =>
      list(functionDeclarations)
    ) as unknown as Offered[],
    results: list(contents).flatMap(({ parts }) => list(parts))
      .filter(({ functionResponse }) => functionResponse).map((part) => text(part)),
  }),
  write(answer) {
    const part = "text" in answer
      ? { text: answer.text }
      : { functionCall: { name: answer.call.name, args: answer.input } };
    return [[undefined, {
      candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    }]];
  },
};

/**
 * What stands for a model, on the loopback: the first time it is offered a tool it calls it, then it repeats
 * what the tool gave. It speaks the protocols of four vendors, as clients stream them.
 */
export class ScriptedModel implements AsyncDisposable {
  /** What the tool gave, once it was called. */
  results: string[] = [];
  /** What was asked, for a failing test to show. */
  readonly seen: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly tool: string, readonly input: Record<string, unknown>) {
    const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.seen.push(`${request.method} ${pathname}`);
    const protocol = [CHAT, MESSAGES, RESPONSES, GEMINI].find(({ path }) => path.test(pathname));
    if (!protocol) return Response.json({ data: [{ id: "scripted", object: "model" }] });
    const { tools, results } = protocol.read(await request.json());
    if (results.length > 0) this.results = results;
    const offered = tools.find(({ name }) => name?.endsWith(this.tool));
    this.seen.push(
      `  ${tools.length} tools, ${results.length} results, ${offered?.name}`,
    );
    const answer = offered !== undefined && results.length === 0
      ? { call: offered, input: this.input }
      : { text: results.at(-1) ?? "Well" };
    const events = protocol.write(answer).map(([event, data]) =>
      `${event === undefined ? "" : `event: ${event}\n`}data: ${text(data)}\n\n`
    );
    return new Response(events.join(""), { headers: { "content-type": "text/event-stream" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
