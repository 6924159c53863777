import assert from "node:assert/strict";
import { test } from "node:test";
import { gitops } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

interface Shown {
  readonly resources: readonly { readonly kind: string; readonly sync: string }[];
}

const service = JSON.stringify({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { ports: [{ port: 80 }], selector: { app: "web" } },
});

test("a watched delivery shows what joins it, and what happens to a kind that it did not have before", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }) });
  assertCode(await shop.run("sync"), 0);
  const { home, namespace } = shop;
  const path = `/api/v1/namespaces/${namespace}/services/web`;
  // Each step is taken when the one before it is shown.
  const steps: { readonly isShown: (shown: Shown) => boolean; readonly take: () => Promise<unknown> }[] = [
    { isShown: ({ resources }) => resources.length === 1, take: async () => (await shop.write({ "web.yaml": service }), shop.run("sync")) },
    {
      isShown: ({ resources }) => resources.some(({ kind, sync }) => kind === "Service" && sync === "Synced"),
      take: () => plane!.api("DELETE", path),
    },
    {
      isShown: ({ resources }) => resources.some(({ kind, sync }) => kind === "Service" && sync === "OutOfSync"),
      take: async () => kill("SIGINT"),
    },
  ];
  let kill: (signal: NodeJS.Signals) => void = () => assert.fail("the command was not started");
  const taken: Promise<unknown>[] = [];

  const { code } = await gitops(["get", "shop", "-n", namespace, "-w", "-o", "json"], {
    home,
    kubeconfig: plane!.kubeconfig,
    onStart: (started) => (kill = started),
    onOutput(text) {
      const shown = text.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
      const last = shown.at(-1);
      const [step] = steps;
      if (last === undefined || step === undefined || !step.isShown(JSON.parse(last) as Shown)) return;
      steps.shift();
      taken.push(step.take());
    },
  });

  await Promise.all(taken);
  assert.equal(code, 130);
  assert.deepEqual(steps, []);
});
