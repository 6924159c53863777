import assert from "node:assert/strict";
import { test } from "node:test";
import { GitOpsError } from "../../../../src/engine/model/errors.ts";
import { arrayAt, stringAt } from "../../../../src/engine/model/json.ts";
import { app, runApps } from "./apps-world.ts";

const dependsOn = (name: string, more = {}): { dependsOn: { name: string }[] } => ({ dependsOn: [{ name, ...more }] });
const codes = (failures: readonly GitOpsError[]): string[] => failures.map(({ code }) => code).toSorted();

test("a child whose dependency outside of the run is not there ends, and so does the app that waits for it", async () => {
  const ran = await runApps({
    declared: [app("root", { wait: true })],
    nested: { root: [app("child", dependsOn("elsewhere"))] },
  });
  assert.deepEqual(ran.outcomes(), { child: "failed", root: "failed" });
  assert.deepEqual(codes(ran.failures), ["DEPENDENCY_NOT_READY", "UNHEALTHY"]);
});

test("an app whose expression on a dependency is none fails alone", async () => {
  const ready = { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } };
  const outside = { ...app("outside"), metadata: { name: "outside", namespace: "apps", generation: 1 }, ...ready };
  const ran = await runApps({
    declared: [app("broken", dependsOn("outside", { readyExpr: "dep.((" })), app("other")],
    live: [outside],
  });
  assert.deepEqual(ran.outcomes(), { broken: "failed", other: "ready" });
  assert.deepEqual(codes(ran.failures), ["INVALID_EXPRESSION"]);
});

test("a child that is no valid app fails alone; the app around it fails only where it waits for it", async () => {
  const nested = { root: [app("good"), app("bad", { kubeConfig: { configMapRef: { name: "cloud" } } })] };
  const ran = await runApps({ declared: [app("root")], nested });
  assert.deepEqual(ran.outcomes(), { bad: "failed", good: "ready", root: "ready" });
  const waiting = await runApps({ declared: [app("root", { wait: true })], nested });
  assert.deepEqual(waiting.outcomes(), { bad: "failed", good: "ready", root: "failed" });
});

test("an app that lists another of the run among its health checks waits for it", async () => {
  const healthChecks = [{ apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", name: "child", namespace: "apps" }];
  const ran = await runApps({
    declared: [app("root", { healthChecks })],
    nested: { root: [app("child", dependsOn("elsewhere"))] },
  });
  assert.deepEqual(ran.outcomes(), { child: "failed", root: "failed" });
});

test("a dependency that is passed over because it is suspended counts by what the cluster says of it", async () => {
  const suspended = (ready: string): object => ({
    ...app("base", { suspend: true }),
    metadata: { name: "base", namespace: "apps", generation: 1 },
    status: { conditions: [{ type: "Ready", status: ready, observedGeneration: 1 }], lastAppliedRevision: "main@sha1:abc" },
  });
  const declared = [app("base", { suspend: true }), app("top", dependsOn("base"))];
  for (const [ready, outcome] of [
    ["True", "ready"],
    ["False", "failed"],
  ] as const) {
    const ran = await runApps({ declared, live: [suspended(ready) as never] });
    assert.deepEqual(ran.outcomes(), { base: "skipped", top: outcome });
  }
});

test("a dependency that is not ready is told in the status of the app that waits for it, where no controller would tell", async () => {
  const ran = await runApps({ declared: [app("top", dependsOn("elsewhere"))], live: [app("top", dependsOn("elsewhere"))] });
  const ready = arrayAt(ran.statuses.get("top"), "conditions")[0];
  assert.deepEqual([stringAt(ready, "status"), stringAt(ready, "reason")], ["False", "DependencyNotReady"]);
});

test("where the status cannot be written, what the run came to is kept and the refusal told behind it", async () => {
  const onStatus = (): never => {
    throw new GitOpsError("FORBIDDEN", "the status may not be written");
  };
  const ran = await runApps({ declared: [app("shop", { path: "nowhere" })], live: [app("shop")], onStatus });
  assert.equal(ran.failures.length, 2);
  assert.equal(ran.apps[0]?.failures[1]?.message, "the status may not be written");
});

test("a build that fails is told with the revision that was tried", async () => {
  const ran = await runApps({ declared: [app("shop", { path: "nowhere" })], live: [app("shop")] });
  assert.equal(ran.statuses.get("shop")?.["lastAttemptedRevision"], "main@sha1:abc");
});

test("a cancellation is told as one for every app under way, the rest is passed over, and the run says how it ended", async () => {
  const cancelled = new AbortController();
  const ran = await runApps({
    declared: [app("one"), app("two", dependsOn("one"))],
    signal: cancelled.signal,
    onFetch: () => Promise.resolve(cancelled.abort(new Error("Ctrl-C"))),
  });
  assert.deepEqual(ran.outcomes(), { one: "failed", two: "skipped" });
  assert.deepEqual(codes(ran.failures), ["INTERRUPTED"]);
  assert.equal(ran.events.at(-1)?.type, "sync.finished");
});

test("a bug of ours ends the run, once the leases of the other apps are given back", async () => {
  const onStatus = ({ name }: { name: string }): void => {
    if (name === "one") throw new Error("a bug");
  };
  const declared = [app("one"), app("two")];
  const held: number[] = [];
  await assert.rejects(runApps({ declared, live: declared, onStatus, onLease: (count) => held.push(count) }), /a bug/);
  assert.deepEqual([Math.max(...held), held.at(-1)], [2, 0]);
});

test("nothing is written to another cluster than the expected one", async () => {
  const written: string[] = [];
  const run = runApps({
    declared: [app("shop")],
    live: [],
    options: { expectCluster: "another" },
    onStatus: ({ name }) => written.push(name),
  });
  await assert.rejects(run, { code: "WRONG_CLUSTER" });
  assert.deepEqual(written, []);
});
