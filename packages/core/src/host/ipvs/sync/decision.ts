/**
 * When a master tells of a connection (`ip_vs_sync_conn_needed`): at thresholds and periods of packets, after a refresh
 * period, and when TCP's state changes to one in which it ends. Times are jiffies of 4 ms.
 */
import { IpProtocol } from "../../../packet/protocol.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import { SctpState } from "../protocol/sctp-state-table.ts";
import { TcpConnectionState } from "../protocol/tcp-state-table.ts";
import { type SyncEntry, SyncFlag } from "./entry.ts";

const JIFFIES_PER_SECOND = 250;

/** What a master remembers of a connection. */
export class SyncRecord {
  /** The state that was told last; 0 before. */
  state = 0;
  /** When it would have ended by what was told last, in steps of four; the remainder counts retries. */
  endsAt: number;

  constructor(now: number) {
    this.endsAt = now - (now % 4);
  }
}

const TOLD_ASSOCIATIONS =
  (1 << SctpState.established) |
  (1 << SctpState.shutdownSent) |
  (1 << SctpState.shutdownReceived) |
  (1 << SctpState.shutdownAckSent) |
  (1 << SctpState.closed);

const { established, finWait, close, closeWait, timeWait } = TcpConnectionState;
const TOLD_STATES =
  (1 << established) | (1 << finWait) | (1 << close) | (1 << closeWait) | (1 << timeWait);

/** Whether to tell of `entry` now, and if so notes it in `record`. `underTemplate`: a template controls it. */
export function isSyncNeeded(
  entry: SyncEntry,
  record: SyncRecord,
  packets: number,
  underTemplate: boolean,
  sysctls: IpvsSysctls,
  now: number,
): boolean {
  const timeout = entry.timeoutSeconds * JIFFIES_PER_SECOND;
  let endsAt = now + timeout;
  endsAt -= endsAt % 4;
  if (!entry.has(SyncFlag.template)) {
    if (sysctls.sync_persist_mode !== 0 && underTemplate) return false;
    if (entry.protocol === IpProtocol.tcp) {
      if (((1 << entry.state) & TOLD_STATES) === 0) return false;
      if (entry.state !== record.state && entry.state !== established)
        return told(entry, record, endsAt);
    } else if (entry.protocol === IpProtocol.sctp) {
      if (((1 << entry.state) & TOLD_ASSOCIATIONS) === 0) return false;
      if (entry.state !== record.state && entry.state !== SctpState.established)
        return told(entry, record, endsAt);
    }
  }
  const refresh = sysctls.sync_refresh_period * JIFFIES_PER_SECOND;
  if (refresh > 0) {
    const bound = Math.min(refresh, Math.max(timeout >> 1, 10 * JIFFIES_PER_SECOND));
    if (Math.abs(endsAt - record.endsAt) < bound) {
      const retries = record.endsAt % 4;
      if (retries >= sysctls.sync_retries) return false;
      if (now < record.endsAt - timeout + (refresh >> 3)) return false;
      endsAt += retries + 1;
    }
  }
  const { sync_period: period, sync_threshold: threshold } = sysctls;
  if (period > 0) {
    if (!entry.has(SyncFlag.template) && packets % period !== threshold) return false;
  } else if (refresh <= 0 && packets !== threshold) return false;
  return told(entry, record, endsAt);
}

function told(entry: SyncEntry, record: SyncRecord, endsAt: number): boolean {
  record.state = entry.state;
  record.endsAt = endsAt;
  return true;
}
