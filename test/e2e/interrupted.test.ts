import assert from "node:assert/strict";
import { test } from "node:test";
import { gitops } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

test("Ctrl-C while it waits ends with 130, what was applied is recorded, and the next sync goes on", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate: "hang" }), "settings.yaml": configMap("settings", { a: "1" }) });
  let signalled = false;

  const interrupted = await gitops(["sync", "shop", shop.folder, "-n", shop.namespace], {
    home: shop.home,
    kubeconfig: plane!.kubeconfig,
    onOutput: (text, kill) => {
      if (signalled || !text.includes("waiting for")) return;
      signalled = true;
      kill("SIGINT");
    },
  });

  assertCode(interrupted, 130);
  const status = await shop.gitops("get", "shop", "-o", "json");
  assertCode(status, 0);
  const { resources } = JSON.parse(status.stdout) as { resources: { name: string }[] };
  assert.deepEqual(resources.map(({ name }) => name).sort(), ["settings", "web"]);
  assertCode(await shop.run("sync", "--no-wait"), 0);
});

test("two syncs of one delivery at once: one does the work, the other waits for it or ends with 4, and nothing is lost", { skip }, async () => {
  const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`${index}.yaml`, configMap(`part-${index}`, { a: "1" })]));
  const shop = await newWorkspace(plane!, files);

  const both = await Promise.all([shop.run("sync", "--prune"), shop.run("sync", "--prune")]);

  const codes = both.map(({ code }) => code).sort((a, b) => a - b);
  assert.equal(codes[0], 0, both.map(({ stderr }) => stderr).join("\n"));
  assert.ok([0, 4].includes(codes[1] ?? -1), both.map(({ stderr }) => stderr).join("\n"));
  assertCode(await shop.run("diff"), 0);
});
