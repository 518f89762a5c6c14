import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { hideSecrets } from "../../lib/base/hide_secrets.ts";
import { PYTHON } from "../jobs/job_bench.ts";

const HIDDEN: [text: string, shown: string][] = [
  ["https://user:s3cret@host/simple", "https://****@host/simple"],
  ["https://user:p/w@host", "https://****@host"],
  ["https://user:a@b:c@host/x", "https://****@host/x"],
  ["git+ssh://token@host/x", "git+ssh://****@host/x"],
  ["https://host/simple?token=s3cret", "https://host/simple?token=****"],
  ["https://host/?a=1&access_token=s3cret&x=1", "https://host/?a=1&access_token=****&x=1"],
  ["'https://host/?X-Amz-Signature=s3cret'", "'https://host/?X-Amz-Signature=****'"],
  [
    "UV_INDEX=corp=https://u:p@a/s https://__token__:p@b/s",
    "UV_INDEX=corp=https://****@a/s https://****@b/s",
  ],
  ["https://pypi.org/simple/@scope", "https://pypi.org/simple/@scope"],
  ["mail me@host, see https://host/a?page=2", "mail me@host, see https://host/a?page=2"],
];

for (const [text, shown] of HIDDEN) {
  Deno.test(`hideSecrets shows ${shown} when a text holds ${text}`, () => {
    assert.equal(hideSecrets(text), shown);
  });
}

Deno.test("the program that prepares environments hides in its log what hideSecrets hides", () => {
  const program = fileURLToPath(
    new URL("../../lib/python/environment/uv_output.py", import.meta.url),
  );
  const source = `import json, runpy, sys
hide = runpy.run_path(sys.argv[1])["without_secrets"]
print(json.dumps([hide(text) for text in json.loads(sys.argv[2])]))`;
  const texts = HIDDEN.map(([text]) => text);
  const { stdout } = new Deno.Command(PYTHON, {
    args: ["-B", "-c", source, program, JSON.stringify(texts)],
  }).outputSync();
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), texts.map(hideSecrets));
});
