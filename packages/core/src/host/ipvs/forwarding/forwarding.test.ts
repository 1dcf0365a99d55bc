/** Servers on the director itself, and what each kind of tunnel puts before a packet. */
import { describe, expect, test } from "vitest";
import type { NetDevice } from "../../../link/net-device.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { HookPoint, Verdict } from "../../netfilter/hook.ts";
import type { ForwardingMethod, TunnelConfig } from "../config.ts";
import { address, CLIENT, Director, realServer, service, VIP } from "../director.fixture.ts";

const ETH0 = { name: "eth0" } as NetDevice;

describe("a server on this host", () => {
  const OWN = address("10.1.0.254");

  const director = (forwarding: ForwardingMethod, server = OWN): Director => {
    const made = new Director();
    made.local.add(OWN);
    made.serve(service(), realServer(0, { address: server, port: 8080, forwarding }));
    return made;
  };

  test.each(["direct-routing", "tunnelling"] as const)(
    "gets packets as they are with %s, also with a TTL of 1",
    (forwarding) => {
      const made = director(forwarding);
      const segment = Object.assign(made.segment(CLIENT, 4000, VIP, 80, "S"), { ttl: 1 });
      expect(made.hooks.run(HookPoint.localIn, segment, ETH0, null)).toBe(Verdict.accept);
      expect(segment).toMatchObject({ destination: VIP, destinationPort: 80, ttl: 1 });
      expect([made.sent, made.icmp]).toEqual([[], []]);
      expect(made.states()).toEqual(["SYN_RECV 60"]);
    },
  );

  test("gets packets to its own port with masquerading, and its answers go out as from the VIP", () => {
    const made = director("masquerading");
    const segment = made.segment(CLIENT, 4000, VIP, 80, "S");
    expect(made.hooks.run(HookPoint.localIn, segment, ETH0, null)).toBe(Verdict.accept);
    expect(segment).toMatchObject({ destination: OWN, destinationPort: 8080, source: CLIENT });
    const answer = made.segment(OWN, 8080, CLIENT, 4000, "SA");
    expect(made.hooks.run(HookPoint.localOut, answer, null, null)).toBe(Verdict.accept);
    expect(answer).toMatchObject({ source: VIP, sourcePort: 80 });
  });

  test("at 127.0.0.1 is reached from this host alone", () => {
    for (const [point, input, verdict] of [
      [HookPoint.localIn, ETH0, Verdict.stolen],
      [HookPoint.localOut, null, Verdict.accept],
    ] as const) {
      const made = director("masquerading", address("127.0.0.1"));
      const segment = made.segment(VIP, 4000, VIP, 80, "S");
      expect(made.hooks.run(point, segment, input, null)).toBe(verdict);
    }
  });
});

/** A real server through a tunnel of this kind. */
const through = (type: TunnelConfig["type"], checksum: TunnelConfig["checksum"]): Director => {
  const made = new Director();
  const tunnel = { type, port: type === "gue" ? 6080 : 0, checksum };
  made.serve(service(), realServer(0, { forwarding: "tunnelling", tunnel }));
  return made;
};

describe.each([
  ["ipip", "none", 20, { protocol: IpProtocol.ipip }],
  ["gre", "none", 24, { protocol: IpProtocol.gre }],
  ["gre", "checksum", 28, { protocol: IpProtocol.gre }],
  ["gue", "none", 32, { protocol: IpProtocol.udp, udpChecksumAbsent: true }],
  ["gue", "checksum", 32, { protocol: IpProtocol.udp, udpChecksumAbsent: false }],
  ["gue", "remote-checksum", 32, { protocol: IpProtocol.udp, udpChecksumAbsent: true }],
] as const)("a tunnel %s with checksum option %s", (type, checksum, overhead, header) => {
  test("puts its headers before the packet", () => {
    const made = through(type, checksum);
    made.fromClient(4000, "S");
    const port = type === "gue" ? { destinationPort: 6080 } : {};
    expect(made.sent[0]).toMatchObject({ length: 40 + overhead, ...header, ...port });
    expect(made.sent[0]?.payloadLength).toBe(
      type === "ipip" ? 0 : overhead - 20 - (type === "gue" ? 8 : 0),
    );
  });

  test("takes packets that fit with them, and says what fits", () => {
    const made = through(type, checksum);
    for (const length of [1500 - overhead, 1501 - overhead])
      made.deliver(Object.assign(made.segment(CLIENT, 4000, VIP, 80, "S"), { length }));
    expect(made.sent.map(({ length }) => length)).toEqual([1500]);
    expect(made.icmp).toEqual([{ type: 3, code: 4, rest: 1500 - overhead }]);
  });
});
