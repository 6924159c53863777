import assert from "node:assert/strict";
import { test } from "node:test";
import type { Discovery, ServedKind } from "../../../src/engine/model/discovery.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { observeFurther, observeLive } from "../../../src/engine/operations/observe-live.ts";
import type { ClusterReader } from "../../../src/engine/ports/cluster-reader.ts";

const context = { signal: new AbortController().signal, emit: () => undefined };
const served: ServedKind = {
  group: "autoscaling",
  kind: "HorizontalPodAutoscaler",
  version: "v2",
  versions: ["v2", "v1"],
  plural: "horizontalpodautoscalers",
  singular: "",
  shortNames: [],
  namespaced: true,
  verbs: ["list"],
};
const discovery: Discovery = {
  kinds: [served],
  unavailableGroups: new Set(["down.example.com"]),
  find: ({ kind }) => (kind === served.kind ? served : undefined),
};
const id = (name: string, version?: string) => ({
  group: "autoscaling",
  kind: served.kind,
  namespace: "shop",
  name,
  ...(version === undefined ? {} : { version }),
});

/** A cluster with the objects a … f, which notes what it is asked; `refuses` says what it forbids. */
function askedCluster(refuses: (asked: string) => boolean = () => false): { cluster: ClusterReader; asked: string[] } {
  const asked: string[] = [];
  const answer = <Value>(what: string, value: Value): Promise<Value> => {
    asked.push(what);
    return refuses(what) ? Promise.reject(new GitOpsError("FORBIDDEN", what)) : Promise.resolve(value);
  };
  const object = (name: string, version: string) => ({ apiVersion: `autoscaling/${version}`, metadata: { name, namespace: "shop" } });
  const cluster = {
    get: ({ name }: { name: string }, { version = "v2" }: { version?: string }) =>
      answer(`get ${name} ${version}`, "abcdef".includes(name) ? object(name, version) : undefined),
    list: ({ version = "v2" }: { version?: string }) =>
      answer(
        `list ${version}`,
        [..."abcdef"].map((name) => object(name, version)),
      ),
  };
  return { cluster: cluster as unknown as ClusterReader, asked };
}

const names = (found: { objects: ReadonlyMap<string, unknown> }): string =>
  [...found.objects.keys()]
    .map((key) => key.slice(-1))
    .sort()
    .join("");

test("few objects are read one by one, many by one list", async () => {
  const few = askedCluster();
  assert.equal(names(await observeLive([id("a"), id("x")], discovery, few.cluster, context)), "a");
  assert.deepEqual(few.asked, ["get a v2", "get x v2"]);
  const many = askedCluster();
  assert.equal(
    names(
      await observeLive(
        [..."abcdx"].map((name) => id(name)),
        discovery,
        many.cluster,
        context,
      ),
    ),
    "abcd",
  );
  assert.deepEqual(many.asked, ["list v2"]);
});

test("who may not list reads one by one, and what may not be read is unknown, not absent", async () => {
  const { cluster } = askedCluster((asked) => asked.startsWith("list") || asked === "get b v2");
  const found = await observeLive(
    [..."abcde"].map((name) => id(name)),
    discovery,
    cluster,
    context,
  );
  assert.equal(names(found), "acde");
  assert.deepEqual(
    [...found.unknown.values()].map(({ code }) => code),
    ["FORBIDDEN"],
  );
});

test("objects of a group whose discovery failed are unknown, those of a kind that is not served are absent", async () => {
  const { cluster, asked } = askedCluster();
  const down = { group: "down.example.com", kind: "Thing", namespace: "shop", name: "t" };
  const found = await observeLive([down, { ...down, group: "gone.example.com" }], discovery, cluster, context);
  assert.deepEqual([found.objects.size, [...found.unknown.keys()], asked], [0, ["down.example.com/Thing/shop/t"], []]);
});

test("what was read before is not read again, but in another version it is", async () => {
  const { cluster, asked } = askedCluster();
  const before = await observeLive([id("a"), id("b")], discovery, cluster, context);
  asked.length = 0;
  const same = await observeFurther(before, [id("a"), id("b")], [id("a", "v2")], discovery, cluster, context);
  assert.deepEqual([names(same), asked], ["ab", []]);
  const further = await observeFurther(before, [id("a"), id("b")], [id("a", "v1"), id("c", "v2")], discovery, cluster, context);
  assert.equal(names(further), "abc");
  assert.deepEqual(asked, ["get a v1", "get c v2"]);
  assert.equal((further.objects.get("autoscaling/HorizontalPodAutoscaler/shop/a") as { apiVersion: string }).apiVersion, "autoscaling/v1");
});

test("an object that is gone when it is read again is gone", async () => {
  const { cluster } = askedCluster();
  const before = { objects: new Map([["autoscaling/HorizontalPodAutoscaler/shop/z", {}]]), unknown: new Map() };
  assert.equal(names(await observeFurther(before, [id("z")], [id("z", "v1")], discovery, cluster, context)), "");
});
