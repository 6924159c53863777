import type { IncomingMessage } from "node:http";

/** Why a stream of lines ended. */
export type StreamEnd = "ended" | "silent" | "line too long";

/**
 * The lines of a stream, as they come. Returns, and closes the stream, when the peer ends it, when nothing comes for
 * `idleMs`, or when a line grows over `lineBytes`. Throws what the stream throws.
 */
export async function* readLines(message: IncomingMessage, idleMs: number, lineBytes: number): AsyncGenerator<string, StreamEnd> {
  const silence = { passed: false };
  const timer = setTimeout(() => {
    silence.passed = true;
    message.destroy();
  }, idleMs);
  let parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      timer.refresh();
      let start = 0;
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, start)) {
        parts.push(chunk.subarray(start, at));
        if (length + at - start > lineBytes) return "line too long";
        start = at + 1;
        const line = Buffer.concat(parts).toString("utf8");
        parts = [];
        length = 0;
        if (line.trim() !== "") yield line;
        // The consumer may have taken its time; that is no silence of the server's.
        timer.refresh();
      }
      parts.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > lineBytes) return "line too long";
    }
    return silence.passed ? "silent" : "ended";
  } catch (error) {
    if (silence.passed) return "silent";
    throw error;
  } finally {
    clearTimeout(timer);
    message.destroy();
  }
}
