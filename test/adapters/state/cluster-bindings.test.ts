import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { bindingsFile, createClusterBindings } from "../../../src/adapters/state/cluster-bindings.ts";
import type { DeliveryRef } from "../../../src/engine/model/delivery.ts";

const base = await mkdtemp(join(tmpdir(), "bindings-"));
after(() => rm(base, { recursive: true, force: true }));
let file = "";
beforeEach(async () => {
  file = join(await mkdtemp(join(base, "case-")), "gitops", "clusters.json");
});

function ref(name: string, namespace = "shop"): DeliveryRef {
  return { dialect: "bare", namespace, name };
}

test("a binding is read back, by another object too, and forgotten when removed", async () => {
  const bindings = createClusterBindings(file);

  assert.equal(await bindings.read(ref("web")), undefined);
  await bindings.write(ref("web"), "uid-1");
  await bindings.write(ref("web", "other"), "uid-2");
  await bindings.write(ref("web"), "uid-3");

  assert.equal(await createClusterBindings(file).read(ref("web")), "uid-3");
  assert.equal(await bindings.read(ref("web", "other")), "uid-2");
  await bindings.remove(ref("web"));
  assert.equal(await bindings.read(ref("web")), undefined);
  assert.equal(await bindings.read(ref("web", "other")), "uid-2");
});

test("removing what is not there makes no file", async () => {
  await createClusterBindings(file).remove(ref("web"));

  assert.deepEqual(await readdir(dirname(file)), []);
});

test("a delivery named like an object's own property is a delivery like any other", async () => {
  const bindings = createClusterBindings(file);

  assert.equal(await bindings.read(ref("__proto__")), undefined);
  await bindings.write(ref("__proto__"), "uid-1");

  assert.equal(await bindings.read(ref("__proto__")), "uid-1");
});

test("only the user may read the file, and nothing else stays beside it", async () => {
  await createClusterBindings(file).write(ref("web"), "uid-1");

  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dirname(file)), ["clusters.json"]);
});

for (const [what, text] of Object.entries({
  "a cut-off file": '{"version":1,"clus',
  "an empty file": "",
  "a newer version": '{"version":2,"clusters":{}}',
  "wrong values": '{"version":1,"clusters":{"a":5}}',
})) {
  test(`${what} is an error that names it, and is never overwritten`, async () => {
    const bindings = createClusterBindings(file);
    await bindings.write(ref("web"), "uid-1");
    await writeFile(file, text);

    await assert.rejects(bindings.read(ref("web")), { code: "INVENTORY_UNREADABLE", data: { path: file } });
    await assert.rejects(bindings.write(ref("web"), "uid-2"), { code: "INVENTORY_UNREADABLE" });

    assert.equal(await readFile(file, "utf8"), text);
  });
}

test("eight processes that write at once lose nothing", async () => {
  const script = `
    import { createClusterBindings } from ${JSON.stringify(new URL("../../../src/adapters/state/cluster-bindings.ts", import.meta.url).href)};
    const bindings = createClusterBindings(process.argv[1]);
    for (let i = 0; i < 5; i++) await bindings.write({ dialect: "bare", namespace: process.argv[2], name: "n" + i }, "uid");
  `;
  const children = Array.from({ length: 8 }, (_, index) =>
    spawn(process.execPath, ["--input-type=module", "-e", script, file, `p${index}`], { stdio: ["ignore", "inherit", "inherit"] }),
  );

  const statuses = await Promise.all(children.map(async (child) => (await once(child, "close"))[0] as number));

  assert.deepEqual(new Set(statuses), new Set([0]));
  const { clusters } = JSON.parse(await readFile(file, "utf8")) as { clusters: object };
  assert.equal(Object.keys(clusters).length, 40);
});

test("a lock that a dead process left is broken", async () => {
  const bindings = createClusterBindings(file);
  await bindings.write(ref("web"), "uid-1");
  await writeFile(`${file}.lock`, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${file}.lock`, longAgo, longAgo);

  await bindings.write(ref("web"), "uid-2");

  assert.equal(await bindings.read(ref("web")), "uid-2");
});

test("a folder that cannot be made is an error, not a forgotten binding", async () => {
  await writeFile(dirname(file), "a file stands where the folder should be");

  await assert.rejects(createClusterBindings(file).write(ref("web"), "uid-2"), { code: "LIMIT_EXCEEDED", hint: /XDG_STATE_HOME/ });
});

test("the file lies under XDG_STATE_HOME, or below the home folder where that is relative or missing", () => {
  assert.equal(bindingsFile({ XDG_STATE_HOME: "/state", HOME: "/home/me" }), "/state/gitops/clusters.json");
  assert.equal(bindingsFile({ XDG_STATE_HOME: "state", HOME: "/home/me" }), "/home/me/.local/state/gitops/clusters.json");
  assert.equal(bindingsFile({ HOME: "/home/me" }), "/home/me/.local/state/gitops/clusters.json");
  assert.equal(bindingsFile({}), undefined);
  assert.equal(bindingsFile({ HOME: "" }), undefined);
});
