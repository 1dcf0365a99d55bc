/** What the user asked for cannot be done: one line for stderr, exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `cannot read lab.yml: no such file or directory`, from an error of node:fs; anything else is a bug and passes on. */
export function unreadable(path: string, error: unknown): UsageError {
  return new UsageError(`cannot read ${path}: ${systemWords(error)}`);
}

export function unwritable(path: string, error: unknown): UsageError {
  return new UsageError(`cannot write ${path}: ${systemWords(error)}`);
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "it is a directory",
  ENOTDIR: "not a directory",
  EEXIST: "file exists",
  EROFS: "read-only file system",
  ENOSPC: "no space left on device",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "file name too long",
};

function systemWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "") throw error;
  return SYSTEM_WORDS[code] ?? code;
}
