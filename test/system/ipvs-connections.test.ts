/** The life of connections as an operator meets it: whose answers are seen, edits, deletions, timeouts. */
import { describe, expect, test } from "vitest";
import { CLIENT, DirectorLab, VIP } from "./director-lab.ts";

const TCP = "ipvsadm -A -t 10.0.0.100:80 -s rr";
const add = (n: number, method: string): string =>
  `ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.${n} ${method}`;
const tcp = (method: string): DirectorLab => new DirectorLab(TCP, add(1, method), add(2, method));

const stateOf = (lab: DirectorLab): string => lab.states().join().replace(/ \d+/g, "");

test.each([
  ["-g", "10.1.0.1", "FIN_WAIT"],
  // the director is the server: what it answers passes LOCAL_OUT
  ["-g", "10.0.0.254", "TIME_WAIT"],
])("a client's FIN to a server by %s at %s leads to %s", (method, server, state) => {
  const lab = new DirectorLab(TCP, `ipvsadm -a -t 10.0.0.100:80 -r ${server} ${method}`);
  lab.sh("nc -l -k -p 80 > /dev/null < /dev/null &");
  const said = lab.client(4000, "S");
  const acknowledgementNumber =
    said === "client SA" ? (lab.sent("eth0")?.sequenceNumber ?? 0) + 1 : 1;
  lab.client(4000, "A", { acknowledgementNumber });
  expect(stateOf(lab)).toBe("ESTABLISHED");
  lab.client(4000, "FA", { acknowledgementNumber });
  expect(stateOf(lab)).toBe(state);
});

test.each([
  ["S", 19],
  ["udp", 7],
  ["init", 11],
])("of %s no more than %i octets are nothing that IPVS can schedule", (what, length) => {
  const kinds = { S: "-t", udp: "-u", init: "--sctp-service" };
  const kind = kinds[what as keyof typeof kinds];
  const lab = new DirectorLab(
    `ipvsadm -A ${kind} 10.0.0.100:80 -s rr`,
    `ipvsadm -a ${kind} 10.0.0.100:80 -r 10.1.0.1 -m`,
  );
  expect(lab.client(4000, what)).not.toBe("");
  expect(
    lab.sendCut(
      "eth0",
      { source: CLIENT, sourcePort: 4001, destination: VIP, destinationPort: 80 },
      what,
      length,
    ),
  ).toBe("");
  expect(lab.drops("netfilter")).toEqual(["netfilter-drop"]);
  expect(lab.states().length).toBe(1);
});

describe("an edit of the forwarding method", () => {
  test.each([
    ["-m", "-g"],
    ["-g", "-m"],
  ])("from %s to %s is for connections to come", (from, to) => {
    const lab = tcp(from);
    const isTranslated = (): boolean => lab.sent("eth1")?.destination !== VIP;
    lab.client(4000, "S");
    for (const n of [1, 2]) lab.sh(`ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.${n} ${to}`);
    lab.client(4000, "A");
    expect(isTranslated()).toBe(from === "-m");
    lab.client(4001, "S");
    expect(isTranslated()).toBe(to === "-m");
  });
});

describe("a server that comes back", () => {
  const gone = "ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2";

  test("has its connections and counters again, and stands first", () => {
    const lab = tcp("-m");
    for (const flags of ["S", "A"]) lab.client(4000, flags);
    lab.wait(3);
    lab.sh(gone);
    expect(lab.client(4000, "A")).toBe("");
    expect(lab.drops()).toEqual(["ipvs-destination-gone"]);
    lab.sh(add(2, "-m"));
    expect(lab.client(4000, "A")).toBe("rs2 A");
    expect(lab.counts()).toBe("1:0/0 2:1/0");
    expect(lab.client(4001, "S")).toBe("rs2 S");
    expect(lab.sh("ipvsadm -Ln --stats --exact")).toMatch(/-> 10\.1\.0\.2:80 +1 +2 /);
  });

  test("with its service deleted meanwhile it begins its statistics anew", () => {
    const lab = tcp("-m");
    for (const flags of ["S", "A"]) lab.client(4000, flags);
    lab.wait(3);
    for (const command of ["ipvsadm -D -t 10.0.0.100:80", TCP, add(1, "-m"), add(2, "-m")])
      lab.sh(command);
    expect(lab.counts()).toBe("1:0/0 2:1/0");
    expect(lab.sh("ipvsadm -Ln --stats --exact")).toMatch(/-> 10\.1\.0\.2:80 +0 +0 /);
    expect(lab.client(4000, "A")).toBe("rs2 A");
  });

  test.each([
    ["another port", "ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.2:81 -m"],
    [
      "another service",
      "ipvsadm -A -t 10.0.0.100:81 -s rr; ipvsadm -a -t 10.0.0.100:81 -r 10.1.0.2:80 -m",
    ],
  ])("by %s is another server", (_, command) => {
    const lab = tcp("-m");
    lab.client(4000, "S");
    lab.sh(gone);
    lab.sh(command);
    expect(lab.client(4000, "A")).toBe("");
    expect(lab.counts().split(" ")).toContain("2:0/0");
  });
});

describe("ipvsadm --set 100 20 30", () => {
  test.each([
    ["-m", ["S", "A"], "ESTABLISHED 99"],
    ["-g", ["S", "A", "FA"], "FIN_WAIT 19"],
    ["-m", ["S"], "SYN_RECV 59"],
    ["-m", ["S", "A", "FA"], "CLOSE_WAIT 59"],
    ["-m", ["S", "A", "RA"], "CLOSE 9"],
  ])("%s after %s: %s", (method, flags, state) => {
    const lab = tcp(method);
    lab.sh("ipvsadm --set 100 20 30");
    for (const each of flags) lab.client(4000, each);
    expect(lab.states()).toEqual([state]);
  });

  test("0 leaves a value, and what is there hears of it with its next packet", () => {
    const lab = new DirectorLab(
      "ipvsadm -A -u 10.0.0.100:80 -s rr",
      "ipvsadm -a -u 10.0.0.100:80 -r 10.1.0.1 -m",
    );
    lab.client(4000, "udp");
    lab.sh("ipvsadm --set 100 20 30; ipvsadm --set 0 0 0");
    expect(lab.states()).toEqual(["UDP 299"]);
    lab.client(4000, "udp");
    expect(lab.states()).toEqual(["UDP 29"]);
    expect(lab.sh("ipvsadm -L --timeout")).toBe("Timeout (tcp tcpfin udp): 100 20 30\n");
  });
});

test.each([
  [["S"], 59, 63],
  [["S", "A"], 899, 917],
  [["S", "A", "RA"], 9, 11],
])("what %s made is there for %i s, and gone after %i", (flags, there, gone) => {
  const lab = tcp("-m");
  for (const each of flags) lab.client(4000, each);
  lab.wait(there);
  expect(lab.states().length).toBe(1);
  lab.wait(gone - there);
  expect(lab.states()).toEqual([]);
  expect(lab.counts()).toBe("1:0/0 2:0/0");
});
