import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECT_KINDS, type AnyStatus, type ObjectStatus } from "../../../src/engine/index.ts";
import { changeText } from "../../../src/cli/output/delivery-changes.ts";
import { renderDeliveries } from "../../../src/cli/output/deliveries.ts";
import { renderDelivery } from "../../../src/cli/output/status.ts";
import { assertGolden } from "../golden.ts";
import { deliveryStatus, now, revision } from "../prepared.ts";

/** A Kustomization as an operation hands it over. */
function kustomization(name: string, message: string, resources?: ObjectStatus["resources"]): AnyStatus {
  const [spoken] = DIALECT_KINDS;
  assert.ok(spoken !== undefined);
  const conditions = [{ type: "Ready", status: "True", reason: "ReconciliationSucceeded", message, observedGeneration: 1 }];
  const view = spoken.dialect.view({
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "shop", generation: 1, creationTimestamp: new Date(now - 3_600_000).toISOString() },
    spec: { path: "./deploy", sourceRef: { kind: "GitRepository", name: "repo" } },
    status: { conditions, lastAppliedRevision: revision, inventory: { entries: [{ id: "shop_web_apps_Deployment", v: "v1" }] } },
  });
  const status: ObjectStatus = { dialect: "flux", kind: spoken.kind, view, sync: "Synced", health: view.health, resources };
  return { type: "object", status };
}

const bare: AnyStatus = { type: "bare", status: deliveryStatus() };
const format = { output: undefined, headers: true, showNamespace: false, showKind: true } as const;
const clock = { now: () => now };

for (const output of [undefined, "wide", "name", "json"] as const)
  test(`a list of deliveries of all sorts as ${output ?? "table"} looks as recorded`, () => {
    const { text } = renderDeliveries([bare, kustomization("apps", "Applied")], { ...format, output, now }, "shop");
    assertGolden(`get-mixed-${output ?? "table"}`, text);
  });

for (const output of [undefined, "json", "name"] as const)
  test(`get ks/apps as ${output ?? "table"} looks as recorded`, () => {
    const one = kustomization("apps", "Applied", deliveryStatus().resources);
    assertGolden(`get-object-${output ?? "table"}`, renderDelivery(one, { output, headers: true, now }).text);
  });

test("a watched table begins with its header, adds the lines of what changed, and says what is deleted", () => {
  const text = changeText(() => true, format, clock);
  const first = text({ type: "listed", all: [kustomization("one", "a"), kustomization("two", "b")] });
  assert.equal(first.trim().split("\n").length, 3);
  assert.match(text({ type: "changed", status: kustomization("two", "c") }), /^Kustomization +two .* c\n$/);
  assert.match(text({ type: "deleted", status: kustomization("two", "c") }), /^Kustomization +two .*Missing.*deleted\n$/);
});

test("a watch that begins with nothing shows the header with the first line", () => {
  const text = changeText(() => true, format, clock);
  assert.equal(text({ type: "listed", all: [] }), "");
  assert.match(text({ type: "changed", status: kustomization("one", "a") }), /^KIND .*\nKustomization +one/);
});

test("a watch in flux's own columns, as YAML and as columns of one's own", () => {
  const own = changeText(() => true, { ...format, hasOwnColumns: true, showKind: false }, clock);
  assert.match(own({ type: "listed", all: [kustomization("one", "a")] }), /^NAME +REVISION +SUSPENDED +READY +MESSAGE\none /);
  assert.match(own({ type: "deleted", status: kustomization("one", "a") }), /^one .* deleted\n$/);
  const yaml = changeText(() => true, { ...format, output: "yaml" }, clock);
  assert.match(yaml({ type: "listed", all: [kustomization("one", "a"), kustomization("two", "b")] }), /^apiVersion[^]*\n---\napiVersion/);
  const columns = changeText(() => true, { ...format, output: "custom-columns=N:.name,D:.deleted" }, clock);
  assert.equal(columns({ type: "listed", all: [kustomization("one", "a")] }), "N     D\none   <none>\n");
  assert.equal(columns({ type: "deleted", status: kustomization("one", "a") }), "one   true\n");
});

test("only what is asked for is shown", () => {
  const text = changeText((any) => any.type === "object" && any.status.view.id.name === "two", format, clock);
  assert.doesNotMatch(text({ type: "listed", all: [kustomization("one", "a"), kustomization("two", "b")] }), /one/);
  assert.equal(text({ type: "changed", status: kustomization("one", "c") }), "");
});
