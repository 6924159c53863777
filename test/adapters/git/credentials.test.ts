import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialFor, describeCredentials, helperConfiguration, type CredentialSources } from "../../../src/adapters/git/credentials.ts";
import { parseRepositoryUrl } from "../../../src/adapters/git/repository-url.ts";

const NOTHING: CredentialSources = { token: undefined, environment: {}, clone: [], isInteractive: false };
const at = (text: string) => parseRepositoryUrl(text, { allowLocal: true, workingDirectory: "/" });
const shop = at("https://git.example/group/shop.git");
const basic = (username: string, password: string) => ({
  key: "http.https://git.example/.extraheader",
  value: `AUTHORIZATION: basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
});

test("the first of flag, GITOPS_GIT_TOKEN, CI token and the clone's header is used", () => {
  const all: CredentialSources = {
    token: "from-flag\n",
    environment: { GITOPS_GIT_TOKEN: "from-environment", CI_JOB_TOKEN: "from-ci", CI_SERVER_URL: "https://git.example" },
    clone: [basic("x-access-token", "from-clone")],
    isInteractive: true,
  };
  const { GITOPS_GIT_TOKEN: _, ...ci } = all.environment;

  assert.deepEqual(credentialFor(shop, all), { type: "password", username: "git", password: "from-flag" });
  assert.deepEqual(credentialFor(shop, { ...all, token: undefined }), { type: "password", username: "git", password: "from-environment" });
  assert.deepEqual(credentialFor(shop, { ...all, token: undefined, environment: ci }), {
    type: "password",
    username: "gitlab-ci-token",
    password: "from-ci",
  });
  assert.deepEqual(credentialFor(shop, { ...all, token: undefined, environment: {} }), {
    type: "password",
    username: "x-access-token",
    password: "from-clone",
  });
  assert.deepEqual(credentialFor(at("https://me:typed@git.example/a"), all), { type: "password", username: "me", password: "typed" });
  assert.deepEqual(
    describeCredentials(shop, all).map(({ source, isUsed }) => `${isUsed ? "*" : " "} ${source}`),
    [
      "* --git-token-file",
      "  GITOPS_GIT_TOKEN",
      "  CI_JOB_TOKEN for https://git.example",
      "  http.extraheader of this clone",
      "  Git credential helper",
    ],
  );
  assert.doesNotMatch(JSON.stringify(describeCredentials(shop, all)), /from-/);
});

for (const server of [
  "https://other.example",
  "http://git.example",
  "https://git.example:8443",
  "https://git.example.evil",
  "https://user@git.example",
  "git.example",
  "",
]) {
  test(`a CI token for ${server === "" ? "no server" : server} is not sent to https://git.example`, () => {
    const environment = {
      GITHUB_TOKEN: "t",
      GITHUB_SERVER_URL: server,
      CI_JOB_TOKEN: "t",
      CI_SERVER_URL: server,
      GITEA_TOKEN: "t",
      GITEA_SERVER_URL: server,
    };

    assert.equal(credentialFor(shop, { ...NOTHING, environment }), undefined);
  });
}

test("a CI token without a server that the CI names is not sent anywhere", () => {
  assert.equal(
    credentialFor(at("https://github.com/a/b"), { ...NOTHING, environment: { GITHUB_TOKEN: "t", CI_JOB_TOKEN: "t", GITEA_TOKEN: "t" } }),
    undefined,
  );
});

test("a clone's header is bound to the scope of its key", () => {
  const header = (scope: string) => [{ key: `http.${scope}.extraheader`, value: "Authorization: Bearer abc" }];
  const used = (scope: string) => credentialFor(shop, { ...NOTHING, clone: header(scope) });

  assert.deepEqual(used("https://git.example/"), { type: "header", value: "Bearer abc" });
  assert.deepEqual(used("https://git.example/group"), { type: "header", value: "Bearer abc" });
  assert.equal(used("https://git.example/gro"), undefined);
  assert.equal(used("https://git.example:444/"), undefined);
  assert.equal(used("http://git.example/"), undefined);
  assert.equal(used("https://other.example/"), undefined);
});

test("a header that is no Authorization, and a token with a line break inside, are not used", () => {
  assert.equal(
    credentialFor(shop, { ...NOTHING, clone: [{ key: "http.https://git.example/.extraheader", value: "PRIVATE-TOKEN: abc" }] }),
    undefined,
  );
  assert.equal(credentialFor(shop, { ...NOTHING, token: "a\nb" }), undefined);
});

test("off a terminal the machine's credential helpers are dropped, and none of a clone that is a command is ever used", () => {
  const helper = (value: string) => ({ key: "credential.https://git.example.helper", value });
  const clone = [
    helper("!touch /tmp/canary"),
    helper("/tmp/evil"),
    helper("store --file /tmp/x;id"),
    helper("cache"),
    { key: "credential.https://other.example.helper", value: "store" },
  ];

  assert.deepEqual(helperConfiguration(shop, NOTHING), [{ key: "credential.helper", value: "" }]);
  assert.deepEqual(helperConfiguration(shop, { ...NOTHING, isInteractive: true }), []);
  assert.deepEqual(helperConfiguration(shop, { ...NOTHING, clone }), [{ key: "credential.helper", value: "" }, helper("cache")]);
  assert.deepEqual(helperConfiguration(shop, { ...NOTHING, token: "t", clone, isInteractive: true }), [
    { key: "credential.helper", value: "" },
  ]);
});

test("ssh and files carry no token", () => {
  const all = { ...NOTHING, token: "t", environment: { GITOPS_GIT_TOKEN: "t", SSH_AUTH_SOCK: "/agent" } };

  assert.equal(credentialFor(at("git@git.example:a"), all), undefined);
  assert.equal(credentialFor(at("/srv/a"), all), undefined);
  assert.match(describeCredentials(at("git@git.example:a"), all)[0]?.source ?? "", /^ssh agent/);
  assert.deepEqual(describeCredentials(at("/srv/a"), all), []);
});
