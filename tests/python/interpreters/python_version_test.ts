import assert from "node:assert/strict";
import {
  compareVersions,
  parsePythonVersion,
} from "../../../lib/python/interpreters/python_version.ts";

const meanings: [text: string, fits: string[], others: string[]][] = [
  ["3", ["3.8.0", "3.13.1"], []],
  ["3.12", ["3.12.0", "3.12.4"], ["3.11.9", "3.13.0", "3.1.2"]],
  ["3.12.4", ["3.12.4"], ["3.12.5"]],
  [">=3.11", ["3.11.0", "3.13.0"], ["3.10.9"]],
  [" >= 3.9 , < 3.12 ", ["3.9.0", "3.11.9"], ["3.8.9", "3.12.0"]],
  ["~=3.11", ["3.11.0", "3.14.0"], ["3.10.0"]],
  ["~=3.11.2", ["3.11.2", "3.11.9"], ["3.11.1", "3.12.0"]],
  ["==3.12.*", ["3.12.7"], ["3.13.0"]],
  ["==3.12", ["3.12.0"], ["3.12.1"]],
  [">=3.9,!=3.10.*,!=3.11.1", ["3.9.1", "3.11.2"], ["3.10.3", "3.11.1"]],
  [">3.11,<=3.12", ["3.11.1", "3.12.0"], ["3.11.0", "3.12.1"]],
  [">=3.13.0rc1", ["3.13.0"], ["3.12.9"]],
  [">=3.6", ["3.8.1"], ["3.7.9"]],
  ["===3.12.4", ["3.12.4"], ["3.12.5"]],
  ["!=3.12", ["3.12.1", "3.11.0"], ["3.12.0"]],
  [">=3.10.post1,<3.11.dev0", ["3.10.1"], ["3.10.0", "3.11.0"]],
];

for (const [text, fits, others] of meanings) {
  Deno.test(`parsePythonVersion understands ${JSON.stringify(text)}`, async () => {
    const version = await parsePythonVersion(text);
    for (const one of fits) assert.ok(version.matches(one), one);
    for (const one of others) assert.ok(!version.matches(one), one);
  });
}

for (
  const text of ["", "latest", "3.12.4.1", "python3.12", ">=", "=>3.11", "~=3", ">=3.11.*", "3.11,"]
) {
  Deno.test(`parsePythonVersion rejects ${JSON.stringify(text)} with examples`, async () => {
    await assert.rejects(parsePythonVersion(text), {
      name: "UserError",
      message: /Cannot read python_version .*`3\.12`.*`>=3\.9,<3\.12`/,
    });
  });
}

for (
  const [text, reason] of Object.entries({
    "2.7": "matches it",
    "3.7": "matches it, and older ones are not supported",
    "<3.8": "matches it, and older ones are not supported",
    "==3.6.*": "matches it, and older ones are not supported",
    ">=3.12,<3.10": "matches it",
    ">=4": "matches it",
    "4": "matches it",
  })
) {
  Deno.test(`parsePythonVersion says that nothing supported fits ${text}`, async () => {
    const message = (parameter: string, next: string) =>
      new RegExp(
        `${parameter} "${
          RegExp.escape(text)
        }": no version of Python from 3\\.8 on ${reason}\\. ${next}`,
      );
    await assert.rejects(parsePythonVersion(text), {
      name: "UserError",
      message: message("python_version", "Ask for e\\.g\\."),
    });
    await assert.rejects(parsePythonVersion(text, "requires-python"), {
      name: "UserError",
      message: message("requires-python", "Change it to one that the code runs on"),
    });
  });
}

Deno.test("compareVersions orders by number", () => {
  const sorted = ["3.9.1", "3.10.0rc2", "3.10.0", "3.9", "3.9.18", "3.8.20"].sort(compareVersions);
  assert.deepEqual(sorted, ["3.8.20", "3.9", "3.9.1", "3.9.18", "3.10.0", "3.10.0rc2"]);
  assert.equal(compareVersions("3.8", "3.8"), 0);
});
