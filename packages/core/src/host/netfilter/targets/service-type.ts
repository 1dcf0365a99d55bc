/** Targets that change the header beyond its addresses: TOS and DSCP (`xt_DSCP`), ECN (`ipt_ECN`). */
import type { Frame } from "../../../packet/frame.ts";
import { FragmentField, TcpFlag } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import { readMasked, readNumber } from "../matches/option.ts";
import { GO_ON, type Target } from "./target.ts";

/** Its one form is --set-tos value/mask: the mask's bits are cleared, the value's toggled. */
export class TosTarget implements Target {
  private readonly tos: number;
  private readonly mask: number;

  constructor(options: OptionValues) {
    [this.tos, this.mask] = readMasked(options["set-tos"] ?? "0/0");
  }

  apply(frame: Frame): typeof GO_ON {
    frame.tos = ((frame.tos & ~this.mask) ^ this.tos) & 0xff;
    return GO_ON;
  }
}

const ECN_BITS = 3;

export class DscpTarget implements Target {
  private readonly dscp: number;

  constructor(options: OptionValues) {
    this.dscp = readNumber(options["set-dscp"] ?? "0");
  }

  apply(frame: Frame): typeof GO_ON {
    frame.tos = (this.dscp << 2) | (frame.tos & ECN_BITS);
    return GO_ON;
  }
}

/** --ecn-tcp-remove: the handshake's offer of ECN is taken out of the TCP header. */
export class EcnTarget implements Target {
  apply(frame: Frame): typeof GO_ON {
    if ((frame.fragment & FragmentField.offsetMask) === 0)
      frame.tcpFlags &= ~(TcpFlag.ece | TcpFlag.cwr);
    return GO_ON;
  }
}
