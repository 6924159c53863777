import type { Command } from "../command.ts";
import { adoptCommand } from "./adopt.ts";
import { buildCommand } from "./build.ts";
import { clusterCommand } from "./cluster.ts";
import { completionCommand } from "./completion.ts";
import { createCommand } from "./create.ts";
import { deleteCommand } from "./delete.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { exportCommand } from "./export.ts";
import { historyCommand } from "./history.ts";
import { logsCommand } from "./logs.ts";
import { getCommand } from "./get.ts";
import { helpCommand } from "./help.ts";
import { installCommand } from "./install.ts";
import { reconcileCommand } from "./reconcile.ts";
import { releaseCommand } from "./release.ts";
import { resumeCommand } from "./resume.ts";
import { rollbackCommand } from "./rollback.ts";
import { suspendCommand } from "./suspend.ts";
import { syncCommand } from "./sync.ts";
import { traceCommand } from "./trace.ts";
import { treeCommand } from "./tree.ts";
import { versionCommand } from "./version.ts";

/** Every command, in the order of the help page. Parsing, help, completions and docs/commands come from here. */
export const COMMANDS: readonly Command[] = [
  syncCommand,
  diffCommand,
  getCommand,
  treeCommand,
  traceCommand,
  eventsCommand,
  logsCommand,
  doctorCommand,
  historyCommand,
  exportCommand,
  buildCommand,
  reconcileCommand,
  suspendCommand,
  resumeCommand,
  rollbackCommand,
  createCommand,
  deleteCommand,
  adoptCommand,
  releaseCommand,
  clusterCommand,
  installCommand,
  completionCommand,
  versionCommand,
  helpCommand,
];
