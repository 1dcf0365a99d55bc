import { expect, test } from "vitest";
import { copyFrame } from "../../packet/copy-frame.ts";
import { Frame } from "../../packet/frame.ts";
import { GreFlag, greHeader } from "../../packet/gre-header.ts";
import { packetLength } from "../../packet/lengths.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { address, SmallNetwork } from "../../testing/small-network.ts";
import { dropsOf, makeTunnel, openFouPort } from "../../testing/tunnel-network.ts";
import { Recorder } from "../../trace/recorder.ts";
import { decodeFrame } from "../../wire/decode.ts";
import { encodeFrame } from "../../wire/encode.ts";
import { setLinkUp } from "../addressing/links.ts";
import type { NetworkNamespace } from "../namespace.ts";

const HERE = address("10.0.0.1");
const THERE = address("10.0.0.2");

function packet(changes: Partial<Frame>): Frame {
  const frame = Object.assign(new Frame(1), { source: THERE, destination: HERE }, changes);
  frame.length = packetLength(frame);
  return frame;
}

/** What stands in the tunnel: an ICMP echo reply, which nobody answers. */
const inside = (tos = 0): Frame =>
  packet({
    protocol: IpProtocol.icmp,
    icmpType: 0,
    tos,
    source: address("10.9.0.2"),
    destination: HERE,
  });

const gre = (flags: number, key = 0, sequence = 0, changes: Partial<Frame> = {}): Frame => {
  const payload = greHeader(flags, key, sequence);
  return packet({
    protocol: IpProtocol.gre,
    payload,
    payloadLength: payload.length,
    inner: inside(),
    ...changes,
  });
};
const ipip = (changes: Partial<Frame> = {}): Frame =>
  packet({ protocol: IpProtocol.ipip, inner: inside(), ...changes });
const udp = (port: number, octets: readonly number[], changes: Partial<Frame> = {}): Frame =>
  packet({
    ...{ protocol: IpProtocol.udp, sourcePort: 4000, destinationPort: port, inner: inside() },
    ...{ payload: Uint8Array.from(octets), payloadLength: octets.length, ...changes },
  });

interface Outcome {
  readonly drops: readonly string[];
  /** Packets that came out of a tunnel, by device. */
  readonly taken: readonly string[];
  /** ICMP errors that went back. */
  readonly answers: readonly string[];
}

/** What a host with `prepare`d tunnels does with packets from the other end, as simulated ones or as octets. */
function receive(
  prepare: (host: NetworkNamespace) => void,
  packets: readonly Frame[],
  asOctets: boolean,
): Outcome {
  const recorder = new Recorder();
  const net = new SmallNetwork(recorder);
  const host = net.host("a", "lan 10.0.0.1/24");
  const other = net.host("b", "lan 10.0.0.2/24");
  net.sysctl(host, "net/ipv4/conf/all/rp_filter", 0);
  prepare(host);
  const taken: string[] = [];
  for (const device of host.devices())
    if (device.kind === "ipip" || device.kind === "gre")
      device.taps = [
        { tapped: (_frame, direction) => direction === "in" && taken.push(device.name) },
      ];
  const heard = net.listen(other);
  const eth0 = host.deviceNamed("eth0");
  for (const sent of packets) {
    const mac = { destinationMac: eth0?.mac ?? sent.destinationMac };
    const frame = Object.assign(copyFrame(sent, sent.id), mac);
    const arriving = asOctets ? decodeFrame(encodeFrame(frame), 1) : frame;
    eth0?.receive(arriving);
    net.run(5);
  }
  const answers = heard
    .filter(({ frame, direction }) => direction === "in" && frame.icmpType === 3)
    .map(({ frame }) => `${frame.icmpType}/${frame.icmpCode}`);
  return { drops: dropsOf(recorder), taken, answers };
}

const up =
  (...names: readonly string[]) =>
  (host: NetworkNamespace): void => {
    for (const name of names) {
      const index = host.deviceNamed(name)?.index ?? 0;
      host.configure((draft) => setLinkUp(draft, index));
    }
  };
const greDevice =
  (inputFlags: number, inputKey = 0) =>
  (host: NetworkNamespace) => {
    makeTunnel(host, "t", "gre", { remote: THERE, inputFlags, inputKey });
  };
const ports = (host: NetworkNamespace): void => {
  up("tunl0", "gre0")(host);
  openFouPort(host, 5555, IpProtocol.ipip);
  openFouPort(host, 5547, IpProtocol.gre);
  openFouPort(host, 6080, 0);
};

const { key, checksum, sequence } = GreFlag;
const GUE = [0, 4, 0, 0];
const REFUSED = { taken: [], answers: [] };

