/** `deno task readme`: writes the generated parts of README.md. */
import { readResults } from "../bench/results.ts";
import { README, readmeParts, withParts } from "./readme_parts.ts";

const readme = await Deno.readTextFile(README);
await Deno.writeTextFile(README, withParts(readme, readmeParts(await readResults())));
