import type { OutputStream } from "./terminal.ts";

/** A stream that may be closed by its reader at any time: `gitops get | head -1` is no error. */
export interface Output {
  readonly write: (text: string) => void;
  /** Resolves when all that was written is with the system. Rejects where it could not be (a full disk). */
  readonly flush: () => Promise<void>;
}

/** Wraps a stream of the process. Writing after the reader has gone does nothing. */
export function outputOf(stream: OutputStream): Output {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  return {
    write: (text) => {
      if (text !== "" && failure === undefined) stream.write(text);
    },
    flush: async () => {
      if (failure === undefined && !stream.destroyed) await new Promise<void>((resolve) => stream.write("", () => resolve()));
      if (failure !== undefined && !isClosed(failure)) throw failure;
    },
  };
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" || code === "ECONNRESET";
}
