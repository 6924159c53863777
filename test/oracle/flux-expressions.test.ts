import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { compileHealthExpressions, compileReadyExpression } from "../../src/engine/health/index.ts";
import { GitOpsError, type JsonObject } from "../../src/engine/index.ts";
import { skipWithoutFluxOracle as skip, startFluxOracle, type FluxOracle } from "../support/flux-oracle.ts";

const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_403);
const count = 10 * Number(process.env["GITOPS_TREES"] ?? 150);
let oracle: FluxOracle;
before(() => {
  if (skip === false) oracle = startFluxOracle();
});
after(() => oracle?.close());

type Rows = readonly (readonly [expression: string, answer: string])[];
const fixture: { object: JsonObject; health: Rows; ready: Rows } = JSON.parse(
  readFileSync(new URL("../../fixtures/cel/expressions.json", import.meta.url), "utf8"),
);

test("the answers in fixtures/cel are the original's", { skip }, async () => {
  const { object, health, ready } = fixture;
  for (const [expression, expected] of health) {
    const answer = await oracle.evaluate({ expression, variables: object, isReady: false });
    assert.deepEqual(answer, { result: expected }, expression);
  }
  for (const [expression, expected] of ready) {
    const answer = await oracle.evaluate({ expression, variables: { self: object, dep: object }, isReady: true });
    assert.deepEqual(answer, { result: expected }, expression);
  }
});

/** What we say, in the oracle's words. */
async function ours(answer: () => Promise<string>): Promise<string> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof GitOpsError) return "invalid";
    throw error;
  }
}

async function ofHealth(expression: string, object: JsonObject): Promise<string> {
  return await ours(async () => {
    const judge = await compileHealthExpressions([{ apiVersion: "x/v1", kind: "W", current: expression, inProgress: "", failed: "" }]);
    const status = judge(object)?.status;
    return status === "Unknown" ? "fails" : String(status === "Current");
  });
}

async function ofDependency(expression: string, object: JsonObject): Promise<string> {
  return await ours(async () => {
    const { isReady, message } = (await compileReadyExpression(expression))(object, object);
    return message === "" ? String(isReady) : "fails";
  });
}

const condition = fc.record(
  {
    type: fc.constantFrom("Ready", "Stalled"),
    status: fc.constantFrom("True", "False", true),
    reason: fc.constantFrom("", "Ok"),
    observedGeneration: fc.nat(2),
  },
  { requiredKeys: ["type"] },
);
const object: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      phase: fc.constantFrom("Ready", "ready", "", "ä€", 1),
      ready: fc.boolean(),
      count: fc.constantFrom(0, 1, 2, -1, 1.5),
      conditions: fc.array(condition, { maxLength: 3 }),
      names: fc.array(fc.constantFrom("Ready", "a", 1), { maxLength: 2 }),
      nothing: fc.constant(null),
      labels: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("a", "x"), { noNullPrototype: true }),
    },
    { requiredKeys: [] },
  )
  .map((status) => ({ apiVersion: "x/v1", kind: "W", metadata: { name: "w" }, status }));

