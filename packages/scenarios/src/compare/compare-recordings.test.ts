import { type Instant, LinkType, PcapWriter, readPcap } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { octetsOfText, type RecordingFiles, textIn } from "../export/recording-files.ts";
import { simulatedRecording } from "../export/simulated-recording.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { columnsOf } from "../views/columns-fixture.ts";
import { compareLines } from "../views/compare-view.ts";
import { textOf } from "../views/styled.ts";
import { compareRecordings, differenceCount } from "./compare-recordings.ts";
import { maskedLines, missingIn } from "./table-masks.ts";

const lab = (name: string): LabDefinition => libraryLab(name) as LabDefinition;
const NAT = lab("nat");
const recording = simulatedRecording("nat", NAT, "1");

/** The recording with one file written anew. */
function changed(path: string, edit: (octets: Uint8Array) => Uint8Array): RecordingFiles {
  const octets = recording.get(path);
  if (octets === undefined) throw new Error(`no ${path}`);
  return new Map([...recording, [path, edit(octets)]]);
}
const text = (path: string, from: string | RegExp, to: string): RecordingFiles =>
  changed(path, () => octetsOfText((textIn(recording, path) ?? "").replace(from, to)));

function report(other: RecordingFiles, language: "en" | "zh" = "en"): string[] {
  const page = { language, columns: 100, widthOf: columnsOf, showMacs: false };
  return compareLines(compareRecordings(NAT, recording, other), page).map(textOf);
}

test.each(["nat", "tun", "arp-announce-missing", "docker-bridge-short-cut"])(
  "%s recorded twice, with other seeds, is the same",
  (name) => {
    const [one, other] = ["1", "2"].map((seed) => simulatedRecording(name, lab(name), seed));
    if (one === undefined || other === undefined) throw new Error("no recording");
    const comparison = compareRecordings(lab(name), one, other);
    expect(differenceCount(comparison)).toBe(0);
    expect(comparison.missing).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(20);
  },
);

describe("a planted difference is found", () => {
  test("a frame that one side lacks, with what came before it", () => {
    const other = changed("frames/rs01.eth0.pcap", (octets) => {
      const writer = new PcapWriter(LinkType.ethernet);
      // without the first SYN,ACK
      const packets = readPcap(octets)?.packets ?? [];
      const answer = packets.findIndex(({ octets: frame }) => frame[47] === 0x12);
      expect(answer).toBeGreaterThan(0);
      for (const [i, { at, octets: frame }] of packets.entries())
        if (i !== answer) writer.add(at as Instant, frame);
      return writer.file();
    });
    const { frames, requests } = compareRecordings(NAT, recording, other);
    expect(frames).toHaveLength(1);
    expect(requests).toEqual([]);
    expect(frames[0]).toMatchObject({ plug: "rs01.eth0", simulated: 2, recorded: 1 });
    expect(frames[0]?.text).toMatch(
      /^TCP SYN,ACK 192\.168\.100\.2:80 → 172\.16\.100\.\d+:\*, TTL 64/,
    );
    expect(report(other).join("\n")).toMatchSnapshot();
    for (const line of report(other, "zh")) expect(columnsOf(line)).toBeLessThanOrEqual(100);
  });

  test.each([
    ["starts", "starts/001.status", "0", "1"],
    ["requests", "requests/002.status", "0", "28"],
    ["tables", "tables/lvs-server/ipvsadm", "Masq    1 ", "Masq    2 "],
    ["checks", "checks.tsv", "\tok\t", "\tfailed\t"],
  ] as const)("%s: %s with %j for %j", (kind, path, from, to) => {
    const comparison = compareRecordings(
      NAT,
      recording,
      text(path, from === "0" ? /\d+/ : from, to),
    );
    expect(differenceCount(comparison)).toBe(1);
    expect(comparison[kind]).toHaveLength(1);
  });
});

test("what a recording does not have is named, and is no difference", () => {
  const some = new Map([...recording].filter(([path]) => !path.startsWith("tables/rs01/")));
  const comparison = compareRecordings(NAT, recording, some);
  expect(differenceCount(comparison)).toBe(0);
  expect(comparison.missing).toContain("tables/rs01/neigh");
});

test.each([
  [
    "neigh",
    "10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE",
    "10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE",
  ],
  [
    "conntrack",
    "tcp      6 119 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=40000 dport=80 [ASSURED] mark=0 use=1",
    "tcp      6 93 TIME_WAIT src=10.0.0.1 dst=10.0.0.2 sport=50001 dport=80 [ASSURED] mark=0 use=2",
  ],
  ["ipvsadm", "IP Virtual Server version 1.2.1 (size=4096)", ""],
  ["route", "b\na", "a\nb"],
])("%s: time and chance make no difference", (table, one, other) => {
  expect(maskedLines(table, one)).toEqual(maskedLines(table, other));
});

test.each([
  ["neigh", "10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE", "10.0.0.1 dev eth0 FAILED"],
  [
    "conntrack",
    "udp 17 9 src=1.1.1.1 dst=2.2.2.2 sport=53 dport=53",
    "udp 17 9 src=1.1.1.1 dst=2.2.2.2 sport=54 dport=53",
  ],
])("%s: anything else does", (table, one, other) => {
  expect(maskedLines(table, one)).not.toEqual(maskedLines(table, other));
});

test("a line that is there twice must be there twice", () => {
  expect(missingIn(["a", "b"], ["a", "a", "b"])).toEqual(["a"]);
});
