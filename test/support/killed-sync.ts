import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gitops, newHome, type CommandResult } from "./cli.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { FaultProxy, Handling } from "./fault-proxy.ts";
import { writeFiles } from "./git-server.ts";
import { assertCode } from "./workspace.ts";

/** A manifest by its number: the number gives kind and name, the version its content. */
export type ObjectSet = ReadonlyMap<number, string>;

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Kinds that no controller touches, so that what the cluster holds is what the syncs wrote. */
const KINDS = [
  {
    kind: "ConfigMap",
    apiVersion: "v1",
    path: "api/v1",
    plural: "configmaps",
    content: (version: string) => ({ data: { version, [`key-${version}`]: "kept only in this version" } }),
  },
  {
    kind: "Secret",
    apiVersion: "v1",
    path: "api/v1",
    plural: "secrets",
    content: (version: string) => ({ type: "Opaque", data: { [`token-${version}`]: Buffer.from(version).toString("base64") } }),
  },
  {
    kind: "Service",
    apiVersion: "v1",
    path: "api/v1",
    plural: "services",
    content: (version: string) => ({ spec: { selector: { version }, ports: [{ port: 80 }] } }),
  },
  { kind: "ServiceAccount", apiVersion: "v1", path: "api/v1", plural: "serviceaccounts", content: () => ({}) },
  {
    kind: "Role",
    apiVersion: "rbac.authorization.k8s.io/v1",
    path: "apis/rbac.authorization.k8s.io/v1",
    plural: "roles",
    content: (version: string) => ({ rules: [{ apiGroups: [""], resources: ["pods"], resourceNames: [version], verbs: ["get"] }] }),
  },
] as const;

/** What every namespace has, and what a test put there for the delivery to leave alone. */
const STRANGERS = ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default", "ConfigMap/stranger"];

const NAME = "killed";
const PARENT = `gitops-${NAME}`;

/** Where a sync is killed. */
export interface KillPoint {
  /** The write request, from 1. */
  readonly write: number;
  /** Before it reaches the server, or when the server has answered and the answer is not yet passed on. */
  readonly when: "before" | "after";
  /** One write after the other, so that exactly so many have landed; else as they come. */
  readonly inTurn: boolean;
}

/** A delivery of one set of objects that becomes another, in a namespace of its own. */
export class KilledSync {
  readonly #plane: ControlPlane;
  readonly #proxy: FaultProxy;
  readonly #home: string;
  readonly namespace: string;

  private constructor(plane: ControlPlane, proxy: FaultProxy, home: string, namespace: string) {
    this.#plane = plane;
    this.#proxy = proxy;
    this.#home = home;
    this.namespace = namespace;
  }

