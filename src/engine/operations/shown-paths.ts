import type { BuildResult } from "../build/build-options.ts";
import type { Artifact } from "../model/artifact.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Manifest } from "../model/manifest.ts";
import { GitOpsError } from "../model/errors.ts";

/**
 * Runs a build whose places are shown as a person can open them. Outside a Git work tree the tree is the whole disk, and its paths lack
 * the slash in front; in a repository they count from its top and stay as they are.
 */
export async function withShownPaths(artifact: Artifact, run: () => Promise<BuildResult>): Promise<BuildResult> {
  const { source, path } = artifact;
  if (source.type !== "directory" || source.path !== `/${path}`) return await run();
  try {
    const { manifests, warnings } = await run();
    return {
      manifests: manifests.map(shownManifest),
      warnings: warnings.map((warning) => shownDiagnostic(warning, path)),
    };
  } catch (error) {
    throw error instanceof GitOpsError ? shownError(error, path) : error;
  }
}

function shownManifest(manifest: Manifest): Manifest {
  const { origin, touches } = manifest;
  const shown = { ...manifest, origin: { ...origin, file: `/${origin.file}` } };
  return touches === undefined ? shown : { ...shown, touches: touches.map((touch) => ({ ...touch, file: `/${touch.file}` })) };
}

function shownError(error: GitOpsError, folder: string): GitOpsError {
  const { path, diagnostics } = error.data;
  const data = {
    ...error.data,
    ...(typeof path === "string" ? { path: shownText(path, folder) } : {}),
    ...(Array.isArray(diagnostics) ? { diagnostics: diagnostics.map((each: Diagnostic) => shownDiagnostic(each, folder)) } : {}),
  };
  const hint = error.hint === undefined ? {} : { hint: shownText(error.hint, folder) };
  return new GitOpsError(error.code, shownText(error.message, folder), { ...hint, cause: error, data });
}

function shownDiagnostic(diagnostic: Diagnostic, folder: string): Diagnostic {
  return { ...diagnostic, file: shownText(diagnostic.file, folder), message: shownText(diagnostic.message, folder) };
}

/** Puts the slash before the folder wherever a path begins with it: not inside a word or another path. */
function shownText(text: string, folder: string): string {
  return text.replaceAll(`${folder}/`, (found, offset: number) => (/[\w./-]/.test(text[offset - 1] ?? " ") ? found : `/${found}`));
}
