import assert from "node:assert/strict";
import { test } from "node:test";
import { connectCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import type { EngineEvent } from "../../../src/engine/model/event.ts";
import { newHome } from "../../support/cli.ts";
import { planeOrSkip } from "../../support/control-plane.ts";
import { limitedKubeconfig } from "../../support/limited-user.ts";

const { skip, plane } = await planeOrSkip();
const options = { signal: AbortSignal.timeout(60_000) };

test("a probe says who asks and what they may do, of whole namespaces and of subresources, and stores nothing", { skip }, async () => {
  const namespace = await plane!.createNamespace("probe");
  const home = newHome();
  const rules = [{ apiGroups: ["", "apps"], resources: ["pods/log", "deployments"], verbs: ["get"] }];
  const kubeconfig = await limitedKubeconfig(plane!, namespace, rules, home);
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent): void => void events.push(event);
  const cluster = await connectCluster({ kubeconfig, clock: systemClock(), environment: { HOME: home }, emit });
  try {
    const since = await plane!.auditMark();
    assert.match(await cluster.probe.version(options), /^v1\.\d+/);
    assert.equal(await cluster.probe.whoAmI(options), `system:serviceaccount:${namespace}:limited`);
    const may = (verb: string, group: string, resource: string, place = namespace): Promise<boolean> =>
      cluster.probe.mayI({ verb, group, resource, namespace: place }, options);
    assert.deepEqual(
      await Promise.all([
        may("get", "", "pods/log"),
        may("get", "", "pods"),
        may("get", "apps", "deployments"),
        may("patch", "apps", "deployments"),
        may("get", "apps", "deployments", ""),
      ]),
      [true, false, true, false, false],
    );
    assert.deepEqual(await plane!.writes({ namespace, since }), []);
    // Nor does the server warn of what it was sent.
    assert.deepEqual(events, []);
  } finally {
    cluster.close();
  }
});
