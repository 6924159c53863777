import { again, at, type Wording } from "./wording.ts";

/** What API servers say of an object that is applied, as controllers hand it on and as this program tells it. */
export const APPLY_WORDINGS: readonly Wording[] = [
  {
    says: /failed to build kube client|kubeconfig|unable to (?:get|read) KubeConfig|KubeConfig secret/i,
    code: "KubeConfigUnusable",
    means: (_, { address }) => `the kubeconfig of ${address} cannot be used`,
    next: (_, speaker) => `check the Secret of spec.kubeConfig: gitops cluster list ${at(speaker)}`,
  },
  {
    says: /exceeded quota: ([\w.-]+)/i,
    code: "QuotaExceeded",
    means: ([, quota = ""]) => `the quota ${quota} is used up`,
    next: ([, quota = ""], speaker) => `kubectl describe resourcequota ${quota} ${at(speaker)}`,
  },
  {
    says: /failed calling webhook "?([\w./-]+)"?/i,
    code: "WebhookUnreachable",
    means: ([, webhook = ""]) => `the admission webhook ${webhook} cannot be reached, so nothing that it guards can be written`,
    next: ([, webhook = ""]) =>
      `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o wide, and look at the Pods behind ${webhook}`,
  },
  {
    says: /admission webhook "([^"]+)" denied|ValidatingAdmissionPolicy '([^']+)'|violates PodSecurity "([^"]+)"|denied the request/i,
    code: "AdmissionRefused",
    means: (match) => `${match[1] ?? match[2] ?? match[3] ?? "an admission policy"} refuses an object`,
    next: () => "change the object so that the policy lets it pass, or ask the policy's owner",
  },
  {
    says: /cannot impersonate|User "([^"]+)" cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]*)")?/i,
    code: "Forbidden",
    means: ([, user = "the controller", verb = "act", resource = "", group = ""]) =>
      `${user} may not ${verb} ${resource}${group === "" ? "" : `.${group}`}`,
    next: ([, user = "", verb = "", resource = "", group = "", namespace = ""]) =>
      user === ""
        ? "let the controller impersonate the account"
        : `kubectl auth can-i ${verb} ${resource}${group === "" ? "" : `.${group}`}${namespace === "" ? "" : ` -n ${namespace}`} --as ${user}; give it a Role that allows it`,
  },
  {
    says: /namespace ([\w-]+) because it is being terminated|namespace .* is being terminated/i,
    code: "NamespaceTerminating",
    means: ([, name = ""]) => `the namespace ${name} is being deleted, so nothing can be made in it`.replace("  ", " "),
    next: ([, name = "NAME"]) => `see what holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`,
  },
  {
    says: /namespaces "([\w-]+)" not found|namespace not specified|there is no namespace ([\w-]+)/i,
    code: "NamespaceMissing",
    means: (match) => `the namespace ${match[1] ?? match[2] ?? ""} is not there`.replace("  ", " "),
    next: (match) => `declare it in Git, or kubectl create namespace ${match[1] ?? match[2] ?? "NAME"}`,
  },
  {
    says: /no matches for kind "([^"]+)" in version "([^"]+)"|serves no kind|could not find the requested resource/i,
    code: "KindNotServed",
    means: ([, kind = "", version = ""]) =>
      kind === "" ? "the cluster does not serve a kind that it uses" : `the cluster does not serve ${kind} (${version})`,
    next: ([, kind = "the kind"]) =>
      `install what brings the CustomResourceDefinition of ${kind} first, and let this delivery depend on it`,
  },
  {
    says: /immutable|may not change once set|are forbidden|cannot change roleRef|may not be changed/i,
    code: "ImmutableField",
    means: () => "a field was changed that cannot be changed on a living object",
    next: ({ input }, speaker) =>
      `delete the object and let it be made anew${objectIn(input)}, or set spec.force: true of ${speaker.address}`,
  },
  {
    says: /is invalid:|Invalid value|unknown field|field not declared|strict decoding|Required value|Unsupported value|dry-run failed \(Invalid\)|dry-run failed \(BadRequest\)/i,
    code: "ManifestInvalid",
    means: ({ input }) => `the API server refuses an object as invalid${objectIn(input)}`,
    next: () => "correct it in Git; the server's words name the field",
  },
  {
    says: /access denied|cross-namespace references|can't access/i,
    code: "AccessDenied",
    means: (_, { address }) => `${address} refers to an object of another namespace, and the controller forbids that`,
    next: () => "put both into one namespace, or start the controller without --no-cross-namespace-refs",
  },
  {
    says: /forbidden/i,
    code: "Forbidden",
    means: (_, { address }) => `${address} is not allowed to do what it must`,
    next: (_, speaker) => `check the roles of its service account, then ${again(speaker)}`,
  },
];

/** `: Deployment/shop/web`, as controllers put the object in front of its failure. */
function objectIn(message: string): string {
  const [, object] = /\b([A-Z]\w+\/[\w.-]+(?:\/[\w.-]+)?) (?:dry-run|apply|is invalid|namespace)/.exec(message) ?? [];
  return object === undefined ? "" : `: ${object}`;
}
