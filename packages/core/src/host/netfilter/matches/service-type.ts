/** Conditions on the second octet of the IP header: `-m tos` (any bits of it) and `-m dscp` (`xt_dscp`, its upper six). */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import { StatelessMatch } from "./match.ts";
import { readMasked, readNumber, readOption } from "./option.ts";

export class TosMatch extends StatelessMatch {
  private readonly tos: number;
  private readonly mask: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "tos");
    [this.tos, this.mask] = readMasked(reading?.value ?? "0/0");
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    return ((frame.tos & this.mask) === this.tos) !== this.inverted;
  }
}

export class DscpMatch extends StatelessMatch {
  private readonly dscp: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "dscp");
    this.dscp = readNumber(reading?.value ?? "0");
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    return (frame.tos >> 2 === this.dscp) !== this.inverted;
  }
}
