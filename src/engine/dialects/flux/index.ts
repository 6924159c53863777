import type { Dialect } from "../dialect.ts";
import { kustomizationApp } from "./app.ts";
import { FLUX_DEFINITIONS } from "./definitions.ts";
import { deletionEffect, keepPatch, releasePatch } from "./deletion.ts";
import { FLUX_KINDS } from "./kinds.ts";
import { kustomizationEvent, kustomizationStatus, stageOfReason } from "./outcome.ts";
import { KUSTOMIZATION_RECORD } from "./record.ts";
import { REQUEST_ANNOTATIONS, requestPatch, suspendPatch } from "./requests.ts";
import { fluxOwnerOf } from "./owner.ts";
import { gitRepositorySource } from "./source.ts";
import { fluxSurroundings } from "./surroundings.ts";
import { viewFluxObject } from "./view.ts";

/** Flux: GitRepository and Kustomization are played, the other kinds are read and waited for. */
export const fluxDialect: Dialect = {
  name: "flux",
  title: "Flux",
  kinds: FLUX_KINDS,
  definitions: FLUX_DEFINITIONS,
  record: KUSTOMIZATION_RECORD,
  view: viewFluxObject,
  surroundings: fluxSurroundings,
  failedStage: stageOfReason,
  ownerOf: fluxOwnerOf,
  app: kustomizationApp,
  source: gitRepositorySource,
  statusAfter: kustomizationStatus,
  eventAfter: kustomizationEvent,
  requestAnnotations: REQUEST_ANNOTATIONS,
  requestPatch,
  suspendPatch,
  deletionEffect,
  keepPatch,
  releasePatch,
};
