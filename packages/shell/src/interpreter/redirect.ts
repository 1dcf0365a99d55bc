/** Redirections: opening files onto descriptors, and putting back what was there. */
import type { HereDoc, HereString, Redirect, Redirection } from "unbash";
import { expandParts, expandText, expandWords } from "../expansions/expand.ts";
import { piecesOfParts } from "../expansions/word-parts.ts";
import { Feed } from "../process/capture.ts";
import { DESCRIPTORS_MAX } from "../process/descriptors.ts";
import { FileError, fileErrorText } from "../process/errno.ts";
import type { OpenFile } from "../process/open-file.ts";
import type { Wait } from "../process/wait.ts";
import type { Shell } from "../shell/shell.ts";
import type { OpenMode } from "../vfs/open-files.ts";

/** Thrown when a redirection fails; the command then does not run. */
export class RedirectError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What the descriptors were before, to be put back in reverse order. */
export type Saved = { readonly descriptor: number; readonly file: OpenFile | undefined }[];

const MODES: Readonly<Record<string, OpenMode>> = {
  "<": { read: true, write: false },
  "<>": { read: true, write: true, create: true },
  ">": { read: false, write: true, create: true, truncate: true },
  ">|": { read: false, write: true, create: true, truncate: true },
  ">>": { read: false, write: true, create: true, append: true },
};

/** Applies redirections from left to right. What was there goes to `saved`, also when one fails. */
export function* redirect(
  shell: Shell,
  redirections: readonly Redirection[],
  saved: Saved,
): Generator<Wait, void, void> {
  for (const redirection of redirections) {
    if (redirection.type === "HereDoc")
      put(shell, redirection, yield* hereDocument(shell, redirection), saved);
    else if (redirection.type === "HereString")
      put(shell, redirection, yield* hereString(shell, redirection), saved);
    else yield* redirectFile(shell, redirection, saved);
  }
}

/** Undoes redirections. */
export function restore(shell: Shell, saved: Saved): void {
  const { descriptors } = shell.process;
  for (const { descriptor, file } of saved.reverse()) {
    if (file === undefined) descriptors.close(descriptor);
    else descriptors.set(descriptor, file);
  }
  saved.length = 0;
}

/** Forgets what was saved: the redirections stay, as after `exec`. */
export function keep(saved: Saved): void {
  for (const { file } of saved) file?.release();
  saved.length = 0;
}

function assign(shell: Shell, descriptor: number, file: OpenFile | null, saved: Saved): void {
  const { descriptors } = shell.process;
  if (descriptor >= DESCRIPTORS_MAX) {
    file?.release();
    throw new RedirectError(`${descriptor}: Bad file descriptor`);
  }
  saved.push({ descriptor, file: descriptors.get(descriptor)?.retain() });
  if (file === null) descriptors.close(descriptor);
  else descriptors.set(descriptor, file);
}

function put(shell: Shell, redirection: Redirection, text: string, saved: Saved): void {
  assign(shell, descriptorOf(shell, redirection, 0), new Feed(text, true), saved);
}

/** The number before the operator; `{name}` takes a free one from 10 on and stores it. */
function descriptorOf(shell: Shell, { descriptor }: Redirection, standard: number): number {
  if (descriptor === undefined) return standard;
  if (descriptor.type === "FileDescriptor") return descriptor.value;
  const free = shell.process.descriptors.lowestFree(10);
  shell.variables.set(descriptor.name, String(free));
  return free;
}

/** What `N>&-` or `{name}>&-` closes. */
function closedOf(shell: Shell, { descriptor }: Redirection, operator: string): number {
  if (descriptor?.type === "FileDescriptor") return descriptor.value;
  if (descriptor === undefined) return operator === ">&" ? 1 : 0;
  const [, name = "", subscript] = /^(\w+)(?:\[(.*)\])?$/s.exec(descriptor.name) ?? [];
  const value =
    subscript === undefined
      ? shell.variables.get(name)
      : shell.variables.find(name)?.element(Number(shell.variables.evaluate(subscript)));
  if (value === undefined || !/^\d+$/.test(value))
    throw new RedirectError(`${descriptor.name}: ambiguous redirect`);
  return Number(value);
}

