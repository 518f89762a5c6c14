import { flag, parsed, text } from "../command/options.ts";
import { parseVariable } from "../command/parse_values.ts";

/** What is given again each time that a script is run. */
export const RERUN_OPTIONS = {
  env: parsed("variable for the script; may be repeated", {
    short: "e",
    placeholder: "<NAME=VALUE>",
    read: parseVariable,
  }),
  envFile: text("file with variables for the script", { placeholder: "<path>" }),
  stdin: flag("pass standard input on to the script, once it has been read to its end"),
  detach: flag("print the job's id and do not wait", "d"),
  json: flag("print the ended job as JSON instead of its output"),
};
