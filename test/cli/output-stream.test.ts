import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { main } from "../../src/cli/main.ts";
import { outputOf } from "../../src/cli/output-stream.ts";
import { newHost } from "./host.ts";
import { collectingStream } from "./streams.ts";

/** A stream that refuses everything with a code of the system. */
function refusing(code: string): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

test("what is flushed is written, in order", async () => {
  const { stream, text } = collectingStream();
  const output = outputOf(stream);
  output.write("a");
  output.write("b");
  await output.flush();
  assert.equal(text(), "ab");
});

test("a reader that went away is no failure, and nothing is written to it any more", async () => {
  const stream = refusing("EPIPE");
  const output = outputOf(stream);
  output.write("a");
  await new Promise((resolve) => stream.once("close", resolve));
  output.write("b");
  await output.flush();
});

test("a full disk is one", async () => {
  const output = outputOf(refusing("ENOSPC"));
  output.write("a");
  await assert.rejects(output.flush(), { code: "ENOSPC" });
});

test("a result that cannot be written ends in 15 and says so", async () => {
  const { host, stderr } = newHost();
  const exitStatus = await main(["version"], { ...host, streams: { ...host.streams, stdout: refusing("ENOSPC") } });
  assert.equal(exitStatus, 15);
  assert.equal(stderr.text(), "error: the output cannot be written: ENOSPC\n");
});
