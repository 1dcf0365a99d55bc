/** A connection as directors tell each other of it, and the numbers of that language (IP_VS_CONN_F_* of `ip_vs.h`). */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";

/** Bits of `flags`; the lowest three are the forwarding method. */
export const SyncFlag = {
  method: 0x7,
  noOutput: 0x80,
  inactive: 0x100,
  /** Octets of sequence numbers follow; of applications such as FTP's, which are not modelled. */
  sequence: 0x600,
  noClientPort: 0x800,
  template: 0x1000,
  onePacket: 0x2000,
} as const;

/** What a backup takes over of the flags (IP_VS_CONN_F_BACKUP_MASK). */
export const BACKUP_FLAGS =
  SyncFlag.method |
  SyncFlag.noOutput |
  SyncFlag.inactive |
  SyncFlag.sequence |
  SyncFlag.noClientPort |
  SyncFlag.template;

/** Filled anew for each connection, so that many cost no more than one. */
export class SyncEntry {
  protocol = 0;
  flags = 0;
  state = 0;
  clientAddress = 0 as Ipv4Address;
  clientPort = 0;
  virtualAddress = 0 as Ipv4Address;
  virtualPort = 0;
  serverAddress = 0 as Ipv4Address;
  serverPort = 0;
  mark = 0;
  /** 0 when the message does not say (version 0). */
  timeoutSeconds = 0;

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}