function* hereDocument(
  shell: Shell,
  { body, operator, delimiter, closing, pos }: HereDoc,
): Generator<Wait, string, void> {
  if (closing === undefined && shell.dialect === "bash") {
    const { source } = shell;
    const last = source.lineAt(source.text.length) - (source.text.endsWith("\n") ? 1 : 0);
    const name = source.file === "" ? shell.name : source.file;
    const at = source.lineAt(pos);
    yield* shell.err(
      `${name}: line ${last}: warning: here-document at line ${at} delimited by end-of-file (wanted \`${delimiter?.value ?? ""}')\n`,
    );
  }
  const isQuoted = delimiter?.quoted === true;
  const text =
    isQuoted || body.parts === undefined
      ? unescaped(body.text, isQuoted)
      : yield* expandParts(shell, piecesOfParts(body.parts));
  return operator === "<<-" ? text.replace(/^\t+/gm, "") : text;
}

const unescaped = (text: string, isQuoted: boolean): string =>
  isQuoted ? text : text.replace(/\\(?:([$`\\])|\n)/g, (_, kept: string | undefined) => kept ?? "");

function* hereString(shell: Shell, { target }: HereString): Generator<Wait, string, void> {
  return `${target === undefined ? "" : yield* expandText(shell, target)}\n`;
}

function* redirectFile(
  shell: Shell,
  redirection: Redirect,
  saved: Saved,
): Generator<Wait, void, void> {
  const { operator, target } = redirection;
  const fields = target === undefined ? [] : yield* expandWords(shell, [target]);
  const [name] = fields;
  if (name === undefined || fields.length > 1)
    throw new RedirectError(`${target?.text ?? ""}: ambiguous redirect`);
  if (operator === "&>" || operator === "&>>") {
    both(shell, name, operator === "&>" ? ">" : ">>", saved);
  } else if (operator === ">&" || operator === "<&") {
    const isDuplicate = /^(-|\d+-?)$/.test(name);
    if (!isDuplicate && operator === ">&" && redirection.descriptor === undefined)
      both(shell, name, ">", saved);
    else if (!isDuplicate) throw new RedirectError(`${name}: ambiguous redirect`);
    else if (name === "-") assign(shell, closedOf(shell, redirection, operator), null, saved);
    else duplicate(shell, descriptorOf(shell, redirection, operator === ">&" ? 1 : 0), name, saved);
  } else {
    const file = open(shell, name, operator);
    assign(shell, descriptorOf(shell, redirection, operator.startsWith("<") ? 0 : 1), file, saved);
  }
}

function both(shell: Shell, name: string, operator: ">" | ">>", saved: Saved): void {
  const file = open(shell, name, operator);
  assign(shell, 1, file, saved);
  assign(shell, 2, file.retain(), saved);
}

function duplicate(shell: Shell, descriptor: number, target: string, saved: Saved): void {
  const from = Number.parseInt(target, 10);
  const file = shell.process.descriptors.get(from);
  if (file === undefined) throw new RedirectError(`${from}: Bad file descriptor`);
  if (from === descriptor) return;
  assign(shell, descriptor, file.retain(), saved);
  if (target.endsWith("-")) assign(shell, from, null, saved);
}

function open(shell: Shell, name: string, operator: string): OpenFile {
  const { files } = shell.kernel;
  const { process } = shell;
  const duplicated = /^\/dev\/(?:fd\/(\d+)|std(in|out|err))$/.exec(name);
  if (duplicated !== null) {
    const number = duplicated[1] ?? String(["in", "out", "err"].indexOf(duplicated[2] as string));
    const file = process.descriptors.get(Number(number));
    if (file !== undefined) return file.retain();
  }
  if (operator === ">" && shell.options.has("noclobber")) {
    const node = files.resolve(name, process.cwd, true, process);
    if (typeof node !== "number" && node.kind === "file") {
      throw new RedirectError(`${name}: cannot overwrite existing file`);
    }
  }
  const file = files.open(process, name, MODES[operator] as OpenMode);
  if (typeof file === "number") throw new RedirectError(openFailure(shell, name, operator, file));
  return file;
}

function openFailure(shell: Shell, name: string, operator: string, errno: number): string {
  if (shell.dialect !== "dash") return `${name}: ${fileErrorText(errno)}`;
  const isOutput = operator !== "<";
  const missing = isOutput ? "Directory nonexistent" : "No such file";
  return `cannot ${isOutput ? "create" : "open"} ${name}: ${errno === FileError.ENOENT ? missing : fileErrorText(errno)}`;
}
