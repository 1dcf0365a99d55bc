/**
 * `-m ipvs` (`xt_ipvs`): what IPVS knows of a packet that it has dealt with. As in the kernel the connection is looked
 * up the other way round, so that a request after its rewriting is found and the answer to it is not.
 */
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import type { TrackedPacket } from "../../conntrack/tracked-connection.ts";
import { Way, wayOf } from "../../conntrack/way.ts";
import type { OptionValues } from "../config.ts";
import type { IpvsFacts, NetfilterEnvironment } from "../environment.ts";
import { StatelessMatch } from "./match.ts";
import { readAddress, readNumber, readOption } from "./option.ts";

/** IP_VS_CONN_F_* by the words of --vmethod. */
const METHODS: ReadonlyMap<string, number> = new Map([
  ["MASQ", 0],
  ["IPIP", 2],
  ["GATE", 3],
]);

/** A number that has to be, or not to be, a certain one. */
class Wanted {
  private readonly value: number;
  private readonly inverted: boolean;

  constructor(value: number, inverted: boolean) {
    this.value = value;
    this.inverted = inverted;
  }

  holds(value: number): boolean {
    return (value === this.value) !== this.inverted;
  }
}

function readWanted(
  options: OptionValues,
  name: string,
  read: (text: string) => number,
): Wanted | null {
  const reading = readOption(options, name);
  return reading === null ? null : new Wanted(read(reading.value), reading.inverted);
}

class VirtualAddressTest {
  private readonly address: Ipv4Address;
  private readonly mask: Ipv4Address;
  private readonly inverted: boolean;

  constructor(text: string, inverted: boolean) {
    const [address, length] = text.split("/");
    this.address = readAddress(address as string);
    this.mask = prefixMask(length === undefined ? 32 : readNumber(length));
    this.inverted = inverted;
  }

  holds(address: Ipv4Address): boolean {
    return ((address & this.mask) === this.address) !== this.inverted;
  }
}

export class IpvsMatch extends StatelessMatch {
  private readonly environment: NetfilterEnvironment;
  /** `--ipvs` alone: whether IPVS must have dealt with the packet; null when a connection is asked for. */
  private readonly property: boolean | null;
  private readonly protocol: Wanted | null;
  private readonly port: Wanted | null;
  private readonly controlPort: Wanted | null;
  private readonly method: Wanted | null;
  private readonly address: VirtualAddressTest | null;
  /** Which way the tracked connection must go; null for either. */
  private readonly way: Way | null;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    super();
    this.environment = environment;
    const property = readOption(options, "ipvs");
    const isAlone = property !== null && Object.keys(options).length === 1;
    this.property = isAlone ? !property.inverted : null;
    this.protocol = readWanted(options, "vproto", readNumber);
    this.port = readWanted(options, "vport", readNumber);
    this.controlPort = readWanted(options, "vportctl", readNumber);
    this.method = readWanted(options, "vmethod", (name) => METHODS.get(name) ?? -1);
    const address = readOption(options, "vaddr");
    this.address =
      address === null ? null : new VirtualAddressTest(address.value, address.inverted);
    const direction = options.vdir;
    this.way = direction === undefined ? null : direction === "REPLY" ? Way.reply : Way.original;
  }

  matches(frame: Frame): boolean {
    if (this.property !== null) return frame.ipvsProperty === this.property;
    if (!frame.ipvsProperty) return false;
    if (this.protocol !== null && !this.protocol.holds(frame.protocol)) return false;
    const facts = this.environment.ipvsFacts(frame);
    return facts !== null && this.goesRight(frame) && this.fits(facts);
  }

  private goesRight(frame: Frame): boolean {
    if (this.way === null) return true;
    const view = frame.conntrack as TrackedPacket | null;
    return view !== null && wayOf(view.info) === this.way;
  }

  private fits(facts: IpvsFacts): boolean {
    if (this.port !== null && !this.port.holds(facts.virtualPort)) return false;
    if (this.controlPort !== null && !this.controlPort.holds(facts.controlPort)) return false;
    if (this.method !== null && !this.method.holds(facts.method)) return false;
    return this.address === null || this.address.holds(facts.virtualAddress);
  }
}
