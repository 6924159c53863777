import { again, at, type Wording } from "./wording.ts";

/** What kustomize-controller v1.9 says of files that it cannot build or decrypt. The words of SOPS and of key services come first. */
export const BUILD_WORDINGS: readonly Wording[] = [
  {
    says: /([\w./-]+) is SOPS encrypted, configuring decryption is required/i,
    code: "DecryptionNotConfigured",
    means: ([, what = "an object"], { address }) => `${what} is encrypted with SOPS, and ${address} has no spec.decryption`,
    next: () => "set spec.decryption.provider: sops and spec.decryption.secretRef to the Secret with the key",
  },
  {
    says: /cannot get .* decryption Secret '([^']+)'/i,
    code: "SecretMissing",
    means: ([, name = ""]) => `the Secret ${name} with the decryption keys is not there`,
    next: (_, speaker) =>
      `kubectl create secret generic NAME ${at(speaker)} --from-file=age.agekey=FILE, or correct spec.decryption.secretRef`,
  },
  {
    says: /(?:vault|kms|key ?vault|hc_vault).{0,200}(?:no such host|connection refused|timeout|deadline exceeded|unreachable|permission denied|AccessDenied|40[13]|sealed|failed to authenticate)|(?:no such host|connection refused|deadline exceeded).{0,200}(?:vault|kms)|failed to (?:create Vault client|authenticate with Vault)|NoCredentialProviders|could not find default credentials|get identity|no EC2 IMDS role/i,
    code: "KeyServiceUnreachable",
    means: () => "the key service (KMS or Vault) cannot be reached by the controller, or refuses it",
    next: () =>
      "check the key service's address and the identity of kustomize-controller (spec.decryption.serviceAccountName, its node's role)",
  },
  {
    says: /data key|decrypt|sops|no identity matched|no key could decrypt/i,
    code: "DecryptionFailed",
    means: (_, { address }) => `a file of ${address} cannot be decrypted with the keys in its decryption Secret`,
    next: () => "encrypt it for the controller's key as well: sops updatekeys FILE, and check which key the Secret holds",
  },
  {
    says: /kustomization path not found|no such file or directory.*kustomization path|stat .*: no such file or directory/i,
    code: "PathMissing",
    means: (_, { address }) => `the folder that spec.path of ${address} names is not in the source at this revision`,
    next: (_, speaker) => `correct spec.path, or push the folder; then ${again(speaker)}`,
  },
  {
    says: /failed to (?:download|fetch) (?:archive|artifact)|unable to (?:download|untar)|artifact.*(?:connection refused|no such host|404|digest)|(?:connection refused|no such host).*artifact|\.tar\.gz/i,
    code: "ArtifactUnavailable",
    means: () => "the controller cannot download the source's files from the source-controller",
    next: () => "look at the source-controller's Service and network policies: kubectl get svc,pod -n flux-system",
  },
  {
    says: /variable substitution failed|post build failed|variable not set|substitut/i,
    code: "VariableMissing",
    means: (_, { address }) => `variables of ${address} cannot be substituted`,
    next: () =>
      "set them in spec.postBuild.substitute or substituteFrom, give a default (${name:=value}), or write $${name} for a plain text",
  },
  {
    says: /(?<![\w.])yaml: |error converting YAML|mapping values are not allowed|did not find expected|MalformedYAML|invalid YAML|json: |unmarshal/i,
    code: "YamlInvalid",
    means: (match, { address }) => `a file of ${address} is no valid YAML${fileOf(match.input)}`,
    next: () => "see file and line on a clone of the repository: gitops build PATH",
  },
  {
    says: /kustomize build failed|accumulating resources|failed to decode Kubernetes|kustomization\.ya?ml|no matches for (?:OriginalId|Id)|already registered id/i,
    code: "BuildFailed",
    means: (match, { address }) => `the folder of ${address} cannot be built${fileOf(match.input)}`,
    next: () => "build it on a clone of the repository, which names file and line: gitops build PATH",
  },
];

/** The last file of YAML that a message names: the innermost. Folders are those of the controller, and say nothing. */
function fileOf(message: string): string {
  const names = [...message.matchAll(/([\w.-]+\.ya?ml)\b/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !/^kustomization\.ya?ml$/.test(name));
  const name = names.at(-1);
  return name === undefined ? "" : `: ${name}`;
}
