import { spawn } from "node:child_process";

/** What the original says to a folder: what it prints, or why it fails. */
export type Answer = { readonly text: string } | { readonly error: string };

/** Builds folders with the original, one after another in one process; a process for each costs more than the build. */
export class Original {
  readonly #child;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #rest = Buffer.alloc(0);

  /** @param binary as `kustomizeBuilder` gives it. */
  constructor(binary: string) {
    this.#child = spawn(binary, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.on("data", (part: Buffer) => this.#read(part));
    this.#child.on("error", (error) => this.#end(error));
    this.#child.on("exit", (status) => this.#end(new Error(`the original's process ended with ${String(status)}`)));
  }

  /** Rejects when the process is gone. */
  build(folder: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${folder}\n`);
    });
  }

  close(): void {
    this.#child.stdin.end();
  }

  #read(part: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, part]);
    for (;;) {
      const line = this.#rest.indexOf(10);
      if (line < 0) return;
      const [word, length] = this.#rest.toString("utf8", 0, line).split(" ");
      const end = line + 1 + Number(length);
      if (this.#rest.length < end) return;
      const text = this.#rest.toString("utf8", line + 1, end);
      this.#rest = this.#rest.subarray(end);
      this.#waiting.shift()?.resolve(word === "ok" ? { text } : { error: text });
    }
  }

  #end(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
