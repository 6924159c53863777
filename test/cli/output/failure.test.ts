import assert from "node:assert/strict";
import { test } from "node:test";
import { exitStatusOf, statusOf } from "../../../src/cli/exit-status.ts";
import { Interruption } from "../../../src/cli/interruption.ts";
import { renderDiagnostics, renderFailures } from "../../../src/cli/output/failure.ts";
import { styleOf } from "../../../src/cli/output/style.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ERROR_EXIT, GitOpsError, type ErrorCode } from "../../../src/engine/index.ts";
import { assertGolden } from "../golden.ts";

const style = styleOf(false, true);
const asText = { output: "text", verbose: false, style } as const;
const asJson = { output: "json", verbose: false, style } as const;
const calm = new AbortController().signal;

for (const [code, status] of Object.entries(ERROR_EXIT)) {
  test(`${code} ends with ${status}`, () => {
    assert.equal(statusOf(new GitOpsError(code as ErrorCode, "x")), status);
  });
}

test("a wrong call is 2, a bug is 70, an interruption 130 or 143", () => {
  assert.deepEqual(
    [new UsageError("x"), new TypeError("x"), "thrown text", undefined, new Interruption("SIGINT"), new Interruption("SIGTERM")].map(
      statusOf,
    ),
    [2, 70, 70, 70, 130, 143],
  );
});

test("the first failure decides, except that a signal which interrupted a failed run is what ended it", () => {
  const failures = [new GitOpsError("FORBIDDEN", "a"), new GitOpsError("UNHEALTHY", "b")];
  assert.equal(exitStatusOf([], calm), 0);
  assert.equal(exitStatusOf(failures, calm), 13);
  assert.equal(exitStatusOf(failures, AbortSignal.abort(new Interruption("SIGTERM"))), 143);
  assert.equal(exitStatusOf([], AbortSignal.abort(new Interruption("SIGTERM"))), 0);
});

test("an error is a line of what and a line of what to do", () => {
  const error = new GitOpsError("NAMESPACE_NOT_FOUND", "there is no namespace \u001b[31mshop", { hint: "give --create-namespace" });
  assertGolden("error-text", renderFailures([error], 12, asText));
});

test("problems in files are all shown, with file, line and column", () => {
  const diagnostics = [
    { severity: "error", file: "a.yaml", line: 3, column: 7, message: "expected a mapping", hint: "indent it" },
    { severity: "error", file: "b.yaml", message: "is empty" },
  ] as const;
  const error = new GitOpsError("BUILD_FAILED", "2 files cannot be read", { data: { diagnostics } });
  assertGolden("error-diagnostics", renderFailures([error], 11, asText));
  const document = JSON.parse(renderFailures([error], 11, asJson)) as { path: string; line: number };
  assert.deepEqual([document.path, document.line], ["a.yaml", 3]);
});

test("a problem that is the whole error is not told twice", () => {
  const diagnostics = [{ severity: "error", file: "a.yaml", line: 3, column: 7, message: "expected a mapping" }] as const;
  const text = renderFailures([new GitOpsError("BUILD_FAILED", "a.yaml:3:7: expected a mapping", { data: { diagnostics } })], 11, asText);
  assert.equal(text.split("expected a mapping").length, 2);
});

test("warnings about files are told as compilers do", () => {
  assert.equal(
    renderDiagnostics([{ severity: "warning", file: "k.yaml", line: 2, message: "commonLabels is deprecated" }]),
    "k.yaml:2: warning: commonLabels is deprecated\n",
  );
});

test("the object of -o json has all its fields always, and is one line", () => {
  const error = new GitOpsError("FORBIDDEN", "may not create", {
    hint: "ask",
    data: { object: "secret/a", path: "s.yaml", line: 4, verb: "create" },
  });
  const text = renderFailures([error, new GitOpsError("UNHEALTHY", "other")], 13, asJson);
  assert.equal(text.trimEnd().split("\n").length, 1);
  assert.deepEqual(JSON.parse(text), {
    code: "FORBIDDEN",
    exitCode: 13,
    retryable: false,
    object: "secret/a",
    path: "s.yaml",
    line: 4,
    message: "may not create",
    hint: "ask",
  });
});

test("what may well succeed the next time is retryable, unless the error says otherwise", () => {
  const retryable = (error: GitOpsError): boolean =>
    (JSON.parse(renderFailures([error], ERROR_EXIT[error.code], asJson)) as { retryable: boolean }).retryable;
  assert.equal(retryable(new GitOpsError("LOCK_HELD", "x")), true);
  assert.equal(retryable(new GitOpsError("CLUSTER_UNREACHABLE", "x")), true);
  assert.equal(retryable(new GitOpsError("CLUSTER_UNREACHABLE", "x", { data: { retryable: false } })), false);
  assert.equal(retryable(new GitOpsError("BUILD_FAILED", "x")), false);
});

for (const verbose of [false, true]) {
  test(`the text of an unforeseen error is told nowhere${verbose ? ", not even with --verbose" : ""}`, () => {
    const bug = new TypeError("cannot parse hunter2", { cause: new Error("token=hunter2") });
    for (const output of ["text", "json"] as const) {
      const text = renderFailures([bug], 70, { output, verbose, style });
      assert.doesNotMatch(text, /hunter2/);
      assert.match(text, /bug in gitops \(TypeError\)/);
    }
    assert.equal(/^\s+at .*failure\.test/m.test(renderFailures([bug], 70, { output: "text", verbose, style })), verbose);
  });
}
