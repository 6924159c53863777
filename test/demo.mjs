// `npm run demo`: the main job on a real Kubernetes API, told on the terminal. Sets up what is missing, leaves nothing
// running. Only Node's own modules may be imported here: nothing is installed yet when this starts.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { joinPlane } from "./support/plane-client.mjs";
import { projectNode, root, run, setUp } from "./support/setup.mjs";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
      - name: shop
        image: example.com/shop
        ports:
        - containerPort: 8080
`;
const service = `apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector:
    app: shop
  ports:
  - port: 80
    targetPort: 8080
`;
const pause = process.stdout.isTTY ? 1_500 : 0;

say("This demo builds gitops, starts a Kubernetes control plane with pretended nodes, and delivers a shop to it.");
setUp(say);
const started = Date.now();
const hold = await joinPlane(say);
say(`a Kubernetes control plane is ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
const home = mkdtempSync(join(tmpdir(), "gitops-demo-"));
try {
  await tell(hold.plane);
  say("That was it. Everything this demo started is gone; the tests do the same and much more: npm test");
} finally {
  hold.finish();
  rmSync(home, { recursive: true, force: true });
}

/** @param {import("./support/plane-client.mjs").Plane} plane */
async function tell(plane) {
  const repository = join(home, "shop.git");
  const clone = join(home, "shop");
  git(home, "init", "--quiet", "--bare", "--initial-branch=main", repository);
  git(home, "clone", "--quiet", repository, clone);

  await chapter("A repository: a base, and an overlay for each environment");
  write(clone, {
    "base/kustomization.yaml": "resources:\n- deployment.yaml\n- service.yaml\n",
    "base/deployment.yaml": deployment,
    "base/service.yaml": service,
    "overlays/dev/kustomization.yaml": overlay(1, "1.0.0"),
    "overlays/prod/kustomization.yaml": overlay(3, "1.0.0").replace("dev-", "prod-").replace("- flags.yaml\n", ""),
    "overlays/dev/flags.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags\ndata:\n  new-checkout: "on"\n',
  });
  commit(clone, "a shop");
  shell("cat overlays/dev/kustomization.yaml");
  process.stdout.write(readFileSync(join(clone, "overlays/dev/kustomization.yaml")));

  await chapter("The first sync: fetch, build, plan, apply, wait until healthy");
  gitops(
    plane,
    0,
    "sync",
    "shop",
    "--repo",
    repository,
    "--ref",
    "main",
    "--path",
    "overlays/dev",
    "-n",
    "shop",
    "--create-namespace",
    "--yes",
  );

  await chapter("A second sync has nothing to write");
  gitops(plane, 0, "sync", "shop", "-n", "shop", "--yes");

  await chapter("A change in Git: what would a sync do?");
  write(clone, { "overlays/dev/kustomization.yaml": overlay(2, "1.1.0") });
  commit(clone, "version 1.1.0 on two replicas");
  gitops(plane, 1, "diff", "shop", "-n", "shop");
  gitops(plane, 0, "sync", "shop", "-n", "shop", "--yes");

  await chapter("Somebody changes the cluster by hand: drift, found and healed");
  await scaleByHand(plane, 7);
  gitops(plane, 1, "diff", "shop", "-n", "shop");
  gitops(plane, 0, "sync", "shop", "-n", "shop", "--yes");

  await chapter("An object leaves Git, and --prune removes it");
  write(clone, { "overlays/dev/kustomization.yaml": overlay(2, "1.1.0").replace("- flags.yaml\n", "") });
  commit(clone, "no flags");
  gitops(plane, 0, "sync", "shop", "-n", "shop", "--prune", "--yes");
  gitops(plane, 0, "get", "shop", "-n", "shop");

  await chapter("And away with all of it");
  gitops(plane, 0, "delete", "shop", "-n", "shop", "--yes");
}

/** @param {string} title */
async function chapter(title) {
  await new Promise((resolve) => setTimeout(resolve, pause));
  console.log(`\n── ${title}`);
}

/**
 * @param {import("./support/plane-client.mjs").Plane} plane
 * @param {number} expected exit status
 * @param {string[]} args
 */
function gitops(plane, expected, ...args) {
  shell(`gitops ${args.join(" ")}`);
  const environment = {
    KUBECONFIG: plane.kubeconfig,
    HOME: home,
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_STATE_HOME: join(home, ".state"),
    XDG_CONFIG_HOME: join(home, ".config"),
  };
  const status = run(projectNode, [join(root, "bin", "gitops.js"), ...args], environment);
  if (status !== expected) throw new Error(`gitops ${args[0]} ended with ${status} in place of ${expected}`);
}

/** @param {string} command */
function shell(command) {
  const dollar = process.stdout.isTTY && !process.env.NO_COLOR ? "\x1b[1m$\x1b[0m" : "$";
  console.log(`${dollar} ${command}`);
}

/**
 * @param {string} folder
 * @param {...string} args
 */
function git(folder, ...args) {
  const who = {
    GIT_AUTHOR_NAME: "Demo",
    GIT_AUTHOR_EMAIL: "demo@example.com",
    GIT_COMMITTER_NAME: "Demo",
    GIT_COMMITTER_EMAIL: "demo@example.com",
  };
  const environment = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: "1", ...who };
  execFileSync("git", args, { cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] });
}

/**
 * @param {string} clone
 * @param {string} message
 */
function commit(clone, message) {
  shell(`git commit -m "${message}" && git push`);
  git(clone, "add", "--all");
  git(clone, "commit", "--quiet", "-m", message);
  git(clone, "push", "--quiet", "origin", "HEAD:main");
}

/**
 * @param {string} folder
 * @param {Record<string, string>} files
 */
function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/**
 * Does what `kubectl scale` does, so that the demo needs no kubectl.
 *
 * @param {import("./support/plane-client.mjs").Plane} plane
 * @param {number} replicas
 * @returns {Promise<void>}
 */
function scaleByHand({ server, caFile, token }, replicas) {
  shell(`kubectl patch deployment dev-shop -n shop -p '{"spec":{"replicas":${replicas}}}'`);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/merge-patch+json" };
  const url = new URL("/apis/apps/v1/namespaces/shop/deployments/dev-shop?fieldManager=kubectl-patch", server);
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "PATCH", headers, ca: readFileSync(caFile) }, (response) => {
      response.resume();
      response.on("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`the API server answered ${response.statusCode}`)),
      );
    });
    sent.on("error", reject);
    sent.end(JSON.stringify({ spec: { replicas } }));
  });
}

/** @param {string} line */
function say(line) {
  console.log(`── ${line}`);
}

/**
 * @param {number} replicas
 * @param {string} tag
 */
function overlay(replicas, tag) {
  return `resources:
- ../../base
- flags.yaml
namePrefix: dev-
replicas:
- name: shop
  count: ${replicas}
images:
- name: example.com/shop
  newTag: ${tag}
`;
}
