/** What `traceroute` prints behind the time of a probe that an ICMP error answered. */
import { IcmpType } from "@lvsim/core";

const UNREACHABLE: readonly string[] = [
  "!N",
  "!H",
  "!P",
  "",
  "", // with the MTU
  "!S",
  "!N",
  "!H",
  "!N",
  "!X",
  "!X",
  "!N",
  "!H",
  "!X",
  "!V",
  "!C",
];

const FRAGMENTATION_NEEDED = 4;

export interface IcmpVerdict {
  /** The way ends here. */
  readonly final: boolean;
  readonly remark: string;
}

/** `rest`: the four octets after the checksum. */
export function icmpVerdict(type: number, code: number, rest: number): IcmpVerdict {
  if (type === IcmpType.timeExceeded && code === 0) return { final: false, remark: "" };
  if (type !== IcmpType.destinationUnreachable)
    return { final: true, remark: `!<${type}-${code}>` };
  if (code === FRAGMENTATION_NEEDED) return { final: true, remark: `!F-${rest & 0xffff}` };
  return { final: true, remark: UNREACHABLE[code] ?? `!<${code}>` };
}
