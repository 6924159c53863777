import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readWording } from "../../../src/engine/diagnose/wordings/read-wording.ts";

const SOURCE = {
  id: { group: "source.toolkit.fluxcd.io", kind: "GitRepository", namespace: "apps", name: "repo" },
  address: "gitrepo/repo",
  url: "https://git.example/shop.git main",
};
const APP = {
  id: { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization", namespace: "apps", name: "shop" },
  address: "ks/shop",
  url: "",
};

/** What source-controller and the libraries below it say. */
const SOURCE_MESSAGES: readonly (readonly [string, string])[] = [
  [
    "failed to checkout and determine revision: unable to clone 'http://x/a.git': couldn't find remote ref \"refs/heads/mian\"",
    "SourceRefMissing",
  ],
  ["failed to checkout and determine revision: unable to list remote for 'http://x/a.git': reference not found", "SourceRefMissing"],
  ["no match found for semver: >=9.0.0", "SourceRefMissing"],
  ["git repository is empty", "SourceRefMissing"],
  ["failed to determine artifact digest: GET https://ghcr.io/v2/a/manifests/9: MANIFEST_UNKNOWN: manifest unknown", "SourceRefMissing"],
  [
    "failed to checkout and determine revision: unable to list remote for 'https://x/a.git': authentication required: Unauthorized",
    "SourceAuthentication",
  ],
  [
    "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    "SourceAuthentication",
  ],
  ["failed to checkout: unable to clone: repository not found: ", "SourceRepositoryMissing"],
  ["ssh: handshake failed: knownhosts: key mismatch", "SourceHostKey"],
  ["ssh: handshake failed: knownhosts: key is unknown", "SourceHostKey"],
  ["failed to get secret 'apps/token': secrets \"token\" not found", "SecretMissing"],
  [
    "failed to configure authentication options: invalid 'apps/token' secret data: required fields 'identity' and 'known_hosts'",
    "SecretKeyMissing",
  ],
  ['unable to list remote: Get "https://x/info/refs": x509: certificate signed by unknown authority', "SourceCertificate"],
  ['unable to list remote: Get "https://x/info/refs": dial tcp: lookup x: no such host', "SourceUnreachable"],
  ['unable to list remote: Get "https://x/info/refs": dial tcp 10.0.0.1:443: connect: connection refused', "SourceUnreachable"],
  ["failed to checkout and determine revision: context deadline exceeded", "SourceUnreachable"],
  ["failed to parse url 'ftp://x': unsupported scheme", "SourceInvalid"],
];

/** What kustomize-controller and API servers say, by the part that failed. */
const APP_MESSAGES: readonly (readonly ["build" | "apply" | "source" | "access", string, string])[] = [
  ["source", "kustomization path not found: stat /tmp/kustomization-1/nowhere: no such file or directory", "PathMissing"],
  ["source", "failed to download archive: GET http://source-controller/a.tar.gz: dial tcp: connection refused", "ArtifactUnavailable"],
  [
    "build",
    "Secret/apps/db is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
    "DecryptionNotConfigured",
  ],
  [
    "apply",
    "Secret/apps/db is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
    "DecryptionNotConfigured",
  ],
  ["build", "cannot get sops decryption Secret 'apps/sops-age': secrets \"sops-age\" not found", "SecretMissing"],
  [
    "build",
    "decryption failed for 'db': failed to decrypt and format 'apps/db' YAML data: cannot get sops data key: Error getting data key: 0 successful groups required, got 0",
    "DecryptionFailed",
  ],
  [
    "build",
    'decryption failed: cannot get data key: hc_vault: Put "https://vault:8200/v1/transit": dial tcp: connection refused',
    "KeyServiceUnreachable",
  ],
  [
    "build",
    "error decrypting sources: failed to decrypt: AWS KMS: operation error KMS: Decrypt, https response error StatusCode: 400, AccessDeniedException",
    "KeyServiceUnreachable",
  ],
  [
    "build",
    "post build failed for 'ConfigMap/a': envsubst error: variable substitution failed: variable not set (strict mode): \"name\"",
    "VariableMissing",
  ],
  [
    "build",
    "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'web.yaml': yaml: line 4: mapping values are not allowed in this context'",
    "YamlInvalid",
  ],
  [
    "build",
    "failed to generate kustomization.yaml: MalformedYAMLError: yaml: line 5: did not find expected key in File: bad.yaml",
    "YamlInvalid",
  ],
  [
    "build",
    "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'web.yaml': open /tmp/x/web.yaml: no such file'",
    "BuildFailed",
  ],
  [
    "apply",
    'ConfigMap/apps/a dry-run failed (Forbidden): configmaps "a" is forbidden: User "system:serviceaccount:apps:weak" cannot patch resource "configmaps" in API group "" in the namespace "apps"',
    "Forbidden",
  ],
  ["apply", 'ConfigMap/a dry-run failed (NotFound): namespaces "nowhere" not found', "NamespaceMissing"],
  [
    "apply",
    'ConfigMap/a dry-run failed: configmaps "a" is forbidden: unable to create new content in namespace old because it is being terminated',
    "NamespaceTerminating",
  ],
  [
    "apply",
    'Pod/apps/a dry-run failed (Forbidden): pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    "QuotaExceeded",
  ],
  [
    "apply",
    'Pod/apps/a dry-run failed (Forbidden): admission webhook "policy.example.com" denied the request: no latest tags',
    "AdmissionRefused",
  ],
  [
    "apply",
    'Pod/apps/a dry-run failed (Forbidden): pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
    "AdmissionRefused",
  ],
  [
    "apply",
    'Pod/apps/a dry-run failed (InternalError): Internal error occurred: failed calling webhook "policy.example.com": Post: dial tcp: connection refused',
    "WebhookUnreachable",
  ],
  [
    "apply",
    'Deployment/apps/web dry-run failed (Invalid): Deployment.apps "web" is invalid: spec.selector: Invalid value: field is immutable',
    "ImmutableField",
  ],
  ["apply", 'no matches for kind "ExternalSecret" in version "external-secrets.io/v1"', "KindNotServed"],
  ["apply", 'Service/apps/a dry-run failed (Invalid): Service "a" is invalid: spec.ports[0].port: Invalid value: 99999', "ManifestInvalid"],
  [
    "apply",
    "failed to build kube client: unable to read KubeConfig secret 'apps/other' error: secrets \"other\" not found",
    "KubeConfigUnusable",
  ],
  ["access", "can't access 'GitRepository/other/repo', cross-namespace references have been blocked", "AccessDenied"],
];

describe("words of controllers", () => {
  for (const [message, code] of SOURCE_MESSAGES)
    test(`a source that says "${message.slice(0, 70)}…" means ${code}`, () => {
      const meaning = readWording(message, "fetch", SOURCE);
      assert.equal(meaning?.code, code);
      assert.notEqual(meaning?.next, "");
      assert.doesNotMatch(`${meaning?.message ?? ""} ${meaning?.next ?? ""}`, /undefined|\bNaN\b/);
    });

  for (const [stage, message, code] of APP_MESSAGES)
    test(`an app that fails in ${stage} with "${message.slice(0, 70)}…" means ${code}`, () => {
      const meaning = readWording(message, stage, APP);
      assert.equal(meaning?.code, code, meaning?.message);
      assert.notEqual(meaning.next, "");
      assert.doesNotMatch(`${meaning.message} ${meaning.next}`, /undefined|\bNaN\b/);
    });

  test("a missing right is told with user, verb, resource and namespace, and a command that checks it", () => {
    const said =
      'deployments.apps "web" is forbidden: User "system:serviceaccount:apps:weak" cannot patch resource "deployments" in API group "apps" in the namespace "prod"';
    const meaning = readWording(said, "apply", APP);
    assert.equal(meaning?.message, "system:serviceaccount:apps:weak may not patch deployments.apps");
    assert.match(meaning.next, /^kubectl auth can-i patch deployments\.apps -n prod --as system:serviceaccount:apps:weak;/);
  });

  test("the file of YAML that cannot be read is named, not the folder of the controller", () => {
    const said =
      "kustomize build failed: accumulating resources from '/tmp/kustomization-77/a/kustomization.yaml': 'web.yaml': yaml: line 4: oops";
    assert.equal(readWording(said, "build", APP)?.message, "a file of ks/shop is no valid YAML: web.yaml");
  });

  test("words that no table knows mean nothing, and health is left to the objects", () => {
    assert.equal(readWording("the moon is in the wrong phase", "apply", APP), undefined);
    assert.equal(readWording("timeout waiting for: [Deployment/apps/web status: 'InProgress']: yaml: forbidden", "health", APP), undefined);
  });

  test("a message of any length is read in no time that anybody would notice", () => {
    const hostile = `${"sops vault kms namespace ".repeat(40_000)}${"a".repeat(100_000)}`;
    for (const stage of ["fetch", "build", "apply", "source"] as const) readWording(hostile, stage, APP);
  });
});
