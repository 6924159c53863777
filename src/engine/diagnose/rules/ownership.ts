import { makeFinding } from "../make-finding.ts";
import { inNamespace, kubectl, nameOf, someOf } from "../name.ts";
import type { Rule } from "./rule.ts";

/** Objects that two deliveries own: each overwrites what the other applied. */
export const rivalsRule: Rule = ({ rivals, address }) => {
  const owners = [...new Set(rivals.map(({ owner }) => owner))];
  return owners.map((owner) => {
    const shared = rivals.filter((rival) => rival.owner === owner).map(({ id }) => id);
    return makeFinding("warning", "OwnedByAnother", {
      object: shared[0],
      message: `${address} and ${owner} both own ${someOf(shared.map(nameOf))}: each overwrites the other`,
      next: `take it out of one of them; keep it on that one's next run with the annotation kustomize.toolkit.fluxcd.io/prune: disabled`,
      evidence: shared.map(nameOf),
    });
  });
};

/** Objects that somebody else wrote after the last apply. */
export const foreignRule: Rule = ({ foreign }) => {
  const [first] = foreign;
  if (first === undefined) return [];
  return [
    makeFinding("warning", "ChangedByOthers", {
      object: first.id,
      message: `${someOf([...new Set(foreign.map(({ manager }) => manager))])} changed ${someOf(foreign.map(({ id }) => nameOf(id)))} after it was applied`,
      next: `see who owns which field: ${kubectl("get", first.id)} -o yaml --show-managed-fields`,
      evidence: foreign.map(({ id, manager, at }) => `${nameOf(id)}: ${manager} at ${at}`),
    }),
  ];
};

/** Objects that differ from Git, while nothing keeps them from being synced. */
export const outOfSyncRule: Rule = ({ outOfSync, address, namespace }) =>
  outOfSync.length === 0
    ? []
    : [
        makeFinding("warning", "OutOfSync", {
          object: outOfSync[0],
          message: `${someOf(outOfSync.map(nameOf))} differ${outOfSync.length === 1 ? "s" : ""} from Git`,
          next: `gitops diff ${address}${inNamespace(namespace)}, then gitops sync ${address}${inNamespace(namespace)}`,
        }),
      ];

/** Objects that stay because pruning is off. */
export const lingeringRule: Rule = ({ lingering, address, app, namespace }) =>
  lingering.length === 0
    ? []
    : [
        makeFinding("warning", "Lingering", {
          object: lingering[0],
          message: `${someOf(lingering.map(nameOf))} ${lingering.length === 1 ? "is" : "are"} no longer declared and stay${lingering.length === 1 ? "s" : ""}: pruning is off`,
          next:
            app === undefined ? `gitops sync ${address}${inNamespace(namespace)} --prune` : "set spec.prune: true, or delete them by hand",
          evidence: lingering.map(nameOf),
        }),
      ];

/** Objects whose annotations keep them from being changed or healed. */
export const leftAloneRule: Rule = ({ leftAlone }) =>
  leftAlone.length === 0
    ? []
    : [
        makeFinding("info", "LeftAlone", {
          object: leftAlone[0]?.id,
          message: `changes in Git do not reach ${someOf(leftAlone.map(({ id }) => nameOf(id)))}: annotations exempt ${leftAlone.length === 1 ? "it" : "them"}`,
          next: "take the annotation away where it is no longer meant",
          evidence: leftAlone.map(({ id, how }) => `${nameOf(id)}: ${how}`),
        }),
      ];

/** What this user may not see. */
export const hiddenRule: Rule = ({ hidden }) =>
  hidden.length === 0
    ? []
    : [
        makeFinding("warning", "Hidden", {
          object: undefined,
          message: "something may not be read, so there may be more to find",
          next: "gitops doctor without a name lists which rights are missing",
          evidence: hidden,
        }),
      ];
