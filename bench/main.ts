/**
 * The bench: `pnpm bench [--json] [--peers] [--only key,…] [--rounds 3]`. Each workload runs in a process of its own, once a
 * round, so that rounds are interleaved and nothing warms up anything else; a line is the median of CPU times.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleWorkloads } from "./bundle.ts";
import { type Line, lineOf } from "./lines.ts";
import { type PeerLine, peerCosts, ratios, runPeers } from "./peers.ts";
import type { WorkloadKeys } from "./run-one.ts";
import type { Measurement } from "./workloads/measure.ts";

/** A mistake in the command line: one line on standard error, exit status 2. */
class UsageError extends Error {}

function parseOptions() {
  const args = process.argv.slice(2).filter((argument) => argument !== "--");
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        peers: { type: "boolean", default: false },
        only: { type: "string", default: "" },
        rounds: { type: "string", default: "3" },
      },
    });
    if (!/^[1-9][0-9]?$/.test(values.rounds))
      throw new UsageError(`--rounds ${values.rounds}: a number from 1 to 99`);
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * glibc keeps what is freed, more or less of it with each other layout of memory, unless it was mapped; so long as this is set
 * each array is.
 */
const GIVE_BACK = { MALLOC_MMAP_THRESHOLD_: "131072" };

/** What the bundle answers to `key`; with none it names the keys there are. */
function ask(bundle: string, ...key: readonly string[]): unknown {
  const { stdout, status } = spawnSync(process.execPath, [bundle, ...key], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...(key[0]?.startsWith("conn-octets") ? GIVE_BACK : {}) },
  });
  if (status !== 0) throw new Error(`${key.join()} failed`);
  return JSON.parse(stdout);
}

function keysToRun({ usual, byHand }: WorkloadKeys, only: string): readonly string[] {
  if (only === "") return usual;
  const all = [...usual, ...byHand];
  const keys = only.split(",");
  const unknown = keys.filter((key) => !all.includes(key));
  if (unknown.length > 0)
    throw new UsageError(`no workload ${unknown.join(", ")}; there are ${all.join(", ")}`);
  return keys;
}

function printLine(line: Line, json: boolean): void {
  if (json) return console.log(JSON.stringify(line));
  const { key, per_s, ns, s, octets, n, rounds, ...facts } = line;
  const speeds = [
    per_s === undefined ? "" : `${per_s.toLocaleString("en")} /s`,
    ns === undefined ? "" : `${ns} ns`,
    s === undefined ? "" : `${s} s`,
    octets === undefined ? "" : `${octets} octets`,
  ];
  const speed = speeds.join("");
  const rest = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  console.log(`${key.padEnd(28)} ${speed.padStart(16)}   ${rest.join(", ")}`);
}

async function main(): Promise<void> {
  const options = parseOptions();
  const rounds = Number(options.rounds);
  const folder = mkdtempSync(join(tmpdir(), "lvsim-bench-"));
  try {
    const bundle = await bundleWorkloads(folder);
    const known = ask(bundle) as WorkloadKeys;
    const keys = keysToRun(known, options.only);
    const once = options.only === "" ? known.once : [];
    const runs = new Map<string, Measurement[]>(keys.map((key) => [key, []]));
    const peerRounds: (readonly PeerLine[])[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const key of keys)
        if (round === 0 || !once.includes(key))
          runs.get(key)?.push(ask(bundle, key) as Measurement);
      if (options.peers) peerRounds.push(runPeers());
    }
    const lines = keys.map((key) => lineOf(key, runs.get(key) as Measurement[]));
    for (const line of lines) printLine(line, options.json);
    if (!options.peers) return;
    for (const line of ratios(lines, peerCosts(peerRounds))) printLine(line, options.json);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
