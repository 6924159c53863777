import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutOutsideTime } from "../../../src/engine/build/outside-time.ts";
import type { ChartFiles, RemoteContent } from "../../../src/engine/index.ts";
import { buildOptions } from "../../support/kustomize-build.ts";

const signal = new AbortController().signal;
const file = { url: "https://host/a", maximumBytes: 1, check: () => undefined, signal };
const limits = { maximumBytes: 1, milliseconds: 1, signal };

/** Servers whose answers come when they are let through. */
function slowServers() {
  const answers: (() => void)[] = [];
  const remote: RemoteContent = {
    repository: () => Promise.reject(new Error("not asked for")),
    file: () => new Promise((resolve) => answers.push(() => resolve(new Uint8Array()))),
  };
  return { remote, answers };
}

test("the clock of a build stands still while a server is waited for, however many are", async () => {
  let now = 100;
  const { remote, answers } = slowServers();
  const options = withoutOutsideTime(buildOptions({ monotonic: () => now, remote }));
  assert.equal(options.monotonic(), 100);
  const first = options.remote?.file(file);
  now = 150;
  const second = options.remote?.file(file);
  now = 200;
  assert.equal(options.monotonic(), 100);
  answers[0]?.();
  await first;
  now = 300;
  assert.equal(options.monotonic(), 100);
  answers[1]?.();
  await second;
  now = 310;
  assert.equal(options.monotonic(), 110);
});

test("a failure outside lets the clock go on", async () => {
  let now = 0;
  const options = withoutOutsideTime(buildOptions({ monotonic: () => now, remote: slowServers().remote }));
  const wanted = { url: "https://host/r", ref: "", path: "", deadlineMs: undefined, signal };
  await assert.rejects(options.remote?.repository(wanted) ?? Promise.resolve(), /not asked for/);
  now = 7;
  assert.equal(options.monotonic(), 7);
});

test("two charts are rendered at once, and the others in their order", async () => {
  let running = 0;
  let most = 0;
  const order: string[] = [];
  const pull = async ({ name }: { readonly name: string }): Promise<ChartFiles> => {
    most = Math.max(most, ++running);
    order.push(name);
    await new Promise(setImmediate);
    running--;
    if (name === "c") throw new Error("broken");
    return new Map();
  };
  const options = withoutOutsideTime(buildOptions({ charts: { pull, render: () => Promise.resolve("") } }));
  const names = ["a", "b", "c", "d", "e"];
  const pulls = names.map(
    (name) => options.charts?.pull({ name, repository: "", version: "", isDevelopment: false }, limits) ?? assert.fail(),
  );
  const results = await Promise.allSettled(pulls);
  assert.equal(most, 2);
  assert.deepEqual(order, names);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
});
