/** A node of a cluster: the head or one beside it. */
export class RayNode {
  readonly #process: Deno.ChildProcess;

  hasEnded = false;

  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    process.status.then(() => this.hasEnded = true);
  }

  /** Has the node die; what its jobs run is not killed. */
  async kill(): Promise<void> {
    const { pid } = this.#process;
    try {
      const parts = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
      for (const part of parts.split(" ")) if (part) Deno.kill(Number(part), "SIGKILL");
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#process.status;
  }
}
