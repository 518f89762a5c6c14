import { editJson } from "./edit_json.ts";
import { editToml } from "./edit_toml.ts";
import { editYaml } from "./edit_yaml.ts";
import type { Format } from "./format.ts";

/** The formats that configuration files have. */
export const FORMATS = { json: editJson, toml: editToml, yaml: editYaml } as const satisfies Record<
  string,
  Format
>;
