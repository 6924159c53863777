import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isBlocked, renderDiagnosis } from "../../../src/cli/output/diagnosis.ts";
import { FINDING_MEANINGS, type Finding } from "../../../src/engine/index.ts";

const PLAIN = { name: "ks/shop", output: undefined, color: false, unicode: true } as const;
const id = { group: "apps", kind: "Deployment", namespace: "apps", name: "web" };
const CAUSE: Finding = { severity: "blocking", code: "ImagePull", object: id, message: "no image", next: "look", evidence: ["a", "b"] };
const WARNING: Finding = { severity: "warning", code: "Hidden", object: undefined, message: "more", next: "", evidence: [] };
const INFO: Finding = { severity: "info", code: "User", object: undefined, message: "you are eve", next: "", evidence: [] };

test("the cause stands first, its next step below it, then what it was seen by, then the rest", () => {
  const text = renderDiagnosis([CAUSE, WARNING], PLAIN);
  assert.equal(text, "✗ no image\n  next: look\n  - a\n  - b\n\nalso seen:\n⚠ more\n");
});

test("without a cause it says so, and what was seen", () => {
  assert.equal(renderDiagnosis([], PLAIN), "✔ nothing is known to block ks/shop\n");
  assert.equal(renderDiagnosis([WARNING], PLAIN), "✔ nothing is known to block ks/shop\n\nseen:\n⚠ more\n");
});

test("a survey shows the surroundings before what is wrong", () => {
  assert.equal(renderDiagnosis([CAUSE, INFO], { ...PLAIN, name: undefined }), "► you are eve\n\n✗ no image\n  next: look\n  - a\n  - b\n");
  assert.equal(renderDiagnosis([INFO], { ...PLAIN, name: undefined }), "► you are eve\n\n✔ nothing is known to block any delivery\n");
});

test("without UTF-8 it is plain ASCII, and nothing that a terminal obeys gets through", () => {
  const hostile: Finding = { ...CAUSE, message: "\u001b[2Jno", next: "a\u202eb", evidence: ["c\nd"] };
  const text = renderDiagnosis([hostile], { ...PLAIN, unicode: false });
  assert.equal(text, "x \\x1b[2Jno\n  next: a\\u202eb\n  - c\\nd\n");
});

test("the document holds every finding with all its fields; no object is null", () => {
  const document = JSON.parse(renderDiagnosis([CAUSE, WARNING], { ...PLAIN, output: "json" })) as object;
  assert.deepEqual(document, {
    apiVersion: "cli.gitops/v1",
    kind: "Diagnosis",
    findings: [
      { severity: "blocking", code: "ImagePull", object: id, message: "no image", next: "look", evidence: ["a", "b"] },
      { severity: "warning", code: "Hidden", object: null, message: "more", next: "", evidence: [] },
    ],
  });
});

test("only what blocks decides the exit status", () => {
  assert.equal(isBlocked([WARNING, INFO]), false);
  assert.equal(isBlocked([WARNING, CAUSE]), true);
});

test("docs/doctor.md lists every code with its meaning", () => {
  const page = readFileSync(new URL("../../../docs/doctor.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  assert.deepEqual(listed, Object.entries(FINDING_MEANINGS));
});
