import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makeFinding } from "../../../src/engine/diagnose/make-finding.ts";
import { redact, redactOwn } from "../../../src/engine/diagnose/redact.ts";

/** What stands in logs and messages, and the part of it that must not come through. */
const LEAKS: readonly (readonly [string, string])[] = [
  ["unable to clone 'https://bot:s3cr3tvalue@git.example/a.git'", "s3cr3tvalue"],
  ["fetching https://s3cr3tvalue@git.example/a.git", "s3cr3tvalue"],
  ["ssh://git:s3cr3tvalue@git.example/a.git", "s3cr3tvalue"],
  ["Authorization: Bearer s3cr3tvalue.abc", "s3cr3tvalue"],
  ["authorization: basic czNjcjN0dmFsdWU=", "czNjcjN0dmFsdWU"],
  ["DB_PASSWORD=s3cr3tvalue starting", "s3cr3tvalue"],
  ['{"password": "s3cr3tvalue with blanks"}', "s3cr3tvalue"],
  ["password: s3cr3tvalue", "s3cr3tvalue"],
  ["using api_key='s3cr3tvalue'", "s3cr3tvalue"],
  ["client-secret: s3cr3tvalue", "s3cr3tvalue"],
  ["token ghp_s3cr3tvalue0123456789 refused", "s3cr3tvalue"],
  ["glpat-s3cr3tvalue-0123456789", "s3cr3tvalue"],
  ["key AGE-SECRET-KEY-1S3CR3TVALUE0", "S3CR3TVALUE"],
  ["jwt eyJhbGciOiJIUzI1NiJ9.eyJzM2NyM3R2YWx1ZSI6MX0.abc", "eyJzM2NyM3R2YWx1ZSI6MX0"],
  ["-----BEGIN OPENSSH PRIVATE KEY-----\ns3cr3tvalue\n-----END OPENSSH PRIVATE KEY-----", "s3cr3tvalue"],
  ["-----BEGIN PRIVATE KEY-----\ns3cr3tvalue cut off", "s3cr3tvalue"],
];

for (const [text, secret] of LEAKS)
  test(`nothing secret comes out of ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.ok(!redact(text).includes(secret), redact(text));
  });

test("what is no secret stays as it was said", () => {
  for (const text of [
    'Secret/apps/db dry-run failed: secrets "db" not found',
    "ssh://git@git.example/a.git",
    "failed to get secret 'apps/token': secrets \"token\" not found",
    "credentials: none",
    "cannot get sops data key: no identity matched any of the recipients",
  ])
    assert.equal(redact(text), text);
});

test("our own commands are not taken for settings, and credentials in a URL of theirs are still left out", () => {
  assert.equal(redactOwn("the pull secret: kubectl get deploy web1"), "the pull secret: kubectl get deploy web1");
  assert.equal(redactOwn("git ls-remote https://u:p@git.example/a"), "git ls-remote https://***@git.example/a");
});

test("a text is one line of bounded length, and redacting it again changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom(...LEAKS.map(([text]) => text), "\n", "x".repeat(500)))), (parts) => {
      const once = redact(parts.join(" "));
      assert.ok(once.length <= 400);
      assert.doesNotMatch(once, /[\r\n]/);
      assert.equal(redact(once), once);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("a finding shows a few lines of evidence, each once, and how many more there are", () => {
  const evidence = ["a", "a", "", ...Array.from({ length: 20 }, (_, index) => `line ${String(index)}`)];
  const finding = makeFinding("warning", "Hidden", { object: undefined, message: "m", evidence });
  assert.equal(finding.evidence.length, 7);
  assert.deepEqual([finding.evidence[0], finding.evidence[6]], ["a", "… and 15 more"]);
});
