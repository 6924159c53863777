import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { artifactStatus, pathOf, readyStatus, writeFluxObject, writeStatus } from "../support/flux-status.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { limitedKubeconfig } from "../support/limited-user.ts";
import { assertCode, configMap } from "../support/workspace.ts";
import { writeFiles } from "../support/git-server.ts";

const { skip, plane } = await fluxPlaneOrSkip();
const home = newHome();
const REVISION = `main@sha1:${"1a".repeat(20)}`;
const NEWER = `main@sha1:${"2b".repeat(20)}`;

let namespace = "";

function run(...args: readonly string[]): Promise<CommandResult> {
  return gitops(args.includes("-n") || args.includes("-A") ? args : [...args, "-n", namespace], {
    home,
    kubeconfig: plane!.kubeconfig,
    cwd: home,
  });
}

/** Cells of a table, row by row, the header first. */
function cells({ stdout }: CommandResult): readonly (readonly string[])[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/));
}

before(async () => {
  if (plane === undefined) return;
  namespace = await plane.createNamespace("get");
  const at = { namespace } as const;
  const inventory = {
    entries: [
      { id: `${namespace}_here__ConfigMap`, v: "v1" },
      { id: `${namespace}_gone__ConfigMap`, v: "v1" },
    ],
  };
  const made = await plane.api("POST", `/api/v1/namespaces/${namespace}/configmaps`, JSON.parse(configMap("here", { a: "b" })) as object);
  assert.equal(made.status, 201);
  await Promise.all([
    writeFluxObject(plane, { ...at, resource: "gitrepositories", name: "ready", status: artifactStatus(REVISION) }),
    writeFluxObject(plane, { ...at, resource: "gitrepositories", name: "behind", status: artifactStatus(NEWER) }),
    writeFluxObject(plane, {
      ...at,
      resource: "kustomizations",
      name: "ready",
      labels: { team: "shop" },
      status: {
        ...readyStatus("True", `Applied revision: ${REVISION}`),
        lastAppliedRevision: REVISION,
        lastAttemptedRevision: REVISION,
        inventory,
      },
    }),
    writeFluxObject(plane, {
      ...at,
      resource: "kustomizations",
      name: "behind",
      status: {
        ...readyStatus("False", "kustomize build failed: no such file", "BuildFailed"),
        lastAppliedRevision: REVISION,
        lastAttemptedRevision: NEWER,
      },
    }),
    writeFluxObject(plane, { ...at, resource: "kustomizations", name: "new" }),
    writeFluxObject(plane, {
      ...at,
      resource: "kustomizations",
      name: "resting",
      spec: { suspend: true, sourceRef: { kind: "GitRepository", name: "ready" } },
      status: { ...readyStatus("True", `Applied revision: ${REVISION}`), lastAppliedRevision: REVISION },
    }),
  ]);
});

test("one table shows deliveries of Flux beside bare ones", { skip }, async () => {
  const own = await plane!.createNamespace("both");
  await writeFiles(`${home}/shop`, { "a.yaml": configMap("a", { v: "1" }) });
  assertCode(await run("sync", "bare", `${home}/shop`, "-n", own), 0);
  await writeFluxObject(plane!, { namespace: own, resource: "kustomizations", name: "flux", status: readyStatus("True", "Applied") });
  const result = await run("get", "-n", own);
  assertCode(result, 0);
  assert.deepEqual(
    cells(result).map((row) => row.slice(0, 2)),
    [
      ["KIND", "NAME"],
      ["Set", "bare"],
      ["Kustomization", "flux"],
    ],
  );
  assert.equal((await run("get", "-o", "name", "-n", own)).stdout, "set/bare\nks/flux\n");
});

test("revision, sync and health are what status and source say together", { skip }, async () => {
  const result = await run("get", "-o", "custom-columns=N:.name,REV:.revision,S:.sync,H:.health,R:.reason,SUS:.suspended");
  assertCode(result, 0);
  assert.deepEqual(cells(result).slice(1), [
    ["behind", REVISION, "OutOfSync", "Degraded", "BuildFailed", "false"],
    ["new", "<none>", "Unknown", "Progressing", "<none>", "false"],
    ["ready", REVISION, "Synced", "Healthy", "ReconciliationSucceeded", "false"],
    ["resting", REVISION, "Synced", "Suspended", "ReconciliationSucceeded", "true"],
  ]);
});

