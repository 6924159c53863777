import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Interruption, abortOnSignals } from "../../src/cli/interruption.ts";

/** Stands for the process: signals come as events, and an exit is only noted. */
function fakeProcess(): { host: NodeJS.Process; signal(name: string): void; readonly exits: number[]; listeners(): number } {
  const events = new EventEmitter();
  const exits: number[] = [];
  const host = Object.assign(events, { exit: (code: number) => exits.push(code) });
  const names = ["SIGINT", "SIGTERM", "SIGHUP"];
  return {
    host: host as unknown as NodeJS.Process,
    signal: (name) => void events.emit(name),
    exits,
    listeners: () => names.reduce((sum, name) => sum + events.listenerCount(name), 0),
  };
}

for (const [name, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 143],
] as const) {
  test(`the first ${name} aborts the run with ${String(status)}, and the second one ends the process at once`, () => {
    const fake = fakeProcess();
    const { signal } = abortOnSignals(fake.host, () => undefined);

    fake.signal(name);
    assert.ok(signal.aborted && signal.reason instanceof Interruption);
    assert.equal(signal.reason.exitStatus, status);
    assert.deepEqual(fake.exits, []);

    fake.signal(name);
    assert.deepEqual(fake.exits, [status]);
  });
}

test("a run that is over leaves no listener behind", () => {
  const fake = fakeProcess();
  abortOnSignals(fake.host, () => undefined).dispose();
  assert.equal(fake.listeners(), 0);
});
