/**
 * A session at a lab's terminals as a file: one line for each thing that somebody did, with the instant.
 *
 *     # lvsim session 1
 *     # size 80x24
 *     0.000000000 a $ ipvsadm -ln
 *     12.500000000 client ^C
 *     13.000000000 client < "y\n"
 *     20.000000000 : walk
 *
 * `$` is a command line, `^C` and `^D` are keys at a prompt or to a program, `<` is what a program was given to read (JSON
 * text), `:` a command to lvsim.
 */
import { type Instant, nanoseconds } from "@lvsim/core";
import type { TerminalSize } from "@lvsim/shell";

export type SessionAct =
  | { readonly kind: "line"; readonly machine: string; readonly text: string }
  | { readonly kind: "keys"; readonly machine: string; readonly text: string }
  | { readonly kind: "colon"; readonly text: string };

export type SessionEntry = SessionAct & { readonly at: Instant };

const SESSION_HEADING = "# lvsim session 1";
const NAMED_KEYS: Readonly<Record<string, string>> = {
  "^C": "\u0003",
  "^D": "\u0004",
  "^Z": "\u001a",
  "^\\": "\u001c",
};

export function sessionText(
  heading: string,
  size: TerminalSize | null,
  entries: readonly SessionEntry[],
): string {
  const head = [SESSION_HEADING, `# ${heading}`];
  if (size !== null) head.push(`# size ${size.columns}x${size.rows}`);
  const lines = entries.map((entry) => `${timeText(entry.at)} ${actText(entry)}`);
  return `${[...head, ...lines].join("\n")}\n`;
}

function timeText(at: Instant): string {
  const whole = Math.floor(at / 1e9);
  return `${whole}.${String(at - whole * 1e9).padStart(9, "0")}`;
}

function actText(act: SessionAct): string {
  if (act.kind === "colon") return `: ${act.text}`;
  if (act.kind === "line" && !act.text.includes("\n")) return `${act.machine} $ ${act.text}`;
  const named = Object.entries(NAMED_KEYS).find(([, key]) => key === act.text)?.[0];
  return named === undefined
    ? `${act.machine} < ${JSON.stringify(act.text)}`
    : `${act.machine} ${named}`;
}

/** The screen that a session was on; null for the usual one. */
export function sizeOfSession(text: string): TerminalSize | null {
  const [, columns, rows] = /^# size (\d{1,3})x(\d{1,3})$/m.exec(text) ?? [];
  return columns === undefined ? null : { columns: Number(columns), rows: Number(rows) };
}

/** A line of a session file that cannot be read, from 1. */
export class SessionFileError extends Error {
  override readonly name = "SessionFileError";
}

const LINE = /^(\d{1,9})\.(\d{9}) (?:: (.*)|(\S+) (?:\$ ?(.*)|(\^[CDZ\\])|< (".*")))$/;

/** Throws `SessionFileError`. */
export function readSession(text: string, path: string): SessionEntry[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== SESSION_HEADING)
    throw new SessionFileError(`${path}:1: a session begins with "${SESSION_HEADING}"`);
  const entries: SessionEntry[] = [];
  lines.forEach((line, i) => {
    if (line === "" || line.startsWith("#")) return;
    const entry = entryOf(line);
    const last = entries.at(-1)?.at ?? 0;
    if (entry === undefined)
      throw new SessionFileError(
        `${path}:${i + 1}: not a line of a session, as "1.000000000 a $ ip addr"`,
      );
    if (entry.at < last)
      throw new SessionFileError(`${path}:${i + 1}: earlier than the line before`);
    entries.push(entry);
  });
  return entries;
}

function entryOf(line: string): SessionEntry | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, whole = "", part = "", colon, machine = "", typed, key, quoted] = match;
  const at = (Number(whole) * 1e9 + Number(part)) as Instant;
  if (colon !== undefined) return { at, kind: "colon", text: colon };
  if (typed !== undefined) return { at, kind: "line", machine, text: typed };
  if (key !== undefined) return { at, kind: "keys", machine, text: NAMED_KEYS[key] ?? "" };
  const text = unquoted(quoted ?? "");
  return text === undefined ? undefined : { at, kind: "keys", machine, text };
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `30s`, `500ms`, `2m`, or plain seconds; undefined for anything else. */
export function durationOf(text: string): ReturnType<typeof nanoseconds> | undefined {
  const match = /^(\d{1,6}(?:\.\d{1,3})?)(us|ms|s|m|min|h)?$/.exec(text.trim());
  if (match === null) return undefined;
  const unit = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3600e9 }[match[2] ?? "s"] ?? 1e9;
  return nanoseconds(Math.round(Number(match[1]) * unit));
}
