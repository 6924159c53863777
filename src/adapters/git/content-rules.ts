import { beyondLimit } from "../../engine/model/limit.ts";
import { GitOpsError } from "../../engine/model/errors.ts";

const LFS_POINTER = Buffer.from("version https://git-lfs.github.com/spec/");
const GIT_CRYPT = Buffer.from("\0GITCRYPT\0", "latin1");
/** The specification of LFS bounds a pointer file so. */
const MAX_POINTER_BYTES = 1024;

/** Refuses content that stands for other content: building from a placeholder would deliver the placeholder. */
export function checkContent(path: string, bytes: Uint8Array): void {
  if (startsWith(bytes, GIT_CRYPT)) {
    throw new GitOpsError("UNSUPPORTED_CONTENT", `${path} is encrypted by git-crypt`, {
      hint: "keep secrets in a form that the cluster or SOPS decrypts",
      data: { path },
    });
  }
  if (bytes.length < MAX_POINTER_BYTES && startsWith(bytes, LFS_POINTER)) {
    throw new GitOpsError("UNSUPPORTED_CONTENT", `${path} is a Git LFS pointer, not the file itself`, {
      hint: "keep manifests in Git without LFS",
      data: { path },
    });
  }
}

/** The error for a submodule. */
export function isSubmodule(path: string): GitOpsError {
  return new GitOpsError("UNSUPPORTED_CONTENT", `${path} is a submodule`, {
    hint: "submodules are not fetched: keep the files in this repository",
    data: { path },
  });
}

/** The error for a file above the size that is read. */
export function tooLarge(path: string, maximum: number): GitOpsError {
  return beyondLimit("fileBytes", `${path} is larger than ${maximum} bytes`, { path, maximum });
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => bytes[index] === byte);
}
