/**
 * `conformance [DIR…]`: plays recordings of real Linux. A line per class, for each failing scenario its first
 * difference, and last `N passed, M failed`. Exit status 1 if any failed, 2 on unreadable input.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Masks } from "./masks.ts";
import { play } from "./play.ts";
import {
  findRecordings,
  isRecording,
  nameOf,
  type Recording,
  readRecording,
  UnreadableRecording,
} from "./recording.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const OWN_RECORDINGS = join(HERE, "recordings");

interface Tally {
  passed: number;
  failed: string[];
}

/** What became of a recording: undefined when it passed, else why not. */
function outcome(recording: Recording, masks: Masks): string | undefined {
  try {
    const found = play(recording, masks);
    if (found === undefined) return undefined;
    return `${found.where}: expected ${found.expected}, got ${found.got}`;
  } catch (error) {
    return `cannot be played: ${(error as Error).message}`;
  }
}

function main(folders: readonly string[]): number {
  const masks = Masks.read(join(OWN_RECORDINGS, "volatile.json"));
  const tallies = new Map<string, Tally>();
  let unreadable = 0;
  for (const folder of folders.length === 0 ? [OWN_RECORDINGS] : folders) {
    let paths: string[];
    try {
      paths = findRecordings(folder).filter((path) => path === folder || isRecording(path));
    } catch (error) {
      if (!(error instanceof UnreadableRecording)) throw error;
      process.stderr.write(`conformance: ${error.message}\n`);
      return 2;
    }
    for (const path of paths) unreadable += playFile(path, masks, tallies);
  }
  return report(tallies, unreadable);
}

function playFile(path: string, masks: Masks, tallies: Map<string, Tally>): number {
  let recording: Recording;
  try {
    recording = readRecording(path);
  } catch (error) {
    process.stderr.write(`conformance: ${(error as Error).message}\n`);
    return 1;
  }
  let tally = tallies.get(recording.case);
  if (tally === undefined) {
    tally = { passed: 0, failed: [] };
    tallies.set(recording.case, tally);
  }
  const why = outcome(recording, masks);
  if (why === undefined) tally.passed++;
  else tally.failed.push(`  ${nameOf(recording)}: ${why}`);
  return 0;
}

function report(tallies: ReadonlyMap<string, Tally>, unreadable: number): number {
  let passed = 0;
  let failed = 0;
  for (const [name, tally] of tallies) {
    passed += tally.passed;
    failed += tally.failed.length;
    const all = tally.passed + tally.failed.length;
    process.stdout.write(`${name.padEnd(14)} ${tally.passed} of ${all} passed\n`);
    for (const line of tally.failed) process.stdout.write(`${line}\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  if (unreadable > 0) return 2;
  return failed > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
