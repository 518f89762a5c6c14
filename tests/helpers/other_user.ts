import { join } from "node:path";
import { noNamespaces } from "./namespace.ts";
import { denoDir } from "./program.ts";

/** Why no test can make a user here, for `skippableTest`; `false` where it can. */
export const noOtherUser: string | false = Deno.uid() !== 0
  ? "only root makes users"
  : noNamespaces || hasNot("useradd") || hasNot("setpriv");

function hasNot(program: string): string | false {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).outputSync();
  return success ? false : `there is no ${program}`;
}

/** An ordinary user of this machine, for one test. */
export class OtherUser implements Disposable {
  private constructor(readonly name: string, readonly home: string, readonly outside: string) {}

  static create(): OtherUser {
    const name = `mcp${crypto.randomUUID().slice(0, 8)}`;
    run("useradd", "--no-create-home", "--shell", "/bin/sh", name);
    const home = Deno.makeTempDirSync();
    const outside = Deno.makeTempDirSync({ dir: "/srv", prefix: "python-mcp-test-" });
    for (const name of ["deno", "tmp"]) Deno.mkdirSync(join(home, name));
    run("chown", "-R", name, home, outside);
    return new OtherUser(name, home, outside);
  }

  /** What `deno` prints, run by this user with the cache of the tests. */
  deno(args: string[]): string {
    const script = 'mount --bind "$1" "$2"; shift 2; exec "$@"';
    const cache = join(this.home, "deno");
    const asUser = ["setpriv", `--reuid=${this.name}`, `--regid=${this.name}`, "--clear-groups"];
    return run(
      ...["unshare", "--mount", "sh", "-c", script, "sh", denoDir(), cache],
      ...[...asUser, "env", `HOME=${this.home}`, `DENO_DIR=${cache}`],
      ...[`TMPDIR=${join(this.home, "tmp")}`, Deno.execPath(), ...args],
    );
  }

  [Symbol.dispose](): void {
    run("userdel", this.name);
    for (const folder of [this.home, this.outside]) Deno.removeSync(folder, { recursive: true });
  }
}

function run(...argv: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    cwd: "/",
  }).outputSync();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${argv.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
