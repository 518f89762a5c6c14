import { dirname } from "node:path";
import { entry } from "../program/invocation.ts";
import { complete } from "./command/complete.ts";
import { defineCommand } from "./command/define_command.ts";
import { anyNumber, required } from "./command/options.ts";
import { print } from "./terminal/terminal.ts";

/** Each asks the program itself, so that they never fall behind it, and ids of jobs complete too. */
const SCRIPTS: Record<string, string> = {
  bash: `_python_mcp() {
  local IFS=$'\\n'
  COMPREPLY=($(python-mcp complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _python_mcp python-mcp
`,
  // It can be sourced, or lie as `_python-mcp` in a folder of fpath.
  zsh: `#compdef python-mcp
_python-mcp() {
  local -a found
  found=("\${(@f)$(python-mcp complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
if [[ "$funcstack[1]" == _python-mcp ]]; then
  _python-mcp
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _python-mcp python-mcp
fi
`,
  fish: `function __python_mcp_complete
  set -l words (commandline -opc) (commandline -ct)
  python-mcp complete -- $words[2..-1] 2>/dev/null
end
complete -c python-mcp -a '(__python_mcp_complete)'
`,
};

/** `completions`: what makes a shell complete command lines. */
export const COMPLETIONS = defineCommand({
  name: "completions",
  description: "Print a completion script for the command `python-mcp`",
  arguments: { shell: required("", { choices: Object.keys(SCRIPTS) }) },
  examples: [
    "source <(python-mcp completions bash)",
    "source <(python-mcp completions zsh)",
    "python-mcp completions fish > ~/.config/fish/completions/python-mcp.fish",
  ],
  afterword: `The command itself is made by:\n  ${howToInstall(entry())}`,
  handle: ({ shell }) => print(SCRIPTS[shell]!),
});

/** What those scripts call. */
export const COMPLETE = defineCommand({
  name: "complete",
  description: "",
  arguments: { words: anyNumber("") },
  hidden: true,
  examples: [],
  handle({ words }, cli, commands) {
    print(complete(commands, cli, words).map((word) => `${word}\n`).join(""));
  },
});

/** Deno's command; without its configuration a checkout would not find its packages. */
function howToInstall(main: string): string {
  const config = main.startsWith("/") ? `--config '${dirname(main)}/deno.json' ` : "";
  return `deno install --global -A ${config}--name python-mcp '${main}'`;
}
