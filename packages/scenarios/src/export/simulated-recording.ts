/** The recording that the script of a lab makes on a real kernel, made of the simulation: the same files, the same commands. */
import { encodeFrame, type Frame, LinkType, PcapWriter } from "@lvsim/core";
import { type CheckResult, checkLab } from "../checks/check-lab.ts";
import type { Lab } from "../lab/lab.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { checkLine } from "./check-lines.ts";
import { devicesOf } from "./devices.ts";
import { octetsOfText, type RecordingFiles } from "./recording-files.ts";
import { numbered } from "./shell-words.ts";
import { TABLES } from "./table-commands.ts";

export function simulatedRecording(
  name: string,
  definition: LabDefinition,
  seed: string,
): RecordingFiles {
  const files = new Map<string, Uint8Array>();
  const put = (path: string, text: string): unknown => files.set(path, octetsOfText(text));
  const captures = new Map<string, PcapWriter>();
  const { run, results } = checkLab(name, definition, seed, definition.validate, {
    onBuilt: (lab) => watch(lab, definition, captures),
    onEnd: (lab) => {
      for (const host of Object.keys(definition.hosts))
        for (const { file, command } of TABLES)
          put(`tables/${host}/${file}`, lab.exec(host, command).stdout);
    },
  });
  put("recording", `lab ${name}\nby lvsim\n`);
  const ended = [
    ...run.starts.map((one, i) => ({
      path: `starts/${numbered(i)}`,
      ...one,
      from: one.host,
      took: 0,
    })),
    ...run.requests.map((one, i) => ({
      path: `requests/${numbered(i)}`,
      ...one,
      took: one.endedAt - one.beganAt,
    })),
  ];
  for (const { path, from, command, status, stdout, stderr, took } of ended) {
    put(`${path}.from`, `${from}\n`);
    put(`${path}.command`, `${command}\n`);
    put(`${path}.status`, `${status}\n`);
    put(`${path}.stdout`, stdout);
    put(`${path}.stderr`, stderr);
    put(`${path}.ms`, `${Math.round(took / 1e6)}\n`);
  }
  for (const [plug, writer] of captures) files.set(`frames/${plug}.pcap`, writer.file());
  put("checks.tsv", results.map((result, i) => checkText(definition, result, i)).join(""));
  return files;
}

function watch(lab: Lab, definition: LabDefinition, captures: Map<string, PcapWriter>): void {
  for (const { host, device } of devicesOf(definition)) {
    const writer = new PcapWriter(LinkType.ethernet);
    captures.set(`${host}.${device}`, writer);
    lab.observe(host, device, {
      tapped: (frame: Frame) => writer.add(lab.now, encodeFrame(frame)),
    });
  }
}

/** What only a simulation sees is unseen here too. */
function checkText(lab: LabDefinition, { check, holds, found }: CheckResult, i: number): string {
  const unseen = checkLine(lab, check, i).line.startsWith("unseen");
  const result = unseen ? "unseen" : holds ? "ok" : "failed";
  return `${i + 1}\t${result}\t${found.replace(/[\n\t]/g, " ")}\n`;
}
