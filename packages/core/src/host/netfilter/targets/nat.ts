/** The targets of the nat table: SNAT, DNAT, MASQUERADE, REDIRECT, NETMAP. Each decides one half of a connection. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import { Manipulation, NatRange, RangeFlag } from "../../conntrack/nat/range.ts";
import type { TrackedPacket } from "../../conntrack/tracked-connection.ts";
import type { OptionValues } from "../config.ts";
import { HookPoint, Verdict } from "../hook.ts";
import { readAddress, readNumber } from "../matches/option.ts";
import type { Target, TargetContext } from "./target.ts";

const NO_ADDRESS = 0 as Ipv4Address;
const LOOPBACK = 0x7f000001 as Ipv4Address;

const optionFlags = (options: OptionValues): number =>
  (options.random === undefined ? 0 : RangeFlag.random) |
  (options["random-fully"] === undefined ? 0 : RangeFlag.randomFully) |
  (options.persistent === undefined ? 0 : RangeFlag.persistent);

/** `address[-address][:port[-port[/base]]]`, each part as it may be. */
function readRange(addresses: string, ports: string, options: OptionValues): NatRange {
  let flags = optionFlags(options);
  let first = NO_ADDRESS;
  let last = NO_ADDRESS;
  if (addresses !== "") {
    flags |= RangeFlag.addresses;
    const [from, to] = addresses.split("-");
    first = readAddress(from as string);
    last = to === undefined ? first : readAddress(to);
  }
  const [range = "", base] = ports.split("/");
  if (range === "") return new NatRange(flags, first, last, 0, 0, 0);
  flags |= RangeFlag.ports;
  if (base !== undefined) flags |= RangeFlag.offset;
  const [from = "", to] = range.split("-");
  const firstPort = readNumber(from);
  const lastPort = to === undefined ? firstPort : readNumber(to);
  return new NatRange(flags, first, last, firstPort, lastPort, readNumber(base ?? "0"));
}

function readTarget(text: string, options: OptionValues): NatRange {
  const colon = text.indexOf(":");
  if (colon < 0) return readRange(text, "", options);
  return readRange(text.slice(0, colon), text.slice(colon + 1), options);
}

/** What the targets share: the packet's connection and the way to decide about it. */
abstract class NatTarget implements Target {
  protected readonly context: TargetContext;
  protected readonly range: NatRange;

  constructor(range: NatRange, context: TargetContext) {
    this.range = range;
    this.context = context;
  }

  abstract apply(
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
  ): Verdict;

  protected setUp(frame: Frame, range: NatRange, manipulation: Manipulation): Verdict {
    const { connection } = frame.conntrack as TrackedPacket;
    this.context.connections.nat.setUp(connection, range, manipulation);
    return Verdict.accept;
  }
}

export class SnatTarget extends NatTarget {
  constructor(options: OptionValues, context: TargetContext) {
    super(readTarget(options["to-source"] ?? "", options), context);
  }

  apply(frame: Frame): Verdict {
    return this.setUp(frame, this.range, Manipulation.source);
  }
}

export class DnatTarget extends NatTarget {
  constructor(options: OptionValues, context: TargetContext) {
    super(readTarget(options["to-destination"] ?? "", options), context);
  }

  apply(frame: Frame): Verdict {
    return this.setUp(frame, this.range, Manipulation.destination);
  }
}

/** The source becomes the address of the device by which the packet leaves, and is given up with it. */
export class MasqueradeTarget extends NatTarget {
  constructor(options: OptionValues, context: TargetContext) {
    super(readRange("", options["to-ports"] ?? "", options), context);
  }

  apply(frame: Frame, _input: NetDevice | null, output: NetDevice | null): Verdict {
    const { connection } = frame.conntrack as TrackedPacket;
    // a packet that has no source yet is not for masquerading
    if (connection.original.source === NO_ADDRESS || output === null) return Verdict.accept;
    const { environment } = this.context;
    const source = environment.tracking.sourceTowards(frame, output);
    if (source === NO_ADDRESS) return Verdict.drop;
    connection.masqueradeDevice = environment.deviceIndex(output);
    return this.setUp(frame, this.range.withAddress(source), Manipulation.source);
  }
}

/** The destination becomes this host: the address of the device by which the packet came, 127.0.0.1 for its own. */
export class RedirectTarget extends NatTarget {
  constructor(options: OptionValues, context: TargetContext) {
    super(readRange("", options["to-ports"] ?? "", options), context);
  }

  apply(
    frame: Frame,
    input: NetDevice | null,
    _output: NetDevice | null,
    point: HookPoint,
  ): Verdict {
    let address = LOOPBACK;
    if (point !== HookPoint.localOut) {
      const { tracking } = this.context.environment;
      address = input === null ? NO_ADDRESS : tracking.firstAddress(input);
      if (address === NO_ADDRESS) return Verdict.drop;
    }
    return this.setUp(frame, this.range.withAddress(address), Manipulation.destination);
  }
}

/** A whole network becomes another one; the host part stays. */
export class NetmapTarget extends NatTarget {
  private readonly network: Ipv4Address;
  private readonly mask: Ipv4Address;

  constructor(options: OptionValues, context: TargetContext) {
    super(readRange("", "", options), context);
    const [address = "", length] = (options.to ?? "0.0.0.0").split("/");
    this.mask = readMask(length);
    this.network = (readAddress(address) & this.mask) as Ipv4Address;
  }

  apply(
    frame: Frame,
    _input: NetDevice | null,
    _output: NetDevice | null,
    point: HookPoint,
  ): Verdict {
    const inward = point === HookPoint.preRouting || point === HookPoint.localOut;
    const own = inward ? frame.destination : frame.source;
    const address = (this.network | (own & ~this.mask)) as Ipv4Address;
    const manipulation = inward ? Manipulation.destination : Manipulation.source;
    return this.setUp(frame, this.range.withAddress(address), manipulation);
  }
}

function readMask(text: string | undefined): Ipv4Address {
  if (text === undefined) return -1 as Ipv4Address;
  return text.includes(".") ? readAddress(text) : prefixMask(readNumber(text));
}
