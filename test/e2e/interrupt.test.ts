import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gitops, type CommandResult } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { startFaultProxy, type Handling, type Wire } from "../support/fault-proxy.ts";
import { assertCode, configMap, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const proxy = plane && (await startFaultProxy(plane));
after(() => proxy?.close());

/** More objects than are written at once, so that some are still to be written when others are in flight. */
const COUNT = 80;
const manyFiles = { "all.yaml": Array.from({ length: COUNT }, (_, index) => configMap(`o-${String(index)}`, { v: "1" })).join("\n---\n") };

type Kill = (signal: NodeJS.Signals) => void;

interface Watched {
  readonly handling: Handling;
  readonly onOutput?: (text: string, kill: Kill) => void;
}

function watchedSync(shop: Workspace, watched: (kill: Kill) => Watched): Promise<CommandResult> {
  let kill: Kill = () => assert.fail("the command was not started");
  const { handling, onOutput } = watched((signal) => kill(signal));
  const { home, folder, namespace } = shop;
  return gitops(["sync", "shop", folder, "-n", namespace, "--prune", "-o", "json"], {
    home,
    cwd: home,
    kubeconfig: proxy!.kubeconfig(handling),
    onStart: (started) => (kill = started),
    onOutput: (text) => onOutput?.(text, kill),
  });
}

const isObject = (path: string): boolean => /\/configmaps\/o-/.test(path);

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(
    `the first ${signal} stops issuing, lets finish what is in flight, writes the inventory, and ends with ${String(code)}`,
    { skip },
    async () => {
      const shop = await newWorkspace(plane!, manyFiles);
      const held: Wire[] = [];
      let [told, written] = [false, 0];
      const result = await watchedSync(shop, (kill) => ({
        handling: (request, wire) => {
          if (!request.isWrite || !isObject(request.path)) return wire.pass();
          written++;
          if (told) return wire.pass();
          if (held.push(wire) === 3) kill(signal);
        },
        onOutput: (text) => {
          if (!/finishing what is in flight/.test(text)) return;
          told = true;
          for (const wire of held.splice(0)) wire.pass();
        },
      }));

      assertCode(result, code);
      assert.ok(written >= 3 && written < COUNT, `${String(written)} of ${String(COUNT)} were written`);
      assert.equal(result.events?.at(-1)?.["exitCode"], code);
      const record = await recordOf(shop);
      const live = await liveObjects(shop);
      assert.equal(live.length, written, "what was in flight is done");
      assert.deepEqual(
        live.filter(({ metadata }) => !record.entries.some(({ name, uid }) => name === metadata.name && uid === metadata.uid)),
        [],
        "all that is there is recorded",
      );
      assert.equal(record.unfinished, true);
      assert.equal(record.lease, undefined);

      assertCode(await shop.run("sync"), 0);
      assert.equal((await liveObjects(shop)).length, COUNT);
    },
  );
}

test("the second SIGINT ends the sync at once, and the next sync finishes it", { skip }, async () => {
  const shop = await newWorkspace(plane!, manyFiles);
  let records = 0;
  let signalled = 0;
  const result = await watchedSync(shop, (kill) => ({
    handling: (request, wire) => {
      if (request.isWrite && isObject(request.path)) {
        if (signalled++ === 0) kill("SIGINT");
        return; // never answered
      }
      if (request.isWrite) records++;
      wire.pass();
    },
    onOutput: (text) => void (/finishing what is in flight/.test(text) && kill("SIGINT")),
  }));

  assertCode(result, 130);
  assert.equal(records, 1, "the intent was written, and nothing after the second signal");
  assertCode(await shop.run("sync"), 0);
  assert.equal((await liveObjects(shop)).length, COUNT);
});

test("nothing is pruned after an interruption", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("o-a", { v: "1" }), "b.yaml": configMap("o-b", { v: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await shop.write({ "a.yaml": configMap("o-a", { v: "2" }), "b.yaml": null });
  let held: Wire | undefined;
  const result = await watchedSync(shop, (kill) => ({
    handling: (request, wire) => {
      if (!request.isWrite || !isObject(request.path) || held !== undefined) return wire.pass();
      held = wire;
      kill("SIGINT");
    },
    onOutput: (text) => void (/finishing what is in flight/.test(text) && held?.pass()),
  }));

  assertCode(result, 130);
  assert.deepEqual(
    (await liveObjects(shop)).map(({ metadata }) => metadata.name),
    ["o-a", "o-b"],
  );
  assertCode(await shop.run("sync", "--prune"), 0);
  assert.deepEqual(
    (await liveObjects(shop)).map(({ metadata }) => metadata.name),
    ["o-a"],
  );
});

test("while one sync writes a delivery another one ends with exit 4 and says who holds it", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("o-a", { v: "1" }) });
  let first: Promise<CommandResult> | undefined;
  const wire = await new Promise<Wire>((hold, ended) => {
    first = watchedSync(shop, () => ({ handling: (request, own) => (request.isWrite && isObject(request.path) ? hold(own) : own.pass()) }));
    first.then(() => ended(new Error("the first sync ended by itself")), ended);
  });

  const second = await shop.writesOf(() => shop.run("sync"));
  assertCode(second.result, 4);
  assert.match(second.result.stderr, /process \d+ on \S+ is writing the delivery shop/);

  wire.pass();
  assert.ok(first);
  assertCode(await first, 0);
  assertCode(await shop.run("sync"), 0);
  assert.deepEqual(
    (await liveObjects(shop)).map(({ metadata }) => metadata.name),
    ["o-a"],
  );
});

test("of syncs that start together each wins, finds nothing to do, or ends with exit 4; the result is whole", { skip }, async () => {
  const shop = await newWorkspace(plane!, manyFiles);
  const results = await Promise.all([shop.run("sync", "--no-wait"), shop.run("sync", "--no-wait"), shop.run("sync", "--no-wait")]);
  const codes = results.map(({ code }) => code);
  assert.ok(codes.includes(0), `nobody won: ${codes.join(", ")}\n${results.map(({ stderr }) => stderr).join("\n")}`);
  assert.deepEqual(
    codes.filter((code) => code !== 0 && code !== 4),
    [],
  );

  assert.equal((await liveObjects(shop)).length, COUNT);
  const record = await recordOf(shop);
  assert.deepEqual([record.entries.length, record.unfinished, record.lease], [COUNT, undefined, undefined]);
});

interface RecordView {
  readonly entries: readonly { readonly name: string; readonly uid: string }[];
  readonly unfinished?: boolean;
  readonly lease: string | undefined;
}

async function recordOf(shop: Workspace): Promise<RecordView> {
  const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${shop.namespace}/configmaps/gitops-shop`);
  assert.equal(status, 200);
  const { metadata, data } = body as { metadata: { annotations?: Record<string, string> }; data: Record<string, string> };
  const inventory = JSON.parse(data["inventory.json"] ?? "") as Pick<RecordView, "entries" | "unfinished">;
  return { ...inventory, lease: metadata.annotations?.["gitops/lease"] };
}

async function liveObjects({ namespace }: Workspace): Promise<{ metadata: { name: string; uid: string } }[]> {
  const { body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps?labelSelector=applyset.kubernetes.io%2Fpart-of`);
  return (body as { items: { metadata: { name: string; uid: string } }[] }).items;
}