/** Expressions over `status`; `c` is a variable of the macros. */
const { bool } = fc.letrec<{ bool: string; text: string; number: string; list: string; inner: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      "'Ready'",
      "'True'",
      "''",
      "'ä€'",
      "'a'",
      "status.phase",
      "status.phase",
      "metadata.name",
      "status.?phase.orValue('x')",
      "status.labels.a",
      "status.labels['b']",
    ),
    fc.tuple(tie("text"), tie("text")).map(([left, right]) => `(${left} + ${right})`),
    tie("text").map((text) => `${text}.lowerAscii()`),
    fc.tuple(tie("text"), tie("number")).map(([text, at]) => `${text}.substring(${at})`),
    fc.tuple(tie("text"), tie("text")).map(([text, by]) => `${text}.replace(${by}, 'y')`),
    tie("number").map((number) => `string(${number})`),
    fc.tuple(tie("bool"), tie("text"), tie("text")).map(([when, one, other]) => `(${when} ? ${one} : ${other})`),
  ),
  number: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("0", "1", "2", "-1", "1.5", "2u", "status.count", "status.count", "status.conditions[0].observedGeneration"),
    tie("text").map((text) => `size(${text})`),
    tie("list").map((list) => `${list}.size()`),
    fc.tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%"), tie("number")).map((parts) => `(${parts.join(" ")})`),
    fc.tuple(tie("text"), tie("text")).map(([text, part]) => `${text}.indexOf(${part})`),
    tie("text").map((text) => `int(${text})`),
  ),
  list: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom("status.conditions", "status.conditions", "status.names"),
    fc.tuple(tie("list"), tie("inner")).map(([list, inner]) => `${list}.filter(c, ${inner})`),
    tie("list").map((list) => `${list}.map(c, c.type)`),
    fc.tuple(tie("text"), tie("text")).map(([text, by]) => `${text}.split(${by})`),
  ),
  inner: fc.oneof(
    fc.constantFrom(
      "c.type == 'Ready'",
      "c.status == 'True'",
      "has(c.reason) && c.reason == 'Ok'",
      "c.observedGeneration > 0",
      "c == 'a'",
      "c.?status.orValue('') != 'True'",
    ),
    tie("bool"),
  ),
  bool: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      "true",
      "status.ready",
      "has(status.phase)",
      "has(status.conditions)",
      "has(status.a.b)",
      "status.nothing == null",
      "type(status.count) == int",
    ),
    fc.tuple(tie("text"), fc.constantFrom("==", "!=", "<", ">="), tie("text")).map((parts) => parts.join(" ")),
    fc.tuple(tie("number"), fc.constantFrom("==", "!=", "<", ">="), tie("number")).map((parts) => parts.join(" ")),
    fc.tuple(tie("bool"), fc.constantFrom("&&", "||"), tie("bool")).map((parts) => `(${parts.join(" ")})`),
    tie("bool").map((inner) => `!(${inner})`),
    fc
      .tuple(tie("list"), fc.constantFrom("all", "exists", "exists_one"), tie("inner"))
      .map(([list, macro, inner]) => `${list}.${macro}(c, ${inner})`),
    fc
      .tuple(tie("text"), fc.constantFrom("startsWith", "endsWith", "contains"), tie("text"))
      .map(([text, test, part]) => `${text}.${test}(${part})`),
    fc.tuple(tie("text"), fc.constantFrom("^R.*", "(?i)ready", "[a", "a{2,1}")).map(([text, pattern]) => `${text}.matches('${pattern}')`),
    fc.tuple(tie("text"), tie("list")).map(([text, list]) => `${text} in ${list}`),
    tie("text").map((text) => `${text} in status.labels`),
  ),
}));

test(`${count} generated expressions say what they say in cel-go (seed ${seed})`, { skip }, async (context) => {
  const answers = new Map<string, number>();
  const property = fc.asyncProperty(bool, object, fc.boolean(), async (plain, value, isReady) => {
    const expression = isReady
      ? plain.replaceAll("status.", "dep.status.").replaceAll("metadata.", "self.metadata.").replaceAll("c.dep.", "c.")
      : plain;
    const variables = isReady ? { self: value, dep: value } : value;
    const { result } = { result: "", ...(await oracle.evaluate({ expression, variables, isReady })) };
    // cel-go evaluates constant parts when it compiles, those that are never asked for too.
    if (result === "invalid") return;
    const [expected, actual] = [result, await (isReady ? ofDependency : ofHealth)(expression, value)].map((each) =>
      each === "invalid" || each === "fails" ? "refused" : each,
    );
    answers.set(expected ?? "", (answers.get(expected ?? "") ?? 0) + 1);
    assert.equal(actual, expected, expression);
  });
  await fc.assert(property, { seed, numRuns: count });
  context.diagnostic([...answers].map(([answer, times]) => `${answer} ${times}`).join(", "));
  for (const answer of ["true", "false", "refused"])
    assert.ok((answers.get(answer) ?? 0) > count / 20, `hardly any expression is ${answer}`);
});
