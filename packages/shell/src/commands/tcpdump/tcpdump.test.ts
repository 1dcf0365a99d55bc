import { Fingerprint } from "@lvsim/core";
import { expect, test } from "vitest";
import { ToolsNetwork } from "../../recorded/tools-network.ts";

const step = (machine: string, background: boolean, command: string) => ({
  machine,
  background,
  command,
  stdout: "",
  stderr: "",
  status: 0,
});

/** What a run is, with `watcher` looking on. */
function fingerprint(watcher: string): string {
  const trace = new Fingerprint();
  const network = new ToolsNetwork(trace);
  network.play({
    name: "",
    steps: [
      step("r", true, watcher),
      step("c", false, "ping -c 3 -i 0.3 10.1.0.2"),
      step("c", false, "ping -c 1 -s 3000 10.1.0.2"),
    ],
  });
  return trace.digest();
}

test("watching does not change a run", () => {
  const unwatched = fingerprint("sleep 100");
  expect(fingerprint("tcpdump -nvve -i any")).toBe(unwatched);
  expect(fingerprint("tcpdump -i eth1 -w /tmp/x.pcap icmp and greater 100")).toBe(unwatched);
});
