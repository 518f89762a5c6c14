import assert from "node:assert/strict";
import { describeNearMiss } from "../../../lib/python/source/near_miss_header.ts";
import { readScriptMetadata } from "../../../lib/python/source/script_metadata.ts";

const NEAR: Record<string, [source: string, why: RegExp]> = {
  "a header that is not closed": [
    '# /// script\n# dependencies = ["six"]\nimport six\n',
    /^Line 1 .* no line `# \/\/\/` closes it$/,
  ],
  "a header that the file's end leaves open": ["# /// script\n# dependencies = []", /no line/],
  "a space after the opening": [
    "# /// script \n# dependencies = []\n# ///\n",
    /^Line 1 .* must be exactly `# \/\/\/ script`$/,
  ],
  "upper case": ["import os\n# /// SCRIPT\n# dependencies = []\n# ///\n", /^Line 2 .* exactly/],
  "no space after the #": ["#/// script\n#dependencies = []\n#///\n", /^Line 1 .* exactly/],
  "an indented header": ["  # /// script\n  # dependencies = []\n  # ///\n", /^Line 1 .* exactly/],
  "two slashes": ["# // script\n# dependencies = []\n# //\n", /^Line 1 .* exactly/],
  "a space after the closing": [
    "# /// script\n# dependencies = []\n# /// \n",
    /line 3, which is to close it, must be exactly `# \/\/\/`$/,
  ],
  "a content line without a space": [
    "# /// script\n#dependencies = []\n# ///\n",
    /line 2 must start with `# `$/,
  ],
  "Windows line ends": ["# /// Script\r\n# dependencies = []\r\n# ///\r\n", /exactly/],
};
for (const [what, [source, why]] of Object.entries(NEAR)) {
  Deno.test(`describeNearMiss says what is wrong with ${what}`, async () => {
    assert.equal(await readScriptMetadata(source), undefined);
    assert.match(describeNearMiss(source)!, why);
  });
}

for (
  const source of [
    "",
    "print(1)\n",
    "# a script\n",
    "# /// other\n# ///\n",
    "# see /// script.py\n",
  ]
) {
  Deno.test(`describeNearMiss has nothing to say about ${JSON.stringify(source)}`, () => {
    assert.equal(describeNearMiss(source), undefined);
  });
}
