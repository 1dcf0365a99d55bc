/** The form of a recording of real Linux: what was built, what was done, what was observed. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const cableEnd = z.object({ ns: z.string(), if: z.string(), mac: z.string() });

const topology = z.object({
  namespaces: z.array(z.string()),
  links: z.array(z.object({ a: cableEnd, b: cableEnd })),
  bridges: z.array(
    z.object({
      ns: z.string(),
      name: z.string(),
      ports: z.array(
        z.object({ port: z.string(), ns: z.string(), if: z.string(), mac: z.string() }),
      ),
    }),
  ),
});

const command = z.object({ ns: z.string(), cmd: z.string() });

const server = z.object({
  ns: z.string(),
  proto: z.enum(["tcp", "udp"]),
  addr: z.string(),
  port: z.number(),
  reads: z.boolean().optional(),
});

/** Values of a recording are JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

const json: z.ZodType<Json> = z.json();

const recordingSchema = z.looseObject({
  v: z.literal(1),
  case: z.string(),
  scenario: z.string(),
  topology,
  setup: z.array(command),
  serve: z.array(server).optional(),
  steps: z.array(json),
  final: z.record(z.string(), json).optional(),
  final_at_ms: z.number().optional(),
  mode: z.string().optional(),
  timer_phase_ms: z.number().optional(),
  proc_ip_vs_at_start: z.array(z.string()).optional(),
});

export type Recording = z.infer<typeof recordingSchema>;
export type ServerSpec = z.infer<typeof server>;

/** A file that is no recording, in words for people. */
export class UnreadableRecording extends Error {}

export function readRecording(path: string): Recording {
  const octets = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(octets) : octets).toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableRecording(`${path}: ${(error as Error).message}`);
  }
  const checked = recordingSchema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new UnreadableRecording(`${path}: ${issue?.path.join(".")}: ${issue?.message}`);
}

const isRecordingName = (name: string): boolean =>
  /\.json(?:\.gz)?$/.test(name) && !/^(?:INDEX|volatile)\.json/.test(name);

/** Files below `path` (or the file itself) that look like recordings, in order of their paths. */
export function findRecordings(path: string): string[] {
  let kind: ReturnType<typeof statSync>;
  try {
    kind = statSync(path);
  } catch {
    throw new UnreadableRecording(`${path}: no such file or directory`);
  }
  if (kind.isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isRecordingName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** `sched-rr/nat-mix-w125` from what the file says of itself. */
export const nameOf = (recording: Recording): string => `${recording.case}/${recording.scenario}`;

/** Whether a file in a searched folder says that it is a recording at all (`v` and `case`). */
export function isRecording(path: string): boolean {
  if (!isRecordingName(basename(path))) return false;
  const octets = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(octets) : octets).toString("utf8");
  return /^\s*\{/.test(text) && text.includes('"case"') && text.includes('"v"');
}
