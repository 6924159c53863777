import assert from "node:assert/strict";
import { test } from "node:test";
import { renderDiff } from "../../../src/cli/output/diff.ts";
import { assertGolden } from "../golden.ts";
import { configure, create, idOf, plainTerminal, preparedSync, prune, unchanged } from "../prepared.ts";

const skipped = [{ action: "skip", id: idOf("ConfigMap/shop/kept"), reason: "it has an owner" } as const];
const mixed = preparedSync({
  apply: [
    create("ConfigMap/shop/settings", { data: { color: "blue", "tricky\u001b[2J": "a\u202eb" } }),
    configure(
      "Deployment.apps/shop/web",
      { spec: { replicas: 2, paused: false }, status: { replicas: 2 } },
      { spec: { replicas: 3, paused: false } },
      ["/spec/replicas"],
    ),
    unchanged("Service/shop/web"),
  ],
  prune: [prune("ConfigMap/shop/old", { data: { color: "red" } })],
  skipped,
});
const text = { output: undefined, plan: false };

test("diff looks as recorded, with 1 as its status", async () => {
  const { text: shown, exitStatus } = await renderDiff(mixed, text, plainTerminal);
  assertGolden("diff-mixed", shown);
  assert.equal(exitStatus, 1);
});

test("diff in colours looks as recorded", async () => {
  assertGolden("diff-colors", (await renderDiff(mixed, text, { ...plainTerminal, stdoutColor: true })).text);
});

test("diff in ASCII uses no other character of its own", async () => {
  const { text: shown } = await renderDiff(preparedSync({ apply: [create("ConfigMap/shop/a", {})] }), text, {
    ...plainTerminal,
    unicode: false,
  });
  assert.match(shown, /^[\n -~]*$/);
});

test("diff --plan shows the order and the reasons first", async () => {
  assertGolden("diff-plan", (await renderDiff(mixed, { output: undefined, plan: true }, plainTerminal)).text);
});

for (const output of ["json", "yaml"] as const) {
  test(`diff -o ${output} looks as recorded and carries no value`, async () => {
    const { text: shown, exitStatus } = await renderDiff(mixed, { output, plan: false }, plainTerminal);
    assertGolden(`diff-${output}`, shown);
    assert.equal(exitStatus, 1);
    assert.doesNotMatch(shown, /blue|red/);
  });
}

test("no change, and what only a sync would skip, is status 0", async () => {
  const { text: shown, exitStatus } = await renderDiff(
    preparedSync({ apply: [unchanged("Service/shop/web")], skipped }),
    text,
    plainTerminal,
  );
  assert.equal(exitStatus, 0);
  assert.match(shown, /no differences/);
});

test("a secret's value is in no output, whether it is created, changed or pruned", async () => {
  const canaries = { live: "bGl2ZS1jYW5hcnk=", desired: "ZGVzaXJlZC1jYW5hcnk=" };
  const prepared = preparedSync({
    apply: [
      create("Secret/shop/new", { data: { password: canaries.desired } }),
      configure("Secret/shop/changed", { data: { password: canaries.live } }, { data: { password: canaries.desired } }, ["/data/password"]),
    ],
    prune: [prune("Secret/shop/old", { data: { password: canaries.live } })],
  });
  for (const output of [undefined, "json", "yaml"] as const) {
    const { text: shown } = await renderDiff(prepared, { output, plan: true }, plainTerminal);
    assert.ok(!shown.includes(canaries.live) && !shown.includes(canaries.desired), shown);
    assert.match(shown, /password/);
  }
});

test("a text that is rewritten from end to end is said to be replaced, not compared for minutes", async () => {
  const lines = (word: string): string => Array.from({ length: 12_000 }, (_, index) => `${word}${index * 7919}`).join("\n");
  const prepared = preparedSync({
    apply: [configure("ConfigMap/shop/big", { data: { text: lines("a") } }, { data: { text: lines("b") } }, ["/data/text"])],
  });
  const { text: shown } = await renderDiff(prepared, text, plainTerminal);
  assert.match(shown, /\d+ lines replaced by \d+/);
});

test("without a dry-run only declared fields are compared: what the server added does not look removed", async () => {
  const change = configure("Deployment.apps/shop/web", { spec: { replicas: 2, progressDeadlineSeconds: 600 } }, { spec: { replicas: 3 } }, [
    "/spec/replicas",
  ]);
  assert.equal(change.action, "configure");
  const { text: shown } = await renderDiff(preparedSync({ apply: [{ ...change, predicted: undefined }] }), text, plainTerminal);
  assert.match(shown, /-\s+replicas: 2\n\+\s+replicas: 3/);
  assert.doesNotMatch(shown, /progressDeadlineSeconds/);
});

test("a guard is named with the flag that lifts it", async () => {
  const guards = [{ code: "MASS_PRUNE", message: "60 of 100 objects would be pruned", hint: "--allow-mass-prune", objects: [] } as const];
  const { text: shown } = await renderDiff(preparedSync({ apply: [unchanged("Service/shop/web")], guards }), text, plainTerminal);
  assert.match(shown, /would stop: 60 of 100 objects would be pruned \(--allow-mass-prune\)/);
});
