import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { buildForFlux } from "../../src/engine/build/flux/index.ts";
import { substituteManifests } from "../../src/engine/build/substitute/substitute-manifests.ts";
import { substituteText } from "../../src/engine/build/substitute/substitute-text.ts";
import { GitOpsError, printManifests } from "../../src/engine/index.ts";
import { skipWithoutFluxOracle as skip, startFluxOracle, type FluxOracle } from "../support/flux-oracle.ts";
import { writeFiles } from "../support/git-server.ts";
import { buildOptions } from "../support/kustomize-build.ts";
import { memoryTree } from "../support/memory-tree.ts";

const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_402);
const texts = 20 * Number(process.env["GITOPS_TREES"] ?? 250);
const objects = Number(process.env["GITOPS_TREES"] ?? 60);
const work = mkdtempSync(join(tmpdir(), "flux-substitute-"));
let oracle: FluxOracle;
before(() => {
  if (skip === false) oracle = startFluxOracle();
});
after(() => {
  oracle?.close();
  rmSync(work, { recursive: true, force: true });
});

const isText = (text: string): boolean => !/[\0\ufffd]|\p{Surrogate}/u.test(text);
const name = fc.constantFrom("a", "b", "c", "unset", "ü", "_x1", "1x", "");
const value = fc
  .oneof(
    fc.constantFrom("", "hello", "a/b/c", "übermäßig", "x.tar.gz", "Straße İ ᾳ", "aaa", "]z-a[", "日本語"),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: "grapheme", maxLength: 5 }),
  )
  .filter(isText);
const glob = fc
  .array(fc.constantFrom("*", "?", "[a-z]", "[^a]", "[", "]", "\\", "a", "/", ".", "ü", "-", "l"), { maxLength: 5 })
  .map((parts) => parts.join(""));

const OPERATORS = ",^ , ,, ^ ^^ # ## ### % %% : :1 :1:2 :-2 :é :- := = :+ :? - + / // /# /% :=$$ /$$/ /\\//x".split(" ");
const ENDS = ["}", "}", "}", "}", "/x}", "/}", ":1}", ""];

/** Text in which anything may stand, most of it wrong. */
const { anyText } = fc.letrec<{ anyText: string; expression: string; piece: string }>((tie) => ({
  expression: fc
    .tuple(name, fc.constantFrom("", ...OPERATORS), fc.option(tie("anyText"), { nil: "" }), fc.constantFrom(...ENDS))
    .map(([variable, operator, operand, end]) => `\${${variable}${operator}${operand}${end}`),
  piece: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(..."$ $$ { } ${ $${ text \\ / : # \\/ \\\\ é 日 2".split(" "), " ", "\n"),
    glob,
    tie("expression"),
    name.map((variable) => `\${#${variable}}`),
    name.map((variable) => `\${${variable}}`),
  ),
  anyText: fc.array(tie("piece"), { maxLength: 4 }).map((parts) => parts.join("")),
}));

/** Text that parses. */
const { goodText } = fc.letrec<{ goodText: string; expression: string }>((tie) => {
  const variable = fc.constantFrom("a", "b", "c");
  const operand = fc.oneof({ maxDepth: 2 }, glob, tie("expression"));
  return {
    expression: fc.oneof(
      fc.tuple(variable, fc.constantFrom("", "^", "^^", ",", ",,")).map(([of, operator]) => `\${${of}${operator}}`),
      fc
        .tuple(variable, fc.constantFrom("#", "##", "%", "%%", ":-", ":=", "="), operand)
        .map(([of, operator, by]) => `\${${of}${operator}${by}}`),
      fc
        .tuple(variable, fc.constantFrom("/", "//", "/#", "/%"), operand, fc.oneof(fc.constant(""), operand))
        .map(([of, operator, from, to]) => `\${${of}${operator}${from}/${to}}`),
      // The original panics at a length below zero.
      fc
        .tuple(variable, fc.integer({ min: -9, max: 9 }), fc.option(fc.nat(9), { nil: undefined }))
        .map(([of, offset, length]) => `\${${of}:${offset}${length === undefined ? "" : `:${length}`}}`),
    ),
    goodText: fc.array(fc.oneof(tie("expression"), fc.constantFrom("t", "$$", " ")), { maxLength: 3 }).map((parts) => parts.join("")),
  };
});

/** An object that lost its name or kind by a variable fails later in Flux, when it is applied. */
function hasName(text: string): boolean {
  const object: { kind?: unknown; metadata?: { name?: unknown } } = parse(text, { version: "1.1" });
  return typeof object.kind === "string" && typeof object.metadata?.name === "string";
}

function refusedAsUndefined<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

