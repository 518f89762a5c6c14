import { dirname, join } from "node:path";
import { serverEnv } from "./program.ts";
import { type Ended, runProcess } from "./run_process.ts";
import { TestHome } from "./test_home.ts";

/** An instruction of a Dockerfile, such as `COPY lib lib`. */
export interface Instruction {
  name: string;
  text: string;
}

/** The instructions of a Dockerfile, in their order. */
export function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n/g, " ").split("\n")
    .map((line) => line.trim()).filter((line) => line !== "")
    .map((line) => {
      const [, name, text] = /^(\w+)\s+(.*)$/.exec(line)!;
      return { name: name!, text: text! };
    });
}

export interface ImageOptions {
  /** What `COPY` takes files from. */
  context: string;
  /** The files of other images, by `name:path`, such as `deno:/deno`. */
  others: Record<string, string>;
}

/** How the network is reached, which builders pass on as well. */
const NETWORK =
  /^(SSL_|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY|DENO_CERT|DENO_TLS|NPM_CONFIG_REGISTRY)/i;
/** The user's home is as the image's list of users has it. */
const START =
  'HOME="$(getent passwd "$(id -u)" | cut -d: -f6)" && export HOME && cd "$0" && exec "$@"';
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What a Dockerfile makes, without an engine: its steps are carried out on a layer over this machine, which
 * stands in for the base image, in namespaces of their own. It needs root.
 */
export class Image implements AsyncDisposable {
  entrypoint: string[] = [];
  #user = "root";
  #folder = "/";
  readonly #env: Record<string, string> = { PATH };

  private constructor(readonly layers: TestHome, readonly options: ImageOptions) {
    for (const name of ["upper", "work", "root"]) Deno.mkdirSync(layers.join(name));
  }

  static async build(dockerfile: string, options: ImageOptions): Promise<Image> {
    const image = new Image(await TestHome.create(), options);
    for (const instruction of instructionsOf(dockerfile)) await image.#carryOut(instruction);
    return image;
  }

  /** The command that runs another one in a container of the image. */
  command(argv: string[], user = this.#user): string[] {
    const lower = `lowerdir=/,upperdir=${this.layers.join("upper")},workdir=${
      this.layers.join("work")
    }`;
    const env = { ...this.#network(), ...this.#env };
    const inside = [
      ...["env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      ...["sh", "-c", START, this.#folder, ...argv],
    ];
    const enter = `mount -t overlay overlay -o ${lower} "$0" && mount -t proc proc "$0/proc" && ` +
      'mount --rbind /dev "$0/dev" && user="$1" && shift && PATH="$PATH:/usr/sbin" && exec chroot --userspec="$user" "$0" "$@"';
    return [
      ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter],
      ...[this.layers.join("root"), user, ...inside],
    ];
  }

  async #carryOut({ name, text }: Instruction): Promise<void> {
    const words = text.split(/\s+/);
    if (name === "RUN") await this.#run(["sh", "-c", text]);
    else if (name === "USER") this.#user = text;
    else if (name === "ENTRYPOINT") this.entrypoint = JSON.parse(text);
    else if (name === "WORKDIR") {
      await this.#run(["mkdir", "-p", text], "root");
      this.#folder = text;
    } else if (name === "COPY") await this.#copy(words);
    else if (name !== "FROM" && name !== "VOLUME") throw new Error(`${name} is not known here`);
  }

  async #copy(words: string[]): Promise<void> {
    const from = words[0]!.startsWith("--from=")
      ? words.shift()!.slice("--from=".length)
      : undefined;
    const to = words.pop()!;
    for (const word of words) {
      const source = from === undefined
        ? join(this.options.context, word)
        : this.options.others[`${from}:${word}`];
      if (source === undefined) throw new Error(`There is no ${word} of ${from}`);
      // A folder is copied with what is in it, as `COPY` does.
      const isFolder = Deno.statSync(source).isDirectory;
      const target = isFolder || !to.endsWith("/") ? to : `${to}${word}`;
      await this.#run(["mkdir", "-p", isFolder ? target : dirname(target)], "root");
      await this.#run(["cp", "-rL", isFolder ? `${source}/.` : source, target], "root");
    }
  }

  async #run(argv: string[], user = this.#user): Promise<Ended> {
    const ended = await runProcess(this.command(argv, user));
    if (ended.code !== 0) throw new Error(`${argv.join(" ")}: ${ended.stdout}${ended.stderr}`);
    return ended;
  }

  #network(): Record<string, string> {
    return Object.fromEntries(Object.entries(serverEnv()).filter(([name]) => NETWORK.test(name)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.layers[Symbol.asyncDispose]();
  }
}
