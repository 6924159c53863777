import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFile } from "./imports.ts";
import { rules, violations } from "./rules.ts";

/** For each rule a small tree that breaks it: path to text. */
const offenders: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "model-imports-nothing": { "src/engine/model/plan.ts": 'import { cyan } from "../yaml/print.ts";' },
  "ports-import-model": { "src/engine/ports/clock.ts": 'import type { Plan } from "../plan/make-plan.ts";' },
  "stages-meet-in-model": { "src/engine/plan/make-plan.ts": 'import type { Rule } from "../health/rules/table.ts";' },
  "yaml-imports-model": { "src/engine/yaml/read.ts": 'import { build } from "../build/index.ts";' },
  "engine-is-the-inside": { "src/engine/build/plain.ts": 'import { readFile } from "node:fs/promises";' },
  "readers-cannot-write": {
    "src/engine/operations/diff.ts": 'import { prepare } from "./prepare.ts";',
    "src/engine/operations/prepare.ts": 'import type {\n  ReaderPorts,\n  WriterPorts,\n} from "./request.ts";',
  },
  "only-execute-writes-workloads": {
    "src/engine/operations/adopt.ts": 'import { type ClusterWriter as Writer } from "../ports/cluster-writer.ts";',
  },
  "adapters-stand-alone": { "src/adapters/git/fetch.ts": 'import { send } from "../kubernetes/transport/exchange.ts";' },
  "hosts-use-the-front-door": { "src/cli/commands/diff.ts": 'export { diff } from "../../engine/operations/diff.ts";' },
  "wiring-builds-adapters": { "src/cli/commands/sync.ts": 'const { store } = await import("../../adapters/kubernetes/store.ts");' },
  "hosts-stand-alone": { "src/agent/loop.ts": 'import "../cli/terminal.ts";' },
  "packages-have-one-home": { "src/engine/plan/make-plan.ts": 'import { parse } from "yaml";' },
  "no-cycle": {
    "src/engine/model/a.ts": 'import type { B } from "./b.ts";',
    "src/engine/model/b.ts": 'import type { C } from "./c.ts";',
    "src/engine/model/c.ts": 'export * from "./a.ts";',
  },
  "no-orphan": { "src/engine/model/forgotten.ts": "export const nothing = 0;" },
  "nothing-imports-tests": { "src/cli/main.ts": 'import { gitops } from "../../test/support/cli.ts";' },
  "engine-asks-the-clock": { "src/engine/plan/make-plan.ts": "const started = Date.now();" },
  "failures-have-a-code": { "src/engine/plan/make-plan.ts": '  throw new Error("no");' },
  "files-are-one-idea": { "src/engine/model/long.ts": "\n".repeat(401) },
  "names-say-something": { "src/cli/utils/text.ts": "" },
};

for (const { name } of rules) {
  test(`the rule ${name} finds who breaks it`, () => {
    const files = Object.entries(offenders[name] ?? {}).map(([path, text]) => sourceFile(path, text));
    assert.ok(violations(files).some(({ rule }) => rule === name));
  });
}

test("an import of several lines, a re-export, a bare and a dynamic import are all seen, with names and lines", () => {
  const text = [
    "import {",
    "  a,",
    "  type B as C,",
    '} from "./x.ts";',
    'import "./y.ts";',
    'export * from "../z.ts";',
    'const w = () => import("@scope/pkg/deep");',
  ].join("\n");
  assert.deepEqual(sourceFile("src/cli/here.ts", text).imports, [
    { to: "src/cli/x.ts", names: ["a", "B"], line: 1 },
    { to: "src/z.ts", names: ["*"], line: 6 },
    { to: "src/cli/y.ts", names: ["*"], line: 5 },
    { to: "@scope/pkg", names: ["*"], line: 7 },
  ]);
});
