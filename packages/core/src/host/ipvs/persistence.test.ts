/** Persistence where recordings have little: FTP, services that share templates, held templates, unusable servers. */
import { describe, expect, test } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { Verdict } from "../netfilter/hook.ts";
import type { ServiceSettings } from "./control.ts";
import { address, CLIENT, Director, realServer, service, VIP } from "./director.fixture.ts";

const onPort = (port: number, overrides: Partial<ServiceSettings> = {}): ServiceSettings =>
  service({
    identity: { kind: "address", protocol: IpProtocol.tcp, address: VIP, port },
    persistenceTimeout: 300,
    ...overrides,
  });
const FTP = onPort(21);
const EVERY_PORT = onPort(0);

/** A director with direct routing to servers 0 and 1, of which 1 is first. */
function director(...services: readonly ServiceSettings[]): Director {
  const made = new Director();
  for (const settings of services) {
    const { identity } = settings;
    const port = identity.kind === "address" ? identity.port : 0;
    const servers = [0, 1].map((at) => realServer(at, { port, forwarding: "direct-routing" }));
    made.serve(settings, ...servers);
  }
  return made;
}

interface Packet {
  readonly client?: Ipv4Address;
  readonly from?: number;
  readonly mark?: number;
  readonly udp?: boolean;
}

let nextPort = 20_000;

/** A SYN (or datagram) to a port of the VIP; the server that got it, or the verdict when none did. */
function knock(made: Director, port: number, packet: Packet = {}, flags = "S"): number | Verdict {
  const { client = CLIENT, from = nextPort++, mark = 0, udp = false } = packet;
  const frame = made.segment(client, from, VIP, port, udp ? "" : flags);
  frame.mark = mark;
  if (udp) frame.protocol = IpProtocol.udp;
  const verdict = made.deliver(frame);
  return made.takeChosen() ?? verdict;
}

/** Templates as `protocol port->port`. */
const templates = (made: Director): string[] =>
  made.ipvs
    .connections()
    .filter(({ template }) => template)
    .map(({ protocol, virtualPort, serverPort }) => `${protocol} ${virtualPort}->${serverPort}`)
    .sort();

describe("a persistent FTP service", () => {
  test("takes data connections to the client's server: unprivileged ports, and port 20", () => {
    const made = director(FTP);
    expect([knock(made, 21), knock(made, 21, { client: address("10.30.0.1") })]).toEqual([1, 0]);
    expect([knock(made, 1024), knock(made, 50_000), knock(made, 20)]).toEqual([1, 1, 1]);
    expect(knock(made, 50_000, { client: address("10.30.0.1") })).toBe(0);
  });

  test("keeps a client by one template for all of its ports", () => {
    const made = director(FTP);
    knock(made, 21);
    knock(made, 50_000);
    expect(templates(made)).toEqual(["6 0->0"]);
    const data = made.ipvs.connections().find(({ virtualPort }) => virtualPort === 50_000);
    expect(data?.serverPort).toBe(50_000);
  });

  test("takes the client's side of an active data connection, a SYN,ACK to port 20", () => {
    const made = director(FTP);
    knock(made, 21);
    expect(knock(made, 20, {}, "SA")).toBe(1);
  });

  test.each([22, 80, 1023])("leaves port %i to the stack", (port) => {
    expect(knock(director(FTP), port)).toBe(Verdict.accept);
  });

  test("leaves datagrams to the stack", () => {
    expect(knock(director(FTP), 50_000, { udp: true })).toBe(Verdict.accept);
  });

  test("leaves what comes from port 20 to the stack, also for its own port", () => {
    const made = director(FTP);
    expect(knock(made, 50_000, { from: 20 })).toBe(Verdict.accept);
    expect(knock(made, 21, { from: 20 })).toBe(Verdict.accept);
  });

  test("stands back behind a service of the very port", () => {
    const made = director(FTP, onPort(8080, { persistenceTimeout: 0 }));
    expect([knock(made, 21), knock(made, 8080), knock(made, 8080)]).toEqual([1, 1, 0]);
  });

  test("without a server refuses its port, and leaves data ports to the stack", () => {
    const made = new Director();
    made.serve(FTP, realServer(0, { port: 21, weight: 0 }));
    expect(knock(made, 21)).toBe(Verdict.drop);
    expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
    expect(knock(made, 50_000)).toBe(Verdict.accept);
  });

  test("masquerades its own port to the server's, and data ports as they are", () => {
    const made = new Director();
    made.serve(FTP, realServer(0, { port: 2121 }));
    const ports = [21, 50_000].map((port) => {
      made.deliver(made.segment(CLIENT, 4000, VIP, port, "S"));
      return made.sent.at(-1)?.destinationPort;
    });
    expect(ports).toEqual([2121, 50_000]);
  });
});

test("masqueraded FTP has connections tracked as long as its service is there", () => {
  const made = new Director();
  const seen: boolean[] = [];
  const then = (...commands: Parameters<Director["command"]>): void => {
    expect(made.command(...commands)).toBe(0);
    seen.push(made.tracks);
  };
  const { identity } = FTP;
  const routed = realServer(0, { port: 21, forwarding: "direct-routing" });
  made.serve(onPort(80), realServer(0));
  then({ kind: "add-service", service: FTP });
  then({ kind: "add-server", identity, server: routed });
  then({ kind: "edit-server", identity, server: { ...routed, forwarding: "masquerading" } });
  then({ kind: "delete-server", identity, address: routed.address, port: 21 });
  then({ kind: "delete-service", identity });
  expect(seen).toEqual([false, false, true, true, false]);
});

