/** The public API of the engine library. */
export * from "./model/artifact.ts";
export * from "./model/change.ts";
export * from "./model/delivery.ts";
export * from "./model/diagnostic.ts";
export * from "./model/discovery.ts";
export * from "./model/errors.ts";
export * from "./model/event.ts";
export * from "./model/finding.ts";
export * from "./model/git-edit.ts";
export * from "./model/health.ts";
export * from "./model/inventory.ts";
export * from "./model/json.ts";
export * from "./model/manifest.ts";
export * from "./model/object-view.ts";
export * from "./model/plan.ts";
export * from "./model/record-format.ts";
export * from "./model/resource-id.ts";
export * from "./model/source.ts";
export * from "./model/chart-renderer.ts";
export * from "./model/remote-content.ts";
export * from "./ports/build-surroundings.ts";
export * from "./ports/clock.ts";
export * from "./ports/cluster-bindings.ts";
export * from "./ports/cluster-reader.ts";
export * from "./ports/cluster-writer.ts";
export * from "./ports/delivery-objects.ts";
export * from "./ports/delivery-store.ts";
export * from "./ports/git-history.ts";
export * from "./ports/git-writer.ts";
export * from "./ports/source-fetcher.ts";
export { parseAllowedRemote, type AllowedRemote } from "./build/allowed-remotes.ts";
export * from "./build/build-options.ts";
export { addCommonMetadata } from "./build/flux/add-metadata.ts";
export { artifactTree } from "./build/flux/artifact-tree.ts";
export { buildForFlux, type FluxBuild } from "./build/flux/index.ts";
export { substituteManifests, type VariableSubstitution } from "./build/substitute/substitute-manifests.ts";
export { substituteText, type SubstituteTextOptions } from "./build/substitute/substitute-text.ts";
export { DIALECTS, DIALECT_KINDS, findSpokenKind, type DialectKind } from "./dialects/table.ts";
export { compileHealthExpressions, fluxVerdict, type ExpressionJudge, type FluxVerdict, type ReadinessJudge } from "./health/index.ts";
export * from "./operations/request.ts";
export { prepareAdoption } from "./operations/adopt-delivery.ts";
export { ADOPTION_SOURCES, type AdoptionSource } from "./plan/index.ts";
export { type AskOutcome } from "./operations/ask/asked-object.ts";
export { addressOf, findAmong, findAnyDelivery, findObject, type FoundDelivery, type NameScope } from "./operations/find-object.ts";
export type { ReadObject } from "./operations/read-objects.ts";
export { deliverRollback, type DeliveredRollback } from "./operations/rollback/deliver-rollback.ts";
export { prepareRollback } from "./operations/rollback/prepare-rollback.ts";
export { publishRollback } from "./operations/rollback/publish-rollback.ts";
export type {
  AffectedDelivery,
  BuiltChange,
  FileChange,
  RollbackCandidate,
  RollbackPlan,
  RollbackPorts,
  RollbackRequest,
} from "./operations/rollback/rollback-request.ts";
export { selectObjects } from "./operations/select-objects.ts";
export { reconcileObjects, type ReconcileOptions } from "./operations/reconcile-objects.ts";
export { resumeObjects, suspendObjects, type SuspendOutcome } from "./operations/suspend-objects.ts";
export { composeGitRepository, composeKustomization } from "./dialects/flux/compose.ts";
export {
  definitionsAmong,
  installDefinitions,
  ownDefinitions,
  type InstalledDefinition,
  type InstallRequest,
} from "./operations/install-definitions.ts";
export { checkComposed, createObject } from "./operations/create-object.ts";
export { controllerOf, type ControllerLife } from "./operations/controller-life.ts";
export type { AppResult, AppsOptions, AppsRequest } from "./operations/apps/apps-request.ts";
export { prepareAppDeletion, type AppDeletion } from "./operations/apps/delete-app.ts";
export { checkFilesCluster } from "./operations/apps/files-cluster.ts";
export { readDeclared } from "./operations/apps/read-declared.ts";
export { isPlayed, sortDeclared, type DeclaredObjects } from "./operations/apps/declared-objects.ts";
export { syncApps } from "./operations/apps/sync-apps.ts";
export { resultOf, type AppsResult } from "./operations/apps/apps-result.ts";
export { diffApps, type AppDiff } from "./operations/diff.ts";
export { diagnoseCluster, diagnoseDelivery } from "./operations/doctor.ts";
export type { DoctorPorts } from "./operations/doctor/examination.ts";
export type { ClusterProbe, Right } from "./ports/cluster-probe.ts";
export type { CredentialDescription, SourceProbe } from "./ports/source-probe.ts";
export { buildSource } from "./operations/build-source.ts";
export { decidingFirst, exitStatusOf } from "./operations/deciding-failure.ts";
export { addCluster, removeCluster } from "./operations/clusters/change-clusters.ts";
export { listClusters, type ClusterStatus } from "./operations/clusters/cluster-status.ts";
export { checkExpectedCluster } from "./operations/cluster-identity.ts";
export { deleteObject, prepareObjectDeletion, type ObjectDeletion } from "./operations/delete-objects.ts";
export { explainSource, type ExplainedObject, type Explanation, type ObjectQuery } from "./operations/explain-source.ts";
export { executeDelete, prepareDelete } from "./operations/delete-delivery.ts";
export { getDelivery, listDeliveries } from "./operations/delivery-status.ts";
export { executePlan } from "./operations/execute-plan.ts";
export { findDelivery } from "./operations/find-delivery.ts";
export { getObject, listAllDeliveries, listObjects } from "./operations/get.ts";
export { prepareSync } from "./operations/prepare-sync.ts";
export { releaseDelivery } from "./operations/release-delivery.ts";
export { formatSource } from "./operations/resolve-source.ts";
export { listEvents, watchEvents, type ClusterEvent } from "./operations/events.ts";
export { exportObjects } from "./operations/export.ts";
export { readHistory, type DeliveryHistory } from "./operations/history.ts";
export { readLogs, type LogLine, type LogSelection } from "./operations/logs.ts";
export { traceObject, type TraceLink } from "./operations/trace.ts";
export { readTree, statusOfFound, type TreeNode } from "./operations/tree.ts";
export { watchAllDeliveries, type DeliveryChange } from "./operations/watch-all.ts";
export { watchDelivery, watchObject } from "./operations/watch-delivery.ts";
export { watchObjects, type ObjectChange } from "./operations/watch-objects.ts";
export { maskChange } from "./compare/index.ts";
export { printManifests, printYaml } from "./yaml/print.ts";
