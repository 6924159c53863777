import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "../../../src/adapters/git/repository-url.ts";

const typed = { allowLocal: true, workingDirectory: "/home" };
const recorded = { allowLocal: false, workingDirectory: "/home" };

const ACCEPTED: Readonly<Record<string, string>> = {
  "https://git.example/shop.git": "https://git.example/shop.git",
  "HTTPS://Git.Example:443/Shop.git/": "https://git.example/Shop.git",
  "https://git.example:8443/a/b": "https://git.example:8443/a/b",
  "https://xn--bcher-kva.example/a": "https://xn--bcher-kva.example/a",
  "https://[2001:db8::1]:8443/a": "https://[2001:db8::1]:8443/a",
  "https://git.example/with%20space": "https://git.example/with%20space",
  "ssh://git@git.example:22/a.git": "ssh://git@git.example/a.git",
  "ssh://git.example:2222/~me/a": "ssh://git.example:2222/~me/a",
  "git@git.example:shop/web.git": "git@git.example:shop/web.git",
  "git.example:shop": "git.example:shop",
  "git@[2001:db8::1]:shop": "git@[2001:db8::1]:shop",
  "http://git.example/a": "http://git.example/a",
  "file:///srv/a%20b.git": "/srv/a b.git",
  "/srv/a.git": "/srv/a.git",
  "./a b": "/home/a b",
  "../a": "/a",
  a: "/home/a",
};

for (const [text, url] of Object.entries(ACCEPTED)) {
  test(`${text} is a repository`, () => {
    assert.equal(parseRepositoryUrl(text, typed).url, url);
  });
}

for (const text of ["http://git.example/a", "file:///srv/a", "/srv/a", "./a", "a", "FILE:///etc"]) {
  test(`${text} is PROTOCOL_FORBIDDEN where no person typed it`, () => {
    assert.throws(() => parseRepositoryUrl(text, recorded), { code: "PROTOCOL_FORBIDDEN" });
  });
}

for (const text of [
  "ext::sh -c id",
  "fd::3",
  "x::y",
  "EXT::a",
  "::a",
  "git://git.example/a",
  "ftp://git.example/a",
  "git+ssh://git.example/a",
  "javascript://a/b",
  "rsync://a/b",
  "https::git.example",
  "a.b-c+d::e",
]) {
  test(`${text} is PROTOCOL_FORBIDDEN`, () => {
    assert.throws(() => parseRepositoryUrl(text, typed), { code: "PROTOCOL_FORBIDDEN" });
  });
}

const MALFORMED = [
  "",
  "-",
  "--upload-pack=id",
  "-oProxyCommand=id:a",
  "https:///x",
  "https://",
  "https://git.example",
  "https://git.example/",
  "https://good.com\\@evil.com/a",
  "https://good.com%0aevil.com/a",
  "https://good.com/a%0ab",
  "https://good.com/a%00b",
  "https://good.com/a%5cb",
  "https://good.com\n/a",
  "https://good.com/a b",
  "https://gооd.com/a",
  "https://good。com/a",
  "https://good%2ecom/a",
  "https://good_host/a",
  "https://-oProxyCommand=id/a",
  "ssh://-oProxyCommand=id/a",
  "ssh://-x@host/a",
  "ssh://git:secret@host/a",
  "-x@host:a",
  "git@-host:a",
  "git@host:-a",
  "git@host:../../a",
  "https://git.example/../a",
  "https://git.example/a/%2e%2e/b",
  "https://git.example/a?x=1",
  "https://git.example/a#x",
  "https://git.example:0/a",
  "https://git.example:65536/a",
  "https://git.example:/a",
  "https://git.example:80:80/a",
  "https://[::1/a",
  "https://a..b/a",
  "https://git.example/%zz",
  "file://host/a",
  "https://evil.com/a\u2028b",
  `https://git.example/${"a".repeat(3000)}`,
];

for (const text of MALFORMED) {
  test(`${JSON.stringify(text).slice(0, 60)} is USAGE`, () => {
    assert.throws(() => parseRepositoryUrl(text, typed), { code: "USAGE" });
  });
}

test("credentials are taken out of a URL and stand nowhere else in it", () => {
  const parsed = parseRepositoryUrl("https://me:p%40ss@git.example/a", typed);

  assert.deepEqual(parsed.credentials, { username: "me", password: "p@ss" });
  assert.equal(parsed.url, "https://git.example/a");
  assert.equal(parsed.origin, "https://git.example");
});

test("a lone user name of a URL is taken for a token, which is how tokens are pasted", () => {
  const parsed = parseRepositoryUrl("https://ghp_secret@git.example/a", typed);

  assert.deepEqual(parsed.credentials, { username: "git", password: "ghp_secret" });
  assert.equal(parsed.url, "https://git.example/a");
});

test("no URL makes the parser do anything but answer a clean URL or refuse, and it never quotes the text", () => {
  const part = fc.constantFrom(
    "https",
    "ssh",
    "file",
    "ext",
    "git",
    "://",
    "::",
    ":",
    "/",
    "@",
    "-",
    "--",
    "..",
    "%0a",
    "%2e",
    "\\",
    "\n",
    "\0",
    "host",
    "evil.com",
    "[",
    "]",
    "::1",
    "?",
    "#",
    "=",
    " ",
    "é",
    "~",
    "$(id)",
    "`id`",
    ";id",
    "'",
    '"',
    "8080",
  );
  const text = fc.oneof(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join("")),
    fc.string({ maxLength: 60, unit: "binary" }),
    fc.webUrl({ withQueryParameters: true, validSchemes: ["https", "ssh", "http", "ftp"] }),
  );
  fc.assert(
    fc.property(text, (value) => {
      const parsed = attempt(value);
      if (parsed === undefined) return;
      assert.match(parsed.url, /^(?:https:\/\/|ssh:\/\/|http:\/\/|\/|(?:[A-Za-z0-9_][A-Za-z0-9._+-]*@)?[a-z0-9[])/);
      assert.doesNotMatch(parsed.url, /^-|^[A-Za-z0-9+.-]*::|[\n\0\\]/);
      if (parsed.transport !== "file") assert.doesNotMatch(parsed.url, /\s|\/\.\.(?:\/|$)/);
      assert.equal(parseRepositoryUrl(parsed.url, typed).url, parsed.url, "a normalised URL stays as it is");
    }),
    { numRuns: 5000, seed: 20261123 },
  );

  function attempt(value: string): RepositoryUrl | undefined {
    try {
      return parseRepositoryUrl(value, typed);
    } catch (error) {
      assert.ok(error instanceof GitOpsError, String(error));
      assert.ok(error.code === "USAGE" || error.code === "PROTOCOL_FORBIDDEN");
      assert.ok(value.length < 12 || !error.message.includes(value));
      return undefined;
    }
  }
});
