import type { ResourceId } from "./resource-id.ts";

/** What can be found, each with what it means. Names are kept once released; docs/doctor.md lists them. */
export const FINDING_MEANINGS = {
  Terminating: "it is being deleted, and finalizers hold it",
  Suspended: "it is suspended, so nothing happens to it",
  SourceSuspended: "the source is suspended, so new commits are not fetched",
  ParentSuspended: "what delivers it is suspended, so changes of its own spec do not arrive",
  SourceMissing: "the source that it names is not there",
  SourceUnreachable: "the server of the source cannot be reached",
  SourceAuthentication: "the server of the source refused the credentials, or there were none",
  SourceHostKey: "the ssh host key of the server is not known, or not the one that is known",
  SourceCertificate: "the certificate of the server is not trusted",
  SourceRepositoryMissing: "there is no such repository, or it may not be seen with these credentials",
  SourceRefMissing: "the branch, tag or commit is not in the repository",
  SourceInvalid: "the spec of the source cannot be used",
  SourceFailed: "the source failed for another reason",
  ArtifactUnavailable: "the files that the source stored cannot be downloaded from the source-controller",
  ControllerNotAlive: "no controller is alive that would do the work",
  NotWatched: "a controller is alive, and does not look at this object",
  NotObserved: "the controller has not seen the latest change of the object yet",
  VersionNotUnderstood: "the kind is served in versions only that this program does not understand",
  DependencyMissing: "a dependency is not there",
  DependencyCycle: "dependencies wait for each other in a circle",
  DependencyNotReady: "a dependency is not ready",
  SecretMissing: "a Secret that it needs is not there",
  SecretKeyMissing: "a Secret that it needs lacks a key",
  ConfigMapMissing: "a ConfigMap that it needs is not there",
  ServiceAccountMissing: "the service account that it acts as is not there",
  KubeConfigUnusable: "the kubeconfig of its cluster cannot be used",
  Forbidden: "rights are missing",
  AccessDenied: "a policy of the controller forbids what it refers to",
  PathMissing: "its folder is not in the source",
  BuildFailed: "its files cannot be built",
  YamlInvalid: "a file is no valid YAML",
  VariableMissing: "variables cannot be substituted",
  DecryptionNotConfigured: "a file is encrypted, and no decryption is configured",
  DecryptionFailed: "a file cannot be decrypted with the keys that are there",
  KeyServiceUnreachable: "the key service (a KMS, a Vault) cannot be reached, or refused",
  ExpressionInvalid: "an expression of its spec is wrong",
  ManifestInvalid: "the API server refuses an object as invalid",
  KindNotServed: "the cluster does not serve a kind that is needed: its CustomResourceDefinition is not installed",
  NamespaceMissing: "a namespace is not there",
  NamespaceTerminating: "a namespace is being deleted",
  ImmutableField: "a field was changed that cannot be changed",
  QuotaExceeded: "a quota is used up",
  AdmissionRefused: "an admission webhook or policy refuses an object",
  WebhookUnreachable: "an admission webhook cannot be reached",
  ApplyFailed: "an object could not be applied for another reason",
  PruneFailed: "an object could not be deleted",
  OwnedByAnother: "an object belongs to another delivery or tool",
  SyncRefused: "a sync would be refused",
  ImagePull: "an image cannot be pulled",
  CrashLoop: "a container keeps crashing",
  ContainerFailed: "a container ended badly, or cannot be started",
  NotReady: "a Pod runs, and is not ready",
  Unschedulable: "no node can take a Pod",
  ClaimNotBound: "a volume claim is missing or not bound",
  MountFailed: "a volume cannot be mounted",
  JobFailed: "a Job failed",
  ReleaseFailed: "a release, or another delivery that belongs to it, is not ready",
  OperatorMissing: "no controller works on an object of its kind",
  ObjectMissing: "an object is not in the cluster",
  ObjectFailed: "an object is degraded",
  ObjectWaiting: "an object is not ready yet",
  HealthCheckFailed: "the controller's health check failed",
  NotYetApplied: "the source has a newer revision than the one that is applied",
  Reconciling: "the controller is at work on it, and nothing is known to be wrong",
  Unexplained: "it is not ready, and none of the other rules explains why",
  OutOfSync: "objects differ from what Git declares",
  Lingering: "objects are left that Git no longer declares, and pruning is off",
  LeftAlone: "objects are exempt from changes, or from healing",
  ChangedByOthers: "somebody else changed an object after it was applied",
  Hidden: "something may not be read, so there may be more",
  ClusterReached: "the cluster answers",
  User: "who this user is in the cluster",
  Rights: "what this user may do",
  DialectServed: "the kinds of a tool that the cluster serves",
  ApiGroupDown: "an API group of the cluster does not answer",
  ControllerAlive: "a controller is alive",
  SourceReached: "the repository answers to this machine",
  SourceNotReached: "the repository does not answer to this machine",
} as const;

/** A name of {@link FINDING_MEANINGS}. */
export type FindingCode = keyof typeof FINDING_MEANINGS;

/** `blocking` keeps something from being delivered, `warning` may do so, `info` is how things are. */
export type FindingSeverity = "blocking" | "warning" | "info";

/** One thing that was found. No text of it carries a secret. */
export interface Finding {
  readonly severity: FindingSeverity;
  readonly code: FindingCode;
  /** Undefined where it is about no single object. */
  readonly object: ResourceId | undefined;
  /** One line. */
  readonly message: string;
  /** A command, or one thing to do; "" where there is nothing to do. */
  readonly next: string;
  /** What it was seen by, one line each. */
  readonly evidence: readonly string[];
}
