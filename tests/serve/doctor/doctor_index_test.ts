import assert from "node:assert/strict";
import { checkIndex } from "../../../lib/serve/doctor/doctor_index.ts";

for (
  const url of [
    "https://u:hush/w@host/simple",
    "http://127.0.0.1:9/simple?token=hush",
    "http://u:hush@127.0.0.1:9/simple",
  ]
) {
  Deno.test(`doctor shows no secret of the index ${url}, nor in what failed`, async () => {
    const [finding] = await checkIndex({ UV_INDEX_URL: url });
    assert.match(finding!.message, /cannot be reached/);
    assert.doesNotMatch(finding!.message, /hush/);
  });
}
