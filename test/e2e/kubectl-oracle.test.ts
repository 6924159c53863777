import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { gitops, newHome } from "../support/cli.ts";
import { planeOrSkip, skipWithoutKubectl } from "../support/control-plane.ts";

const { skip, plane } = await planeOrSkip();
const folder = mkdtempSync(join(tmpdir(), "gitops-oracle-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Set to run other cases than CI does; printed where a case fails. */
const seed = Number(process.env["GITOPS_TEST_SEED"] ?? 20_260);

interface Edition {
  readonly config: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly env: readonly string[];
  readonly image: string;
  readonly cpu: string;
  readonly verbs: readonly string[];
}

const word = fc.constantFrom("a", "b", "c", "d");
// Lists with keys are sorted: another order alone is a difference for kubectl and, as for Argo CD and Flux, none for us.
const edition: fc.Arbitrary<Edition> = fc.record({
  config: fc.dictionary(word, fc.constantFrom("", "yes", "1", "two words", "line\nbreak")),
  labels: fc.dictionary(word, word),
  ports: fc.uniqueArray(fc.constantFrom(80, 443, 8080), { minLength: 1 }).map((ports) => ports.toSorted((a, b) => a - b)),
  env: fc.uniqueArray(word).map((names) => names.toSorted()),
  image: fc.constantFrom("example.com/web:1", "example.com/web:2"),
  cpu: fc.constantFrom("1", "1000m", "0.5", "500m"),
  verbs: fc.uniqueArray(fc.constantFrom("get", "list", "watch"), { minLength: 1 }),
});

/** The objects of an edition, as files of both tools. */
function manifests({ config, labels, ports, env, image, cpu, verbs }: Edition): readonly object[] {
  const selector = { matchLabels: { app: "web" } };
  const container = { name: "web", image, env: env.map((name) => ({ name, value: name })), resources: { requests: { cpu } } };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "config", labels }, data: config },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector: { app: "web" }, ports: ports.map((port) => ({ name: `p${String(port)}`, port })) },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", labels },
      spec: { replicas: 0, selector, template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } } },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs }],
    },
  ];
}

function writeEdition(wanted: Edition): void {
  manifests(wanted).forEach((object, index) => writeFileSync(join(folder, `${String(index)}.json`), JSON.stringify(object)));
}

interface Live {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** What a person sees of the objects: without what the server and the tools keep for themselves. */
async function liveState(namespace: string): Promise<unknown> {
  const paths = ["api/v1", "apis/apps/v1", "apis/rbac.authorization.k8s.io/v1"];
  const objects = ["configmaps/config", "services/web", "deployments/web", "roles/reader"];
  const found: unknown[] = [];
  for (const object of objects) {
    const path = paths[object.startsWith("deploy") ? 1 : object.startsWith("roles") ? 2 : 0];
    const { body } = await plane!.api("GET", `/${String(path)}/namespaces/${namespace}/${object}`);
    const { metadata, status: _, ...rest } = body as Live & { status?: unknown };
    const { "applyset.kubernetes.io/part-of": _mark, ...labels } = metadata.labels ?? {};
    const text = JSON.stringify({ name: metadata.name, labels, ...rest }, (key, value: unknown) =>
      /^clusterIPs?$/.test(key) ? undefined : value,
    );
    found.push(JSON.parse(text));
  }
  return found;
}

/** The objects that `kubectl diff` shows, by the names of the files that it compares. */
function shownByKubectl(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^diff -u -N \S+\/LIVE-\d+\/(\S+)/gm)].map(([, file = ""]) => {
    const parts = file.split(".");
    return `${parts.at(-3) ?? ""}/${parts.at(-1) ?? ""}`;
  });
}

test(
  "from any edition to any other, diff shows the objects that kubectl shows and sync stores what kubectl stores",
  { skip: skip || skipWithoutKubectl() },
  async () => {
    const home = newHome();
    const [theirs, ours] = [await plane!.createNamespace("kubectl"), await plane!.createNamespace("gitops")];
    const run = (...args: readonly string[]): ReturnType<typeof gitops> =>
      gitops([...args, "-n", ours], { home, kubeconfig: plane!.kubeconfig });
    const apply = async (): Promise<void> => {
      const applied = await plane!.kubectl(["apply", "--server-side", "--force-conflicts", "-n", theirs, "-f", folder]);
      assert.equal(applied.code, 0, applied.stderr);
      const synced = await run("sync", "oracle", folder, "--no-wait");
      assert.equal(synced.code, 0, synced.stderr);
    };
    await fc.assert(
      fc.asyncProperty(edition, edition, async (before, after) => {
        writeEdition(before);
        await apply();
        assert.deepEqual(await liveState(ours), await liveState(theirs));
        writeEdition(after);
        const theirDiff = await plane!.kubectl(["diff", "--server-side", "--force-conflicts", "-n", theirs, "-f", folder]);
        const ourDiff = await run("diff", "oracle", folder, "-o", "json");
        assert.equal(ourDiff.code, theirDiff.code, `${ourDiff.stderr}${theirDiff.stdout}`);
        const { changes } = JSON.parse(ourDiff.stdout) as { changes: { kind: string; name: string }[] };
        assert.deepEqual(changes.map(({ kind, name }) => `${kind}/${name}`).sort(), [...shownByKubectl(theirDiff.stdout)].sort());
        await apply();
        assert.deepEqual(await liveState(ours), await liveState(theirs));
      }),
      { seed, numRuns: 8, endOnFailure: true },
    );
  },
);
