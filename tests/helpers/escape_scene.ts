import { join } from "node:path";
import { writePrivate } from "../../lib/base/private_files.ts";
import { ROOT } from "./program.ts";
import type { SandboxScene } from "./sandbox_scene.ts";

const FIXTURES = `${ROOT}tests/fixtures/sandbox/escapes`;

/** Names for each level: what escaped, and what did not. */
export type Escapes = Record<string, boolean>;

/** What is outside of sandboxes, and what attempts to get out are to find. */
export class EscapeScene implements AsyncDisposable {
  private constructor(
    private readonly outside: string,
    private readonly isOwn: boolean,
    private readonly other: Deno.ChildProcess,
    private readonly parameters: Record<string, unknown>,
  ) {}

  /**
   * @param folder a folder in `/tmp`
   * @param given an empty folder that others may read; one is made where none is given
   */
  static async open(folder: string, given?: string): Promise<EscapeScene> {
    const user = join(folder, "user");
    Deno.mkdirSync(user, { recursive: true });
    writePrivate(join(user, "secret"), "the secret");
    const outside = given ?? await Deno.makeTempDir({ dir: "/srv", prefix: "python-mcp-test-" })
      .catch(() => Deno.makeTempDir());
    const other = new Deno.Command("/usr/bin/python3", {
      args: ["-c", OTHER, user],
      env: { SECRET_OF_OTHER: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const first = await other.stdout.getReader().read();
    const told = JSON.parse(new TextDecoder().decode(first.value));
    const parameters = {
      secret: join(user, "secret"),
      in_tmp: join(folder, "user/secret"),
      tmp: folder,
      outside,
      pid: other.pid,
      uid: Deno.uid(),
      ...told,
    };
    return new EscapeScene(outside, given === undefined, other, parameters);
  }

  /** Makes anew what an attempt may have changed. */
  reset(root: string): void {
    for (const name of ["there", "to_remove", "to_rename"]) {
      writePrivate(join(this.outside, name), "there");
    }
    Deno.mkdirSync(join(root, ".git/hooks"), { recursive: true });
  }

  /** What attempts have got out, in a run of a level. */
  async try(scene: SandboxScene, level: string, more: Record<string, unknown>): Promise<Escapes> {
    this.reset(scene.root);
    const { root } = scene;
    const home = scene.app.settings.home;
    const parameters = { ...this.parameters, root, home, level, ...more };
    const script = join(root, "escapes.py");
    for (const { name, isFile } of Deno.readDirSync(FIXTURES)) {
      if (isFile) Deno.copyFileSync(join(FIXTURES, name), join(root, name));
    }
    const { stdout, stderr, exit_code } = await scene.run("", {
      scriptPath: script,
      args: [JSON.stringify(parameters)],
      sandbox: level as "off",
      timeoutSeconds: 120,
      budgetSeconds: 120,
    });
    if (exit_code !== 0) throw new Error(`${stderr}`);
    return JSON.parse(stdout as string);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.other.stdin.close();
    await this.other.status;
    await this.other.stdout.cancel().catch(() => {});
    if (this.isOwn) Deno.removeSync(this.outside, { recursive: true });
  }
}

/** A process outside, with sockets, shared memory and a name that says `sleep`; it ends with its input. */
const OTHER = `
import ctypes, json, os, socket, sys, threading
folder = sys.argv[1]
def listen(family, address):
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen(9)
    def serve():
        while True:
            connection, _ = listener.accept()
            connection.sendall(b"!")
            connection.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener
abstract = "python-mcp-test-%d" % os.getpid()
listen(socket.AF_UNIX, "\\0" + abstract)
listen(socket.AF_UNIX, folder + "/socket")
listen(socket.AF_UNIX, folder + "/../socket")
port = listen(socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
def answer():
    while True:
        _, who = udp.recvfrom(10)
        udp.sendto(b"!", who)
threading.Thread(target=answer, daemon=True).start()
libc = ctypes.CDLL(None)
key = os.getpid() + 0x70000000
segment = libc.shmget(key, 4096, 0o1600)
shm_file = abstract
with open("/dev/shm/" + shm_file, "w") as file:
    file.write("shared")
queues = [libc.msgget(key, 0o1600), libc.semget(key, 1, 0o1600)]
queue = abstract
posix_queue = libc.syscall(240 if os.uname().machine == "x86_64" else 180, queue.encode(), 0o102, 0o600, None)
_, terminal = os.openpty()
fifo = folder + "/fifo"
os.mkfifo(fifo)
reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
print(json.dumps({"terminal": os.ttyname(terminal), "fifo": fifo, "queue": queue, "abstract": abstract, "port": port, "udp_port": udp.getsockname()[1], "shm_key": key,
    "shm_file": shm_file, "socket": folder + "/socket", "socket_in_tmp": folder + "/../socket"}), flush=True)
sys.stdin.read()
libc.shmctl(segment, 0, None)
libc.msgctl(queues[0], 0, None)
libc.semctl(queues[1], 0, 0)
libc.syscall(241 if os.uname().machine == "x86_64" else 181, queue.encode())
os.unlink("/dev/shm/" + shm_file)
`;
