/** Targets that change the packet or its metadata: MARK, NOTRACK, CT --notrack, TTL, TCPMSS. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { FragmentField } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { readMasked, readNumber, readOption } from "../matches/option.ts";
import { GO_ON, type Target, type TargetContext } from "./target.ts";

/** `-j MARK` in its one form, --set-xmark value/mask. */
export class MarkTarget implements Target {
  private readonly mark: number;
  private readonly mask: number;

  constructor(options: OptionValues) {
    [this.mark, this.mask] = readMasked(options["set-xmark"] ?? "0/0");
  }

  apply(frame: Frame): typeof GO_ON {
    frame.mark = (frame.mark & ~this.mask) ^ this.mark;
    return GO_ON;
  }
}

/** The packet is left out of connection tracking, unless it was seen already. */
export class NoTrackTarget implements Target {
  apply(frame: Frame): typeof GO_ON {
    if (frame.conntrack === null) frame.untracked = true;
    return GO_ON;
  }
}

export class TtlTarget implements Target {
  private readonly set: number;
  private readonly add: number;

  constructor(options: OptionValues) {
    const set = readOption(options, "ttl-set");
    const raise = readNumber(options["ttl-inc"] ?? "0");
    this.set = set === null ? -1 : readNumber(set.value);
    this.add = raise - readNumber(options["ttl-dec"] ?? "0");
  }

  apply(frame: Frame): typeof GO_ON {
    const ttl = this.set >= 0 ? this.set : frame.ttl + this.add;
    frame.ttl = Math.max(0, Math.min(ttl, 255));
    return GO_ON;
  }
}

/** IPv4 and TCP header without options. */
const HEADERS_LENGTH = 40;
/** What a segment without the option promises (RFC 9293 §3.7.1): a new option may not say more. */
const DEFAULT_SEGMENT_SIZE = 536;
const MSS_OPTION_LENGTH = 4;

/** `-j TCPMSS`: lowers the maximum segment size that a SYN announces, never raises it. */
export class TcpMssTarget implements Target {
  private readonly environment: NetfilterEnvironment;
  /** 0 for --clamp-mss-to-pmtu. */
  private readonly size: number;

  constructor(options: OptionValues, context: TargetContext) {
    this.environment = context.environment;
    this.size = readNumber(options["set-mss"] ?? "0");
  }

  apply(frame: Frame, _input: NetDevice | null, _output: NetDevice | null): typeof GO_ON {
    const { synOptions } = frame;
    if (synOptions === null || (frame.fragment & FragmentField.offsetMask) !== 0) return GO_ON;
    const wanted = this.size !== 0 ? this.size : this.environment.pathMtu(frame) - HEADERS_LENGTH;
    const announced = synOptions.maximumSegmentSize;
    if (announced === 0) {
      if (frame.payloadLength !== 0) return GO_ON;
      frame.length += MSS_OPTION_LENGTH;
    } else if (announced <= wanted) return GO_ON;
    const size = announced === 0 ? Math.min(wanted, DEFAULT_SEGMENT_SIZE) : wanted;
    frame.synOptions = {
      maximumSegmentSize: size,
      windowScale: synOptions.windowScale,
      sackPermitted: synOptions.sackPermitted,
    };
    return GO_ON;
  }
}
