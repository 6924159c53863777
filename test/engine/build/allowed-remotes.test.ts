import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allowingFlag, isAllowed, parseAllowedRemote, remoteHost } from "../../../src/engine/build/allowed-remotes.ts";

for (const [url, expected] of [
  ["https://GitHub.com/o/r", "https github.com"],
  ["https://github.com:443/o/r", "https github.com"],
  ["https://user:pw@github.com:8443/o", "https github.com:8443"],
  ["ssh://git@h:22/r", "ssh h"],
  ["ssh://git@h:7999/r", "ssh h:7999"],
  ["git@h.example:o/r", "ssh h.example"],
  ["h:o/r", "ssh h"],
  ["oci://ghcr.io/charts", "oci ghcr.io"],
  ["http://[::1]:80/x", "http [::1]"],
  ["http://127.0.0.1:8080", "http 127.0.0.1:8080"],
  ["file:///etc", "file "],
  ["https://good.com\\@evil.com/", undefined],
  ["https://good.com%2f@evil.com/", "https evil.com"],
  ["https://a@b@evil.com/", "https evil.com"],
  ["https://evil.com#@good.com/", "https evil.com"],
  ["https://evil.com?@good.com/", "https evil.com"],
  ["https://good.com\n.evil.com/", undefined],
  ["https:///o/r", undefined],
  ["https://2130706433/", undefined],
  ["https://0x7f.1/", undefined],
  ["https://127.0.0.01/", undefined],
  ["https://xn--good-abc/", "https xn--good-abc"],
  ["https://gооd.com/", undefined],
  ["ftp://h/x", undefined],
  ["ext::sh -c id", undefined],
  ["", undefined],
] as const) {
  test(`${JSON.stringify(url)} leads to ${expected ?? "nowhere"}`, () => {
    const found = remoteHost(url);
    assert.equal(found && `${found.scheme} ${found.host}`, expected);
  });
}

test("a URL leads where Node's own parser takes it, or it is refused", () => {
  const part = fc.constantFrom(
    "good.com",
    "evil.com",
    "@",
    ":",
    "/",
    "\\",
    "//",
    "?",
    "#",
    "%40",
    "%2f",
    "443",
    "8443",
    ".",
    "..",
    "[::1]",
    "127.1",
    "1.2.3.4",
    "0x7f",
    "é",
    "\t",
    "user",
    "-",
  );
  const url = fc
    .tuple(fc.constantFrom("https://", "http://", "HTTPS://"), fc.array(part, { maxLength: 7 }))
    .map(([scheme, parts]) => scheme + parts.join(""));
  let led = 0;
  fc.assert(
    fc.property(url, (text) => {
      const found = remoteHost(text);
      if (found === undefined) return;
      led++;
      assert.ok(URL.canParse(text), text);
      assert.equal(found.host, new URL(text).host, text);
    }),
    { seed: 1, numRuns: 20_000 },
  );
  assert.ok(led > 1_000, String(led));
});

test("a host is allowed with its port and its protocol, and nothing else is", () => {
  const allowed = ["github.com", "H.example:8443", "http://local:8080", "https://other/"].map(
    (text) => parseAllowedRemote(text) ?? assert.fail(text),
  );
  const isFine = (url: string): boolean => {
    const where = remoteHost(url);
    return where !== undefined && isAllowed(where, allowed);
  };
  for (const url of [
    "https://github.com/a",
    "ssh://git@github.com/a",
    "git@GITHUB.com:a/b",
    "https://h.example:8443/",
    "http://local:8080/x",
    "https://local:8080/",
    "oci://other/x",
  ])
    assert.ok(isFine(url), url);
  for (const url of [
    "http://github.com/a",
    "https://github.com.evil/a",
    "https://api.github.com/a",
    "https://github.com:444/a",
    "https://h.example/",
    "http://local/x",
    "file:///github.com",
  ])
    assert.ok(!isFine(url), url);
  for (const text of ["", "http://", "-x", "a b", "h/x", "git@h", "*", "*.example", "h:port", "h:99999999"])
    assert.equal(parseAllowedRemote(text), undefined, text);
});

test("what is suggested is what allows it", () => {
  for (const url of [
    "https://github.com/a",
    "http://local:8080/a",
    "git@h:o/r",
    "https://h:8443/x",
    "oci://ghcr.io/x",
    "http://[::1]:81/",
  ]) {
    const where = remoteHost(url) ?? assert.fail(url);
    const suggested = parseAllowedRemote(allowingFlag(where).replace("--allow-remote ", "")) ?? assert.fail(url);
    assert.ok(isAllowed(where, [suggested]), url);
  }
});
