import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { certificate } from "../support/certificate.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { corePath, exists, make, mapFile, outcome, testRows, type FieldRow, type Place } from "../support/flux-fields.ts";
import { gitIn, startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";

// Each row is one field of a GitRepository: everything else stays as it is, and what is delivered from it changes.

const answer = await fluxPlaneOrSkip("without controllers");

/** A row whose delivery tells by the value of a ConfigMap which files it was made of. */
function valueRow({ id, namespace }: Place, map: string, row: Omit<FieldRow, "look">): FieldRow {
  const look: FieldRow["look"] = async ({ live }) => (await live(corePath(namespace, "configmaps", `${id}-${map}`)))?.data?.["v"];
  return { ...row, first: { namePrefix: `${id}-`, ...row.first }, look };
}

function outcomeRow({ id }: Place, row: Omit<FieldRow, "look">): FieldRow {
  return { ...row, first: { namePrefix: `${id}-`, ...row.first }, look: outcome };
}

const main = { ref: { branch: "main" } };
const included = (name: string, fromPath: string, toPath: string): object => ({
  ...main,
  include: [{ repository: { name }, fromPath, toPath }],
});

const ROWS: readonly ((place: Place) => FieldRow)[] = [
  // The first one is what another one includes.
  (place) =>
    valueRow(place, "m", {
      field: "spec.ref.branch",
      source: main,
      secondSource: { ref: { branch: "dev" } },
      sees: ["main", "dev"],
    }),
  (place) =>
    valueRow(place, "m", {
      field: "spec.ref.tag",
      source: { ref: { tag: "v1.0.0" } },
      secondSource: { ref: { tag: "v2.0.0" } },
      sees: ["1.0", "2.0"],
    }),
  (place) =>
    valueRow(place, "m", {
      field: "spec.ref.semver",
      source: { ref: { semver: ">=1.0.0 <1.1.0" } },
      secondSource: { ref: { semver: ">=1.0.0 <2.0.0" } },
      sees: ["1.0", "1.1"],
    }),
  (place) =>
    valueRow(place, "m", {
      field: "spec.ref.name",
      source: { ref: { name: "refs/heads/main" } },
      secondSource: { ref: { name: "refs/pull/1/head" } },
      sees: ["main", "1.1"],
    }),
  (place) =>
    valueRow(place, "m", {
      field: "spec.ref.commit",
      source: { ref: { commit: place.facts["first"] ?? "" } },
      secondSource: { ref: { commit: place.facts["second"] ?? "" } },
      sees: ["1.0", "1.1"],
    }),
  (place) =>
    valueRow(place, "m", {
      field: "spec.url",
      source: { ...main, url: place.repository("source") },
      secondSource: { ...main, url: place.repository("elsewhere") },
      sees: ["main", "elsewhere"],
    }),
  (place) => ({
    field: "spec.ignore",
    first: { namePrefix: `${place.id}-` },
    source: main,
    secondSource: { ...main, ignore: "sub/" },
    look: (seen) => exists(seen, corePath(place.namespace, "configmaps", `${place.id}-n`)),
    sees: [[true], [false]],
  }),
  (place) =>
    valueRow(place, "i", {
      field: "spec.include[].repository.name",
      first: { path: "./included" },
      source: included("shared", "inc", "included"),
      secondSource: included("row-0", "inc", "included"),
      sees: ["shared", "source"],
    }),
  (place) =>
    valueRow(place, "i", {
      field: "spec.include[].fromPath",
      first: { path: "./included" },
      source: included("shared", "inc", "included"),
      secondSource: included("shared", "other", "included"),
      sees: ["shared", "other"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.include[].toPath",
      first: { path: "./included" },
      source: included("shared", "inc", "elsewhere"),
      secondSource: included("shared", "inc", "included"),
      sees: [/^failed: .*included/, "ready"],
    }),
  (place) => ({
    field: "spec.sparseCheckout[]",
    first: { namePrefix: `${place.id}-` },
    source: { ...main, sparseCheckout: ["inc"] },
    secondSource: { ...main, sparseCheckout: ["inc", "sub"] },
    look: (seen) => exists(seen, corePath(place.namespace, "configmaps", `${place.id}-n`)),
    sees: [[false], [true]],
  }),
  (place) =>
    outcomeRow(place, {
      field: "spec.recurseSubmodules",
      first: { path: "./module" },
      source: { ...main, url: place.repository("parent"), recurseSubmodules: false },
      secondSource: { ...main, url: place.repository("parent"), recurseSubmodules: true },
      sees: [/^failed: .*submodule/, "ready"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.secretRef.name",
      source: { ...main, url: place.facts["guarded"] ?? "", secretRef: { name: "wrong" } },
      secondSource: { ...main, url: place.facts["guarded"] ?? "", secretRef: { name: "right" } },
      sees: [/^failed: the Git server refused the credentials/, "ready"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.timeout",
      source: { ...main, url: place.repository("awaited"), timeout: "1ms" },
      secondSource: { ...main, url: place.repository("awaited"), timeout: "60s" },
      sees: [/^failed: the Git server took longer than/, "ready"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.suspend",
      source: { ...main, suspend: false },
      secondSource: { ...main, suspend: true },
      sees: ["ready", /^failed: .*is suspended and has no artifact/],
    }),
];

const map = (name: string, v: string): string => mapFile(name, { v });
const servers: GitServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));
const own = answer.plane === undefined ? { key: "", cert: "" } : certificate();

/** The repositories that rows are about, and a server that asks for credentials. */
async function found(git: GitServer): Promise<Place["facts"]> {
  const { commit: first } = await git.createRepository("source", {
    "m.yaml": map("m", "1.0"),
    "sub/n.yaml": map("n", "sub"),
    "inc/i.yaml": map("i", "source"),
  });
  const second = await git.commit("source", { "m.yaml": map("m", "1.1") });
  await git.git("source", "tag", "v1.0.0", first);
  await git.git("source", "tag", "v1.1.0", second);
  await git.git("source", "update-ref", "refs/pull/1/head", second);
  await git.git("source", "tag", "v2.0.0", await git.commit("source", { "m.yaml": map("m", "2.0") }));
  await git.commit("source", { "m.yaml": map("m", "main") });
  await git.commit("source", { "m.yaml": map("m", "dev") }, "change", "dev");
  await git.createRepository("elsewhere", { "m.yaml": map("m", "elsewhere") });
  await git.createRepository("parent", { "m.yaml": map("m", "parent") });
  const folder = mkdtempSync(join(tmpdir(), "parent-"));
  await gitIn(folder, "clone", "--quiet", join(git.root, "parent.git"), ".");
  await writeFiles(folder, { ".gitmodules": '[submodule "module"]\n\tpath = module\n\turl = ../elsewhere.git\n' });
  await gitIn(folder, "add", ".gitmodules");
  const module = await git.git("elsewhere", "rev-parse", "main");
  await gitIn(folder, "update-index", "--add", "--cacheinfo", `160000,${module},module`);
  await gitIn(folder, "commit", "--quiet", "-m", "link");
  await gitIn(folder, "push", "--quiet", "origin", "main");
  rmSync(folder, { recursive: true });

  const guarded = await startGitServer({ tls: own, auth: { username: "flux", password: "right" } });
  servers.push(guarded);
  const files = { "m.yaml": map("m", "guarded") };
  const { url } = await guarded.createRepository("guarded", files);
  await git.createRepository("awaited", files);
  return { first, second, guarded: url };
}

testRows(answer, "GitRepository", ROWS, {
  found,
  files: { "inc/i.yaml": map("i", "shared"), "other/i.yaml": map("i", "other") },
  async prepare(plane, { namespace }) {
    for (const password of ["wrong", "right"]) {
      const stringData = { username: "flux", password, "ca.crt": own.cert };
      await make(plane, `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: password }, stringData });
    }
  },
});
