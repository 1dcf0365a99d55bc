/**
 * Where a recording of a real kernel and the simulation of the same lab differ: start-up commands, frames by class, requests,
 * tables, checks. What time and chance decide is masked (frame-class.ts, table-masks.ts); durations are not compared.
 */
import { type PcapFile, parseMacAddress, readPcap, ZERO_MAC } from "@lvsim/core";
import { devicesOf } from "../export/devices.ts";
import { type RecordingFiles, textIn } from "../export/recording-files.ts";
import { TABLES } from "../export/table-commands.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { compareFrames, type FrameDifference } from "./compare-frames.ts";
import { macNames } from "./frame-class.ts";
import { maskedLines, missingIn } from "./table-masks.ts";

/** Something of which both sides have one text. */
export interface TextDifference {
  /** `rs1# ip neigh`, `client# curl …`. */
  readonly what: string;
  readonly simulated: readonly string[];
  readonly recorded: readonly string[];
}

export interface Comparison {
  /** Who made the recording, as `Linux 6.1.0`; "" when it does not say. */
  readonly by: string;
  readonly starts: readonly TextDifference[];
  /** The earliest first. */
  readonly frames: readonly FrameDifference[];
  readonly requests: readonly TextDifference[];
  readonly tables: readonly TextDifference[];
  readonly checks: readonly TextDifference[];
  /** How many things were set side by side. */
  readonly compared: number;
  /** What the recording does not have, by its path. */
  readonly missing: readonly string[];
}

export const differenceCount = (comparison: Comparison): number =>
  comparison.starts.length +
  comparison.frames.length +
  comparison.requests.length +
  comparison.tables.length +
  comparison.checks.length;

export function compareRecordings(
  lab: LabDefinition,
  simulated: RecordingFiles,
  recorded: RecordingFiles,
): Comparison {
  return new Side(lab, simulated, recorded).compare();
}

class Side {
  private readonly lab: LabDefinition;
  private readonly simulated: RecordingFiles;
  private readonly recorded: RecordingFiles;
  private readonly missing: string[] = [];
  private compared = 0;

  constructor(lab: LabDefinition, simulated: RecordingFiles, recorded: RecordingFiles) {
    this.lab = lab;
    this.simulated = simulated;
    this.recorded = recorded;
  }

  compare(): Comparison {
    const by = /^by (.*)$/m.exec(textIn(this.recorded, "recording") ?? "")?.[1] ?? "";
    const [starts, frames] = [this.commands("starts"), this.frames()];
    const [requests, tables, checks] = [this.commands("requests"), this.tables(), this.checks()];
    const { compared, missing } = this;
    return { by, starts, frames, requests, tables, checks, compared, missing };
  }

  /** Both texts of a file; null when the recording has none. */
  private pair(path: string): readonly [string, string] | null {
    const [a, b] = [textIn(this.simulated, path), textIn(this.recorded, path)];
    if (a === undefined) return null;
    if (b === undefined) {
      this.missing.push(path);
      return null;
    }
    this.compared++;
    return [a, b];
  }

  /** Statuses of all commands of a kind; of requests what they printed as well. */
  private commands(kind: "starts" | "requests"): TextDifference[] {
    const names = [...this.simulated.keys()].flatMap((path) => {
      const [, folder, name] = /^(\w+)\/(\d+)\.status$/.exec(path) ?? [];
      return folder === kind && name !== undefined ? [name] : [];
    });
    return names.flatMap((name) => {
      const base = `${kind}/${name}`;
      const parts = kind === "requests" ? (["status", "stdout"] as const) : (["status"] as const);
      return parts.flatMap((part) => {
        const [a, b] = this.pair(`${base}.${part}`) ?? ["", ""];
        if (withoutTimes(a) === withoutTimes(b)) return [];
        const from = textIn(this.simulated, `${base}.from`)?.trim();
        const command = textIn(this.simulated, `${base}.command`)?.trim();
        const what = `${base}: ${from}# ${command}`;
        return [{ what: `${what} (${part})`, simulated: [a.trim()], recorded: [b.trim()] }];
      });
    });
  }

  private frames(): FrameDifference[] {
    const plugs = devicesOf(this.lab);
    const pairs = plugs.flatMap(({ host, device }) => {
      const path = `frames/${host}.${device}.pcap`;
      const [a, b] = [this.simulated, this.recorded].map((files) => captureIn(files, path));
      if (b === null) this.missing.push(path);
      if (a == null || b == null) return [];
      this.compared++;
      return [{ plug: `${host}.${device}`, captures: [a, b] as const }];
    });
    const firstOf = (side: 0 | 1): number =>
      pairs.reduce(
        (first, { captures }) => Math.min(first, captures[side].packets[0]?.at ?? first),
        Number.POSITIVE_INFINITY,
      );
    const starts = [firstOf(0), firstOf(1)] as const;
    return pairs
      .flatMap(({ plug, captures }) => compareFrames(plug, captures, starts, macNames(plugs)))
      .sort((one, other) => one.at - other.at);
  }

  private tables(): TextDifference[] {
    const nameOf = macNames(devicesOf(this.lab));
    // a device that a command made has an address by chance
    const named = (text: string): string =>
      text.replace(MAC, (mac) => nameOf(parseMacAddress(mac) ?? ZERO_MAC));
    return Object.keys(this.lab.hosts).flatMap((host) =>
      TABLES.flatMap(({ file, command }) => {
        const pair = this.pair(`tables/${host}/${file}`);
        if (pair === null) return [];
        const [a = [], b = []] = pair.map((text) => maskedLines(file, named(text)));
        const [simulated, recorded] = [missingIn(b, a), missingIn(a, b)];
        if (simulated.length + recorded.length === 0) return [];
        return [{ what: `${host}# ${command}`, simulated, recorded }];
      }),
    );
  }

  private checks(): TextDifference[] {
    const pair = this.pair("checks.tsv");
    if (pair === null) return [];
    const [a, b] = [verdictsIn(pair[0]), verdictsIn(pair[1])];
    return [...a].flatMap(([number, verdict]) => {
      const other = b.get(number) ?? "";
      if (other === verdict || other === "unseen") return [];
      const pass = this.lab.validate[Number(number) - 1]?.pass.en ?? "";
      return [{ what: `${number}: ${pass}`, simulated: [verdict], recorded: [other] }];
    });
  }
}

const MAC = /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/g;

const captureIn = (files: RecordingFiles, path: string): PcapFile | null => {
  const octets = files.get(path);
  return octets === undefined ? null : readPcap(octets);
};

/** Results of checks by their numbers. */
const verdictsIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [number = "", verdict = ""] = line.split("\t");
        return [number, verdict];
      }),
  );

/** Seconds with a fraction are how long something took. */
const withoutTimes = (text: string): string => text.replace(/\b\d+\.\d{3,}\b/g, "N");
