import { Argument, type Command } from "commander";
import type { Cli } from "./cli.ts";
import { complete } from "./complete.ts";
import { print } from "./terminal.ts";

/** Each asks the program itself, so that they never fall behind it, and ids of jobs complete too. */
const SCRIPTS: Record<string, string> = {
  bash: `_python_mcp() {
  local IFS=$'\\n'
  COMPREPLY=($(python-mcp complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _python_mcp python-mcp
`,
  zsh: `#compdef python-mcp
_python_mcp() {
  local -a found
  found=("\${(@f)$(python-mcp complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _python_mcp python-mcp
`,
  fish: `function __python_mcp_complete
  set -l words (commandline -opc) (commandline -ct)
  python-mcp complete -- $words[2..-1] 2>/dev/null
end
complete -c python-mcp -a '(__python_mcp_complete)'
`,
};

/** `completions`, and `complete`, which its scripts call. */
export function addCompletions(program: Command, cli: Cli): void {
  program.command("completions")
    .description("Print what makes a shell complete the command `python-mcp`")
    .addArgument(new Argument("<shell>").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      `
Examples:
  $ source <(python-mcp completions bash)
  $ python-mcp completions fish > ~/.config/fish/completions/python-mcp.fish

The command itself is made by: deno install --global -A --name python-mcp`,
    )
    .action((shell: string) => print(SCRIPTS[shell]!));
  program.command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: string[]) => {
      print(complete(program, cli, words).map((word) => `${word}\n`).join(""));
    });
}
