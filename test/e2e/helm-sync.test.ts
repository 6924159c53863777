import assert from "node:assert/strict";
import { test } from "node:test";
import { helmProgram } from "../support/build-helm.mjs";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, job, newWorkspace } from "../support/workspace.ts";

const helm = helmProgram((line) => process.stderr.write(`${line}\n`));
const { skip: noPlane, plane } = await planeOrSkip();
const skip = helm === undefined ? "not here: Go, to build helm with" : noPlane;
const ENABLED = ["--enable-helm", "--helm-command", helm ?? ""];

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-settings"}
data: {level: "{{ .Values.level }}", namespace: "{{ .Release.Namespace }}"}
`;
const testPod = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "test", annotations: { "helm.sh/hook": "test" } },
  spec: { containers: [{ name: "a", image: "b" }] },
});

test("a chart is delivered under the delivery's name, its hooks run and its tests do not", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "Chart.yaml": "apiVersion: v2\nname: shop-chart\nversion: 1.0.0\n",
    "values.yaml": "level: low\n",
    "prod.yaml": "level: high\n",
    "templates/settings.yaml": settings,
    "templates/migrate.yaml": job("migrate", { "helm.sh/hook": "pre-install,pre-upgrade" }),
    "templates/test.yaml": testPod,
  });
  const flags = [...ENABLED, "--helm-values", "prod.yaml"];
  assertCode(await shop.run("diff", ...flags), 1);
  assertCode(await shop.run("sync", ...flags), 0);
  assert.deepEqual((await shop.live("v1/configmaps/shop-settings"))?.data, { level: "high", namespace: shop.namespace });
  assert.equal((await shop.live("batch/v1/jobs/migrate"))?.status?.["succeeded"], 1);
  assert.equal(await shop.live("v1/pods/test"), undefined);

  assertCode(await shop.run("diff", ...flags), 0);
  assertCode(await shop.gitops("sync", "shop", ...flags), 0);
  const status = await shop.gitops("get", "shop", ...flags, "-o", "json");
  assertCode(status, 0);
  assert.match(status.stdout, /"sync": ?"Synced"/);

  const refused = await shop.gitops("sync", "shop");
  assertCode(refused, 6);
  assert.match(refused.stderr, /add --enable-helm/);
});
