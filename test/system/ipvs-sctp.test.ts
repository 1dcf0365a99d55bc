/** SCTP through a whole director: commands, listings, octets on the wire, tcpdump. */
import { ChecksumFault } from "@lvsim/core";
import { expect, test } from "vitest";
import { DirectorLab, serverAddress, VIP } from "./director-lab.ts";

const SERVICE = ["ipvsadm -A --sctp-service 10.0.0.100:80 -s rr"];
const servers = (method: string): string[] =>
  [1, 2].map(
    (n) =>
      `ipvsadm -a --sctp-service 10.0.0.100:80 -r 10.1.0.${n}${method === "-m" ? ":5060" : ""} ${method}`,
  );

test("an association through masquerading is listed, and its checksums are right", () => {
  const lab = new DirectorLab(...SERVICE, ...servers("-m"));
  const back = { sourcePort: 5060 };
  expect(lab.client(4000, "init")).toBe("rs2 sctp");
  expect(lab.sent("eth1")).toMatchObject({
    destination: serverAddress(2),
    destinationPort: 5060,
    checksumFaults: 0,
  });
  expect(lab.server(2, 4000, "init-ack", back)).toBe("client sctp");
  expect(lab.sent("eth0")).toMatchObject({ source: VIP, sourcePort: 80, checksumFaults: 0 });
  lab.client(4000, "cookie-echo+data");
  lab.server(2, 4000, "cookie-ack", back);
  expect(lab.sh("ipvsadm -Lnc")).toBe(
    "IPVS connection entries\n" +
      "pro expire state       source             virtual            destination\n" +
      "SCTP 14:59  ESTABLISHED 10.0.0.1:4000      10.0.0.100:80      10.1.0.2:5060\n",
  );
  expect(lab.sh("ipvsadm -Ln")).toContain(
    "SCTP 10.0.0.100:80 rr\n" +
      "  -> 10.1.0.1:5060                Masq    1      0          0         \n" +
      "  -> 10.1.0.2:5060                Masq    1      1          0         \n",
  );
  expect(lab.sh("cat /proc/net/ip_vs_conn").split("\n")[1]).toBe(
    "SCTP 0A000001 0FA0 0A000064 0050 0A010002 13C4 ESTABLISHED     899",
  );
});

test("direct routing and a tunnel leave the packet as it is", () => {
  expect(new DirectorLab(...SERVICE, ...servers("-g")).client(4000, "init")).toBe("rs2 sctp");
  expect(new DirectorLab(...SERVICE, ...servers("-i")).client(4000, "init")).toBe("rs2 ipip(sctp)");
});

test("a wrong checksum stays wrong on its way, unless masquerading changes a port", () => {
  const wrong = { checksumFaults: ChecksumFault.transport };
  for (const [method, faults] of [
    ["-g", ChecksumFault.transport],
    ["-m", 0],
  ] as const) {
    const lab = new DirectorLab(...SERVICE, ...servers(method));
    lab.client(4000, "init", wrong);
    expect(lab.sent("eth1")?.checksumFaults).toBe(faults);
  }
});

test.each([
  [0, ""],
  [1, "client sctp"],
])("conntrack=%i: behind a firewall that knows states an INIT ACK gives %j", (value, said) => {
  const lab = new DirectorLab(...SERVICE, ...servers("-m"));
  lab.knob("conntrack", value);
  lab.sh(
    "iptables -P FORWARD DROP; iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT",
  );
  lab.client(4000, "init");
  expect(lab.server(2, 4000, "init-ack", { sourcePort: 5060 })).toBe(said);
});

test("iptables translates ports of SCTP, and the checksum is right afterwards", () => {
  const lab = new DirectorLab(
    "iptables -t nat -A PREROUTING -p sctp -d 10.0.0.100 -j DNAT --to-destination 10.1.0.3",
  );
  // tracking does not know a packet with a wrong one
  expect(lab.client(4000, "init", { checksumFaults: ChecksumFault.transport })).toBe(
    "client icmp 3/2",
  );
  expect(lab.client(4000, "init")).toBe("rs3 sctp");
  expect(lab.sent("eth1")).toMatchObject({ destination: serverAddress(3), checksumFaults: 0 });
  expect(lab.server(3, 4000, "init-ack")).toBe("client sctp");
  expect(lab.sent("eth0")).toMatchObject({ source: VIP, sourcePort: 80 });
});

test("a host that speaks no SCTP says so", () => {
  const lab = new DirectorLab(...SERVICE, ...servers("-g"));
  expect(lab.client(4000, "data")).toBe("client icmp 3/2");
  expect(lab.client(4000, "init", { destinationPort: 81 })).toBe("client icmp 3/2");
});

test("tcpdump names the chunks", () => {
  const lab = new DirectorLab(...SERVICE, ...servers("-g"));
  lab.sh("tcpdump -Ki eth1 -nn -c 3 --immediate-mode sctp > /tmp/seen 2> /dev/null &");
  for (const what of ["init", "cookie-echo+data", "shutdown"]) lab.client(4000, what);
  lab.wait(1);
  const lines = lab
    .sh("cat /tmp/seen")
    .split("\n")
    .map((line) => line.slice(16));
  const ends = "IP 10.0.0.1.4000 > 10.0.0.100.80: sctp";
  expect(lines).toEqual([
    `${ends} (1) [INIT] [init tag: 0] [rwnd: 0] [OS: 0] [MIS: 0] [init TSN: 0] `,
    `${ends} (1) [COOKIE ECHO] , (2) [DATA] (B)(E) [TSN: 0] [SID: 0] [SSEQ 0] [PPID 0x0] `,
    `${ends} (1) [SHUTDOWN] `,
    "",
  ]);
});