test(`${texts} generated texts are substituted, or refused, as by the original (seed ${seed})`, { skip }, async (context) => {
  let substituted = 0;
  const input = fc.record({ text: fc.oneof(anyText, goodText).filter(isText), a: value, b: value, c: value, strict: fc.boolean() });
  const property = fc.asyncProperty(input, async ({ text, a, b, c, strict }) => {
    const variables = { a, b, c, ü: "U", _x1: "1", "1x": "one" };
    const answer = await oracle.substitute({ text, variables, strict });
    const expected = answer.error === undefined ? answer.result : undefined;
    const actual = refusedAsUndefined(() => substituteText(text, new Map(Object.entries(variables)), { strict }));
    if (expected !== undefined) substituted++;
    // U+FFFD: of bytes that are no UTF-8 any more, which we refuse, or put there by the original itself.
    if (actual === undefined && expected?.includes("\ufffd") === true) return;
    assert.equal(actual, expected, answer.error);
  });
  await fc.assert(property, { seed, numRuns: texts });
  context.diagnostic(`${substituted} of ${texts} are substituted by the original`);
  assert.ok(substituted > texts / 2 && substituted < texts, "one of both outcomes is missing");
});

const word = fc.constantFrom(
  ..."${a} ${b} $${a} ${a:=5} ${unset:=yes} ${gone} ${a}${b} x-${a} $ $$ ${ ${a:0:2} ${q}1${q} text ${m} ${a/1/yes}".split(" "),
);
const scalar = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" ")),
  fc.array(word, { minLength: 2, maxLength: 3 }).map((words) => words.join("\n")),
  fc.constantFrom(
    "line one\nline two\n",
    "tab\tand ${a}",
    " leading ${a}",
    "# ${a}",
    "${a}: x",
    "'${a}'",
    '"${a}"',
    "a".repeat(70) + " ${a} " + "b".repeat(30),
  ),
);
const switchedOff = fc.constantFrom(
  { labels: { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } },
  { annotations: { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } },
  {
    annotations: { "kustomize.toolkit.fluxcd.io/substitute": "Disabled" },
  },
);
const configMap = fc
  .record({
    metadata: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: switchedOff }),
    data: fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "on", "1"), word), scalar, { maxKeys: 3, noNullPrototype: true }),
    list: fc.array(fc.oneof(scalar, fc.constantFrom<unknown>(1, true, null, {}, ["${a}"])), { maxLength: 2 }),
    name: fc.constantFrom("web", "x-${a}"),
  })
  .map(({ metadata, name: own, ...rest }) => ({
    apiVersion: "example.com/v1",
    kind: "Sample",
    metadata: { ...metadata, name: own },
    ...rest,
  }));
const setTo = fc.constantFrom(
  "1",
  "yes",
  "0x10",
  "1e3",
  "null",
  "a b",
  "x: y",
  "[1, 2]",
  "",
  "line\nbreak",
  "~",
  "a #b",
  "2001-01-01",
  "'",
  "- a",
  "ü",
  "12345678",
);
const variables = fc.record(
  { a: setTo, b: setTo, q: fc.constantFrom('"', "'"), m: fc.constantFrom("{x: 1}", "&anchor v", "*alias") },
  { requiredKeys: [] },
);

test(`${objects} generated objects are read back from their substituted text as by Flux (seed ${seed})`, { skip }, async (context) => {
  let built = 0;
  let folders = 0;
  const input = fc.record({
    object: configMap,
    values: variables,
    from: variables,
    secret: variables,
    strict: fc.boolean(),
    always: fc.boolean(),
  });
  const property = fc.asyncProperty(input, async ({ object, values, from, secret, strict, always }) => {
    const root = join(work, String(folders++));
    const files = { "app/kustomization.yaml": "resources: [object.yaml]\n", "app/object.yaml": JSON.stringify(object) };
    await writeFiles(root, files);
    const substituteFrom = [
      { kind: "ConfigMap", name: "settings" },
      { kind: "Secret", name: "credentials" },
      { kind: "Secret", name: "gone", optional: true },
    ];
    const data = Object.fromEntries(Object.entries(secret).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));
    const answer = await oracle.build({
      root,
      kustomization: {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name: "shop", namespace: "team" },
        spec: { path: "app", postBuild: { substitute: values, substituteFrom, substituteStrategy: always ? "Always" : "WithVariables" } },
      },
      configMaps: [{ metadata: { name: "settings" }, data: from }],
      secrets: [{ metadata: { name: "credentials" }, data }],
      strict,
    });
    await rm(root, { recursive: true });
    const { manifests } = await buildForFlux(
      memoryTree(files),
      { path: "app", overlay: {}, ignoreMissingComponents: false },
      buildOptions(),
    );
    const actual = refusedAsUndefined(() =>
      substituteManifests(manifests, { values, from: [from, secret], always, strict }, buildOptions().budget),
    );
    const expected = answer.error === undefined && hasName(answer.result) ? answer.result : undefined;
    if (expected !== undefined) built++;
    assert.equal(actual && printManifests(actual.map((each) => each.object)), expected, answer.error);
  });
  await fc.assert(property, { seed, numRuns: objects });
  context.diagnostic(`${built} of ${objects} build in the original`);
  assert.ok(built > objects / 4 && built < objects, "one of both outcomes is missing");
});