  /** Delivers the set, beside an object of a stranger. */
  static async start(plane: ControlPlane, proxy: FaultProxy, set: ObjectSet): Promise<KilledSync> {
    const namespace = await plane.createNamespace(NAME);
    const { status } = await plane.api("POST", `/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { name: "stranger" },
      data: { theirs: "1" },
    });
    assert.equal(status, 201);
    ownHome ??= newHome();
    const sync = new KilledSync(plane, proxy, ownHome, namespace);
    await sync.deliver(set);
    return sync;
  }

  /** An undisturbed sync. */
  async deliver(set: ObjectSet): Promise<void> {
    await this.#write(set);
    assertCode(await this.#run(this.#plane.kubeconfig), 0);
  }

  /** How many write requests an undisturbed sync to this set sends. */
  async countWrites(set: ObjectSet): Promise<number> {
    await this.#write(set);
    let writes = 0;
    const result = await this.#run(
      this.#proxy.kubeconfig((request, wire) => {
        if (request.isWrite) writes++;
        wire.pass();
      }),
    );
    assertCode(result, 0);
    return writes;
  }

  /** A sync to this set that dies of SIGKILL at the point. Answers whether the point was reached. */
  async kill(set: ObjectSet, point: KillPoint): Promise<boolean> {
    await this.#write(set);
    const victim: { kill?: (signal: NodeJS.Signals) => void } = {};
    let killed = false;
    const handling = killingAt(point, () => {
      killed = true;
      victim.kill?.("SIGKILL");
    });
    const result = await this.#run(this.#proxy.kubeconfig(handling), (kill) => (victim.kill = kill));
    if (killed) assert.equal(result.code, 128, "a killed process has no exit status");
    else assertCode(result, 0);
    return killed;
  }

  /** Fails unless the namespace holds this set and what strangers made, and the delivery's record says the same. */
  async assertDelivered(set: ObjectSet): Promise<void> {
    const wanted = new Map([...set].map(([number, version]) => manifest(number, version)).map((object) => [keyOf(object), object]));
    const live = await this.#liveObjects();
    const strangers = [...live.keys()].filter((key) => !wanted.has(key) && key !== `ConfigMap/${PARENT}`);
    assert.deepEqual(strangers.sort(), [...STRANGERS].sort(), "lost or left over beside what Git declares");
    for (const [key, object] of wanted) assertHolds(live.get(key), object, key);
    assertRecord(
      live.get(`ConfigMap/${PARENT}`),
      [...wanted.keys()].map((key) => `${key} ${live.get(key)?.metadata.uid}`),
    );
    const marked = [...live.values()]
      .filter(({ metadata }) => metadata.labels?.["applyset.kubernetes.io/part-of"] !== undefined)
      .map(keyOf);
    assert.deepEqual(marked.sort(), [...wanted.keys()].sort(), "objects that carry the delivery's mark");
  }

  /** Gives the namespace back, without waiting for its end. */
  async finish(): Promise<void> {
    await this.#plane.api("DELETE", `/api/v1/namespaces/${this.namespace}`);
  }

  async #liveObjects(): Promise<Map<string, KubernetesObject>> {
    const lists = await Promise.all(
      KINDS.map(async ({ kind, apiVersion, path, plural }) => {
        const { status, body } = await this.#plane.api("GET", `/${path}/namespaces/${this.namespace}/${plural}`);
        assert.equal(status, 200);
        return (body as { items: KubernetesObject[] }).items.map((item) => ({ ...item, kind, apiVersion }));
      }),
    );
    return new Map(lists.flat().map((object) => [keyOf(object), object]));
  }

  #folder(): string {
    return join(this.#home, this.namespace);
  }

  async #write(set: ObjectSet): Promise<void> {
    await mkdir(this.#folder(), { recursive: true });
    const documents = [...set].map(([number, version]) => JSON.stringify(manifest(number, version)));
    await writeFiles(this.#folder(), { "objects.yaml": documents.join("\n---\n") });
  }

  #run(kubeconfig: string, onStart?: (kill: (signal: NodeJS.Signals) => void) => void): Promise<CommandResult> {
    const args = ["sync", NAME, this.#folder(), "-n", this.namespace, "--prune", "--no-wait"];
    return gitops(args, { home: this.#home, cwd: this.#home, kubeconfig, ...(onStart === undefined ? {} : { onStart }) });
  }
}

let ownHome: string | undefined;

/** Handles requests as the server does, until the point is reached: then it kills, and nothing passes any more in either direction. */
export function killingAt({ write, when, inTurn }: KillPoint, kill: () => void): Handling {
  let writes = 0;
  let dead = false;
  let turn: Promise<void> = Promise.resolve();
  return (request, wire) => {
    if (dead) return wire.reset();
    if (!request.isWrite) return wire.pass();
    const handle = async (): Promise<void> => {
      if (dead) return wire.reset();
      writes++;
      const isPoint = writes === write;
      if (isPoint && when === "before") return end();
      const answer = await wire.forward();
      if (isPoint) return end();
      wire.answer(answer);
    };
    const end = (): void => {
      dead = true;
      kill();
      wire.reset();
    };
    if (!inTurn) return handle();
    turn = turn.then(handle);
    return turn;
  };
}

function manifest(number: number, version: string): KubernetesObject {
  const kind = KINDS[number % KINDS.length] ?? KINDS[0];
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: `o-${String(number)}`, annotations: { version } },
    ...kind.content(version),
  };
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

/** The live object is the desired one, with no more data than that; what the server adds elsewhere does not count. */
function assertHolds(live: KubernetesObject | undefined, wanted: KubernetesObject, key: string): void {
  assert.ok(live, `${key} is lost`);
  assert.deepEqual(live.metadata.annotations, wanted.metadata.annotations, key);
  assert.deepEqual([live["data"], live["rules"]], [wanted["data"], wanted["rules"]], key);
  assert.deepEqual(
    (live["spec"] as { selector?: unknown } | undefined)?.selector,
    (wanted["spec"] as { selector?: unknown } | undefined)?.selector,
    key,
  );
}

function assertRecord(parent: KubernetesObject | undefined, wanted: readonly string[]): void {
  assert.ok(parent, "the record is lost");
  const inventory = JSON.parse((parent["data"] as Record<string, string>)["inventory.json"] ?? "") as {
    unfinished?: boolean;
    entries: { kind: string; name: string; uid: string }[];
  };
  assert.deepEqual(inventory.entries.map(({ kind, name, uid }) => `${kind}/${name} ${uid}`).sort(), [...wanted].sort(), "the inventory");
  assert.notEqual(inventory.unfinished, true, "the record says that the run did not end");
  assert.equal(parent.metadata.annotations?.["gitops/lease"], undefined, "the lease is still held");
}
