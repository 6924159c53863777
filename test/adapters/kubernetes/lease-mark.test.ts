import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { isKnownDead, newLeaseMark } from "../../../src/adapters/kubernetes/delivery/lease-mark.ts";

const ended = spawnSync(process.execPath, ["--eval", ""]).pid;

test("a process of this boot that is gone is known to be dead, and one that runs is not", () => {
  assert.equal(isKnownDead({ ...newLeaseMark(), pid: ended }), true);
  assert.equal(isKnownDead(newLeaseMark()), false);
});

test(
  "a process that lives among other process ids cannot be looked for, so it is not known to be dead",
  { skip: process.platform === "linux" ? false : "not here: process id namespaces" },
  () => {
    const { boot, ...mark } = newLeaseMark();
    const elsewhere = boot.replace(/pid:\[\d+\]$/, "pid:[1]");
    assert.notEqual(elsewhere, boot);
    assert.equal(isKnownDead({ ...mark, boot: elsewhere, pid: ended }), false);
  },
);
