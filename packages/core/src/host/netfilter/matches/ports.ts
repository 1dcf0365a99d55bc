/** Conditions on ports and TCP flags: `xt_tcpudp` and `xt_multiport`. A later fragment has no ports and never matches. */
import type { Frame } from "../../../packet/frame.ts";
import { FragmentField, TcpFlag } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import { StatelessMatch } from "./match.ts";
import { readNumber, readOption, readRange } from "./option.ts";

const isLaterFragment = (frame: Frame): boolean =>
  (frame.fragment & FragmentField.offsetMask) !== 0;

const ANY_PORT = [0, 0xffff] as const;

/** `-m udp`, and the ports of `-m tcp`. */
export class PortMatch extends StatelessMatch {
  private readonly sourceFrom: number;
  private readonly sourceTo: number;
  private readonly sourceInverted: boolean;
  private readonly destinationFrom: number;
  private readonly destinationTo: number;
  private readonly destinationInverted: boolean;

  constructor(options: OptionValues) {
    super();
    const source = readOption(options, "sport");
    const destination = readOption(options, "dport");
    const sourceRange = source === null ? ANY_PORT : readRange(source.value, ":");
    const destinationRange = destination === null ? ANY_PORT : readRange(destination.value, ":");
    this.sourceFrom = sourceRange[0];
    this.sourceTo = sourceRange[1];
    this.sourceInverted = source?.inverted ?? false;
    this.destinationFrom = destinationRange[0];
    this.destinationTo = destinationRange[1];
    this.destinationInverted = destination?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    if (isLaterFragment(frame)) return false;
    const { sourcePort, destinationPort } = frame;
    return (
      (sourcePort >= this.sourceFrom && sourcePort <= this.sourceTo) !== this.sourceInverted &&
      (destinationPort >= this.destinationFrom && destinationPort <= this.destinationTo) !==
        this.destinationInverted
    );
  }
}

/** As `--tcp-flags` names them. */
const FLAG_BITS: ReadonlyMap<string, number> = new Map([
  ["FIN", TcpFlag.fin],
  ["SYN", TcpFlag.syn],
  ["RST", TcpFlag.rst],
  ["PSH", TcpFlag.psh],
  ["ACK", TcpFlag.ack],
  ["URG", TcpFlag.urg],
  ["NONE", 0],
]);

function readFlags(text: string): number {
  let bits = 0;
  for (const word of text.split(",")) bits |= FLAG_BITS.get(word) ?? 0;
  return bits;
}

const TCP_OPTION = { mss: 2, windowScale: 3, sackPermitted: 4, sack: 5, timestamps: 8 } as const;

/** Whether a segment carries the TCP option of that kind, among those that frames model. */
function hasTcpOption(frame: Frame, kind: number): boolean {
  const { synOptions } = frame;
  switch (kind) {
    case TCP_OPTION.mss:
      return synOptions !== null && synOptions.maximumSegmentSize !== 0;
    case TCP_OPTION.windowScale:
      return synOptions !== null && synOptions.windowScale >= 0;
    case TCP_OPTION.sackPermitted:
      return synOptions?.sackPermitted === true;
    case TCP_OPTION.sack:
      return frame.sackBlocks !== null;
    case TCP_OPTION.timestamps:
      return frame.hasTimestamps;
    default:
      return false;
  }
}

/** `-m tcp`. */
export class TcpMatch extends StatelessMatch {
  private readonly ports: PortMatch;
  private readonly flagMask: number;
  private readonly flagsWanted: number;
  private readonly flagsInverted: boolean;
  /** Kind of a TCP option; 0 for any segment. */
  private readonly option: number;
  private readonly optionInverted: boolean;

  constructor(options: OptionValues) {
    super();
    this.ports = new PortMatch(options);
    const flags = readOption(options, "tcp-flags");
    const [mask, wanted] = flags === null ? [] : flags.value.split(" ");
    this.flagMask = mask === undefined ? 0 : readFlags(mask);
    this.flagsWanted = wanted === undefined ? 0 : readFlags(wanted);
    this.flagsInverted = flags?.inverted ?? false;
    const option = readOption(options, "tcp-option");
    this.option = option === null ? 0 : readNumber(option.value);
    this.optionInverted = option?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    if (!this.ports.matches(frame)) return false;
    if (((frame.tcpFlags & this.flagMask) === this.flagsWanted) === this.flagsInverted)
      return false;
    return this.option === 0 || hasTcpOption(frame, this.option) !== this.optionInverted;
  }
}

/** `-m multiport`: up to 15 ports or ranges, of the source, the destination, or either. */
export class MultiportMatch extends StatelessMatch {
  private readonly testsSource: boolean;
  private readonly testsDestination: boolean;
  private readonly inverted: boolean;
  /** First and last port of each range, one after another. */
  private readonly bounds: number[] = [];

  constructor(options: OptionValues) {
    super();
    const source = readOption(options, "sports");
    const destination = readOption(options, "dports");
    const either = readOption(options, "ports");
    const given = source ?? destination ?? either;
    this.testsSource = destination === null;
    this.testsDestination = source === null;
    this.inverted = given?.inverted ?? false;
    for (const range of (given?.value ?? "").split(",")) this.bounds.push(...readRange(range, ":"));
  }

  matches(frame: Frame): boolean {
    if (isLaterFragment(frame)) return false;
    const found =
      (this.testsSource && this.holds(frame.sourcePort)) ||
      (this.testsDestination && this.holds(frame.destinationPort));
    return found !== this.inverted;
  }

  private holds(port: number): boolean {
    const { bounds } = this;
    for (let i = 0; i < bounds.length; i += 2)
      if (port >= (bounds[i] as number) && port <= (bounds[i + 1] as number)) return true;
    return false;
  }
}
