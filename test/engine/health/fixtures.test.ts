import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { assessHealth, toKstatus } from "../../../src/engine/health/index.ts";

// A fixture is named <kind>-<expected state>[-why].yaml. Its first line says what kstatus calls the same object.
const folder = new URL("../../../fixtures/health/", import.meta.url);
const files = readdirSync(folder);

for (const file of files) {
  test(file, () => {
    const [, expected] = file.replace(".yaml", "").split("-");
    const text = readFileSync(new URL(file, folder), "utf8");
    const live = parse(text);
    const health = assessHealth(live);
    assert.equal(health.status.toLowerCase(), expected, `${health.reason}: ${health.message}`);
    assert.equal(toKstatus(health, live), /^# kstatus: (\w+)$/m.exec(text)?.[1]);
    assert.ok(!/[\r\n]/.test(health.message), "the message is one line");
    if (health.status !== "Healthy") assert.notEqual(health.reason, "", "a verdict that is not Healthy has a reason");
  });
}

test("the fixtures cover every kind that has a rule in at least two states", async () => {
  const { KIND_RULES } = await import("../../../src/engine/health/rules/table.ts");
  for (const groupKind of KIND_RULES.keys()) {
    const kind = groupKind.slice(groupKind.indexOf("/") + 1).toLowerCase();
    const states = new Set(files.filter((file) => file.startsWith(`${kind}-`)).map((file) => file.replace(".yaml", "").split("-")[1]));
    assert.ok(states.size >= 2, `${kind}: ${[...states].join(", ")}`);
  }
});