test.each<[fact: string, (host: NetworkNamespace) => void, Frame[], Outcome]>([
  ["ipip comes out of tunl0", up("tunl0"), [ipip()], { drops: [], taken: ["tunl0"], answers: [] }],
  [
    "ipip for a tunl0 that is down is a port unreachable",
    up(),
    [ipip()],
    { drops: ["tunnel-no-device"], taken: [], answers: ["3/3"] },
  ],
  [
    "GRE for a gre0 that is down is a port unreachable",
    up(),
    [gre(0)],
    { drops: ["tunnel-no-device"], taken: [], answers: ["3/3"] },
  ],
  [
    "GRE with another key is nobody's",
    greDevice(key, 7),
    [gre(key, 8)],
    { drops: ["tunnel-no-device"], taken: [], answers: ["3/3"] },
  ],
  [
    "GRE with the key is taken",
    greDevice(key, 7),
    [gre(key, 7)],
    { drops: [], taken: ["t"], answers: [] },
  ],
  [
    "gre0 refuses a checksum in silence",
    up("gre0"),
    [gre(checksum)],
    { drops: ["tunnel-checksum"], ...REFUSED },
  ],
  [
    "a device that wants checksums refuses none",
    greDevice(checksum),
    [gre(0)],
    { drops: ["tunnel-checksum"], ...REFUSED },
  ],
  [
    "a wrong checksum is refused",
    greDevice(checksum),
    [gre(checksum, 0, 0, { checksumFaults: 2 })],
    { drops: ["tunnel-checksum"], ...REFUSED },
  ],
  [
    "sequence numbers may jump but not go back",
    greDevice(sequence),
    [gre(sequence, 0, 4), gre(sequence, 0, 9), gre(sequence, 0, 8)],
    { drops: ["tunnel-out-of-sequence"], taken: ["t", "t"], answers: [] },
  ],
  [
    "sequence numbers go on behind the greatest",
    greDevice(sequence),
    [gre(sequence, 0, -1), gre(sequence, 0, 0)],
    { drops: [], taken: ["t", "t"], answers: [] },
  ],
  [
    "a device that wants sequence numbers refuses none",
    greDevice(sequence),
    [gre(0)],
    { drops: ["tunnel-out-of-sequence"], ...REFUSED },
  ],
  [
    "sequence numbers that nobody wants are ignored",
    greDevice(0),
    [gre(sequence, 0, 9), gre(sequence, 0, 1)],
    { drops: [], taken: ["t", "t"], answers: [] },
  ],
  [
    "congestion on what can't say so is refused",
    up("tunl0"),
    [ipip({ tos: 3 })],
    { drops: ["tunnel-error"], ...REFUSED },
  ],
  ["FOU comes out of tunl0", ports, [udp(5555, [])], { drops: [], taken: ["tunl0"], answers: [] }],
  [
    "FOU with GRE comes out of gre0",
    ports,
    [udp(5547, [0, 0, 8, 0])],
    { drops: [], taken: ["gre0"], answers: [] },
  ],
  ["GUE comes out of tunl0", ports, [udp(6080, GUE)], { drops: [], taken: ["tunl0"], answers: [] }],
  [
    "GUE with GRE comes out of gre0",
    ports,
    [udp(6080, [0, 47, 0, 0, 0, 0, 8, 0])],
    { drops: [], taken: ["gre0"], answers: [] },
  ],
  [
    "FOU to a port of GUE is its version 1",
    ports,
    [udp(6080, [])],
    { drops: [], taken: ["tunl0"], answers: [] },
  ],
  [
    "GUE to a port of FOU is no packet",
    ports,
    [udp(5555, GUE)],
    { drops: ["ip-header-error"], taken: ["tunl0"], answers: [] },
  ],
  [
    "an unknown protocol in GUE is a protocol unreachable",
    ports,
    [udp(6080, [0, 99, 0, 0])],
    { drops: ["ip-protocol-unknown"], taken: [], answers: ["3/2"] },
  ],
  [
    "a control message of GUE is refused",
    ports,
    [udp(6080, [0x20, 4, 0, 0])],
    { drops: ["tunnel-error"], ...REFUSED },
  ],
  [
    "an unknown flag of GUE is refused",
    ports,
    [udp(6080, [0, 4, 0x80, 0])],
    { drops: ["tunnel-error"], ...REFUSED },
  ],
  [
    "a GUE header longer than the datagram is refused",
    ports,
    [udp(6080, [31, 4, 0, 0], { inner: null })],
    { drops: ["tunnel-error"], ...REFUSED },
  ],
  [
    "a wrong UDP checksum is refused",
    ports,
    [udp(6080, GUE, { checksumFaults: 2 })],
    { drops: ["udp-checksum"], ...REFUSED },
  ],
  [
    "a port that nobody opened is unreachable",
    up("tunl0"),
    [udp(6080, GUE)],
    { drops: ["udp-no-socket"], taken: [], answers: ["3/3"] },
  ],
])("%s", (_fact, prepare, packets, outcome) => {
  expect(receive(prepare, packets, false)).toEqual(outcome);
  expect(receive(prepare, packets, true)).toEqual(outcome);
});
