import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { confirm } from "../../../src/cli/output/prompt.ts";
import { collectingStream } from "../streams.ts";

const never = new AbortController().signal;

/** Asks on a terminal where somebody types. */
function asked(typed: string | undefined, signal: AbortSignal = never) {
  const stdin = new PassThrough();
  const stderr = collectingStream(true);
  const answer = confirm({ stdin, stderr: stderr.stream }, "Sync?", signal);
  if (typed === undefined) stdin.end();
  else stdin.write(typed);
  return { answer, shown: stderr.text };
}

for (const [typed, expected] of Object.entries({ "y\n": true, "Yes\n": true, "n\n": false, "\n": false, "yesterday\n": false })) {
  test(`${JSON.stringify(typed)} is ${expected ? "yes" : "no"}`, async () => {
    const { answer, shown } = asked(typed);
    assert.equal(await answer, expected);
    assert.match(shown(), /Sync\? \[y\/N\] /);
  });
}

for (const [what, typed] of Object.entries({ "Ctrl-D": "\u0004", "the end of the input": undefined })) {
  test(`${what} is no, and what follows starts on a line of its own`, async () => {
    const { answer, shown } = asked(typed);
    assert.equal(await answer, false);
    assert.match(shown(), /\n$/);
  });
}

test("an interruption at the question is thrown", async () => {
  const controller = new AbortController();
  const { answer } = asked("y", controller.signal);
  controller.abort(new Error("interrupted"));
  await assert.rejects(answer, { message: "interrupted" });
});
