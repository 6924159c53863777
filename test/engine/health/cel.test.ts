import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compileHealthExpressions, compileReadyExpression } from "../../../src/engine/health/index.ts";
import type { HealthExpressions } from "../../../src/engine/model/app.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

/** Expressions, and what cel-go v0.26.1 says of them on the object (fluxcd/pkg/runtime v0.110.1): true, false, fails, invalid. */
interface Table {
  readonly object: JsonObject;
  readonly health: readonly (readonly [expression: string, answer: string])[];
  readonly ready: readonly (readonly [expression: string, answer: string])[];
}

const { object, health, ready }: Table = JSON.parse(
  readFileSync(new URL("../../../fixtures/cel/expressions.json", import.meta.url), "utf8"),
);

function entry(changes: Partial<HealthExpressions>): HealthExpressions {
  return { apiVersion: "x/v1", kind: "W", current: "true", inProgress: "", failed: "", ...changes };
}

async function refusedAsInvalid(step: () => Promise<string>): Promise<string> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "INVALID_EXPRESSION") return "invalid";
    throw error;
  }
}

const ANSWERS = new Map([
  ["Current", "true"],
  ["InProgress", "false"],
  ["Unknown", "fails"],
]);

test(`${health.length} health expressions say what they say in cel-go`, async () => {
  for (const [expression, expected] of health) {
    const actual = await refusedAsInvalid(async () => {
      const verdict = (await compileHealthExpressions([entry({ current: expression })]))(object);
      return ANSWERS.get(verdict?.status ?? "") ?? "";
    });
    assert.equal(actual, expected, expression);
  }
});

test(`${ready.length} expressions on dependencies say what they say in cel-go`, async () => {
  for (const [expression, expected] of ready) {
    const actual = await refusedAsInvalid(async () => {
      const { isReady, message } = (await compileReadyExpression(expression))(object, object);
      return message === "" ? String(isReady) : "fails";
    });
    assert.equal(actual, expected, expression);
  }
});

test("inProgress is asked first, then failed, then current; none of them is InProgress", async () => {
  const phase = (word: string): JsonObject => ({ apiVersion: "x/v1", kind: "W", status: { phase: word } });
  const judge = await compileHealthExpressions([
    entry({
      inProgress: "status.phase in ['Both', 'Busy']",
      failed: "status.phase in ['Both', 'Bad', 'Good?']",
      current: "status.phase.startsWith('Good')",
    }),
  ]);
  const words = ["Both", "Busy", "Bad", "Good?", "Good", "Other"].map((word) => judge(phase(word))?.status);
  assert.deepEqual(words, ["InProgress", "InProgress", "Failed", "Failed", "Current", "InProgress"]);
});

test("an object that its controller has not seen is InProgress, unless the generation is no number", async () => {
  const judge = await compileHealthExpressions([entry({})]);
  const seen = (observedGeneration: JsonObject[string]): string | undefined =>
    judge({ apiVersion: "x/v1", kind: "W", metadata: { generation: 2 }, status: { observedGeneration } })?.status;
  assert.deepEqual([seen(1), seen(2), seen(2n), seen("1"), seen(null)], ["InProgress", "Current", "Current", "Current", "Current"]);
});

test("an entry without a kind is for the kinds of its group that have none of their own, whatever the version", async () => {
  const judge = await compileHealthExpressions([entry({ kind: "", current: "false" }), entry({})]);
  const of = (apiVersion: string, kind: string): string | undefined => judge({ apiVersion, kind })?.status;
  assert.deepEqual(
    [of("x/v1", "W"), of("x/v2", "W"), of("x/v1", "Other"), of("y/v1", "W")],
    ["Current", "Current", "InProgress", undefined],
  );
});

test("integers of 64 bits stay exact", async () => {
  const judge = await compileHealthExpressions([entry({ current: "spec.n == 9007199254740993 && spec.n != 9007199254740992" })]);
  assert.equal(judge({ apiVersion: "x/v1", kind: "W", spec: { n: 9007199254740993n } })?.status, "Current");
});

test("what is no expression is refused with its place, and so are two entries for a kind, and no current", async () => {
  await assert.rejects(compileHealthExpressions([entry({}), entry({ kind: "V", failed: "a ==" })]), {
    code: "INVALID_EXPRESSION",
    message: /^healthCheckExprs\[1\]\.failed: "a ==" is no valid expression: [^\n]+$/,
  });
  await assert.rejects(compileHealthExpressions([entry({}), entry({ apiVersion: "x/v2" })]), {
    code: "INVALID_EXPRESSION",
    message: /second entry/,
  });
  await assert.rejects(compileHealthExpressions([entry({ current: "" })]), { code: "INVALID_EXPRESSION", message: /current is missing/ });
  await assert.rejects(compileReadyExpression("other.status.ready == true"), { code: "INVALID_EXPRESSION" });
  await assert.rejects(compileReadyExpression("dep.status.ready"), { code: "INVALID_EXPRESSION", message: /expected bool/ });
});

test("functions that Flux has not, or that are not here, are refused by name", async () => {
  for (const [expression, name] of [
    ["cel.bind(x, 1, x == 1)", "cel.bind"],
    ["'a'.gitopsmatches('a')", "gitopsmatches"],
    ["'%s'.format(['a']) == 'a'", "format"],
  ] as const) {
    await assert.rejects(compileReadyExpression(expression), { code: "INVALID_EXPRESSION", message: new RegExp(name) }, expression);
  }
});

test("no message holds a value of the object", async () => {
  const secret: JsonObject = { apiVersion: "x/v1", kind: "W", data: { password: "hunter2" } };
  for (const expression of [
    "int(data.password) == 1",
    "bool(data.password)",
    "data.password",
    "data.password < 1",
    "timestamp(data.password) > timestamp(data.password)",
    "data[data.password] == 1",
  ]) {
    const verdict = (await compileHealthExpressions([entry({ current: expression })]))(secret);
    assert.equal(verdict?.status, "Unknown", expression);
    assert.doesNotMatch(verdict.message, /hunter2|\n/, expression);
  }
});

test("hostile expressions end before they take long", async () => {
  const list = Array.from({ length: 1_000 }, (_, at) => `${at}${"a".repeat(1_000)}`);
  const large: JsonObject = { apiVersion: "x/v1", kind: "W", list };
  const nested = "list.all(a, list.all(b, list.all(c, a != b || b != c)))";
  const growing = `list[0]${".replace('a', list[0])".repeat(8)} == ''`;
  for (const current of [nested, growing, "list[0].matches('(a*)*b')"]) {
    const verdict = (await compileHealthExpressions([entry({ current })]))(large);
    assert.ok(["Unknown", "InProgress"].includes(verdict?.status ?? ""), current);
  }
  for (const expression of ["(".repeat(5_000), `${"!".repeat(4_000)}true`, `[${"1,".repeat(5_000)}1] == []`, "a".repeat(20_000)]) {
    await assert.rejects(compileReadyExpression(expression), (error) => error instanceof GitOpsError);
  }
});
