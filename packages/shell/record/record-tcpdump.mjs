/**
 * Prints a capture file with the tcpdump 4.99.3 of a Debian 12 in many ways, and counts what filters let through, into
 * ../src/recorded/tcpdump.json: `node packages/shell/record/record-tcpdump.mjs [FILE.pcap]`. Without a file it takes the
 * one that is recorded.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const RECORDED = new URL("../src/recorded/tcpdump.json", import.meta.url);
const STYLES = ["-n", "-nv", "-nvve", "-neq", "-nS", "-nX", "-nxx", "-nA", "-ntttt", "-nttt", "-nttttt", "-ntt", "-nt#", ""];
const FILTERS = readFileSync(new URL("tcpdump-filters.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "");

const given = process.argv[2];
const pcap =
  given === undefined
    ? Buffer.from(JSON.parse(readFileSync(RECORDED, "utf8")).pcap, "hex")
    : readFileSync(given);
const file = join(mkdtempSync("/tmp/lvsim-tcpdump-"), "packets.pcap");
writeFileSync(file, pcap);

function tcpdump(...args) {
  const { status, stderr, stdout } = spawnSync("tcpdump", ["-r", file, ...args], {
    env: { ...process.env, TZ: "UTC" },
    encoding: "utf8",
  });
  return { status, stdout, stderr: stderr.split("\n").slice(1).join("\n") };
}

const styles = STYLES.map((style) => ({
  style,
  stdout: tcpdump(...style.split(" ").filter((word) => word !== "")).stdout,
}));
const filters = FILTERS.map((filter) => ({ filter, ...tcpdump("-n", "--count", filter) }));
const recorded = { pcap: pcap.toString("hex"), styles, filters };
writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 2)}\n`);
