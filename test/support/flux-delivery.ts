import assert from "node:assert/strict";
import { gitops, newHome, type CommandOptions, type CommandResult } from "./cli.ts";
import type { ControlPlane } from "./control-plane.ts";
import { fluxPath } from "./flux-controllers.ts";
import type { Files, GitServer } from "./git-server.ts";
import type { LiveObject } from "./wait-for.ts";

type Resource = "kustomizations" | "gitrepositories";

/** A person who works on Flux's objects in a namespace of a control plane. */
export interface FluxPerson {
  readonly namespace: string;
  readonly home: string;
  /** `gitops ARGS… -n NAMESPACE`, unless the arguments name a namespace or all of them. */
  gitops(args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Makes a GitRepository and a Kustomization of one name, of a new repository with these files below `deploy`. */
  deliver(name: string, git: GitServer, files: Files, spec?: object): Promise<{ readonly revision: string }>;
  create(resource: Resource, name: string, spec: object, metadata?: object): Promise<LiveObject>;
  read(resource: Resource, name: string): Promise<LiveObject>;
  /** Writes into the status as a controller would. */
  answer(resource: Resource, name: string, status: object): Promise<LiveObject>;
  patch(resource: Resource, name: string, change: object): Promise<LiveObject>;
  path(resource: Resource, name: string): string;
}

const API_VERSIONS = {
  kustomizations: ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"],
  gitrepositories: ["source.toolkit.fluxcd.io/v1", "GitRepository"],
} as const;

/** @param plane of `fluxPlaneOrSkip` */
export function newFluxPerson(plane: ControlPlane, namespace: string): FluxPerson {
  const home = newHome();
  const path = (resource: Resource, name: string): string => fluxPath(resource, namespace, name);
  const send = async (method: string, to: string, body: object | undefined, wanted: number, type?: string): Promise<LiveObject> => {
    const answer = await plane.api(method, to, body, type);
    assert.equal(answer.status, wanted, JSON.stringify(answer.body));
    return answer.body as LiveObject;
  };
  const create: FluxPerson["create"] = (resource, name, spec, metadata = {}) => {
    const [apiVersion, kind] = API_VERSIONS[resource];
    const collection = path(resource, name).slice(0, -name.length - 1);
    return send("POST", collection, { apiVersion, kind, metadata: { name, ...metadata }, spec }, 201);
  };
  return {
    namespace,
    home,
    path,
    create,
    gitops: (args, options = {}) =>
      gitops(args.some((arg) => arg === "-n" || arg === "-A") ? args : [...args, "-n", namespace], {
        home,
        cwd: home,
        kubeconfig: plane.kubeconfig,
        ...options,
      }),
    async deliver(name, git, files, spec = {}) {
      const below = Object.fromEntries(Object.entries(files).map(([file, content]) => [`deploy/${file}`, content]));
      const { url, commit } = await git.createRepository(name, below);
      await create("gitrepositories", name, { url, ref: { branch: "main" }, interval: "1h" });
      const sourceRef = { kind: "GitRepository", name };
      await create("kustomizations", name, {
        interval: "1h",
        path: "./deploy",
        prune: true,
        targetNamespace: namespace,
        sourceRef,
        ...spec,
      });
      return { revision: `main@sha1:${commit}` };
    },
    read: (resource, name) => send("GET", path(resource, name), undefined, 200),
    answer: (resource, name, status) => send("PATCH", `${path(resource, name)}/status`, { status }, 200, "application/merge-patch+json"),
    patch: (resource, name, change) => send("PATCH", path(resource, name), change, 200, "application/merge-patch+json"),
  };
}
