import assert from "node:assert/strict";
import { ANSWER_CHARACTERS, boundAnswer } from "../../../lib/mcp/tools/bound_answer.ts";

const size = (value: unknown) => JSON.stringify(value).length;

Deno.test("an answer stays as it is when it has room", () => {
  const answer = { stdout: "x".repeat(20_000), stderr: "y".repeat(20_000), exit_code: 0 };
  assert.equal(boundAnswer(answer), answer);
});

Deno.test("a list is cut, counted and located when an answer is too long", () => {
  const artifacts = Array.from({ length: 100 }, (_, n) => ({ name: `${n}${"n".repeat(50_000)}` }));
  const bounded = boundAnswer({ stdout: "kept\n", artifacts, note: "Mine" });
  assert(size(bounded) <= ANSWER_CHARACTERS);
  assert.equal(bounded.stdout, "kept\n");
  const shown = (bounded.artifacts as unknown[]).length;
  assert(shown >= 1 && shown < 100);
  assert.match(
    bounded.note as string,
    new RegExp(
      `^Mine\\. .*artifacts \\(${shown} of 100 are shown; the others are in the same folder`,
    ),
  );
  assert.equal(artifacts.length, 100, "the answer that was given is not changed");
});

Deno.test("a long text loses its middle when an answer is too long", () => {
  const bounded = boundAnswer({ note: `begin ${"n".repeat(377_000)} end` });
  assert(size(bounded) <= ANSWER_CHARACTERS);
  assert.match(bounded.note as string, /^begin .* characters omitted\] …/);
});

Deno.test("one long entry is cut, and its neighbours stay, when it makes a list too long", () => {
  const scripts = [{ name: "a" }, { name: "b", description: "d".repeat(400_000) }, { name: "c" }];
  const bounded = boundAnswer({ scripts });
  assert(size(bounded) <= ANSWER_CHARACTERS);
  assert.deepEqual((bounded.scripts as { name: string }[]).map(({ name }) => name), [
    "a",
    "b",
    "c",
  ]);
});

Deno.test("what follows a cursor is never cut when an answer is too long", () => {
  const news = { new_stdout: "\n".repeat(10_000), stdout_cursor: 10_000 };
  const bounded = boundAnswer({ job: { ...news, result: { stdout: "\n".repeat(20_000) } } });
  assert(size(bounded) <= ANSWER_CHARACTERS);
  assert.equal((bounded.job as typeof news).new_stdout, news.new_stdout);
});

Deno.test("an answer is bounded when its lists are nested and its texts are escaped", () => {
  const line = (n: number) => ({ n, texts: ["\u0000".repeat(3000), "\n".repeat(3000)] });
  const bounded = boundAnswer({ outer: Array.from({ length: 30 }, (_, n) => line(n)) });
  assert(size(bounded) <= ANSWER_CHARACTERS);
});
