import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { DamagedCache, objectId, type GitObject } from "./git-object.ts";

/** Reads objects of one repository. */
export interface ObjectReader {
  /**
   * An object whose content has been checked against its id; undefined where the repository lacks it.
   * "too large" where it is longer than the maximum: its content is then skipped, not kept.
   * @throws DamagedCache where the object, or Git's view of it, is broken.
   */
  read(id: string): Promise<GitObject | "too large" | undefined>;
  /** Ends the process behind it. The next question starts another. */
  close(): void;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;
type Answer = GitObject | "too large" | undefined;

/** A process that nobody asks is ended after so long: a daemon reads many artifacts. */
const IDLE_MS = 5_000;

interface Waiting {
  readonly id: string;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * Reads through one long-living `git cat-file --batch`: simple-git answers text when a command has ended,
 * and here bytes are asked for and answered as the build goes. The process is started by the first question, never
 * keeps this one alive, and ends with it (its input closes). The repository has no promisor remote, so nothing is fetched.
 */
export function createObjectReader(gitDirectory: string, environment: NodeJS.ProcessEnv, maximumBytes: number): ObjectReader {
  let child: Child | undefined;
  let waiting: Waiting[] = [];
  let idle: NodeJS.Timeout | undefined;

  function close(): void {
    const ended = child;
    child = undefined;
    ended?.kill();
  }

  function rest(resting: Child): void {
    keepAlive(resting, false);
    idle = setTimeout(close, IDLE_MS).unref();
  }

  function start(): Child {
    const started = spawn("git", [`--git-dir=${gitDirectory}`, "cat-file", "--batch"], {
      env: environment,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const parse = answerParser(maximumBytes, (id, answer) => {
      const asked = waiting.shift();
      if (asked === undefined || asked.id !== id) fail(started, `cat-file answered ${id} out of turn`);
      else settle(asked, answer);
      if (waiting.length === 0) rest(started);
    });
    started.stdout.on("data", parse);
    started.stdin.on("error", (error) => fail(started, error.message));
    started.on("error", (error) => fail(started, error.message));
    started.on("close", () => fail(started, "cat-file ended early"));
    return started;
  }

  function fail(which: Child, reason: string): void {
    if (child !== which) return;
    child = undefined;
    which.kill();
    const lost = waiting;
    waiting = [];
    for (const each of lost) each.reject(new DamagedCache(reason));
  }

  return {
    close,
    read(id) {
      clearTimeout(idle);
      child ??= start();
      const asked = child;
      if (waiting.length === 0) keepAlive(asked, true);
      return new Promise<Answer>((resolve, reject) => {
        waiting.push({ id, resolve, reject });
        asked.stdin.write(`${id}\n`);
      });
    },
  };
}

function settle(asked: Waiting, answer: Answer): void {
  const isWrong = typeof answer === "object" && objectId(answer.type, answer.content) !== asked.id;
  if (isWrong) asked.reject(new DamagedCache(`object ${asked.id} is damaged`));
  else asked.resolve(answer);
}

/** An idle child must not hold the event loop; one that owes an answer must. */
function keepAlive(child: Child, alive: boolean): void {
  for (const part of [child, child.stdin, child.stdout]) {
    const handle = part as { ref?(): void; unref?(): void };
    if (alive) handle.ref?.();
    else handle.unref?.();
  }
}

/** Cuts the output of `cat-file --batch` into answers: `ID TYPE SIZE\nCONTENT\n`, or `ID missing\n`. */
function answerParser(maximumBytes: number, deliver: (id: string, answer: Answer) => void): (chunk: Buffer) => void {
  let header = "";
  let current: { readonly id: string; readonly type: string; readonly size: number } | undefined;
  let parts: Buffer[] = [];
  let received = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (current === undefined) {
        const newline = chunk.indexOf(0x0a, at);
        header += chunk.toString("latin1", at, newline < 0 ? chunk.length : newline);
        if (newline < 0) return;
        at = newline + 1;
        const [id = "", type = "", size = ""] = header.split(" ");
        header = "";
        if (size === "") deliver(id, undefined);
        else current = { id, type, size: Number(size) };
        continue;
      }
      // One byte more than the content: the newline after it.
      const taken = Math.min(chunk.length - at, current.size + 1 - received);
      if (current.size <= maximumBytes) parts.push(chunk.subarray(at, at + taken));
      received += taken;
      at += taken;
      if (received <= current.size) return;
      const { id, type, size } = current;
      const content = Buffer.concat(parts).subarray(0, size);
      current = undefined;
      parts = [];
      received = 0;
      deliver(id, size > maximumBytes ? "too large" : { type, content });
    }
  };
}
