import assert from "node:assert/strict";
import { test } from "node:test";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { decidingFirst, exitStatusOf } from "../../../src/engine/operations/deciding-failure.ts";

const timeout = new GitOpsError("HEALTH_TIMEOUT", "late");
const unhealthy = new GitOpsError("UNHEALTHY", "bad");
const forbidden = new GitOpsError("FORBIDDEN", "no");
const unreachable = new GitOpsError("CLUSTER_UNREACHABLE", "away");
const conflict = new GitOpsError("FIELD_CONFLICT", "mine");
const escape = new GitOpsError("PATH_ESCAPES_REPOSITORY", "out");
const interrupted = new GitOpsError("INTERRUPTED", "stop");

test("a run without failures ends with 0", () => {
  assert.equal(exitStatusOf([]), 0);
});

test("of several failures policy decides before a person's decision, permission, reach, failure and time", () => {
  const worstLast = [timeout, unhealthy, unreachable, forbidden, conflict, escape];
  const statuses: number[] = [];
  for (let count = worstLast.length; count > 0; count--) statuses.push(exitStatusOf(worstLast.slice(0, count)));
  assert.deepEqual(statuses, [6, 5, 13, 14, 7, 9]);
});

test("an interruption decides over everything, since the failures after it are its consequence", () => {
  assert.equal(exitStatusOf([unhealthy, interrupted, escape]), 130);
});

test("failures of one class keep their order", () => {
  const other = new GitOpsError("HOOK_FAILED", "hook");
  assert.deepEqual(decidingFirst([timeout, unhealthy, other]), [unhealthy, other, timeout]);
});
