/**
 * A director between two bare cables, as an LVS engineer would probe one: packets are put on a cable octet by octet, and
 * what comes out is told in short.
 *
 *     client 10.0.0.1 ── eth0 dir eth1 ── rs1 10.1.0.1, rs2 10.1.0.2 …
 *
 * The VIP 10.0.0.100 is the director's. Nothing stands at the far ends: every answer is the director's own.
 */
import {
  copyFrame,
  type DropReason,
  decodeFrame,
  encodeFrame,
  FragmentField,
  Frame,
  IcmpType,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  type MacAddress,
  milliseconds,
  PLAIN_LINK,
  packetLength,
  parseIpv4Address,
  Recorder,
  seconds,
  TcpFlag,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";

export const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
export const VIP = address("10.0.0.100");
export const CLIENT = address("10.0.0.1");
export const serverAddress = (n: number): Ipv4Address => (address("10.1.0.0") + n) as Ipv4Address;
const serverMac = (n: number): MacAddress => (0x020000000100 + n) as MacAddress;
const CLIENT_MAC = 0x020000000001 as MacAddress;
const DIRECTOR_MAC = { eth0: 0x0200000000fe as MacAddress, eth1: 0x0200000001fe as MacAddress };

const FLAGS = { S: TcpFlag.syn, F: TcpFlag.fin, R: TcpFlag.rst, P: TcpFlag.psh, A: TcpFlag.ack };
const CHUNKS: Readonly<Record<string, number>> = {
  data: 0,
  init: 1,
  "init-ack": 2,
  abort: 6,
  shutdown: 7,
  "shutdown-ack": 8,
  "cookie-echo": 10,
  "cookie-ack": 11,
  "shutdown-complete": 14,
};

const SETUP = [
  "ip addr add 10.0.0.254/24 dev eth0",
  "ip addr add 10.0.0.100/32 dev eth0",
  "ip addr add 10.1.0.254/16 dev eth1",
  "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratemask=0",
  "ip neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent",
  "ip route add default via 10.0.0.1",
  ...[1, 2, 3].map(
    (n) => `ip neigh add 10.1.0.${n} lladdr 02:00:00:00:01:0${n} dev eth1 nud permanent`,
  ),
];

type Side = "eth0" | "eth1";

export class DirectorLab {
  readonly lab: Lab;
  private readonly out: { readonly side: Side; readonly frame: Frame }[] = [];

  constructor(...commands: readonly string[]) {
    this.lab = Lab.empty({ seed: "1", trace: new Recorder() });
    this.lab.addMachine("dir");
    for (const side of ["eth0", "eth1"] as const) {
      this.lab.addMachine(side);
      const far = side === "eth0" ? CLIENT_MAC : serverMac(0xff);
      this.lab.connect(
        { machine: side, device: "eth0", mac: far },
        { machine: "dir", device: side, mac: DIRECTOR_MAC[side] },
        PLAIN_LINK,
      );
      this.lab.observe("dir", side, {
        tapped: (frame, direction) => {
          if (direction === "out" && frame.etherType === 0x0800)
            this.out.push({ side, frame: decodeFrame(encodeFrame(frame), frame.id) });
        },
      });
    }
    for (const command of [...SETUP, ...commands]) this.sh(command);
  }

  /** Runs a command on the director, which must succeed without complaint. */
  sh(command: string): string {
    const { status, stdout, stderr } = this.lab.exec("dir", command);
    if (status !== 0 || stderr !== "") throw new Error(`${command}: ${status} ${stderr}`);
    return stdout;
  }

  knob(name: string, value: number | string): void {
    this.sh(`echo ${value} > /proc/sys/net/ipv4/vs/${name}`);
  }

  /** A client's packet to the VIP, `what` as `packet` reads it; what came of it. */
  client(port: number, what: string, changes: Partial<Frame> = {}, from = CLIENT): string {
    const numbers = sequence(what, 1000, 5001);
    return this.send("eth0", { ...ends(from, port, VIP, 80), ...numbers, ...changes }, what);
  }

  /** A packet of server `n` to the client. */
  server(n: number, port: number, what: string, changes: Partial<Frame> = {}): string {
    const numbers = sequence(what, 5000, 1001);
    const both = ends(serverAddress(n), 80, CLIENT, port);
    return this.send("eth1", { ...both, ...numbers, ...changes }, what);
  }

  /** What was sent last by a side of the director, whole. */
  sent(side: Side): Frame | undefined {
    return this.out.findLast((each) => each.side === side)?.frame;
  }

  /** All that a side of the director sent after the last packet. */
  all(side: Side): Frame[] {
    return this.out.filter((each) => each.side === side).map(({ frame }) => frame);
  }

  send(side: Side, fields: Partial<Frame>, what: string): string {
    return this.sendFrame(side, packet(what, fields));
  }

  /** The same cut off after so many octets behind the IPv4 header, which says so. */
  sendCut(side: Side, fields: Partial<Frame>, what: string, length: number): string {
    const octets = encodeFrame(this.addressed(side, packet(what, fields))).slice(0, 34 + length);
    const header = new DataView(octets.buffer, 14, 20);
    header.setUint16(2, 20 + length);
    header.setUint16(10, 0);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += header.getUint16(at);
    header.setUint16(10, 0xffff - (sum % 0xffff));
    return this.sendOctets(side, octets);
  }

  private sendFrame(side: Side, frame: Frame): string {
    return this.sendOctets(side, encodeFrame(this.addressed(side, frame)));
  }

  private addressed(side: Side, frame: Frame): Frame {
    frame.sourceMac = side === "eth0" ? CLIENT_MAC : serverMac(0xff);
    frame.destinationMac = DIRECTOR_MAC[side];
    return frame;
  }

  private sendOctets(side: Side, octets: Uint8Array): string {
    this.out.length = 0;
    const { engine, namespaces } = this.lab.simulation;
    const bare = namespaces.find(({ name }) => name === side)?.deviceNamed("eth0");
    bare?.transmit(decodeFrame(octets, engine.newFrameId()));
    this.lab.until((this.lab.now + milliseconds(12)) as Instant);
    return this.out.map(told).join(", ");
  }

  /** The same in fragments of so many octets of content, the last one first; that with number `lost` is not sent. */
  sendParts(side: Side, fields: Partial<Frame>, what: string, size: number, lost = -1): string {
    const whole = packet(what, { ...fields, fragment: 0 });
    const content = whole.length - 20;
    const parts: string[] = [];
    for (let at = size * Math.floor((content - 1) / size); at >= 0; at -= size) {
      if (at === lost * size) continue;
      const length = Math.min(size, content - at);
      const more = at + length < content ? FragmentField.moreFragments : 0;
      const fragment = (at >> 3) | more;
      parts.push(
        this.sendFrame(
          side,
          Object.assign(copyFrame(whole, 0), { fragment, length: length + 20, fragmentOf: whole }),
        ),
      );
    }
    return parts.join("; ");
  }

  /** What came of so many seconds. */
  waitFor(count: number): string {
    this.out.length = 0;
    this.wait(count);
    return this.out.map(told).join(", ");
  }

  wait(count: number): void {
    this.lab.until((this.lab.now + seconds(count)) as Instant);
  }

  /** State and seconds left of every entry, in order: `SYN_RECV 59`. */
  states(): string[] {
    const lines = this.sh("cat /proc/net/ip_vs_conn").split("\n").slice(1).filter(Boolean);
    return lines
      .map((line) => line.trim().split(/\s+/))
      .map((words) => `${words[7]} ${words[8]}`)
      .sort();
  }

  /** `rs:active/inactive` for each server of all services. */
  counts(): string {
    return [
      ...this.sh("ipvsadm -Ln").matchAll(/-> 10\.1\.0\.(\d+):\d+\s+\w+\s+\d+\s+(\d+)\s+(\d+)/g),
    ]
      .map(([, n, active, inactive]) => `${n}:${active}/${inactive}`)
      .join(" ");
  }

  /** Why IPVS, or what else the reasons begin with, dropped packets, in order. */
  drops(word = "ipvs"): DropReason[] {
    return Array.from((this.lab.simulation.trace as Recorder).events()).flatMap((event) =>
      event.kind === "dropped" && event.reason.startsWith(word) ? [event.reason] : [],
    );
  }
}

const ends = (
  source: Ipv4Address,
  sourcePort: number,
  destination: Ipv4Address,
  destinationPort: number,
): Partial<Frame> => ({ source, sourcePort, destination, destinationPort });

/** What the segments of a connection without data have, so that connection tracking believes them. */
const sequence = (what: string, first: number, acknowledgement: number): Partial<Frame> =>
  /^[SFRPA]+$/.test(what)
    ? {
        sequenceNumber: what.includes("S") ? first : first + 1,
        acknowledgementNumber: what.includes("A") ? acknowledgement : 0,
        window: 65_535,
      }
    : {};

/**
 * A packet by its short name: `S`, `FA` for TCP; `udp`, `esp`, `ah`; a chunk of SCTP or several, as `cookie-echo+data`; `echo`
 * for a ping.
 */
export function packet(what: string, fields: Partial<Frame>): Frame {
  const frame = new Frame(0);
  frame.fragment = FragmentField.dontFragment;
  if (/^[SFRPA]+$/.test(what)) {
    frame.protocol = IpProtocol.tcp;
    for (const letter of what) frame.tcpFlags |= FLAGS[letter as keyof typeof FLAGS];
  } else if (what === "udp") frame.protocol = IpProtocol.udp;
  else if (what === "esp" || what === "ah") frame.protocol = IpProtocol[what];
  else if (what === "echo") {
    frame.protocol = IpProtocol.icmp;
    frame.icmpType = IcmpType.echoRequest;
  } else if (what.startsWith("error")) frame.protocol = IpProtocol.icmp;
  else {
    frame.protocol = IpProtocol.sctp;
    const chunks = what.split("+").flatMap((name) => chunk(CHUNKS[name] as number));
    frame.payload = Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 0, ...chunks]);
    frame.payloadLength = frame.payload.length;
  }
  Object.assign(frame, fields);
  frame.length = packetLength(frame);
  return frame;
}

