import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import { planeOrSkip } from "../support/control-plane.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { KilledSync, type KillPoint, type ObjectSet } from "../support/killed-sync.ts";

const { skip, plane } = await planeOrSkip();
const proxy = plane && (await startFaultProxy(plane));
after(() => proxy?.close());

const OBJECTS = 200;
const runs = Number(process.env["GITOPS_SOAK_RUNS"]);
const firstSeed = Number(process.env["GITOPS_SOAK_SEED"]);

interface Scenario {
  readonly first: ObjectSet;
  readonly second: ObjectSet;
  /** What Git holds at the sync after the killed one. */
  readonly third: ObjectSet;
  readonly point: KillPoint;
  readonly words: string;
}

test(
  `syncs of ${String(OBJECTS)} objects that are killed anywhere lose nothing and leave nothing behind`,
  { skip, concurrency: availableParallelism() * 2 },
  async (context) => {
    const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index);
    await Promise.all(
      seeds.map((seed) => {
        const { first, second, third, point, words } = scenarioOf(seed);
        return context.test(`seed ${String(seed)}: ${words}`, async () => {
          const sync = await KilledSync.start(plane!, proxy!, first);
          assert.ok(await sync.kill(second, point), "the sync ended before it was killed");
          await sync.deliver(third);
          await sync.assertDelivered(third);
          await sync.finish();
        });
      }),
    );
  },
);

function scenarioOf(seed: number): Scenario {
  const random = randomFrom(seed);
  const below = (most: number): number => Math.floor(random() * most);
  const numbers = Array.from({ length: OBJECTS }, (_, index) => index);
  const first = new Map(numbers.map((number) => [number, "1"]));
  // Below the guard of 30 %, so that no flag is needed.
  const removed = new Set(shuffled(numbers, random).slice(0, below(OBJECTS / 5)));
  const changed = new Set(numbers.filter((number) => !removed.has(number) && random() < 0.3));
  const added = numbers.slice(0, below(OBJECTS / 4)).map((number) => OBJECTS + number);
  const second = new Map([
    ...numbers.filter((number) => !removed.has(number)).map((number) => [number, changed.has(number) ? "2" : "1"] as const),
    ...added.map((number) => [number, "2"] as const),
  ]);
  const dropped = new Set(seed % 2 === 0 ? [] : shuffled([...second.keys()], random).slice(0, 1 + below(15)));
  const third = new Map([...second].filter(([number]) => !dropped.has(number)));
  const writes = 1 + added.length + changed.size + removed.size + 1;
  const point: KillPoint = { write: 1 + below(writes), when: random() < 0.5 ? "before" : "after", inTurn: random() < 0.5 };
  const kill = `killed ${point.when} write ${String(point.write)} of ${String(writes)}${point.inTurn ? "" : ", others in flight"}`;
  return {
    first,
    second,
    third,
    point,
    words: `${String(added.length)} added, ${String(changed.size)} changed, ${String(removed.size)} removed, ${kill}, then ${String(dropped.size)} dropped`,
  };
}

/** Mulberry32: small, good enough, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
