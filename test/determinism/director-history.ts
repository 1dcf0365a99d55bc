/**
 * A director between two networks, and what may happen to it, step by step: commands, packets as anybody can send them, time.
 *
 *   client1 .1, client2 .2, rs3 .3 ── eth0 .10  dir  eth1 .10 ── rs1 .1, rs2 .2, rs4 .4
 *          10.0.0.0/24                eth2 │ .10                     10.1.0.0/24
 *   client1 .1 ─────────────────────── 10.2.0.0/24
 *
 * Real servers are mirrors: what comes to them goes back.
 */
import {
  ChecksumFault,
  FragmentField,
  Frame,
  IcmpType,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  ipHeaderLength,
  later,
  type MacAddress,
  microseconds,
  milliseconds,
  PLAIN_LINK,
  packetLength,
  parseIpv4Address,
  type Switch,
  seconds,
  TcpFlag,
  type Trace,
  UnreachableCode,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";

/** What is unusual about a packet. */
export type Oddity =
  | "df"
  | "long"
  | "middling"
  | "ttl 1"
  | "ttl 2"
  | "tos 16"
  | "options"
  | "bad options"
  | "bad checksum"
  | "bad header"
  | "in parts"
  | "broadcast";

export interface PacketStep {
  /** The device that sends it, as `client1.eth0`. */
  readonly by: string;
  /** As `udp 10.0.0.1:1000 > 10.0.0.100:53`, or `tcp SA …` with flags. */
  readonly packet: string;
  readonly odd?: readonly Oddity[];
  /** Sent from so many source ports, this and the next ones, all at once. */
  readonly ports?: number;
  /** An ICMP error about such a packet instead. */
  readonly error?: "too long" | "unreachable" | "redirect" | "expired";
}

/** A command that root types on a machine. */
export interface CommandStep {
  readonly on: string;
  readonly run: string;
}

export type Step = CommandStep | PacketStep | { readonly wait: string };

const CABLE = { ...PLAIN_LINK, delay: microseconds(20) };
const EVERYBODY: Readonly<Record<string, readonly string[]>> = {
  dir: ["out 10.0.0.10/24", "in 10.1.0.10/24", "side 10.2.0.10/24"],
  client1: ["out 10.0.0.1/24", "side 10.2.0.1/24"],
  client2: ["out 10.0.0.2/24"],
  rs1: ["in 10.1.0.1/24"],
  rs2: ["in 10.1.0.2/24"],
  rs3: ["out 10.0.0.3/24"],
  rs4: ["in 10.1.0.4/24"],
};
const START: Readonly<Record<string, string>> = {
  dir: `
    sysctl -qw net.ipv4.ip_forward=1
    ip addr add 10.0.0.100/32 dev eth0
    ip addr add 10.0.0.101/32 dev eth0
    ip route add 10.9.0.0/24 via 10.0.0.2
    ping -c 1 10.2.0.1
    ip link add dummy0 type dummy
    ipvsadm -A -u 10.0.0.100:53 -s rr
    ipvsadm -a -u 10.0.0.100:53 -r 10.1.0.1 -m
    ipvsadm -a -u 10.0.0.100:53 -r 10.1.0.2 -m
    ipvsadm -A -t 10.0.0.100:80 -s rr
    ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.1 -m
    ipvsadm -a -t 10.0.0.100:80 -r 10.1.0.2:8080 -m
    ipvsadm -A -t 10.0.0.100:53 -s rr
    ipvsadm -a -t 10.0.0.100:53 -r 10.1.0.2 -m
    ipvsadm -A -u 10.0.0.101:53 -s rr
    ipvsadm -a -u 10.0.0.101:53 -r 10.1.0.1 -m`,
  client1: "",
  client2: "",
  rs1: "ip route add default via 10.1.0.10",
  rs2: "ip route add default via 10.1.0.10",
  rs3: "ip route add default via 10.0.0.10",
  rs4: "ip route add default via 10.1.0.10",
};
const FLAGS: Readonly<Record<string, number>> = {
  S: TcpFlag.syn,
  A: TcpFlag.ack,
  F: TcpFlag.fin,
  R: TcpFlag.rst,
};
const LENGTHS: ReadonlyMap<Oddity, number> = new Map([
  ["long", 2000],
  ["middling", 1300],
]);
/** Three that do nothing and the end of the list; a route to be recorded where there is no room for a length. */
const OPTIONS = Uint8Array.of(1, 1, 1, 0);
const BAD_OPTIONS = Uint8Array.of(7, 2, 0, 0);
const BROADCAST = 0xffffffffffff as MacAddress;

const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const UNITS: Readonly<Record<string, (count: number) => ReturnType<typeof seconds>>> = {
  ms: milliseconds,
  s: seconds,
};

export class Director {
  readonly lab: Lab;
  private readonly switches = new Map<string, Switch>();
  private readonly macs = new Map<string, MacAddress>();
  private identification = 0;

  constructor(trace: Trace | null) {
    this.lab = Lab.empty({ seed: "1", trace });
    for (const [machine, devices] of Object.entries(EVERYBODY)) this.addMachine(machine, devices);
    for (const [machine, script] of Object.entries(START)) this.lab.exec(machine, script);
    for (const name of ["rs1", "rs2", "rs3", "rs4"]) this.mirror(name);
  }

  take(step: Step): void {
    if ("on" in step) this.lab.exec(step.on, step.run);
    else if ("wait" in step) {
      const [count = "", unit = ""] = step.wait.split(" ");
      this.pass((UNITS[unit] as typeof seconds)(Number(count)));
    } else {
      for (let i = 0; i < (step.ports ?? 1); i++)
        for (const frame of this.framesOf(step, i)) this.device(step.by).transmit(frame);
      this.pass(microseconds(300));
    }
  }

  private pass(time: ReturnType<typeof seconds>): void {
    this.lab.until(later(this.lab.now, time) as Instant);
  }

  private addMachine(machine: string, devices: readonly string[]): void {
    this.lab.addMachine(machine);
    devices.forEach((spec, i) => {
      const [segment = "", prefix = ""] = spec.split(" ");
      const device = `eth${i}`;
      const mac = (0x020000000001 + this.macs.size) as MacAddress;
      this.macs.set(`${machine}.${device}`, mac);
      const to = this.switches.get(segment) ?? this.lab.addSwitch(segment);
      this.switches.set(segment, to);
      this.lab.attach({ machine, device, mac }, to, `${machine}.${device}`, CABLE);
      this.lab.exec(machine, `ip addr add ${prefix} dev ${device}`);
    });
  }

  private device(name: string) {
    const [machine = "", device = ""] = name.split(".");
    const found = this.lab.machine(machine).namespace.deviceNamed(device);
    if (found === undefined) throw new Error(`no device ${name}`);
    return found;
  }

  /** What comes for UDP or TCP goes back to where it came from. */
  private mirror(machine: string): void {
    const { ip } = this.lab.machine(machine).namespace;
    for (const protocol of [IpProtocol.udp, IpProtocol.tcp])
      ip.register(protocol, {
        icmpError: () => {},
        receive: (asked) => {
          const route = ip.routeOutput(asked.source, asked.destination, 0, 0, asked.tos);
          if (typeof route === "number") return;
          const answer = this.packet(protocol);
          answer.source = asked.destination;
          answer.destination = asked.source;
          answer.sourcePort = asked.destinationPort;
          answer.destinationPort = asked.sourcePort;
          answer.tcpFlags = protocol === IpProtocol.tcp ? asked.tcpFlags | TcpFlag.ack : 0;
          answer.tos = asked.tos;
          answer.fragment = asked.fragment & FragmentField.dontFragment;
          answer.payloadLength = asked.payloadLength;
          answer.payload = asked.payload;
          answer.payloadOffset = asked.payloadOffset;
          answer.length = packetLength(answer);
          answer.route = route;
          ip.output(answer);
        },
      });
  }

  private packet(protocol: number): Frame {
    const frame = new Frame(this.lab.simulation.engine.newFrameId());
    frame.protocol = protocol;
    frame.identification = ++this.identification;
    return frame;
  }

  private framesOf(step: PacketStep, portsOn: number): Frame[] {
    const { by, odd = [], error } = step;
    const whole = this.plain(step);
    whole.sourcePort += portsOn;
    const frame = error === undefined ? whole : this.errorAbout(whole, error);
    // by the cable that it is on, to the director
    const segment = EVERYBODY[by.split(".")[0] ?? ""]?.[Number(by.at(-1))]?.split(" ")[0];
    const near = EVERYBODY.dir?.findIndex((device) => device.startsWith(`${segment} `));
    frame.sourceMac = this.macs.get(by) as MacAddress;
    frame.destinationMac = odd.includes("broadcast")
      ? BROADCAST
      : this.device(`dir.eth${near}`).mac;
    return odd.includes("in parts") ? this.parts(frame) : [frame];
  }

  private plain({ packet, odd = [] }: PacketStep): Frame {
    const [, kind, flags = "", from = "", fromPort, to = "", toPort] =
      /^(\w+) (?:([SAFR]+) )?([\d.]+):(\d+) > ([\d.]+):(\d+)$/.exec(packet) ?? [];
    const frame = this.packet(kind === "udp" ? IpProtocol.udp : IpProtocol.tcp);
    frame.source = address(from);
    frame.sourcePort = Number(fromPort);
    frame.destination = address(to);
    frame.destinationPort = Number(toPort);
    for (const flag of flags) frame.tcpFlags |= FLAGS[flag] ?? 0;
    frame.payloadLength = 20;
    for (const oddity of odd) this.makeOdd(frame, oddity);
    frame.payload = new Uint8Array(frame.payloadLength);
    frame.length = packetLength(frame);
    return frame;
  }

  private makeOdd(frame: Frame, oddity: Oddity): void {
    if (oddity === "df") frame.fragment |= FragmentField.dontFragment;
    if (oddity === "ttl 1") frame.ttl = 1;
    if (oddity === "ttl 2") frame.ttl = 2;
    if (oddity === "tos 16") frame.tos = 16;
    if (oddity === "options") frame.ipOptions = OPTIONS;
    if (oddity === "bad options") frame.ipOptions = BAD_OPTIONS;
    if (oddity === "bad checksum") frame.checksumFaults = ChecksumFault.transport;
    if (oddity === "bad header") frame.checksumFaults = ChecksumFault.ip;
    frame.payloadLength = LENGTHS.get(oddity) ?? frame.payloadLength;
  }

  private parts(whole: Frame): Frame[] {
    const header = ipHeaderLength(whole);
    return [
      [0, 24],
      [24, whole.length - header - 24],
    ].map(([at = 0, octets = 0], i) => {
      const part = this.packet(whole.protocol);
      part.source = whole.source;
      part.destination = whole.destination;
      part.sourcePort = whole.sourcePort;
      part.destinationPort = whole.destinationPort;
      part.tos = whole.tos;
      part.sourceMac = whole.sourceMac;
      part.destinationMac = whole.destinationMac;
      part.identification = whole.identification;
      part.fragment = (at >> 3) | (i === 0 ? FragmentField.moreFragments : 0);
      part.fragmentOf = whole;
      part.ipOptions = whole.ipOptions;
      part.length = header + octets;
      return part;
    });
  }

  private errorAbout(quoted: Frame, error: NonNullable<PacketStep["error"]>): Frame {
    const frame = this.packet(IpProtocol.icmp);
    frame.source = quoted.destination;
    frame.destination = quoted.source;
    frame.inner = quoted;
    frame.icmpType = IcmpType.destinationUnreachable;
    frame.icmpCode = UnreachableCode.port;
    if (error === "too long") {
      frame.icmpCode = UnreachableCode.fragmentationNeeded;
      frame.icmpRest = 1000;
    }
    if (error === "expired") {
      frame.icmpType = IcmpType.timeExceeded;
      frame.icmpCode = 0;
    }
    if (error === "redirect") {
      frame.icmpType = IcmpType.redirect;
      frame.icmpCode = 1;
      // of the gateway to 10.9.0.0/24
      frame.source = address("10.0.0.2");
      frame.destination = address("10.0.0.10");
      frame.icmpRest = address("10.0.0.1");
    }
    frame.length = packetLength(frame);
    return frame;
  }
}
