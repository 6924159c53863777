import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import { gitops, type CommandResult } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { KilledSync, killingAt, type ObjectSet } from "../support/killed-sync.ts";
import { assertCode, configMap, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const proxy = plane && (await startFaultProxy(plane));
after(() => proxy?.close());

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** 50 objects, of which the next revision changes 20 and drops 10, and to which it adds 10. */
const first: ObjectSet = new Map(numbers(0, 50).map((number) => [number, "1"]));
const second: ObjectSet = new Map(
  [...numbers(0, 20), ...numbers(20, 40), ...numbers(50, 60)].map((number) => [number, number < 20 ? "1" : "2"]),
);

/** What somebody removes from Git before the next sync: objects that were to stay, to change, and that the killed run may just have made. */
const removed = [0, 1, 20, 21, 50, 51, 52, 53, 54];
const third: ObjectSet = new Map([...second].filter(([number]) => !removed.includes(number)));

test(
  "a sync that is killed before or after any of its writes loses nothing and leaves nothing behind",
  { skip, concurrency: availableParallelism() * 2 },
  async (context) => {
    const whole = await KilledSync.start(plane!, proxy!, first);
    const writes = await whole.countWrites(second);
    await whole.assertDelivered(second);
    await whole.finish();
    assert.equal(writes, 1 + 10 + 20 + 10 + 1, "intent, additions, changes, prunes, record");

    const points = numbers(1, writes + 1).flatMap((write) => (["before", "after"] as const).map((when) => ({ write, when, inTurn: true })));
    const runs = points.map((point, index) => {
      // every second write, before and after it alike
      const next = index % 4 < 2 ? second : third;
      return context.test(
        `killed ${point.when} write ${String(point.write)}${next === third ? ", then objects are removed from Git" : ""}`,
        async () => {
          const sync = await KilledSync.start(plane!, proxy!, first);
          assert.ok(await sync.kill(second, point), "the sync ended before it was killed");
          await sync.deliver(next);
          await sync.assertDelivered(next);
          await sync.finish();
        },
      );
    });
    await Promise.all(runs);
  },
);

// intent, delete, create, record
for (const write of [2, 3, 4]) {
  for (const when of ["before", "after"] as const) {
    test(
      `an object whose recreation was killed ${when} write ${String(write)} is still the delivery's, and pruned when Git drops it`,
      { skip },
      async () => {
        const fixed = (value: string): string =>
          JSON.stringify({ ...(JSON.parse(configMap("fixed", { value })) as object), immutable: true });
        const shop = await newWorkspace(plane!, { "kept.yaml": configMap("kept", { v: "1" }), "fixed.yaml": fixed("1") });
        assertCode(await shop.run("sync"), 0);
        await shop.write({ "fixed.yaml": fixed("2") });
        const victim: { kill?: (signal: NodeJS.Signals) => void } = {};
        const handling = killingAt({ write, when, inTurn: true }, () => victim.kill?.("SIGKILL"));
        const { home, folder, namespace } = shop;
        const args = ["sync", "shop", folder, "-n", namespace, "--force"];
        const killed: CommandResult = await gitops(args, {
          home,
          cwd: home,
          kubeconfig: proxy!.kubeconfig(handling),
          onStart: (kill) => (victim.kill = kill),
        });
        assertCode(killed, 128);

        await shop.write({ "fixed.yaml": null });
        assertCode(await shop.run("sync", "--prune"), 0);
        assert.equal(await shop.live("v1/configmaps/fixed"), undefined);
        assert.ok(await shop.live("v1/configmaps/kept"));
      },
    );
  }
}
