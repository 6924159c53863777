/**
 * How API servers word what has no code of its own. The wordings were read off Kubernetes 1.36; those of
 * `pkg/apis/*\/validation` have been the same since 1.16. One place, so that a new wording is one line.
 */

/** A field that can't change after creation. */
const IMMUTABLE: readonly RegExp[] = [
  /field is immutable/, // most kinds; Jobs, selectors, StorageClass, immutable ConfigMaps and Secrets
  /is immutable after creation/, // PersistentVolumeClaim
  /may not change once set/, // Service clusterIP
  /updates to \w+ spec for fields other than .* are forbidden/, // StatefulSet
  /pod updates may not (change fields other than|add or remove)/, // Pod
  /cannot change roleRef/, // RoleBinding, ClusterRoleBinding
  /may not be changed|cannot be changed|can ?not be updated|is immutable\b|immutable field/, // custom resources, older servers
];

/** Admission said no: webhooks, ValidatingAdmissionPolicy, quota, Pod security, limits. */
const ADMISSION: readonly RegExp[] = [
  /admission webhook "[^"]*" denied/,
  /denied request/,
  /failed calling webhook/,
  /exceeded quota|failed quota/,
  /violates PodSecurity/,
  /does not support dry run/,
];

/** Faults of the object that the server reports as 500, since structured-merge-diff met them first. */
const MANIFEST_FAULT =
  /failed to create typed (patch|live|new) object|failed to convert new object|unable to convert unstructured object|strict decoding error/;
const TOO_LARGE = /request is too large|trying to send message larger than max|Request entity too large/;
const RBAC = /cannot ([\w-]+) (?:resource|path) "([^"]*)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]*)")?/;

/** What may be repeated from an answer about a Secret: none of these holds a value. */
const HARMLESS =
  /field not declared in schema|expected \w+|illegal base64 data at input byte \d+|field is immutable(?: when `immutable` is set)?|Too long: may not be more than \d+ bytes|Required value|Unsupported value|a valid config key must consist of/g;

/** The server will say the same again: the object itself is at fault. */
export function isManifestFault(text: string): boolean {
  return MANIFEST_FAULT.test(text) || TOO_LARGE.test(text);
}

export function saysImmutable(text: string): boolean {
  return IMMUTABLE.some((words) => words.test(text));
}

export function saysAdmission(text: string): boolean {
  return ADMISSION.some((words) => words.test(text));
}

export function saysTooLarge(text: string): boolean {
  return TOO_LARGE.test(text);
}

/** Which verb on what was forbidden, out of RBAC's sentence. */
export function parseForbidden(
  text: string,
): { readonly verb: string; readonly resource: string; readonly group: string; readonly namespace: string } | undefined {
  const match = RBAC.exec(text);
  if (match === null) return undefined;
  const [, verb = "", resource = "", group = "", namespace = ""] = match;
  return { verb, resource, group, namespace };
}

/** The server's sentence on one line: no dumps of Go structures, no long values, no diffs. */
export function oneLine(text: string): string {
  return text
    .replace(/failed to create typed \w+ object \([^)]*\): /, "")
    .replace(/, got &?value\.\S*\{[^\n]*/g, "")
    .replace(/\n@@ [^]*$/, "")
    .replace(/(Invalid value: )([^]{100,}?)(: [^:]+)$/, "$1…$3")
    .replace(/\s*\n\s*(?:- )?/g, "; ")
    .replace(/^errors:; /, "")
    .slice(0, 1_000);
}

/** What can be said about a Secret without repeating a value. */
export function harmlessWords(text: string): string {
  return [...new Set(text.match(HARMLESS) ?? [])].join(", ");
}