test("a kind is listed in flux's own columns, by any of its names", { skip }, async () => {
  for (const word of ["ks", "kustomization", "Kustomizations", "kustomizations.kustomize.toolkit.fluxcd.io"]) {
    const result = await run("get", word);
    assertCode(result, 0);
    assert.deepEqual(cells(result), [
      ["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"],
      ["behind", "main@sha1:1a1a1a1a", "False", "False", "kustomize build failed: no such file"],
      ["new", "", "False", "Unknown", "waiting to be reconciled"].filter((cell) => cell !== ""),
      ["ready", "main@sha1:1a1a1a1a", "False", "True", `Applied revision: ${REVISION}`],
      ["resting", "main@sha1:1a1a1a1a", "True", "True", `Applied revision: ${REVISION}`],
    ]);
  }
});

test("sources, all kinds, and single names of a kind", { skip }, async () => {
  assert.deepEqual(
    cells(await run("get", "sources")).map(([name]) => name),
    ["NAME", "gitrepository/behind", "gitrepository/ready"],
  );
  assert.match((await run("get", "all")).stdout, /^NAME .*\nkustomization\/behind(.*\n)+\nNAME .*\ngitrepository\/behind/);
  assert.deepEqual(
    cells(await run("get", "source", "git", "ready")).map(([name]) => name),
    ["NAME", "ready"],
  );
  assert.deepEqual(
    cells(await run("get", "all", "ready")).map(([name]) => name),
    ["NAME", "kustomization/ready", "", "NAME", "gitrepository/ready"],
  );
  assertCode(await run("get", "ks", "ready", "missing"), 12);
  assertCode(await run("get", "sources", "missing"), 12);
});

test("--status, flux's --status-selector and -l choose", { skip }, async () => {
  const names = async (...args: readonly string[]) => (await run("get", ...args, "-o", "jsonpath={.items[*].name}")).stdout;
  assert.equal(await names("--status", "ready"), "ready");
  assert.equal(await names("--status", "failed"), "behind");
  assert.equal(await names("--status", "suspended"), "resting");
  assert.equal(await names("--status", "progressing"), "new");
  assert.equal(await names("--status", "outofsync"), "behind");
  assert.equal(await names("ks", "--status-selector", "ready=false"), "behind");
  assert.equal(await names("ks", "--status-selector", "ready!=true"), "behind new");
  assert.equal(await names("-l", "team=shop"), "ready");
});

