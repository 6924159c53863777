import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { WriteSession } from "../../src/cli/command.ts";
import { Interruption } from "../../src/cli/interruption.ts";
import { runPlan } from "../../src/cli/run-plan.ts";
import { describeTerminal } from "../../src/cli/terminal.ts";
import { GitOpsError, type PreparedSync, type SyncResult } from "../../src/engine/index.ts";
import { create, preparedSync, prune, revision, unchanged } from "./prepared.ts";
import { collectingStream } from "./streams.ts";

const counts = { created: 1, configured: 0, unchanged: 0, pruned: 0, skipped: 0, failed: 0, writes: 3 };
const done: SyncResult = { revision, counts, failures: [] };
const changing = preparedSync({ apply: [create("ConfigMap/shop/a", {})], prune: [prune("ConfigMap/shop/b", {})] });

/** Runs a plan as `sync` does, and tells whether it was executed. */
async function run(
  prepared: () => Promise<PreparedSync>,
  options: {
    readonly answer?: string;
    readonly yes?: boolean;
    readonly dryRun?: "none" | "server";
    readonly output?: "json";
    readonly result?: SyncResult;
    readonly signal?: AbortSignal;
  },
) {
  const stdin = Object.assign(new PassThrough(), { isTTY: options.answer !== undefined });
  const stdout = collectingStream();
  const stderr = collectingStream(options.answer !== undefined);
  // A dumb terminal: a person can be asked, and no live line mixes into what is compared.
  const terminal = describeTerminal({ stdin, stdout: stdout.stream, stderr: stderr.stream }, { TERM: "dumb", LANG: "C.UTF-8" }, "never");
  const signal = options.signal ?? new AbortController().signal;
  const session = {
    terminal,
    globals: { quiet: false, verbose: false },
    signal,
    listen: (emit: never) => ({ signal, emit }),
  } as unknown as WriteSession;
  if (options.answer !== undefined) stdin.write(`${options.answer}\n`);
  let executed = 0;
  const rendered = await runPlan(
    session,
    { yes: options.yes ?? false, dryRun: options.dryRun ?? "none", output: options.output },
    {
      question: "Sync?",
      prepare: prepared,
      execute: async () => {
        executed += 1;
        return options.result ?? done;
      },
    },
  );
  return { ...rendered, executed, stdout: stdout.text() + rendered.text, stderr: stderr.text() };
}

test("off a terminal a sync goes on without a question", async () => {
  const { executed, exitStatus, text } = await run(async () => changing, {});
  assert.deepEqual([executed, exitStatus], [1, 0]);
  assert.match(text, /1 created/);
});

test("on a terminal the plan is shown and a person is asked; yes goes on", async () => {
  const { executed, stderr } = await run(async () => changing, { answer: "y" });
  assert.equal(executed, 1);
  assert.match(stderr, /\+ configmap\/a -n shop create[\s\S]*- configmap\/b -n shop prune[\s\S]*Sync\? \[y\/N\]/);
});

for (const answer of ["n", "", "maybe", "yess"]) {
  test(`the answer ${JSON.stringify(answer)} is no: nothing is executed, and that is said`, async () => {
    const { executed, exitStatus, text } = await run(async () => changing, { answer });
    assert.deepEqual([executed, exitStatus, text], [0, 0, "nothing was changed\n"]);
  });
}

test("--yes, -o json and a plan without changes ask nothing", async () => {
  for (const options of [{ yes: true }, { output: "json" }] as const)
    assert.equal((await run(async () => changing, { answer: "n", ...options })).executed, 1);
  assert.equal((await run(async () => preparedSync({ apply: [unchanged("ConfigMap/shop/a")] }), { answer: "n" })).executed, 1);
});

test("a guard ends in 5 before anything is executed, even with --yes and as a dry run", async () => {
  const guards = [
    { code: "EMPTY_BUILD", message: "the build is empty", hint: "--allow-empty", objects: [] },
    { code: "MASS_PRUNE", message: "too many", hint: "--allow-mass-prune", objects: [] },
  ] as const;
  for (const options of [{ yes: true }, { dryRun: "server" }, { yes: true, output: "json" }] as const) {
    const { executed, exitStatus, failures } = await run(async () => preparedSync({ guards }), options);
    assert.deepEqual([executed, exitStatus], [0, 5]);
    assert.deepEqual(
      (failures as GitOpsError[]).map(({ code, hint }) => [code, hint]),
      [
        ["EMPTY_BUILD", "--allow-empty"],
        ["MASS_PRUNE", "--allow-mass-prune"],
      ],
    );
  }
});

test("a dry run tells every change and executes nothing", async () => {
  const { executed, exitStatus, stderr, text } = await run(async () => changing, { dryRun: "server" });
  assert.deepEqual([executed, exitStatus], [0, 0]);
  assert.match(stderr, /configmap\/a -n shop created \(dry run\)\n.*configmap\/b -n shop pruned \(dry run\)/);
  assert.match(text, /1 created, 1 pruned \(dry run, nothing was changed\)/);
});

test("every run with -o json ends with sync.finished and its exit status, whatever happened", async () => {
  const failed: SyncResult = { revision, counts: { ...counts, failed: 1 }, failures: [new GitOpsError("UNHEALTHY", "x")] };
  const outcomes = [
    { status: 0, run: () => run(async () => changing, { output: "json" }) },
    { status: 7, run: () => run(async () => changing, { output: "json", result: failed }) },
    { status: 0, run: () => run(async () => changing, { output: "json", dryRun: "server" }) },
    { status: 14, run: () => run(async () => Promise.reject(new GitOpsError("CLUSTER_UNREACHABLE", "x")), { output: "json" }) },
    { status: 70, run: () => run(async () => Promise.reject(new TypeError("x")), { output: "json" }) },
    {
      status: 143,
      run: () =>
        run(async () => Promise.reject(new GitOpsError("INTERRUPTED", "x")), {
          output: "json",
          signal: AbortSignal.abort(new Interruption("SIGTERM")),
        }),
    },
  ];
  for (const { status, run: act } of outcomes) {
    const { exitStatus, stdout } = await act();
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { type: string; exitCode: number; failed: number };
    assert.deepEqual([exitStatus, last.type, last.exitCode], [status, "sync.finished", status]);
  }
});

test("a run that fails shows what it did on stdout, and one that never began shows nothing there", async () => {
  const failed: SyncResult = { revision, counts: { ...counts, failed: 1 }, failures: [new GitOpsError("UNHEALTHY", "x")] };
  assert.match((await run(async () => changing, { result: failed })).text, /1 created, 1 failed/);
  assert.equal((await run(async () => Promise.reject(new GitOpsError("CLUSTER_UNREACHABLE", "x")), {})).text, "");
});
