import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { compileHealthExpressions, fluxVerdict } from "../../../src/engine/health/index.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

const nobody = await compileHealthExpressions([]);

function job(spec: JsonObject, status: JsonObject): JsonObject {
  return { apiVersion: "batch/v1", kind: "Job", spec, status };
}

function statusOf(object: JsonObject): string {
  return fluxVerdict(object, object, nobody).status;
}

test("a Job is Current only when it is complete or suspended, and fails when it failed", () => {
  const started = { startTime: "2026-01-01T00:00:00Z", active: 1 };
  const condition = (type: string, status = "True"): JsonObject => ({ ...started, conditions: [{ type, status }] });
  assert.equal(statusOf(job({}, {})), "InProgress");
  assert.equal(statusOf(job({}, started)), "InProgress");
  assert.equal(statusOf(job({ suspend: true }, {})), "Current");
  assert.equal(statusOf(job({}, condition("Complete"))), "Current");
  assert.equal(statusOf(job({}, condition("Failed"))), "Failed");
  assert.equal(statusOf(job({}, condition("Failed", "False"))), "InProgress");
});

test("what is not there is NotFound, but for a Job that removes itself", () => {
  assert.equal(fluxVerdict(undefined, job({}, {}), nobody).status, "NotFound");
  assert.equal(fluxVerdict(undefined, job({ ttlSecondsAfterFinished: 0 }, {}), nobody).status, "Current");
  assert.equal(fluxVerdict(undefined, { apiVersion: "v1", kind: "Pod", spec: { ttlSecondsAfterFinished: 0 } }, nobody).status, "NotFound");
});

test("expressions come before the rules of kstatus, but not before that of Jobs", async () => {
  const entry = { kind: "", current: "false", inProgress: "", failed: "true" };
  const judge = await compileHealthExpressions([
    { ...entry, apiVersion: "batch/v1" },
    { ...entry, apiVersion: "v1" },
  ]);
  const map = { apiVersion: "v1", kind: "ConfigMap" };
  assert.equal(fluxVerdict(map, map, judge).status, "Failed");
  assert.equal(fluxVerdict(map, map, nobody).status, "Current");
  const suspended = job({ suspend: true }, {});
  assert.equal(fluxVerdict(suspended, suspended, judge).status, "Current");
});

test("every other fixture of health is what kstatus calls it", () => {
  const folder = new URL("../../../fixtures/health/", import.meta.url);
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), "utf8");
    const live: JsonObject = parse(text);
    if (live["kind"] === "Job") continue;
    assert.equal(statusOf(live), /^# kstatus: (\w+)$/m.exec(text)?.[1], file);
  }
});
