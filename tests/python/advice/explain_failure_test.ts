import assert from "node:assert/strict";
import { explainFailure, failureInBrief } from "../../../lib/python/advice/explain_failure.ts";

const explain = (log: string, logUri?: string) =>
  explainFailure(log, { label: "Installing a", interpreters: "", logUri });

const LOGS = new URL("../../fixtures/build_logs/", import.meta.url);

Deno.test("explainFailure gives the resolver's explanation without its drawing", () => {
  const log = "\x1b[31m  × No solution found when resolving dependencies:\n" +
    "  ╰─▶ Because there is no version of a==99 and you require a==99, we can conclude that\n" +
    "      your requirements are unsatisfiable.\x1b[0m\n";
  const text = explain(log);
  assert.match(text, /^Installing a failed: No solution found.*\nBecause there is no version of a/);
  assert.match(text, /Loosen or correct the version constraints/);
});

Deno.test("explainFailure says that the index could not be reached and hides its password", () => {
  const text = explain(
    "error: Request failed after 3 retries in 5.6s\n" +
      "  cause: Failed to fetch: https://user:s3cret@index.example/simple/a/\n  cause: dns error\n",
  );
  assert.match(text, /https:\/\/\*\*\*\*@index\.example/);
  assert.match(text, /The package index could not be reached/);
  assert.doesNotMatch(text, /s3cret/);
});

Deno.test("explainFailure stays within 2,000 characters and keeps both ends", () => {
  const text = explain(`error: Cannot do it\n${"noise ".repeat(2000)}\nlast line\n`);
  assert.ok(text.length <= 2000);
  assert.match(text, /Cannot do it[^]*last line$/);
});

const BUILDS: Record<string, RegExp[]> = {
  "mysqlclient": [
    /^Exception: Can not find valid pkg-config name\.$/m,
    /^Specify MYSQLCLIENT_CFLAGS/m,
  ],
  "pyaudio": [
    /fatal error: portaudio\.h: No such file/,
    /^hint: .* a library that provides `portaudio/m,
  ],
  "python-ldap": [/fatal error: lber\.h: No such file/, /^hint: .* provides `lber\.h`/m],
  "spacy": [
    /^ImportError: cannot import name 'msvccompiler'/m,
    /^hint: `thinc` .* because `spacy`/m,
  ],
  "PyYAML": [/^AttributeError: 'build_ext' object has no attribute 'cython_sources'$/m],
  "tokenizers": [/failed to resolve address for github\.com/],
};
for (const [name, lines] of Object.entries(BUILDS)) {
  Deno.test(`explainFailure shows the lines that matter when ${name} cannot be built`, () => {
    const log = Deno.readTextFileSync(new URL(`${name}.txt`, LOGS));
    const text = explain(log, "job-output://1/prepare");
    assert.match(text, /^Installing a failed: Failed to build `/);
    for (const line of lines) assert.match(text, line);
    assert.match(text, /^\[\d+ more lines; all of it at job-output:\/\/1\/prepare\]$/m);
    assert.doesNotMatch(text, /File "|Build failures usually/);
    // Ten lines, the word about the others, and the advice.
    assert.ok(text.split("\n").length <= 12, text);
    assert.ok(Math.max(...text.split("\n").map((line) => line.length)) < 250);
  });
}

const printed: Record<string, string> = {
  "a line 401": "src/a.c:401:7: error: unknown type name 'x'",
  "a certificate": "error: cannot find certificate.h",
  "a request": "RuntimeError: error sending request to the daemon; it timed out",
};
for (const [what, line] of Object.entries(printed)) {
  Deno.test(`explainFailure takes no advice from ${what} that a compiler printed`, () => {
    const log = "  × Failed to build `a==1`\n  ├─▶ The build backend returned an error\n" +
      "  ╰─▶ Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)\n\n" +
      `      [stderr]\n      ${line}\n`;
    assert.match(explain(log), /\nA distribution had to be built from source, which failed\./);
    const unbuilt = { requirement: "a==1", versions: ["3.9.18"] };
    assert.match(
      explainFailure(log, { label: "Installing a", interpreters: "", unbuilt }),
      /wheels for Python 3\.9\.18, which is installed here: ask for that as `python_version`, or/,
    );
  });
}

Deno.test("explainFailure says that a build could not reach the index", () => {
  const log =
    "  × Failed to build `a==1`\n  ├─▶ Failed to resolve requirements from `build-system.requires`\n" +
    "  ╰─▶ error sending request for url (https://pypi.org/simple/setuptools/)\n";
  assert.match(explain(log), /The package index could not be reached/);
});

Deno.test("failureInBrief names what a build lacks, else what went wrong", () => {
  const brief = (name: string) =>
    failureInBrief(Deno.readTextFileSync(new URL(`${name}.txt`, LOGS)));
  assert.match(brief("pyaudio"), /^This error likely .* a library that provides `portaudio\.h`/);
  assert.equal(brief("mysqlclient"), "Exception: Can not find valid pkg-config name.");
  assert.match(brief("spacy"), /^ImportError: cannot import name 'msvccompiler'/);
});

Deno.test("explainFailure shows all of a failed build that says little", () => {
  const text = explain(
    "error: Failed to build `a==1`\n  cause: no such tool\n",
    "job-output://1/x",
  );
  assert.match(text, /^Installing a failed: Failed to build `a==1`\nno such tool\nA distribution/);
});

Deno.test("explainFailure has words for a step that printed nothing", () => {
  assert.equal(explain(""), "Installing a failed: it printed nothing");
});
