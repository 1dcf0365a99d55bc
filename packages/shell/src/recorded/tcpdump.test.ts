/** Prints a capture file as tcpdump 4.99.3 printed it, and filters it as libpcap 1.10.3 did (packages/shell/record). */
import { expect, test } from "vitest";
import { ShellMachine } from "../testing/shell-machine.ts";
import { decodeUtf8 } from "../text/utf8.ts";
import recorded from "./tcpdump.json" with { type: "json" };

const CAPTURE = decodeUtf8(
  Uint8Array.from(recorded.pcap.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
);
const HEAD = "reading from file p.pcap, link-type EN10MB (Ethernet), snapshot length 262144\n";

function tcpdump(args: string): { status: number; stdout: string; stderr: string } {
  const shell = new ShellMachine();
  shell.machine.writeFile("/root/p.pcap", CAPTURE);
  return shell.sh(`tcpdump -r p.pcap ${args}`);
}

test.each(recorded.styles)("tcpdump $style prints as the real one", ({ style, stdout }) => {
  expect(tcpdump(style)).toEqual({ status: 0, stdout, stderr: HEAD });
});

test.each(recorded.filters)(
  "filter $filter is what libpcap takes it for",
  ({ filter, status, stderr, stdout }) => {
    const quoted = filter.replaceAll("'", "'\\''");
    expect(tcpdump(`-n --count '${quoted}'`)).toEqual({ status, stdout, stderr: HEAD + stderr });
  },
);

test("what it writes it reads again", () => {
  const shell = new ShellMachine();
  shell.machine.writeFile("/root/p.pcap", CAPTURE);
  const { stdout } = shell.sh("tcpdump -n -r p.pcap -w q.pcap tcp && tcpdump -nvve -r q.pcap");
  expect(stdout).toBe(shell.sh("tcpdump -nvve -r p.pcap tcp").stdout);
  expect(stdout).toContain("HTTP, length: 78\n\tGET ");
});
