import { again, at, type Wording } from "./wording.ts";

/**
 * What source controllers say, in the words of go-git, ssh and Go's net and tls packages (source-controller v1.9, read off its
 * failures), and those of OCI registries, Helm repositories and buckets where they share them.
 */
export const SOURCE_WORDINGS: readonly Wording[] = [
  {
    says: /secrets? ['"]?(?:[\w.-]+\/)?([\w.-]+)['"]?.{0,80}not found|failed to get secret '([^']+)'.*not found/i,
    code: "SecretMissing",
    means: (match, { id }) => `the Secret ${id.namespace}/${match[1] ?? match[2] ?? ""} with its credentials is not there`,
    next: ({ 1: name = "NAME" }, speaker) =>
      `kubectl create secret generic ${name} ${at(speaker)} --from-file=…, or correct spec.secretRef`,
  },
  {
    says: /knownhosts|host key (?:mismatch|verification)|(?:key is unknown|key mismatch)|no hostkey/i,
    code: "SourceHostKey",
    means: (_, { url }) => `the ssh host key of ${url} is not the one in known_hosts of its Secret`,
    next: () => "check the key with the server's owner, then put the output of ssh-keyscan HOST into known_hosts of the Secret",
  },
  {
    says: /invalid '?[\w./-]+'? secret|required fields|is required in secret|missing .*(?:username|password|identity|known_hosts)|(?:identity|known_hosts|username|password).{0,30}(?:is required|required|missing|empty)|no 'password' field/i,
    code: "SecretKeyMissing",
    means: (_, { address }) => `the Secret of ${address} lacks a key that its URL needs`,
    next: () => "https needs username and password (or bearerToken), ssh needs identity and known_hosts",
  },
  {
    says: /couldn't find remote ref|reference not found|unable to find (?:remote )?ref|no match found for semver|object not found|remote branch .* not found|reference .* not found|MANIFEST_UNKNOWN|manifest unknown|tag .* not found|git repository is empty/i,
    code: "SourceRefMissing",
    means: (_, { url }) => `the branch, tag, commit or version is not there: ${url}`,
    next: (_, { url }) => `correct spec.ref; see what there is: git ls-remote ${url.split(" ")[0] ?? ""}`,
  },
  {
    says: /authentication (?:required|failed)|authorization failed|unable to authenticate|invalid credentials|permission denied \(publickey|unauthorized|\b401\b|\b403\b|access denied|invalid auth|bad credentials/i,
    code: "SourceAuthentication",
    means: (_, { url }) => `the server refuses the credentials, or there are none: ${url}`,
    next: (_, speaker) => `check the Secret that spec.secretRef names: kubectl get secret ${at(speaker)}`,
  },
  {
    says: /repository not found|repository .* does not exist|repository.*not found|NAME_UNKNOWN|\b404\b|bucket .* not found/i,
    code: "SourceRepositoryMissing",
    means: (_, { url }) => `there is no such repository, or it may not be seen with these credentials: ${url}`,
    next: () => "correct spec.url, or give credentials by spec.secretRef",
  },
  {
    says: /x509:|certificate (?:signed|has expired|is not|verify)|tls: (?:failed|bad)|unknown authority/i,
    code: "SourceCertificate",
    means: (_, { url }) => `the certificate of the server is not trusted: ${url}`,
    next: () => "put the authority's certificate as ca.crt into the Secret that spec.secretRef (or spec.certSecretRef) names",
  },
  {
    says: /no such host|connection refused|connection reset|i\/o timeout|network is unreachable|no route to host|deadline exceeded|dial tcp|Client\.Timeout|server misbehaving|connection timed out|\bEOF\b|\b50[234]\b/i,
    code: "SourceUnreachable",
    means: (_, { url }) => `the server cannot be reached from the cluster: ${url}`,
    next: (_, speaker) => `check spec.url, DNS and network policies of the source-controller; then ${again(speaker)}`,
  },
  {
    says: /failed to parse url|unsupported (?:url|transport|scheme)|invalid url|URL scheme/i,
    code: "SourceInvalid",
    means: (_, { url }) => `the URL of the source cannot be used: ${url}`,
    next: () => "correct spec.url",
  },
];
