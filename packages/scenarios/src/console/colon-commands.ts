/** Commands to lvsim itself, which begin with a colon: what each shows, and what it does to the session. */
import { type Instant, later } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import { type Line, line, type Page, span } from "../views/styled.ts";
import { fill } from "../views/texts.ts";
import { viewOf } from "../views/views.ts";
import { whyLines } from "../views/why-view.ts";
import type { LabSession } from "./session.ts";
import { durationOf, sessionText } from "./session-file.ts";
import { COLON_HELP, CONSOLE_WORDS } from "./words.ts";

/** What a command may do beside showing something. */
export interface ColonHost {
  readonly session: LabSession;
  readonly page: Page;
  /** Puts a file where the user works; what is wrong, null when nothing is. */
  write(path: string, content: string | Uint8Array): string | null;
  goTo(machine: string): void;
  /** Simulated seconds in a second; 0 while paused. */
  speed: number;
  /** Replaces the session by one that stands at an earlier moment. */
  goBack(count: number, at: Instant): void;
  readonly snapshots: Map<string, { readonly count: number; readonly at: Instant }>;
  /** Where the session is written when it ends; "" for nowhere. */
  recordPath: string;
  quit(): void;
}

type Words = keyof typeof CONSOLE_WORDS;
type Colon = (host: ColonHost, argument: string) => readonly Line[];

/** Carries out `text`, which stands behind the colon. */
export function colonCommand(host: ColonHost, text: string): readonly Line[] {
  const [word = "", ...rest] = text.trim().split(/\s+/);
  const argument = rest.join(" ");
  const command = COMMANDS.get(word);
  if (command !== undefined) return command(host, argument);
  if (host.session.machines.includes(word)) return goTo(host, word);
  const meant = [...COMMANDS.keys(), ...host.session.machines].find(
    (name) => word !== "" && name.startsWith(word),
  );
  const hint = meant === undefined ? "" : ` (:${meant}?)`;
  return [bad(host, "unknown", { name: word, hint })];
}

export const isColonCommand = (word: string): boolean => COMMANDS.has(word);

const say = (
  { page }: ColonHost,
  key: Words,
  values: Readonly<Record<string, string | number>> = {},
): string => fill(CONSOLE_WORDS[key][page.language], values);
const told = (
  host: ColonHost,
  key: Words,
  values: Readonly<Record<string, string | number>> = {},
): Line => line(span(say(host, key, values), "dim"));
const bad = (
  host: ColonHost,
  key: Words,
  values: Readonly<Record<string, string | number>> = {},
): Line => line(span(say(host, key, values), "bad"));

/** Simulated seconds with nine decimals would be noise: three. */
export const secondsOf = (at: number): string => (at / 1e9).toFixed(3);

function wants(host: ColonHost, word: string): Line[] {
  const help = COLON_HELP.find(({ usage }) => usage.startsWith(`:${word}`));
  if (help === undefined) return [];
  return [bad(host, "wants", { usage: help.usage, what: help[host.page.language] })];
}

function goTo(host: ColonHost, name: string): readonly Line[] {
  const { machines } = host.session;
  if (!machines.includes(name))
    return [bad(host, "noMachine", { name, known: machines.join(", ") })];
  host.goTo(name);
  return [];
}

function time(host: ColonHost): Line[] {
  const pace = host.speed === 0 ? say(host, "paused") : say(host, "pace", { speed: host.speed });
  return [told(host, "time", { time: secondsOf(host.session.now), pace })];
}

function until(host: ColonHost, at: Instant): Line[] {
  const { session } = host;
  if (at < session.now) return [bad(host, "past", { time: secondsOf(session.now) })];
  session.advance(at);
  return time(host);
}

function step(host: ColonHost, argument: string): Line[] {
  const times = argument === "" ? 1 : Number(argument);
  if (!Number.isInteger(times) || times < 1 || times > 10_000) return wants(host, "step");
  const { session } = host;
  const { engine } = session.lab.simulation;
  const before = engine.eventCount;
  let moved = false;
  for (let i = 0; i < times && engine.step(); i++) {
    moved = true;
    session.lab.until(session.now);
  }
  if (!moved) return [told(host, "quiet")];
  session.advance(session.now);
  return [
    told(host, "stepped", { count: engine.eventCount - before, time: secondsOf(session.now) }),
  ];
}

/** The last command line that sent a packet. */
function lastRequest(run: LabRun): number {
  return run.requests.findLastIndex(({ frame }) => frame !== 0);
}

function requestView(host: ColonHost, view: "walk" | "ladder"): readonly Line[] {
  const run = host.session.play.seen();
  const request = lastRequest(run);
  if (request === -1) return [told(host, "noRequest")];
  return shown(viewOf(view, { run, request, form: "text", page: host.page }));
}

const shown = (view: ReturnType<typeof viewOf>): readonly Line[] =>
  view === null || typeof view === "string" ? [] : view;

