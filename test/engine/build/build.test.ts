import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_BUDGET, type BuildBudget, type BuildOptions } from "../../../src/engine/build/build-options.ts";
import { build, checkDeliverable } from "../../../src/engine/build/index.ts";
import type { Diagnostic } from "../../../src/engine/model/diagnostic.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { resourceKey } from "../../../src/engine/model/resource-id.ts";
import { memoryTree, type MemoryEntry } from "../../support/memory-tree.ts";

type Files = Readonly<Record<string, MemoryEntry>>;

function options(budget: Partial<BuildBudget> = {}, more: Partial<BuildOptions> = {}): BuildOptions {
  return {
    budget: { ...DEFAULT_BUDGET, ...budget },
    loadRestrictor: "LoadRestrictionsRootOnly",
    strict: false,
    monotonic: () => 0,
    signal: new AbortController().signal,
    ...more,
  };
}

async function keys(files: Files, path = "", budget: Partial<BuildBudget> = {}): Promise<string[]> {
  const { manifests } = await build(memoryTree(files), path, options(budget));
  return manifests.map(({ id }) => resourceKey(id));
}

/** Why files cannot be delivered. */
async function failure(files: Files, path = "", given = options()): Promise<GitOpsError> {
  try {
    checkDeliverable((await build(memoryTree(files), path, given)).manifests);
  } catch (error) {
    assert.ok(error instanceof GitOpsError, String(error));
    return error;
  }
  assert.fail("it was built");
}

function configMap(name: string, more = ""): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
}

function secret(more: string): Files {
  return { "secret.yaml": `apiVersion: v1\nkind: Secret\nmetadata: {name: key}\n${more}` };
}

