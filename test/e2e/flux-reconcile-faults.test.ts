import assert from "node:assert/strict";
import { test } from "node:test";
import { gitops, type CommandResult } from "../support/cli.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { newFluxPerson, type FluxPerson } from "../support/flux-delivery.ts";
import { assertCode } from "../support/workspace.ts";

// No controller serves these namespaces: the tests answer in its place, as no healthy controller would.
const { skip, plane } = await fluxPlaneOrSkip();

const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";
const SPEC = { interval: "1h", path: "./deploy", prune: true, sourceRef: { kind: "GitRepository", name: "shop" } };

async function person(): Promise<FluxPerson> {
  const one = newFluxPerson(plane!, await plane!.createNamespace("ask"));
  await one.create("kustomizations", "shop", SPEC);
  return one;
}

/** `gitops reconcile shop ARGS…`, and what happens once it has made its request; `token` is that request. */
async function whileAsked(one: FluxPerson, args: readonly string[], then: (token: string) => Promise<unknown>): Promise<CommandResult> {
  let answered: Promise<unknown> | undefined;
  let seen = "";
  const result = await one.gitops(["reconcile", "shop", ...args], {
    onOutput(text) {
      seen += text;
      if (answered !== undefined || !seen.includes("asked kustomize-controller")) return;
      answered = one.read("kustomizations", "shop").then(({ metadata }) => then(metadata.annotations?.[REQUESTED_AT] ?? "no request"));
    },
  });
  await answered;
  return result;
}

function ready(token: string): object {
  const at = "2026-01-01T00:00:00Z";
  const condition = { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: "Applied", lastTransitionTime: at };
  return { observedGeneration: 1, lastHandledReconcileAt: token, conditions: [{ ...condition, observedGeneration: 1 }] };
}

test("an answer to somebody else's earlier request is no answer", { skip }, async () => {
  const one = await person();
  const result = await whileAsked(one, ["--timeout", "2s"], () => one.answer("kustomizations", "shop", ready("2020-01-01T00:00:00Z")));
  assertCode(result, 9);
  assert.match(result.stderr, /did not take the request/);
});

test("a later request that was written over ours counts as ours, and is told", { skip }, async () => {
  const one = await person();
  const result = await whileAsked(one, [], async () => {
    await one.patch("kustomizations", "shop", { metadata: { annotations: { [REQUESTED_AT]: "a colleague's" } } });
    await one.answer("kustomizations", "shop", ready("a colleague's"));
  });
  assertCode(result, 0);
  assert.match(result.stderr, /somebody else asked after this request \(a colleague's\)/);
});

test("an answer that speaks of an older spec is waited out", { skip }, async () => {
  const one = await person();
  const result = await whileAsked(one, ["--timeout", "2s"], async (token) => {
    await one.patch("kustomizations", "shop", { spec: { path: "./elsewhere" } });
    await one.answer("kustomizations", "shop", ready(token));
  });
  assertCode(result, 9);
  assert.match(result.stderr, /took the request and was not done/);
});

test("an object that is deleted while it is waited for ends the wait", { skip }, async () => {
  const one = await person();
  const result = await whileAsked(one, [], () => plane!.api("DELETE", one.path("kustomizations", "shop")));
  assertCode(result, 12);
  assert.match(result.stderr, /was deleted while it was waited for/);
});

test("an object that is being deleted is not waited for either", { skip }, async () => {
  const one = await person();
  await one.patch("kustomizations", "shop", { metadata: { finalizers: ["test.gitops.dev/hold"] } });
  const result = await whileAsked(one, [], () => plane!.api("DELETE", one.path("kustomizations", "shop")));
  await one.patch("kustomizations", "shop", { metadata: { finalizers: [] } });
  assertCode(result, 12);
  assert.match(result.stderr, /is being deleted/);
});

test("an object that is suspended while it is waited for ends the wait, naming how to go on", { skip }, async () => {
  const one = await person();
  const result = await whileAsked(one, [], () => one.patch("kustomizations", "shop", { spec: { suspend: true } }));
  assertCode(result, 4);
  assert.match(result.stderr, /gitops resume ks shop/);
});

test("a name in two namespaces is not guessed; in one, it is found without naming the namespace", { skip }, async () => {
  const [one, other] = [await person(), await person()];
  const name = `twin-${one.namespace}`;
  const { home } = one;
  const suspend = () => gitops(["suspend", name], { home, kubeconfig: plane!.kubeconfig });
  await one.create("kustomizations", name, SPEC);
  assertCode(await suspend(), 0);
  assert.equal((await one.read("kustomizations", name)).spec?.["suspend"], true);

  await other.create("kustomizations", name, SPEC);
  const refused = await suspend();
  assertCode(refused, 5);
  for (const { namespace } of [one, other]) assert.ok(refused.stderr.includes(`ks/${name} -n ${namespace}`));
  assert.equal((await other.read("kustomizations", name)).spec?.["suspend"], undefined);
});

test("an app comes before a source of the same name, and each can be named", { skip }, async () => {
  const one = await person();
  await one.create("gitrepositories", "shop", { url: "https://git.example/shop.git", interval: "1h" });
  assertCode(await one.gitops(["suspend", "shop"]), 0);
  const suspended = async (): Promise<unknown[]> =>
    Promise.all((["kustomizations", "gitrepositories"] as const).map(async (kind) => (await one.read(kind, "shop")).spec?.["suspend"]));
  assert.deepEqual(await suspended(), [true, undefined]);
  for (const words of [["source", "git", "shop"], ["gitrepo/shop"], ["GitRepository", "shop"], ["source", "shop"]]) {
    assertCode(await one.gitops(["suspend", ...words, "--reason", words.join(" ")]), 0);
    assert.equal((await one.read("gitrepositories", "shop")).metadata.annotations?.["gitops/suspend-reason"], words.join(" "));
  }
  assert.deepEqual(await suspended(), [true, true]);
});

test("what cannot be meant is refused before anything is connected to", async () => {
  const nowhere = { kubeconfig: "/nonexistent" };
  const one = newFluxPerson(plane!, "default");
  for (const [args, words] of [
    [["reconcile"], /no name/],
    [["suspend", "ks"], /no name/],
    [["suspend", "shop", "--all"], /exclude each other/],
    [["resume", "cabbage/shop"], /unknown kind "cabbage"/],
    [["reconcile", "ks", "Not_A_Name"], /is no name/],
    [["reconcile", "set/shop"], /has no controller/],
    [["suspend", "shop", "--until", "yesterday"], /--until/],
    [["suspend", "shop", "--until", "2001-01-01"], /is over/],
  ] as const) {
    const result = await one.gitops(args, nowhere);
    assertCode(result, 2);
    assert.match(result.stderr, words);
  }
});
