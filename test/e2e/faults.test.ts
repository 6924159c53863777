import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { gitops, type CommandResult } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { failure, startFaultProxy, type Handling } from "../support/fault-proxy.ts";
import { assertCode, configMap, deployment, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const proxy = plane && (await startFaultProxy(plane));
after(() => proxy?.close());

function faultySync(shop: Workspace, handling: Handling, ...args: readonly string[]): Promise<CommandResult> {
  const { home, folder, namespace } = shop;
  return gitops(["sync", "shop", folder, "-n", namespace, "--prune", "-o", "json", ...args], {
    home,
    cwd: home,
    kubeconfig: proxy!.kubeconfig(handling),
  });
}

interface Fault {
  readonly name: string;
  /** One request in so many fails. */
  readonly every: number;
  readonly handling: Handling;
  /** Why a request is sent again, as the event says. */
  readonly retried?: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    name: "429 with Retry-After",
    every: 7,
    retried: /^429 /,
    handling: (_, wire) => wire.answer(failure(429, "TooManyRequests", "too many requests", { "retry-after": "1" })),
  },
  {
    name: "500",
    every: 3,
    retried: /^500 /,
    handling: (_, wire) => wire.answer(failure(500, "InternalError", "etcdserver: leader changed")),
  },
  {
    name: "503",
    every: 3,
    retried: /^503 /,
    handling: (_, wire) => wire.answer(failure(503, "ServiceUnavailable", "apiserver is shutting down")),
  },
  {
    name: "a connection that breaks before the request arrives",
    every: 3,
    retried: /connection lost|request failed/,
    handling: (_, wire) => wire.reset(),
  },
  {
    name: "a connection that breaks when the request was handled",
    every: 3,
    retried: /connection lost|request failed/,
    handling: async (_, wire) => {
      await wire.forward();
      wire.reset();
    },
  },
  {
    name: "an answer that is cut off",
    every: 3,
    retried: /broke within the answer|connection lost/,
    handling: async (_, wire) => wire.cut(await wire.forward()),
  },
  {
    name: "a slow answer",
    every: 2,
    handling: async (_, wire) => {
      const answer = await wire.forward();
      await pause(300);
      wire.answer(answer);
    },
  },
];

/** States of the source; each next one adds, changes and removes. */
const states = [
  {
    "a.yaml": configMap("a", { v: "1" }),
    "b.yaml": configMap("b", { v: "1" }),
    "c.yaml": configMap("c", { v: "1" }),
    "d.yaml": configMap("d", { v: "1" }),
    "e.yaml": null,
  },
  {
    "a.yaml": configMap("a", { v: "2" }),
    "b.yaml": configMap("b", { v: "1" }),
    "c.yaml": null,
    "d.yaml": null,
    "e.yaml": configMap("e", { v: "2" }),
  },
  {
    "a.yaml": configMap("a", { v: "3" }),
    "b.yaml": null,
    "c.yaml": configMap("c", { v: "3" }),
    "d.yaml": null,
    "e.yaml": configMap("e", { v: "3" }),
  },
] as const;
const contents: readonly Readonly<Record<string, string>>[] = [
  { a: "1", b: "1", c: "1", d: "1" },
  { a: "2", b: "1", e: "2" },
  { a: "3", c: "3", e: "3" },
];

// Most of the time here is waiting for the next attempt.
describe("a server that fails now and then", { concurrency: 6 }, () => {
  for (const fault of FAULTS) {
    test(`${fault.name}, at one request in ${String(fault.every)}: the sync converges, or the next one does`, { skip }, async () => {
      const shop = await newWorkspace(plane!, {});
      const reasons: string[] = [];
      for (const [phase, files] of states.entries()) {
        await shop.write(files);
        let asked = phase;
        const result = await faultySync(shop, (request, wire) =>
          ++asked % fault.every === 0 && !request.path.includes("watch=true") ? fault.handling(request, wire) : wire.pass(),
        );
        reasons.push(...(result.events ?? []).filter(({ type }) => type === "request.retried").map((event) => String(event["reason"])));
        if (result.code !== 0) {
          assert.ok([4, 7, 14].includes(result.code), `exit ${String(result.code)}\n${result.stdout}${result.stderr}`);
          assertCode(await shop.run("sync", "--prune"), 0);
        }
        assert.deepEqual(await liveValues(shop), contents[phase]);
        assert.deepEqual(await ownedNames(shop), Object.keys(contents[phase] ?? {}));
      }
      if (fault.retried !== undefined)
        assert.ok(
          reasons.some((reason) => fault.retried?.test(reason)),
          `no retry for this reason is told: ${reasons.join(", ")}`,
        );
    });
  }

  for (const fault of FAULTS.filter(({ retried }) => retried !== undefined)) {
    test(`${fault.name}, at the first write of a new delivery: the sync knows its own record again and ends well`, { skip }, async () => {
      const shop = await newWorkspace(plane!, states[0]);
      let writes = 0;
      const result = await faultySync(shop, (request, wire) =>
        request.isWrite && ++writes === 1 ? fault.handling(request, wire) : wire.pass(),
      );

      assertCode(result, 0);
      assert.ok(result.events?.some(({ type, what }) => type === "request.retried" && what === "create configmap/gitops-shop"));
      assert.deepEqual(await liveValues(shop), contents[0]);
      assert.deepEqual(await ownedNames(shop), Object.keys(contents[0] ?? {}));
    });
  }
});

