import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyStatus, DeliveryStatus } from "../../../src/engine/index.ts";
import { renderDeliveries } from "../../../src/cli/output/deliveries.ts";
import { shortRevision } from "../../../src/cli/output/revision.ts";
import { renderDelivery } from "../../../src/cli/output/status.ts";
import { updateText } from "../../../src/cli/output/watch.ts";
import { assertGolden } from "../golden.ts";
import { deliveryStatus, now, revision } from "../prepared.ts";

const status = deliveryStatus();
const bare = (one: DeliveryStatus): AnyStatus => ({ type: "bare", status: one });
const list = { headers: true, now, showNamespace: true, showKind: true };

for (const output of [undefined, "wide", "name", "json", "yaml"] as const) {
  test(`get NAME -o ${output ?? "table"} looks as recorded`, () => {
    const { text, exitStatus } = renderDelivery(bare(status), { output, headers: true, now });
    assertGolden(`get-name-${output ?? "table"}`, text);
    assert.equal(exitStatus, 0);
  });

  test(`get -A -o ${output ?? "table"} looks as recorded`, () => {
    assertGolden(
      `get-list-${output ?? "table"}`,
      renderDeliveries([bare(status), bare({ ...status, ref: { ...status.ref, name: "blog" } })], { ...list, output }, undefined).text,
    );
  });
}

test("no deliveries are no lines, and an empty list as JSON", () => {
  assert.equal(renderDeliveries([], { ...list, output: undefined }, "shop").text, "");
  assert.match(renderDeliveries([], { ...list, output: undefined }, "shop").note ?? "", /shop; -A looks in all/);
  assert.deepEqual(JSON.parse(renderDeliveries([], { ...list, output: "json" }, "shop").text), {
    apiVersion: "cli.gitops/v1",
    kind: "List",
    items: [],
  });
});

test("--no-headers leaves the rows as they are", () => {
  const [withHeaders, without] = [true, false].map(
    (headers) => renderDeliveries([bare(status)], { ...list, output: undefined, headers }, "shop").text,
  );
  assert.equal(withHeaders?.split("\n").slice(1).join("\n"), without);
});

test("the JSON of a delivery has the names that are kept, and every object's own four", () => {
  const document = JSON.parse(renderDelivery(bare(status), { output: "json", headers: true, now }).text) as { resources: object[] };
  assert.deepEqual(Object.keys(document), [
    "apiVersion",
    "kind",
    "name",
    "namespace",
    "dialect",
    "revision",
    "sync",
    "health",
    "resources",
  ]);
  for (const resource of document.resources) {
    assert.deepEqual(Object.keys(resource), ["group", "version", "kind", "namespace", "name", "sync", "health", "reason", "message"]);
  }
});

test("a revision is shortened as Flux does, each hash of it", () => {
  assert.equal(shortRevision(revision), "main@sha1:01234567");
  assert.equal(shortRevision(`${revision}+dirty@sha256:${"ab".repeat(32)}`), "main@sha1:01234567+dirty@sha256:abababab");
  assert.equal(shortRevision(""), "");
});

test("an update shows only the objects that changed, and nothing where nothing did", () => {
  const format = { output: undefined, headers: true, now };
  const healthy = {
    ...status,
    resources: status.resources.map((resource, index) =>
      index === 1 ? { ...resource, health: { status: "Healthy", reason: "", message: "" } as const } : resource,
    ),
  };
  assert.match(updateText(bare(status), undefined, format), /settings/);
  assert.equal(updateText(bare(status), bare(status), format), "");
  const update = updateText(bare(healthy), bare(status), format);
  assert.match(update, /web/);
  assert.doesNotMatch(update, /settings|KIND/);
});

test("a watch with -o json is a line of JSON for each update", () => {
  const text = updateText(bare(status), bare(status), { output: "json", headers: true, now });
  assert.equal(text.trimEnd().split("\n").length, 1);
  assert.equal((JSON.parse(text) as { kind: string }).kind, "Delivery");
});