describe("a plain folder", () => {
  test("gives all objects of YAML and JSON files below it, in the order of their paths", async () => {
    const files = {
      "b.yml": configMap("b"),
      "a/z.yaml": configMap("z"),
      "a-b.yaml": configMap("a-b"),
      "a/deep/er/x.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}',
      "README.md": "# no manifest",
      "script.sh": "exit",
    };
    assert.deepEqual(await keys(files), ["/ConfigMap//a-b", "/ConfigMap//x", "/ConfigMap//z", "/ConfigMap//b"]);
    assert.deepEqual(await keys(files, "a"), ["/ConfigMap//x", "/ConfigMap//z"]);
  });

  test("each manifest knows its id, its apiVersion and its line", async () => {
    const text = `${configMap("one")}---\n# a deployment\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n`;
    const { manifests, warnings } = await build(memoryTree({ "app/all.yaml": text }), "app", options());
    assert.deepEqual(
      manifests.map(({ id, apiVersion, origin }) => ({ id, apiVersion, origin })),
      [
        { id: { group: "", kind: "ConfigMap", namespace: "", name: "one" }, apiVersion: "v1", origin: { file: "app/all.yaml", line: 1 } },
        {
          id: { group: "apps", kind: "Deployment", namespace: "shop", name: "web" },
          apiVersion: "apps/v1",
          origin: { file: "app/all.yaml", line: 7 },
        },
      ],
    );
    assert.deepEqual(warnings, []);
  });

  test("without any YAML gives nothing, and so do files with nothing in them", async () => {
    assert.deepEqual(await keys({ "docs/README.md": "" }), []);
    assert.deepEqual(await keys({ "empty/": "" }, "empty"), []);
    assert.deepEqual(await keys({ "a.yaml": "", "b.yaml": "# only a comment\n", "c.yaml": "---\n---\n{}\n---\nnull\n" }), []);
  });

  test("may be a single file", async () => {
    assert.deepEqual(await keys({ "x/a.yaml": configMap("a"), "x/b.yaml": configMap("b") }, "x/b.yaml"), ["/ConfigMap//b"]);
  });

  test("that is not there is PATH_NOT_FOUND", async () => {
    assert.equal((await failure({ "a.yaml": "" }, "nope")).code, "PATH_NOT_FOUND");
  });

  test("gives lists as their items, however they nest, with the types that a typed list leaves out", async () => {
    const files = {
      "list.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${configMap("a").trim().replaceAll("\n", "\n  ")}\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]}\n`,
      "typed.yaml":
        "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: c}\n- {apiVersion: v1, kind: Secret, metadata: {name: d}}\n",
      "zero.yaml": "apiVersion: v1\nkind: List\nitems: null\n---\napiVersion: v1\nkind: List\n---\napiVersion: v1\nkind: List\nitems: []\n",
      "named.yaml": "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: e}\n",
    };
    assert.deepEqual(await keys(files), ["/ConfigMap//a", "/ConfigMap//b", "example.com/AllowList//e", "/ConfigMap//c", "/Secret//d"]);
  });

  test("keeps what only has generateName, as often as it is there", async () => {
    const hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n";
    assert.deepEqual(await keys({ "a.yaml": `${hook}---\n${hook}` }), ["batch/Job//", "batch/Job//"]);
  });

  test("leaves out what is marked as local configuration", async () => {
    const marked = (value: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x${value}, annotations: {config.kubernetes.io/local-config: "${value}"}}\n`;
    assert.deepEqual(await keys({ "a.yaml": `${marked("true")}---\n${marked("false")}` }), ["/ConfigMap//xfalse"]);
  });

  test("keeps keys and integers of any kind", async () => {
    const text = configMap("odd", 'data: {__proto__: "1", constructor: "2"}\nbig: 12345678901234567890\n');
    const { manifests } = await build(memoryTree({ "a.yaml": text }), "", options());
    assert.deepEqual(Object.keys(manifests[0]?.object["data"] ?? {}), ["__proto__", "constructor"]);
    assert.equal(manifests[0]?.object["big"], 12345678901234567890n);
  });
});

describe("a folder with a kustomization", () => {
  const base = { "kustomization.yaml": "namePrefix: dev-\nresources: [a.yaml]\n", "a.yaml": configMap("a"), "b.yaml": configMap("b") };

  test("is built as one, whichever of the three names its file has", async () => {
    for (const name of ["kustomization.yaml", "kustomization.yml", "Kustomization"]) {
      const { "kustomization.yaml": text, ...files } = base;
      assert.deepEqual(await keys({ ...files, [name]: text }), ["/ConfigMap//dev-a"]);
    }
  });

  test("below a plain folder is built as one, and not gone into for other files", async () => {
    const nested = Object.fromEntries(Object.entries(base).map(([path, text]) => [`app/${path}`, text]));
    const files = { ...nested, "app/more/c.yaml": configMap("c"), "first.yaml": configMap("first"), "aa.yaml": configMap("aa") };
    assert.deepEqual(await keys(files), ["/ConfigMap//aa", "/ConfigMap//dev-a", "/ConfigMap//first"]);
  });

  test("gives manifests that pass the same checks", async () => {
    const files = { ...base, "a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {p: '***'}\n" };
    assert.match((await failure(files)).message, /holds a mask instead of a value/);
    const encrypted = { ...base, "a.yaml": `${configMap("a")}sops: {mac: x}\n` };
    assert.equal((await failure(encrypted)).code, "UNSUPPORTED_CONTENT");
  });

  test("is held to the budget of bytes", async () => {
    assert.equal((await failure(base, "", options({ totalBytes: 60 }))).code, "LIMIT_EXCEEDED");
  });
});

describe("what a plain folder leaves out", () => {
  test("default ignores, .sourceignore of the folder, of those above and of those below", async () => {
    const files = {
      ".sourceignore": "apps/top.yaml\n/a.yaml\n",
      "a.yaml": configMap("not-built"),
      "apps/a.yaml": configMap("a"),
      "apps/top.yaml": "not: an object",
      "apps/.github/workflows/ci.yaml": "on: push",
      "apps/.sops.yaml": "creation_rules: []",
      "apps/.gitops/pipeline.yaml": "kind: Pipeline",
      "apps/charts/values.yaml": "replicas: 1",
      "apps/charts/.sourceignore": "values.yaml\n",
      "apps/charts/cm.yaml": configMap("cm"),
      "apps/.sourceignore": "drafts/\n!drafts/kept.yaml\n",
      "apps/drafts/x.yaml": "x: 1",
      "apps/drafts/kept.yaml": "x: 1",
    };
    assert.deepEqual(await keys(files, "apps"), ["/ConfigMap//a", "/ConfigMap//cm"]);
  });
});

describe("links", () => {
  test("to files and folders inside the tree are followed", async () => {
    const files = {
      "app/link.yaml": { link: "../shared/a.yaml" },
      "app/more": { link: "../shared/more" },
      "shared/a.yaml": configMap("a"),
      "shared/more/b.yaml": configMap("b"),
    };
    assert.deepEqual(await keys(files, "app"), ["/ConfigMap//a", "/ConfigMap//b"]);
  });

  test("that leave the tree end the build", async () => {
    assert.equal((await failure({ "a.yaml": { link: "/etc/passwd" } })).code, "PATH_ESCAPES_REPOSITORY");
    assert.equal((await failure({ "x/a.yaml": { link: "../../secret" } }, "x")).code, "PATH_ESCAPES_REPOSITORY");
  });

  test("that go round end the build", async () => {
    assert.equal((await failure({ "a.yaml": { link: "b.yaml" }, "b.yaml": { link: "a.yaml" } })).code, "BUILD_FAILED");
    assert.match(
      (await failure({ "x/y/up": { link: ".." }, "x/a.yaml": configMap("a") })).message,
      /^x\/y\/up: a link to a folder that it stands in$/,
    );
  });
});

describe("problems in files", () => {
  test("are all shown at once, with their places and without values", async () => {
    const files = {
      "a.yaml": "a:\n\tb: hunter2\n",
      "b.yaml": `${configMap("b")}---\nkind: Secret\nmetadata: {name: x}\nstringData: {p: hunter2}\n`,
      "c.yaml": "apiVersion: v1\nkind: Service\nmetadata: {labels: {a: b}}\n",
      "d.yaml": "- hunter2\n",
      "e.yaml": "hunter2\n",
      "f.yaml": "apiVersion: v1\nkind: List\nitems: hunter2\n",
      "g.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: g, namespace: 1}\n",
      "good.yaml": configMap("good"),
    };
    const error = await failure(files);
    assert.equal(error.code, "BUILD_FAILED");
    assert.match(error.message, /^a\.yaml:2:1: a tab in the indentation; expected spaces \(and 6 more problems\)$/);
    const diagnostics = error.data["diagnostics"] as Diagnostic[];
    assert.deepEqual(
      diagnostics.map(({ file, line }) => `${file}:${line}`),
      ["a.yaml:2", "b.yaml:6", "c.yaml:1", "d.yaml:1", "e.yaml:1", "f.yaml:1", "g.yaml:1"],
    );
    assert.match(diagnostics[1]?.message ?? "", /apiVersion is missing/);
    assert.match(diagnostics[2]?.message ?? "", /^Service without a name/);
    assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.data]), /hunter2/);
  });

  test("an id twice names both files, also where only the version differs", async () => {
    const error = await failure({ "a.yaml": configMap("x"), "b/c.yaml": `${configMap("y")}---\n${configMap("x")}` });
    assert.match(error.message, /^b\/c\.yaml:6: configmap\/x is declared twice, first at a\.yaml:1$/);
    const scaler = (version: string) =>
      `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: {name: x, namespace: n}\n`;
    assert.match((await failure({ "a.yaml": `${scaler("v1")}---\n${scaler("v2")}` })).message, /in namespace n is declared twice/);
  });

  test("labels or annotations that are no map are refused where they are delivered", async () => {
    for (const [field, value] of [
      ["labels", "[a]"],
      ["annotations", "a"],
      ["labels", "1"],
    ]) {
      const error = await failure({ "a.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, ${field}: ${value}}\n` });
      assert.match(error.message, new RegExp(`^a\\.yaml:1: metadata\\.${field} is no map`));
    }
    assert.equal((await keys({ "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: null}\n" })).length, 1);
  });

  test("the same name in two namespaces or groups is no duplicate", async () => {
    const text = ["v1", "example.com/v1"].flatMap((version) =>
      ["a", "b"].map((namespace) => `apiVersion: ${version}\nkind: Service\nmetadata: {name: x, namespace: ${namespace}}\n`),
    );
    assert.equal((await keys({ "a.yaml": text.join("---\n") })).length, 4);
  });

  test("two kustomization files in one folder are an error, wherever the folder is", async () => {
    const files = { "x/kustomization.yaml": "resources: []", "x/Kustomization": "resources: []" };
    for (const path of ["x", ""])
      assert.match((await failure(files, path)).message, /^x\/kustomization\.yaml: more than one kustomization file/);
  });
});