function arp(host: ColonHost): readonly Line[] {
  const run = host.session.play.seen();
  const lines = shown(viewOf("owners", { run, request: 0, form: "text", page: host.page }));
  return lines.length === 0 ? [told(host, "noVips")] : lines;
}

function why(host: ColonHost, argument: string): readonly Line[] {
  const { session, page } = host;
  const run = session.play.seen();
  const last = run.requests[lastRequest(run)];
  const machine = argument === "" ? last?.from : session.current;
  const command = argument === "" ? last?.command : argument;
  if (machine === undefined || command === undefined) return [told(host, "noRequest")];
  const fork = session.lab.fork();
  fork.exec(machine, command);
  const diagnoses = fork.explainAll([{ from: machine, run: command }]);
  return diagnoses.length === 0
    ? [line(span(say(host, "well", { machine, command }), "good"))]
    : whyLines(diagnoses, page);
}

function undo(host: ColonHost): Line[] {
  const machine = host.session.current;
  const origin = host.session.lab.undo(machine);
  return [
    origin === null
      ? told(host, "nothingToUndo", { machine })
      : told(host, "undone", { machine, command: origin.process }),
  ];
}

const DEFAULT_SNAPSHOT = "1";

function snapshot(host: ColonHost, argument: string): Line[] {
  const { session, snapshots } = host;
  const name = argument === "" ? String(snapshots.size + 1) : argument;
  // without the command that takes it
  snapshots.set(name, { count: session.entries.length - 1, at: session.now });
  return [told(host, "saved", { name, time: secondsOf(session.now) })];
}

function restore(host: ColonHost, argument: string): Line[] {
  const { snapshots } = host;
  const name = argument === "" ? ([...snapshots.keys()].at(-1) ?? DEFAULT_SNAPSHOT) : argument;
  const saved = snapshots.get(name);
  if (saved === undefined)
    return [bad(host, "noSnapshot", { name, known: [...snapshots.keys()].join(", ") || "-" })];
  host.goBack(saved.count, saved.at);
  return [told(host, "restored", { name, time: secondsOf(saved.at) })];
}

function pcap(host: ColonHost, path: string): Line[] {
  if (path === "") return wants(host, "pcap");
  const { octets, count, interfaces } = host.session.packets.file();
  const what = say(host, "packets", { count, interfaces });
  return written(host, path, octets, what);
}

function record(host: ColonHost, path: string): Line[] {
  if (path === "") return wants(host, "record");
  host.recordPath = path;
  const { entries } = host.session;
  return written(
    host,
    path,
    recordOf(host.session),
    say(host, "entries", { count: entries.length }),
  );
}

/** The session as its file has it. */
export function recordOf({ entries, options }: LabSession): string {
  return sessionText(
    `lvsim lab ${options.name} --seed ${options.seed} --replay FILE`,
    options.size,
    entries,
  );
}

function written(
  host: ColonHost,
  path: string,
  content: string | Uint8Array,
  what: string,
): Line[] {
  const fault = host.write(path, content);
  return fault === null ? [told(host, "wrote", { path, what })] : [line(span(fault, "bad"))];
}

function help({ page }: ColonHost): Line[] {
  const width = Math.max(...COLON_HELP.map(({ usage }) => usage.length)) + 2;
  return COLON_HELP.map((one) => line(span(one.usage.padEnd(width), "host"), one[page.language]));
}

function speed(host: ColonHost, argument: string): Line[] {
  const value = Number(argument);
  if (argument === "" || !(value > 0) || value > 1e6) return wants(host, "speed");
  host.speed = value;
  return time(host);
}

function pause(host: ColonHost): Line[] {
  host.speed = 0;
  return time(host);
}

function go(host: ColonHost): Line[] {
  if (host.speed === 0) host.speed = 1;
  return time(host);
}

const COMMANDS: ReadonlyMap<string, Colon> = new Map<string, Colon>([
  ["help", help],
  ["h", help],
  ["machine", goTo],
  ["m", goTo],
  [
    "topology",
    ({ session, page }) =>
      shown(viewOf("topology", { run: session.play.seen(), request: 0, form: "text", page })),
  ],
  ["time", time],
  [
    "until",
    (host, argument) => {
      const wanted = durationOf(argument);
      return wanted === undefined ? wants(host, "until") : until(host, later(0 as Instant, wanted));
    },
  ],
  [
    "run",
    (host, argument) => {
      const wanted = durationOf(argument);
      return wanted === undefined
        ? wants(host, "run")
        : until(host, later(host.session.now, wanted));
    },
  ],
  ["step", step],
  ["speed", speed],
  ["pause", pause],
  ["play", go],
  ["walk", (host) => requestView(host, "walk")],
  ["ladder", (host) => requestView(host, "ladder")],
  ["arp", arp],
  ["why", why],
  ["undo", undo],
  ["snapshot", snapshot],
  ["restore", restore],
  ["pcap", pcap],
  ["record", record],
  [
    "quit",
    (host) => {
      host.quit();
      return [];
    },
  ],
  [
    "q",
    (host) => {
      host.quit();
      return [];
    },
  ],
]);