/** A chunk with zeros for what INIT and DATA must have. */
const chunk = (type: number): number[] =>
  type < 3 ? [type, 3, 0, 20, ...new Array(16).fill(0)] : [type, 0, 0, 4];

/** An ICMP error of `from` to `to` about a packet. */
export const error = (
  from: Ipv4Address,
  to: Ipv4Address,
  type: number,
  code: number,
  about: Frame,
): Partial<Frame> => ({
  source: from,
  destination: to,
  icmpType: type,
  icmpCode: code,
  inner: about,
});

/** `rs1 S`, `client icmp 3/3`, `rs2 ipip(S)`. */
function told({ side, frame }: { readonly side: Side; readonly frame: Frame }): string {
  const n = (frame.destinationMac as number) - serverMac(0);
  return `${side === "eth0" ? "client" : `rs${n}`} ${kind(frame)}`;
}

function kind(frame: Frame): string {
  if ((frame.fragment & FragmentField.offsetMask) !== 0) return "part";
  switch (frame.protocol) {
    case IpProtocol.tcp: {
      const flags = Object.entries(FLAGS).filter(([, bit]) => (frame.tcpFlags & bit) !== 0);
      return flags.map(([letter]) => letter).join("");
    }
    case IpProtocol.udp:
      return "udp";
    case IpProtocol.icmp:
      return `icmp ${frame.icmpType}/${frame.icmpCode}`;
    case IpProtocol.sctp:
      return "sctp";
    case IpProtocol.esp:
      return "esp";
    case IpProtocol.ah:
      return "ah";
    case IpProtocol.ipip:
      return `ipip(${frame.inner === null ? "" : kind(frame.inner)})`;
    default:
      return String(frame.protocol);
  }
}
