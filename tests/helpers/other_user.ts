import { join } from "node:path";
import { noNamespaces } from "./namespace.ts";
import { denoDir, ROOT } from "./program.ts";

/** Why no test can make a user here, for `skippableTest`; `false` where it can. */
export const noOtherUser: string | false = Deno.uid() !== 0
  ? "only root makes users"
  : noNamespaces || hasNot("useradd") || hasNot("setpriv") || isHidden();

function hasNot(program: string): string | false {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    env: withSystemPrograms(),
    stdout: "null",
  }).outputSync();
  return success ? false : `there is no ${program}`;
}

function isHidden(): string | false {
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const { success } = new Deno.Command("setpriv", {
    args: [...nobody, "test", "-r", join(ROOT, "deno.json")],
  }).outputSync();
  return success ? false : "other users cannot read this checkout";
}

/** Programs for administrators may not be on PATH. */
function withSystemPrograms(): { PATH: string } {
  return { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };
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
    Deno.writeTextFileSync(join(home, "program"), "");
    run("chown", "-R", name, home, outside);
    return new OtherUser(name, home, outside);
  }

  /** What `deno` prints, run by this user with the cache of the tests; both may lie where only root looks. */
  deno(args: string[]): string {
    const script = 'mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@"';
    const [cache, program] = [join(this.home, "deno"), join(this.home, "program")];
    const asUser = ["setpriv", `--reuid=${this.name}`, `--regid=${this.name}`, "--clear-groups"];
    return run(
      ...[
        "unshare",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        denoDir(),
        cache,
        Deno.execPath(),
        program,
      ],
      ...[...asUser, "env", `HOME=${this.home}`, `DENO_DIR=${cache}`],
      ...[`TMPDIR=${join(this.home, "tmp")}`, program, ...args],
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
    env: withSystemPrograms(),
    cwd: "/",
  }).outputSync();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${argv.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