describe("Secrets", () => {
  test("with data that is no base64 are refused without the value", async () => {
    for (const value of ["hunter2!", "aGk", "aG k=", "12", "{a: b}"]) {
      const error = await failure(secret(`data:\n  password: ${value}\n`));
      assert.equal(error.code, "BUILD_FAILED");
      assert.match(error.message, /^secret\.yaml:1: Secret "key": data "password" is not base64$/);
      assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.data]), /hunter2|aGk/);
    }
  });

  test("with masks that a tool printed are refused, in data, encoded or not, and in stringData", async () => {
    const masks = ["***", "'*** (before)'", "'**REDACTED**'", "'**SOPS**'", "++++++++"];
    for (const mask of masks) {
      const quoted = mask.startsWith("'") ? mask : `'${mask}'`;
      for (const field of ["data", "stringData"]) {
        assert.match((await failure(secret(`${field}:\n  password: ${quoted}\n`))).message, /holds a mask instead of a value/);
      }
    }
    assert.match((await failure(secret("data: {password: KipTT1BTKio=}\n"))).message, /holds a mask instead of a value/);
  });

  test("are built whatever they hold, as kustomize does: only what is delivered is checked", async () => {
    assert.deepEqual(await keys(secret("data: {password: 'hunter2!'}\nstringData: {other: '***'}\n")), ["/Secret//key"]);
  });

  test("with proper values are built, other kinds may hold anything", async () => {
    assert.equal((await keys(secret("data: {a: aGk=, b: '', c: null, d: '//79'}\nstringData: {e: '** hello **', f: '**'}\n"))).length, 1);
    assert.equal((await keys({ "cm.yaml": configMap("x", "data: {a: '***', b: '**SOPS**'}\n") })).length, 1);
  });

  test("and all else that SOPS encrypted is refused, naming the file", async () => {
    const sops = "sops: {mac: 'ENC[AES256_GCM,data:x]', version: 3.8.1}\n";
    for (const text of [`${configMap("x")}${sops}`, `data: ENC[x]\n${sops}`]) {
      const error = await failure({ "ok.yaml": configMap("ok"), "enc.yaml": text });
      assert.equal(error.code, "UNSUPPORTED_CONTENT");
      assert.match(error.message, /^enc\.yaml:1: encrypted with SOPS/);
    }
  });
});