test("an FTP service without persistence takes no data connection and leaves it to the stack", () => {
  const made = director({ ...FTP, persistenceTimeout: 0 });
  expect([knock(made, 21), knock(made, 50_000), knock(made, 20)]).toEqual([
    1,
    Verdict.accept,
    Verdict.accept,
  ]);
});

describe("a service of every port", () => {
  test("stands back behind FTP's data ports and shares its templates", () => {
    const made = director(EVERY_PORT, FTP);
    expect(knock(made, 80)).toBe(1);
    // the template was the other service's: both have the same keys
    expect([knock(made, 21), knock(made, 50_000)]).toEqual([1, 1]);
    expect(templates(made)).toEqual(["6 0->0"]);
    made.sleep(3);
    expect(made.ipvs.services().map((each) => each.statistics.connections)).toEqual([1, 2]);
  });

  test("schedules nothing without persistence", () => {
    const made = director({ ...EVERY_PORT, persistenceTimeout: 0 });
    expect(knock(made, 80)).toBe(Verdict.drop);
    expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
  });
});

describe("a persistent firewall mark", () => {
  const MARKED = service({ identity: { kind: "fwmark", mark: 7 }, persistenceTimeout: 300 });

  test("keeps a client's connections of all ports and protocols with one server", () => {
    const made = director(MARKED);
    const packets = [{ port: 80 }, { port: 443 }, { port: 53, udp: true }];
    expect(packets.map(({ port, udp = false }) => knock(made, port, { mark: 7, udp }))).toEqual([
      1, 1, 1,
    ]);
    expect(templates(made)).toEqual(["0 0->0"]);
    expect(knock(made, 80, { mark: 7, client: address("10.30.0.1") })).toBe(0);
  });

  test("has templates of its own beside those of the address", () => {
    const made = director(MARKED, onPort(80));
    expect(knock(made, 80, { mark: 7 })).toBe(1);
    expect(knock(made, 80)).toBe(1);
    expect(knock(made, 80, { mark: 8 })).toBe(1);
    expect(templates(made)).toEqual(["0 0->0", "6 80->80"]);
  });
});

describe("a template", () => {
  test("that fires while connections hold it has 60 s from then on, whatever it had", () => {
    const made = director(onPort(80));
    const left = (): number | undefined =>
      made.ipvs.connections().find(({ template }) => template)?.secondsLeft;
    knock(made, 80, { from: 4000 });
    knock(made, 80, { from: 4000 }, "A");
    made.sleep(299);
    expect(left()).toBe(1);
    // it fires up to 16 s late
    made.sleep(17);
    expect(left()).toBeGreaterThan(40);
    expect(left()).toBeLessThan(60);
    knock(made, 80);
    expect(left()).toBe(60);
  });

  test("restarts at a new connection only", () => {
    const made = director(onPort(80));
    knock(made, 80, { from: 4000 });
    made.sleep(30);
    knock(made, 80, { from: 4000 }, "A");
    expect(made.states().sort()).toEqual(["ASSURED 270", "ESTABLISHED 900"]);
    knock(made, 80);
    expect(made.states().sort()).toEqual(["ASSURED 300", "ESTABLISHED 900", "SYN_RECV 60"]);
  });

  test("keeps the timeout that its service had", () => {
    const made = director(onPort(80));
    knock(made, 80);
    made.command({ kind: "edit-service", service: onPort(80, { persistenceTimeout: 50 }) });
    knock(made, 80);
    knock(made, 80, { client: address("10.30.0.1") });
    const found = made.ipvs.connections().filter(({ template }) => template);
    expect(found.map(({ secondsLeft }) => secondsLeft).sort()).toEqual([300, 50]);
  });

  test("leads to an overloaded server, whom others do not reach", () => {
    const made = new Director();
    made.serve(onPort(80), realServer(0), realServer(1, { upperThreshold: 1 }));
    expect(knock(made, 80)).toBe(1);
    expect(knock(made, 80, { client: address("10.30.0.1") })).toBe(0);
    expect([knock(made, 80), knock(made, 80)]).toEqual([1, 1]);
    expect(made.counts()).toBe("0:1/0 1:3/0");
  });

  test("outlives datagrams that are scheduled one by one", () => {
    const made = new Director();
    const identity = { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 53 } as const;
    made.serve(onPort(53, { identity, onePacket: true }), realServer(0), realServer(1));
    const knocks = [1, 2, 3].map(() => knock(made, 53, { udp: true }));
    expect(knocks).toEqual([1, 1, 1]);
    expect(made.states()).toEqual(["NONE 300"]);
    made.sleep(320);
    expect(made.states()).toEqual([]);
  });

  test("goes when its time is over, and the client is scheduled anew", () => {
    const made = director(onPort(80));
    knock(made, 80, { from: 4000 });
    made.sleep(62);
    made.sleep(255);
    expect(made.states()).toEqual([]);
    expect(knock(made, 80)).toBe(0);
  });
});