describe("one delivery", () => {
  test("is shown with its objects as they live, by its name, its kind and name, or from elsewhere", { skip }, async () => {
    for (const words of [["ready"], ["ks/ready"], ["Kustomization/ready"]]) {
      const result = await run("get", ...words, "-o", "json");
      assertCode(result, 0);
      const document = JSON.parse(result.stdout) as Record<string, unknown>;
      assert.deepEqual(Object.keys(document).slice(0, 9), [
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
      assert.deepEqual(
        [document["kind"], document["dialect"], document["sync"], document["health"], document["ready"]],
        ["Delivery", "flux", "Synced", "Missing", "True"],
      );
      const map = { group: "", version: "v1", kind: "ConfigMap", namespace };
      assert.deepEqual(document["resources"], [
        { ...map, name: "here", sync: "Synced", health: "Healthy", reason: "", message: "" },
        { ...map, name: "gone", sync: "OutOfSync", health: "Missing", reason: "Missing", message: "the object does not exist" },
      ]);
    }
  });

  test("without a namespace is found wherever it is, and one in several namespaces is named with all of them", { skip }, async () => {
    const [one, two] = await Promise.all([plane!.createNamespace("one"), plane!.createNamespace("two")]);
    const name = `only-${one}`;
    await writeFluxObject(plane!, { namespace: one, resource: "kustomizations", name });
    const found = await gitops(["get", name, "-o", "jsonpath={.namespace}"], { home, kubeconfig: plane!.kubeconfig });
    assert.deepEqual([found.code, found.stdout], [0, one]);
    await writeFluxObject(plane!, { namespace: two, resource: "kustomizations", name });
    const ambiguous = await gitops(["get", name, "-o", "json"], { home, kubeconfig: plane!.kubeconfig });
    assertCode(ambiguous, 5);
    const error = JSON.parse(ambiguous.stderr) as { code: string; candidates?: string[]; data?: { candidates: string[] } };
    assert.equal(error.code, "AMBIGUOUS_NAME");
    assert.match(ambiguous.stderr, new RegExp(`ks/${name} -n ${one}`));
    assert.match(ambiguous.stderr, new RegExp(`ks/${name} -n ${two}`));
  });

  test("that is missing is no success, and neither is a kind that is not served", { skip }, async () => {
    const missing = await run("get", "nothing-of-this-name");
    assertCode(missing, 12);
    assert.match(missing.stderr, /no delivery named nothing-of-this-name/);
    const unserved = await run("get", "hr");
    assertCode(unserved, 11);
    assert.match(unserved.stderr, /serves no helmreleases/);
  });
});

test("a name that a bare delivery and a Kustomization share is not guessed", { skip }, async () => {
  const own = await plane!.createNamespace("twice");
  await writeFiles(`${home}/twice`, { "a.yaml": configMap("a", { v: "1" }) });
  assertCode(await run("sync", "same", `${home}/twice`, "-n", own), 0);
  await writeFluxObject(plane!, { namespace: own, resource: "kustomizations", name: "same" });
  const result = await run("get", "same", "-n", own);
  assertCode(result, 5);
  assert.match(result.stderr, new RegExp(`set/same -n ${own}, ks/same -n ${own}`));
  assertCode(await run("get", "set/same", "-n", own), 0);
  assertCode(await run("get", "ks/same", "-n", own), 0);
});

test("kinds that may not be listed are named once, and the rest is shown", { skip }, async () => {
  const own = await plane!.createNamespace("rights");
  await writeFluxObject(plane!, {
    namespace: own,
    resource: "kustomizations",
    name: "seen",
    spec: { sourceRef: { kind: "GitRepository", name: "s" } },
  });
  await writeFluxObject(plane!, { namespace: own, resource: "gitrepositories", name: "s" });
  const rules = [{ apiGroups: ["kustomize.toolkit.fluxcd.io"], resources: ["kustomizations"], verbs: ["get", "list", "watch"] }];
  const kubeconfig = await limitedKubeconfig(plane!, own, rules, home);
  const as = (...args: readonly string[]) => gitops([...args, "-n", own], { home, kubeconfig });
  const listed = await as("get");
  assertCode(listed, 0);
  assert.match(listed.stdout, /Kustomization +seen/);
  assert.equal(listed.stderr.match(/bare deliveries are left out/g)?.length, 1, listed.stderr);
  const all = await as("get", "all");
  assertCode(all, 0);
  assert.match(all.stdout, /kustomization\/seen/);
  assert.equal(all.stderr.match(/may not list/g)?.length, 1, all.stderr);
  assert.match(all.stderr, /gitrepositories, .*buckets/);
  assertCode(await as("get", "gitrepositories"), 13);
  assertCode(await as("get", "seen"), 0);
});

test("-w shows a change of a delivery and of its source as JSON lines, then what is deleted", { skip }, async () => {
  const own = await plane!.createNamespace("watch");
  const at = { namespace: own, name: "shop" } as const;
  await writeFluxObject(plane!, { ...at, resource: "gitrepositories", status: artifactStatus(REVISION) });
  const status = { ...readyStatus("True", "Applied"), lastAppliedRevision: REVISION };
  const path = await writeFluxObject(plane!, { ...at, resource: "kustomizations", status });
  interface Line {
    readonly name: string;
    readonly sync: string;
    readonly message: string;
    readonly deleted?: boolean;
  }
  const steps: { readonly holds: (line: Line) => boolean; readonly take: () => Promise<unknown> }[] = [
    {
      holds: ({ sync }) => sync === "Synced",
      take: () => writeStatus(plane!, pathOf({ ...at, resource: "gitrepositories" }), artifactStatus(NEWER)),
    },
    {
      holds: ({ sync }) => sync === "OutOfSync",
      take: () => writeStatus(plane!, path, { ...status, ...readyStatus("True", "Once more") }),
    },
    { holds: ({ message }) => message === "Once more", take: () => plane!.api("DELETE", path) },
    { holds: ({ deleted }) => deleted === true, take: async () => kill("SIGINT") },
  ];
  let kill: (signal: NodeJS.Signals) => void = () => assert.fail("the command was not started");
  const taken: Promise<unknown>[] = [];
  const result = await gitops(["get", "-w", "-o", "json", "-n", own], {
    home,
    kubeconfig: plane!.kubeconfig,
    onStart: (started) => (kill = started),
    onOutput(text) {
      for (const line of text.split("\n").filter((one) => one.startsWith("{"))) {
        if (steps[0]?.holds(JSON.parse(line) as Line) !== true) continue;
        const step = steps.shift();
        if (step !== undefined) taken.push(step.take());
      }
    },
  });
  await Promise.all(taken);
  assert.deepEqual([result.code, steps.length], [130, 0], result.stderr);
});
