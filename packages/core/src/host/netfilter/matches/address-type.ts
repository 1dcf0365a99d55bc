/** `-m addrtype` (`xt_addrtype`): what an address is to this host by its routing tables. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { RouteType } from "../../route/config.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { StatelessMatch } from "./match.ts";
import { readOption } from "./option.ts";

/** As `--src-type` takes them, by RTN_* number. */
export const ADDRESS_TYPE_NAMES = [
  "UNSPEC",
  "UNICAST",
  "LOCAL",
  "BROADCAST",
  "ANYCAST",
  "MULTICAST",
  "BLACKHOLE",
  "UNREACHABLE",
  "PROHIBIT",
  "THROW",
  "NAT",
  "XRESOLVE",
] as const;

function readTypes(text: string): number {
  let bits = 0;
  for (const name of text.split(","))
    bits |= 1 << ADDRESS_TYPE_NAMES.indexOf(name as (typeof ADDRESS_TYPE_NAMES)[number]);
  return bits;
}

export class AddressTypeMatch extends StatelessMatch {
  private readonly environment: NetfilterEnvironment;
  /** Bits by RouteType; 0 when the option was not given. */
  private readonly sourceTypes: number;
  private readonly sourceInverted: boolean;
  private readonly destinationTypes: number;
  private readonly destinationInverted: boolean;
  private readonly limitsInput: boolean;
  private readonly limitsOutput: boolean;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    super();
    this.environment = environment;
    const source = readOption(options, "src-type");
    const destination = readOption(options, "dst-type");
    this.sourceTypes = source === null ? 0 : readTypes(source.value);
    this.sourceInverted = source?.inverted ?? false;
    this.destinationTypes = destination === null ? 0 : readTypes(destination.value);
    this.destinationInverted = destination?.inverted ?? false;
    this.limitsInput = options["limit-iface-in"] !== undefined;
    this.limitsOutput = options["limit-iface-out"] !== undefined;
  }

  matches(frame: Frame, input: NetDevice | null, output: NetDevice | null): boolean {
    const device = this.limitsInput ? input : this.limitsOutput ? output : null;
    const { environment } = this;
    if (
      this.sourceTypes !== 0 &&
      isOneOf(environment.addressType(frame.source, device), this.sourceTypes) ===
        this.sourceInverted
    )
      return false;
    return (
      this.destinationTypes === 0 ||
      isOneOf(environment.addressType(frame.destination, device), this.destinationTypes) !==
        this.destinationInverted
    );
  }
}

const isOneOf = (type: RouteType, bits: number): boolean => ((1 << type) & bits) !== 0;
