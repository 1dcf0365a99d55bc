import { expect, test } from "vitest";
import { directRouting } from "../builders/modes.ts";
import type { Check } from "../lab-file/check-schema.ts";
import { labOf } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { checkLab } from "./check-lab.ts";

/** Two real servers by turns, three requests. */
const LAB = directRouting({ scheduler: "rr", requests: 3 });

/** Whether a check holds, and what was found. */
function asked(check: object, lab: LabDefinition = LAB): { holds: boolean; found: string } {
  const { validate } = labOf({
    format: 1,
    title: lab.title,
    about: lab.about,
    segments: { lan: {} },
    hosts: Object.fromEntries(Object.keys(lab.hosts).map((name) => [name, { devices: {} }])),
    validate: [{ pass: { en: "so", zh: "是" }, ...check }],
  });
  const { results } = checkLab("lab", lab, "1", validate as Check[]);
  const { holds = false, found = "" } = results[0] ?? {};
  return { holds, found };
}

const VIP = "192.168.10.100";

test.each<[object, boolean]>([
  [{ requests: { status: 0 }, times: "all" }, true],
  [{ requests: { server: "rs2" }, times: "all" }, false],
  [{ requests: { server: "rs2" }, times: 2 }, true],
  [{ requests: { server: "rs2" }, times: 1 }, false],
  [{ requests: { server: "none" } }, false],
  [{ requests: { stdout: "rs1" }, times: 1 }, true],
  [{ requests: { run: "wget" }, times: 0 }, true],
  [{ requests: { from: "gw" }, times: "all" }, false],
  [{ requests: { longer: "1s" } }, false],
  [{ requests: { shorter: "1s" }, times: 3 }, true],
  [{ trace: { event: "scheduled", at: "dir" }, times: 3 }, true],
  [{ trace: { event: "scheduled", at: "dir", address: "192.168.10.12" }, times: 2 }, true],
  [{ trace: { event: "scheduled", at: "gw" } }, false],
  [{ trace: { event: "scheduled", by: VIP } }, true],
  [{ trace: { event: "scheduled", by: "192.168.10.101" } }, false],
  [{ trace: { event: "dropped", reason: "tcp-no-socket" } }, false],
  [{ trace: { event: "arp-suppressed", at: "rs1", address: VIP, by: "arp_ignore" } }, true],
  [{ trace: { event: "arp-suppressed", at: "rs1", address: "192.168.10.1" } }, false],
  [
    {
      trace: { event: "sent", at: "dir.eth0", packet: { flags: "S", destinationMac: "rs1" } },
      times: 1,
    },
    true,
  ],
  [
    { trace: { event: "sent", at: "dir.eth0", packet: { flags: "S", destinationMac: "gw" } } },
    false,
  ],
  [{ trace: { event: "sent", at: "dir.eth1" } }, false],
  [
    {
      trace: { event: "sent", at: "rs1", packet: { flags: "SA", source: VIP, ttl: 64 } },
      times: 1,
    },
    true,
  ],
  [{ trace: { event: "sent", at: "rs1", packet: { flags: "SA", ttl: 63 } } }, false],
  [{ trace: { event: "sent", at: "rs1", packet: { protocol: "udp" } } }, false],
  [{ trace: { event: "delivered", at: "rs1", packet: { sourcePort: 80 } } }, false],
  [
    {
      trace: { event: "delivered", at: "rs1", packet: { destinationPort: 80, flags: "S" } },
      times: 1,
    },
    true,
  ],
  [{ trace: { event: "sent", packet: { arp: "reply", source: VIP, sourceMac: "dir" } } }, true],
  [{ trace: { event: "sent", packet: { arp: "reply", source: VIP, sourceMac: "rs1" } } }, false],
  [{ trace: { event: "sent", packet: { icmp: "3/3" } } }, false],
  // a note has no packet of its own: it is about the frame's last one
  [
    {
      trace: { event: "scheduled", at: "dir", packet: { destination: VIP, flags: "S" } },
      times: 3,
    },
    true,
  ],
  [{ trace: { event: "scheduled", at: "dir", packet: { flags: "SA" } } }, false],
  [{ owner: { of: VIP, seenBy: "gw", is: "dir" } }, true],
  [{ owner: { of: VIP, seenBy: "gw", is: "dir.eth0" } }, true],
  [{ owner: { of: VIP, seenBy: "gw", is: "rs1" } }, false],
  [{ nodes: ["rs1", "rs2"], exec: "hostname", valid: { status: 0, stdout: "rs" } }, true],
  [{ nodes: ["rs1", "rs2"], exec: "hostname", valid: { stdout: "rs1" } }, false],
  [{ nodes: ["rs1"], exec: "hostname", valid: { without: "rs1" } }, false],
  [{ nodes: ["rs1"], exec: "cat /none", valid: { stderr: "No such file" } }, true],
  [{ nodes: ["rs1"], exec: "false", valid: { status: 0 } }, false],
])("%j: %s", (check, holds) => {
  expect(asked(check).holds).toBe(holds);
});

test.each([
  ["5s", true],
  ["2s", false],
])("a command that needs three seconds is waited for %s: %s", (wait, holds) => {
  const slow = { nodes: ["dir"], exec: "test -f /tmp/x || { sleep 3 && touch /tmp/x & false; }" };
  expect(asked({ ...slow, valid: { status: 0 }, wait }).holds).toBe(holds);
});

test("what was found says enough to go on", () => {
  expect(asked({ requests: { server: "rs2" }, times: "all" }).found).toBe(
    "2 of 3 requests: rs2 0, rs1 0, rs2 0",
  );
  expect(asked({ owner: { of: VIP, seenBy: "client", is: "dir" } }).found).toBe(
    `client: ${VIP} is at nobody`,
  );
  expect(asked({ nodes: ["rs1"], exec: "cat /none", valid: { status: 0 } }).found).toBe(
    'rs1# cat /none: status 1, "", "cat: /none: No such file or directory\\n"',
  );
});

test("checks do not change the run that they are about", () => {
  const busy = { nodes: ["client"], exec: `curl -s http://${VIP}/`, valid: { stdout: "rs1" } };
  const checks = labOf({ ...BARE, validate: [{ pass: { en: "so", zh: "是" }, ...busy }] }).validate;
  const [alone, checked] = [checkLab("lab", LAB, "1", []), checkLab("lab", LAB, "1", checks)];
  expect(checked.results[0]?.holds).toBe(true);
  expect(checked.run.fingerprint).toBe(alone.run.fingerprint);
  expect(checked.run.eventCount).toBe(alone.run.eventCount);
});

const BARE = {
  format: 1 as const,
  title: LAB.title,
  about: LAB.about,
  segments: { lan: {} },
  hosts: { client: { devices: {} } },
};
