import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fluxPlaneOrSkip, startFlux } from "../support/flux-controllers.ts";
import { newFluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { assertCode, configMap, deployment } from "../support/workspace.ts";

// A plane of its own: its claim is that no controller lives anywhere in the cluster.
const { skip, plane } = await fluxPlaneOrSkip("doctor");
let git: GitServer;
before(async () => {
  git = await startGitServer();
});
after(() => git?.close());

interface Found {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly object: { readonly kind: string; readonly name: string } | null;
}

function findings(stdout: string): readonly Found[] {
  return (JSON.parse(stdout) as { findings: readonly Found[] }).findings;
}

test("a delivery that nobody looks at is told by the controller that is not alive, and gitops sync is the way out", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("doctor"));
  await person.deliver("shop", git, { "map.yaml": configMap("shop", { v: "1" }) });
  const before = await person.gitops(["doctor", "ks/shop", "-o", "json"]);
  assertCode(before, 7);
  const found = findings(before.stdout);
  assert.deepEqual(
    found.filter(({ severity }) => severity === "blocking").map(({ code, object }) => `${code} ${object?.kind ?? ""}`),
    ["ControllerNotAlive GitRepository", "ControllerNotAlive Kustomization"],
  );
  assert.match(found[1]?.next ?? "", /^gitops sync ks\/shop -n \S+ delivers it without one/);

  assertCode(await person.gitops(["sync", "ks/shop"]), 0);
  const afterwards = await person.gitops(["doctor", "ks/shop", "-o", "json"]);
  assert.doesNotMatch(afterwards.stdout, /"Kustomization".*ControllerNotAlive/);
});

test("what this program delivered of a Kustomization is followed to its Pods without any controller", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("doctor"));
  await person.deliver("shop", git, { "web.yaml": deployment("web", { fate: "image-pull" }) }, { wait: true, timeout: "1s" });
  const sync = await person.gitops(["sync", "ks/shop", "--timeout", "3s"]);
  assert.ok([7, 9].includes(sync.code), sync.stderr);
  const result = await person.gitops(["doctor", "ks/shop", "-o", "json"]);
  assertCode(result, 7);
  assert.ok(
    findings(result.stdout).some(({ code, object }) => code === "ImagePull" && object?.name === "web"),
    result.stdout,
  );
});

test("a controller that lives and watches another shard is told apart from a dead one", { skip }, async () => {
  const home = await plane!.createNamespace("shards");
  const flux = await startFlux(plane!, { namespace: home, selector: "sharding.fluxcd.io/key=one" });
  try {
    const person = newFluxPerson(plane!, await plane!.createNamespace("doctor"));
    const labels = { "sharding.fluxcd.io/key": "two" };
    await person.create("gitrepositories", "shop", { url: "https://git.example/shop.git", interval: "1h" }, { labels });
    const { stdout } = await person.gitops(["doctor", "gitrepo/shop", "-o", "json"]);
    const [cause] = findings(stdout);
    // Made just now: it may still be seen. Whose shard it is in is told once it is old enough (rules by table).
    assert.equal(cause?.code, "NotObserved");
    assert.doesNotMatch(stdout, /ControllerNotAlive/);
  } finally {
    await flux.stop();
  }
});