describe("budgets", () => {
  test("of bytes, documents, depth and values end in LIMIT_EXCEEDED", async () => {
    const files = { "a.yaml": configMap("a"), "b.yaml": configMap("b") };
    const cases: readonly Partial<BuildBudget>[] = [{ fileBytes: 10 }, { totalBytes: 100 }, { documents: 1 }, { depth: 2 }, { nodes: 3 }];
    for (const budget of cases) assert.equal((await failure(files, "", options(budget))).code, "LIMIT_EXCEEDED", JSON.stringify(budget));
    assert.equal((await keys(files, "", { fileBytes: 60, totalBytes: 120, documents: 2, nodes: 7 })).length, 2);
  });

  test("lists in lists, fifty deep, end in LIMIT_EXCEEDED", async () => {
    const text = `${"{apiVersion: v1, kind: List, items: [".repeat(50)}${"]}".repeat(50)}`;
    assert.equal((await failure({ "a.yaml": text })).code, "LIMIT_EXCEEDED");
  });

  test("of time ends a build between two files", async () => {
    let now = 0;
    const given = options({ milliseconds: 50 }, { monotonic: () => (now += 20) });
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${index}.yaml`, configMap(`c${index}`)]));
    assert.match((await failure(files, "", given)).message, /^the build took longer than 0.05 s$/);
  });

  test("an aborted signal ends a build with its reason", async () => {
    const controller = new AbortController();
    const reason = new GitOpsError("INTERRUPTED", "interrupted");
    controller.abort(reason);
    assert.equal(await failure({ "a.yaml": configMap("a") }, "", options({}, { signal: controller.signal })), reason);
  });
});
