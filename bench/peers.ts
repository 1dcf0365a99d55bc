/** The peers' figures (peers/run-peers), and how the project compares. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Line, median } from "./lines.ts";

const RUN_PEERS = fileURLToPath(new URL("peers/run-peers", import.meta.url));
const PEERS = "ns3,c,sched";

/** A line that run-peers printed. */
export interface PeerLine {
  readonly key: string;
  readonly per_s?: number;
  readonly ns?: number;
  readonly us_per_scenario?: number;
  readonly build?: string;
  readonly error?: string;
}

/** Our key, the peer's, and what a ratio above 1 means: we are faster. */
const COMPARED: readonly (readonly [string, string])[] = [
  ["U-4x4", "ns3-U"],
  ["T-4x4", "ns3-T"],
  ["U-cold", "ns3-U"],
  ["T-cold", "ns3-T"],
  ["U-512x512", "ns3-U-512"],
  ["T-512x512", "ns3-T-512"],
  ["tiny-U", "ns3-tiny-U"],
  ["tiny-T", "ns3-tiny-T"],
  ["queue-100", "c-std-100"],
  ["queue-1000", "c-std-1000"],
  ["queue-10000", "c-std-10000"],
  ["queue-100000", "c-std-100000"],
  ["queue-1000000", "c-std-1000000"],
  ["rr-4", "sched-4/rr-4"],
  ["rr-1024", "sched-1024/rr-1024"],
  ["wrr-4", "sched-4/wrr-4"],
  ["wrr-1024", "sched-1024/wrr-1024"],
  ["wlc-4", "sched-4/wlc-4"],
  ["wlc-64", "sched-64/wlc-64"],
  ["wlc-1024", "sched-1024/wlc-1024"],
];

/** Runs all peers once, building what is missing first. */
export function runPeers(): readonly PeerLine[] {
  const { stdout, error } = spawnSync(RUN_PEERS, ["--rounds", "1", "--only", PEERS], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as PeerLine);
}

/** Nanoseconds a piece. */
const costOf = (line: { readonly per_s?: number; readonly ns?: number }): number =>
  line.ns ?? 1e9 / (line.per_s ?? Number.NaN);

/** Medians of the peers' rounds, by key. */
export function peerCosts(rounds: readonly (readonly PeerLine[])[]): ReadonlyMap<string, number> {
  const all = new Map<string, number[]>();
  for (const line of rounds.flat()) {
    if (line.error !== undefined) continue;
    const costs = all.get(line.key) ?? [];
    costs.push(costOf(line));
    all.set(line.key, costs);
  }
  return new Map([...all].map(([key, costs]) => [key, median(costs)]));
}

/** How many times faster than its peer each of our lines is. */
export function ratios(
  lines: readonly Line[],
  peers: ReadonlyMap<string, number>,
): readonly Line[] {
  const ours = new Map(lines.map((line) => [line.key, line]));
  return COMPARED.flatMap(([key, peer]) => {
    const line = ours.get(key);
    const cost = peers.get(peer);
    if (line === undefined || cost === undefined) return [];
    const ratio = Math.round((cost / costOf(line)) * 100) / 100;
    return [{ key, peer, ratio, n: line.n, rounds: line.rounds }];
  });
}
