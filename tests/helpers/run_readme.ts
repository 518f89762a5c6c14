/** `deno task readme`: puts the generated parts into README.md. */
import { README, readmeParts, withParts } from "./readme_parts.ts";

const readme = await Deno.readTextFile(README);
await Deno.writeTextFile(README, withParts(readme, await readmeParts()));
