import { defineCommand } from "../command.ts";
import { OUTCOME_OPTIONS, WAIT_OPTIONS } from "./object-options.ts";

export const createCommand = defineCommand({
  name: "create",
  summary: "make a source or a delivery for the controllers, or print it for Git",
  description:
    "gitops create source git NAME --url URL, or gitops create kustomization NAME --source KIND/NAME. The namespace is -n, else flux-system. " +
    "With --export the object is printed and no cluster is needed; else it is applied, and waited for until its controller has made it ready.",
  arguments: {
    what: { description: "source, or kustomization (ks)", required: true, choices: ["source", "kustomization", "ks"] },
    names: { description: "[git] NAME", many: true },
  },
  options: {
    url: { type: "string", placeholder: "URL", description: "source: https:// or ssh:// address of the repository" },
    branch: { type: "string", placeholder: "NAME", description: "source: branch; master where no ref is given" },
    tag: { type: "string", placeholder: "NAME", description: "source: tag" },
    semver: { type: "string", placeholder: "RANGE", description: "source: the highest tag in this range" },
    commit: { type: "string", placeholder: "SHA", description: "source: commit" },
    refName: { type: "string", placeholder: "REF", description: "source: a full ref, such as refs/pull/420/head" },
    secretRef: { type: "string", placeholder: "NAME", description: "source: Secret beside it with the credentials" },
    ignorePaths: { type: "list", placeholder: "PATTERN", description: "source: a line of .gitignore; may be repeated" },
    recurseSubmodules: { type: "boolean", description: "source: with its submodules" },
    source: {
      type: "string",
      placeholder: "KIND/NAME",
      description: "kustomization: KIND/NAME[.NAMESPACE] of its source; KIND is GitRepository where left out",
    },
    path: { type: "string", placeholder: "PATH", description: "kustomization: folder of the source; its top where left out" },
    prune: { type: "boolean", description: "kustomization: delete what the source no longer declares" },
    targetNamespace: { type: "string", placeholder: "NAME", description: "kustomization: namespace of all its objects" },
    wait: {
      type: "boolean",
      open: true,
      description: "kustomization: spec.wait, it is ready only when all its objects are; --no-wait: do not wait for the controller",
    },
    dependsOn: { type: "list", placeholder: "[NS/]NAME", description: "kustomization: another that must be ready before; may be repeated" },
    healthCheck: {
      type: "list",
      placeholder: "KIND/NAME.NS",
      description: "kustomization: an object that must be healthy; may be repeated",
    },
    serviceAccount: { type: "string", placeholder: "NAME", description: "kustomization: account to impersonate" },
    kubeConfigSecret: {
      type: "string",
      placeholder: "NAME",
      description: "kustomization: the cluster to deliver to, as made by gitops cluster add",
    },
    interval: { type: "duration", default: 60_000, description: "how often the controller looks by itself" },
    retryInterval: { type: "duration", description: "kustomization: how soon after a failure" },
    reconcileTimeout: { type: "duration", description: "spec.timeout, how long one reconciliation may take" },
    label: { type: "list", placeholder: "KEY=VALUE", description: "label of the object; may be repeated" },
    export: { type: "boolean", description: "print the object as YAML, and write nothing" },
    timeout: WAIT_OPTIONS.timeout,
    ...OUTCOME_OPTIONS,
  },
  access: "write",
  exitStatus: "0 ready, 2 usage, 7 the controller failed, 9 no answer in time, 11 refused by the server",
  examples: [
    { command: "gitops create source git shop --url https://git.example/shop.git --branch main --export", explains: "for Git" },
    {
      command: "gitops create kustomization shop --source GitRepository/shop --path ./deploy --prune",
      explains: "in the cluster, and wait",
    },
  ],
  async run(input, session) {
    const [{ checkComposed, createObject, printYaml }, { composeObject }, { runOnObjects }] = await Promise.all([
      session.engine(),
      import("../object-request.ts"),
      import("../run-on-objects.ts"),
    ]);
    const object = composeObject(input, session.globals.namespace ?? "flux-system");
    const manifest = checkComposed(object);
    if (input.export) return { text: `---\n${printYaml(object)}`, exitStatus: 0 };
    return runOnObjects(session, { output: input.output, documentKind: "Creation" }, async (context) => {
      const outcome = await createObject(
        manifest,
        { wait: input.wait !== false, timeoutMs: input.timeout },
        await session.asking(),
        context,
      );
      return { outcomes: [{ ...outcome, result: outcome.result === "requested" ? "applied" : outcome.result }], missing: [] };
    });
  },
});
