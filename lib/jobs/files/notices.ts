/** What the user should know, such as a repair: said at once on stderr, and once to whoever takes it. */
export class Notices {
  readonly #warn: (message: string) => void;
  #untaken: string[] = [];

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  add(message: string): void {
    this.#untaken.push(message);
    this.#warn(message);
  }

  take(): string | undefined {
    const untaken = this.#untaken;
    this.#untaken = [];
    return untaken.length > 0 ? untaken.join(". ") : undefined;
  }
}