test("Retry-After is honoured: the event says how long", { skip }, async () => {
  const shop = await newWorkspace(plane!, states[0]);
  let refused = 0;
  const result = await faultySync(shop, (request, wire) => {
    if (!request.isWrite || refused++ > 0) return wire.pass();
    return wire.answer(failure(429, "TooManyRequests", "too many requests", { "retry-after": "2" }));
  });

  assertCode(result, 0);
  const retried = result.events?.filter(({ type }) => type === "request.retried") ?? [];
  assert.deepEqual(
    retried.map((event) => [event["reason"], Number(event["delayMs"]) >= 2000]),
    [["429 from the server", true]],
  );
});

test("a list that is cut off or whose pages expire is read again: nothing in it is taken for absent", { skip }, async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const shop = await newWorkspace(plane!, Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name, { v: "1" })])));
  assertCode(await shop.run("sync"), 0);
  let [cut, expired] = [0, 0];

  const { result, writes } = await shop.writesOf(() =>
    faultySync(shop, async ({ path }, wire) => {
      if (!/configmaps\?.*limit=/.test(path)) return wire.pass();
      if (path.includes("continue=") && expired++ === 0)
        return wire.answer(failure(410, "Expired", "The provided continue parameter is too old"));
      // small pages, so that a list of eight has more than one
      const answer = await wire.forward(path.replace(/limit=\d+/, "limit=3"));
      return cut++ === 0 ? wire.cut(answer) : wire.answer(answer);
    }),
  );

  assertCode(result, 0);
  assert.ok(cut > 3 && expired > 1, "both faults struck");
  assert.deepEqual(writes, [], "all are found unchanged, none is made or pruned");
});

test(
  "a watch that expires while health is waited for is opened again",
  { skip: skip || (plane!.runsWorkloads ? false : "not here: kwok and the controllers") },
  async () => {
    const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { replicas: 2, fate: "hang" }) });
    // The Pods start only when the third watch is open: what turns it healthy can be seen by that one alone.
    const start = { spec: { template: { metadata: { annotations: { "test.gitops.dev/pod": null } } } } };
    let watches = 0;
    const expiredEvent = {
      type: "ERROR",
      object: { kind: "Status", apiVersion: "v1", status: "Failure", code: 410, reason: "Expired", message: "too old resource version" },
    };
    const result = await faultySync(shop, ({ path }, wire) => {
      if (!path.includes("/deployments?") || !path.includes("watch=true")) return wire.pass();
      watches++;
      if (watches === 1)
        return wire.answer({ status: 200, headers: { "content-type": "application/json" }, body: `${JSON.stringify(expiredEvent)}\n` });
      if (watches === 2) return wire.answer(failure(410, "Expired", "too old resource version"));
      if (watches === 3)
        void plane!.api("PATCH", `/apis/apps/v1/namespaces/${shop.namespace}/deployments/web`, start, "application/merge-patch+json");
      return wire.pass();
    });

    assertCode(result, 0);
    assert.ok(watches >= 3, "it was opened again after both ends");
    assert.equal((await shop.live("apps/v1/deployments/web"))?.status?.["availableReplicas"], 2);
  },
);

test("a server that is away for three seconds in the middle of a sync is waited for", { skip }, async () => {
  const shop = await newWorkspace(plane!, states[0]);
  let backAt = Infinity;
  const result = await faultySync(shop, (request, wire) => {
    if (backAt === Infinity && request.isWrite && request.path.includes("/configmaps/a")) backAt = performance.now() + 3000;
    if (backAt !== Infinity && performance.now() < backAt) return wire.reset();
    return wire.pass();
  });

  assertCode(result, 0);
  assert.ok(result.events?.some(({ type }) => type === "request.retried"));
  assert.deepEqual(await liveValues(shop), contents[0]);
});

test("a server that stays away ends the sync with exit 14, and the next sync finishes it", { skip }, async () => {
  const shop = await newWorkspace(plane!, states[0]);
  const result = await faultySync(shop, (request, wire) =>
    request.isWrite && request.path.includes("/configmaps/") ? wire.answer(failure(500, "InternalError", "the disk is gone")) : wire.pass(),
  );
  assertCode(result, 14);
  assert.match(result.stderr, /the disk is gone/);
  assert.deepEqual(await liveValues(shop), {});

  assertCode(await shop.run("sync", "--prune"), 0);
  assert.deepEqual(await liveValues(shop), contents[0]);
});

/** Value `v` of each ConfigMap that the delivery marked. */
async function liveValues({ namespace }: Workspace): Promise<Record<string, string>> {
  const { body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps?labelSelector=applyset.kubernetes.io%2Fpart-of`);
  return Object.fromEntries(
    (body as { items: { metadata: { name: string }; data: { v: string } }[] }).items.map(({ metadata, data }) => [metadata.name, data.v]),
  );
}

async function ownedNames(shop: Workspace): Promise<string[]> {
  const record = await shop.live("v1/configmaps/gitops-shop");
  const inventory = JSON.parse(record?.data?.["inventory.json"] ?? "{}") as { unfinished?: boolean; entries: { name: string }[] };
  assert.notEqual(inventory.unfinished, true);
  return inventory.entries.map(({ name }) => name);
}
