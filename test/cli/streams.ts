import { Writable } from "node:stream";
import type { OutputStream } from "../../src/cli/terminal.ts";

/** A stream that keeps what is written to it. */
export function collectingStream(isTTY = false, columns = 80): { readonly stream: OutputStream; readonly text: () => string } {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString("utf8");
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns }), text: () => text };
}
