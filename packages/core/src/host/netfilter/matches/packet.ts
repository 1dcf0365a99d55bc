/** Conditions on one field of a packet: `xt_icmp`, `xt_mark`, `xt_ttl`, `xt_length`, `xt_iprange`, `xt_mac`, `xt_pkttype`. */
import type { NetDevice } from "../../../link/net-device.ts";
import { type Frame, PacketType } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { type MacAddress, parseMacAddress } from "../../../packet/mac-address.ts";
import { FragmentField } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import { StatelessMatch } from "./match.ts";
import { readAddress, readMasked, readNumber, readOption, readRange } from "./option.ts";

/** The type number that stands for every type. */
const ANY_ICMP_TYPE = 255;

/** `-m icmp`. */
export class IcmpMatch extends StatelessMatch {
  private readonly type: number;
  private readonly codeFrom: number;
  private readonly codeTo: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "icmp-type");
    const [type, code] = (reading?.value ?? "any").split("/");
    this.type = type === "any" ? ANY_ICMP_TYPE : readNumber(type as string);
    this.codeFrom = code === undefined ? 0 : readNumber(code);
    this.codeTo = code === undefined ? 255 : this.codeFrom;
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    if ((frame.fragment & FragmentField.offsetMask) !== 0) return false;
    const { icmpCode } = frame;
    const found =
      this.type === ANY_ICMP_TYPE ||
      (frame.icmpType === this.type && icmpCode >= this.codeFrom && icmpCode <= this.codeTo);
    return found !== this.inverted;
  }
}

/** `-m mark`. */
export class MarkMatch extends StatelessMatch {
  private readonly mark: number;
  private readonly mask: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "mark");
    [this.mark, this.mask] = readMasked(reading?.value ?? "0/0");
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    return ((frame.mark & this.mask) === this.mark) !== this.inverted;
  }
}

/** `-m ttl` and `-m length`: a number between two bounds. */
class BoundedMatch {
  private readonly from: number;
  private readonly to: number;
  private readonly inverted: boolean;

  constructor(from: number, to: number, inverted: boolean) {
    this.from = from;
    this.to = to;
    this.inverted = inverted;
  }

  holds(value: number): boolean {
    return (value >= this.from && value <= this.to) !== this.inverted;
  }
}

function ttlBounds(options: OptionValues): BoundedMatch {
  const equal = readOption(options, "ttl-eq");
  if (equal !== null) {
    const ttl = readNumber(equal.value);
    return new BoundedMatch(ttl, ttl, equal.inverted);
  }
  const below = readOption(options, "ttl-lt");
  if (below !== null) return new BoundedMatch(0, readNumber(below.value) - 1, false);
  const above = readOption(options, "ttl-gt");
  return new BoundedMatch(readNumber(above?.value ?? "0") + 1, 255, false);
}

export class TtlMatch extends StatelessMatch {
  private readonly bounds: BoundedMatch;

  constructor(options: OptionValues) {
    super();
    this.bounds = ttlBounds(options);
  }

  matches(frame: Frame): boolean {
    return this.bounds.holds(frame.ttl);
  }
}

/** The IP total length. */
export class LengthMatch extends StatelessMatch {
  private readonly bounds: BoundedMatch;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "length");
    const [from, to] = readRange(reading?.value ?? "0:65535", ":");
    this.bounds = new BoundedMatch(from, to, reading?.inverted ?? false);
  }

  matches(frame: Frame): boolean {
    return this.bounds.holds(frame.length);
  }
}

class AddressRange {
  private readonly from: number;
  private readonly to: number;
  private readonly inverted: boolean;

  constructor(text: string, inverted: boolean) {
    const [from, to] = text.split("-");
    this.from = readAddress(from as string) >>> 0;
    this.to = readAddress(to ?? (from as string)) >>> 0;
    this.inverted = inverted;
  }

  holds(address: Ipv4Address): boolean {
    const value = address >>> 0;
    return (value >= this.from && value <= this.to) !== this.inverted;
  }
}

function readAddressRange(options: OptionValues, name: string): AddressRange | null {
  const reading = readOption(options, name);
  return reading === null ? null : new AddressRange(reading.value, reading.inverted);
}

export class IpRangeMatch extends StatelessMatch {
  private readonly source: AddressRange | null;
  private readonly destination: AddressRange | null;

  constructor(options: OptionValues) {
    super();
    this.source = readAddressRange(options, "src-range");
    this.destination = readAddressRange(options, "dst-range");
  }

  matches(frame: Frame): boolean {
    if (this.source !== null && !this.source.holds(frame.source)) return false;
    return this.destination === null || this.destination.holds(frame.destination);
  }
}

/** Only a packet that a device received has a link-layer header to look at. */
export class MacMatch extends StatelessMatch {
  private readonly mac: MacAddress;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "mac-source");
    this.mac = parseMacAddress(reading?.value ?? "") ?? (0 as MacAddress);
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame, input: NetDevice | null): boolean {
    return input !== null && (frame.sourceMac === this.mac) !== this.inverted;
  }
}

const PACKET_TYPES: ReadonlyMap<string, PacketType> = new Map([
  ["unicast", PacketType.host],
  ["broadcast", PacketType.broadcast],
  ["multicast", PacketType.multicast],
]);

/** By the link layer's destination; the packets of this host to itself count as unicast. */
export class PacketTypeMatch extends StatelessMatch {
  private readonly type: PacketType;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "pkt-type");
    this.type = PACKET_TYPES.get(reading?.value ?? "unicast") ?? PacketType.host;
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    return (frame.packetType === this.type) !== this.inverted;
  }
}
