/** ICMP errors about connections, in all their ways through a director. */
import { ChecksumFault, type Frame } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { CLIENT, DirectorLab, error, packet, serverAddress, VIP } from "./director-lab.ts";

const SERVICES = ["ipvsadm -A -t 10.0.0.100:80 -s rr", "ipvsadm -A -u 10.0.0.100:80 -s rr"];
const ROUTER = serverAddress(3);

function director(method: string): DirectorLab {
  const port = method === "-m" ? ":8080" : "";
  const servers = ["-t", "-u"].map(
    (kind) => `ipvsadm -a ${kind} 10.0.0.100:80 -r 10.1.0.1${port} ${method}`,
  );
  return new DirectorLab(...SERVICES, ...servers);
}

/** What a server sent to the client, as the client got it; and what the client sent, as the server got it. */
const answer = (what: string): Frame =>
  packet(what, { source: VIP, sourcePort: 80, destination: CLIENT, destinationPort: 4000 });
const translated = (what: string): Frame =>
  packet(what, {
    source: CLIENT,
    sourcePort: 4000,
    destination: serverAddress(1),
    destinationPort: 8080,
  });

describe.each(["S", "udp"])("about a connection that began with %s", (what) => {
  const back = what === "S" ? "SA" : "udp";
  test.each([
    ["-m", 3, 3, "rs1 icmp 3/3"],
    ["-m", 11, 0, "rs1 icmp 11/0"],
    ["-m", 4, 0, "rs1 icmp 4/0"],
    // no error about a packet but a better way, and a fault of a header: this host's own affair
    ["-m", 5, 1, ""],
    ["-m", 12, 0, ""],
    ["-g", 3, 3, "rs1 icmp 3/3"],
    ["-i", 3, 3, "rs1 ipip(icmp 3/3)"],
  ])("through %s a client's error %i/%i gives %j", (method, type, code, said) => {
    const lab = director(method);
    lab.client(4000, what);
    const before = lab.states();
    lab.wait(20);
    expect(lab.send("eth0", error(CLIENT, VIP, type, code, answer(back)), "error")).toBe(said);
    // an error restarts no timer
    expect(lab.states()).toEqual(
      before.map((state) => state.replace(/\d+$/, (left) => `${Number(left) - 20}`)),
    );
  });

  test("masquerading translates the quoted packet both ways", () => {
    const lab = director("-m");
    lab.client(4000, what);
    lab.send("eth0", error(CLIENT, VIP, 3, 3, answer(back)), "error");
    expect(lab.sent("eth1")).toMatchObject({
      destination: serverAddress(1),
      inner: { source: serverAddress(1), sourcePort: 8080, destination: CLIENT },
    });
    lab.send("eth1", error(ROUTER, CLIENT, 3, 1, translated(what)), "error");
    expect(lab.sent("eth0")).toMatchObject({
      source: VIP,
      inner: { source: CLIENT, destination: VIP, destinationPort: 80 },
    });
  });

  test.each([
    ["a client", "eth0", error(CLIENT, VIP, 3, 3, answer(back))],
    ["a router before the server", "eth1", error(ROUTER, CLIENT, 3, 1, translated(what))],
  ] as const)("one of %s with a wrong checksum ends here", (_, side, fields) => {
    const lab = director("-m");
    lab.client(4000, what);
    const wrong = { ...fields, checksumFaults: ChecksumFault.transport };
    expect(lab.send(side, wrong, "error")).toBe("");
    expect(lab.drops("icmp")).toEqual(["icmp-checksum"]);
  });

  test("one for a server that was deleted still goes there", () => {
    const lab = director("-m");
    lab.client(4000, what);
    lab.sh(`ipvsadm -d ${what === "S" ? "-t" : "-u"} 10.0.0.100:80 -r 10.1.0.1:8080`);
    expect(lab.send("eth0", error(CLIENT, VIP, 3, 3, answer(back)), "error")).toBe("rs1 icmp 3/3");
  });
});

test.each([
  ["-m", 2, "rs1 S"],
  ["-m", 1, "client icmp 11/0"],
  ["-g", 1, "client icmp 11/0"],
  ["-i", 2, "rs1 ipip(S)"],
  ["-i", 1, "client icmp 11/0"],
])("through %s a request whose TTL is %i gives %j", (method, ttl, said) => {
  expect(director(method).client(4000, "S", { ttl })).toBe(said);
});

test("an answer whose TTL is 1 is the server's to hear of", () => {
  const lab = director("-m");
  lab.client(4000, "S");
  expect(lab.server(1, 4000, "SA", { sourcePort: 8080, ttl: 1 })).toBe("rs1 icmp 11/0");
});
