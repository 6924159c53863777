import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { planeOrSkip, type ControlPlane } from "../support/control-plane.ts";
import { exampleFolders, examplesFolder, skipWithoutExamples } from "../support/examples.ts";
import { writeFiles } from "../support/git-server.ts";
import { assertCode } from "../support/workspace.ts";

/** What must come of one folder; `sync` is absent where there is nothing to sync because the build ends badly. */
interface Row {
  readonly folder: string;
  readonly build: number;
  readonly sync?: number;
  /** What the person must be able to read on stderr of the command that ends badly. */
  readonly says?: string;
  /** How long to wait where waiting is in vain. */
  readonly timeout?: string;
  /** Why it must be so, for the reader of the table. */
  readonly why?: string;
}

const { skip: noPlane, plane } = await planeOrSkip();
const skip = noPlane || skipWithoutExamples();
const rows = JSON.parse(readFileSync(new URL("../../fixtures/examples.json", import.meta.url), "utf8")) as readonly Row[];

test("the table of examples names every folder that could be delivered, once", { skip: skipWithoutExamples() }, () => {
  assert.deepEqual(
    rows.map(({ folder }) => folder),
    exampleFolders(),
  );
});

for (const { folder, build, sync, says, timeout } of rows) {
  test(`${folder}: build ends with ${build}${sync === undefined ? "" : `, sync with ${sync}`}`, { skip }, async () => {
    const person = await newPerson(plane!);
    const built = await person.run("build", join(examplesFolder, folder));
    assertCode(built, build);
    const synced =
      sync === undefined
        ? undefined
        : await person.run("sync", "example", join(examplesFolder, folder), "--prune", "--timeout", timeout ?? "60s");
    try {
      if (synced !== undefined && sync !== undefined) assertCode(synced, sync);
      if (says !== undefined) assert.ok((synced ?? built).stderr.includes(says), `does not say "${says}":\n${(synced ?? built).stderr}`);
    } finally {
      if (synced !== undefined) await removeAll(person, built.stdout);
    }
  });
}

/** Files that podinfo's generators read and the examples, being manifests only, do not have. */
const generated = {
  "cache/redis.conf": "maxmemory 64mb\n",
  "database/scripts/rollup.sh": "exit 0\n",
  "database/scripts/backup.sh": "exit 0\n",
  "frontend/scripts/warm-cache.sh": "exit 0\n",
  "frontend/scripts/warm-cache-init.sh": "exit 0\n",
};

for (const overlay of ["kustomize", "deploy/overlays/dev", "deploy/overlays/staging", "deploy/overlays/production"]) {
  test(`podinfo ${overlay}: build, sync, a second sync without a write, diff, a change, diff, sync, get, delete`, { skip }, async () => {
    const person = await newPerson(plane!);
    cpSync(join(examplesFolder, "podinfo"), join(person.home, "podinfo"), { recursive: true });
    const folder = join(person.home, "podinfo", overlay);
    await writeFiles(join(person.home, "podinfo/deploy/bases"), generated);
    const built = await person.run("build", folder);
    assertCode(built, 0);
    try {
      assertCode(await person.run("sync", "podinfo", folder, "--prune"), 0);
      assert.ok((await plane!.countWrites({ user: person.user })) > 3, "the first sync is not in the audit log");

      const since = await plane!.auditMark();
      assertCode(await person.run("sync", "podinfo", folder, "--prune"), 0);
      assertCode(await person.run("diff", "podinfo", folder), 0);
      assert.deepEqual(await plane!.writes({ since, user: person.user }), []);

      const kustomization = readFileSync(join(folder, "kustomization.yaml"), "utf8");
      await writeFiles(folder, { "kustomization.yaml": `${kustomization}\ncommonAnnotations:\n  example.com/changed: "yes"\n` });
      assertCode(await person.run("diff", "podinfo", folder), 1);
      assertCode(await person.run("sync", "podinfo", folder, "--prune"), 0);
      assertCode(await person.run("diff", "podinfo", folder), 0);

      const status = await person.run("get", "podinfo", "-o", "json");
      assertCode(status, 0);
      assert.match(status.stdout, /"sync": ?"Synced"/);
    } finally {
      await removeAll(person, built.stdout, "podinfo");
    }
    assertCode(await person.run("get", "podinfo"), 12);
  });
}

interface Person {
  readonly home: string;
  /** As the audit log names them. */
  readonly user: string;
  run(...args: readonly string[]): Promise<CommandResult>;
}

async function newPerson(cluster: ControlPlane): Promise<Person> {
  const home = newHome();
  const namespace = await cluster.createNamespace("example");
  const { name: user, kubeconfig } = await cluster.createUser();
  return { home, user, run: (...args) => gitops([...args, "-n", namespace], { home, cwd: home, kubeconfig }) };
}

/** Leaves nothing behind for the next folder: some share the names of namespaces and CRDs. 12: nothing was recorded. */
async function removeAll(person: Person, built: string, name = "example"): Promise<void> {
  const kinds = ["Namespace", "CustomResourceDefinition", "PersistentVolume", "PersistentVolumeClaim", "Application"];
  const guarded = built
    .split(/^---$/m)
    .map((text) => ({
      kind: /^kind: (\S+)/m.exec(text)?.[1] ?? "",
      name: /^metadata:\n(?: {2}.*\n)*? {2}name: (\S+)/m.exec(text)?.[1] ?? "",
    }))
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ kind, name }) => ["--confirm-prune", `${kind}/${name}`]);
  const removed = await person.run("delete", name, "--yes", "--allow-mass-prune", ...guarded);
  if (removed.code !== 12) assertCode(removed, 0);
}
