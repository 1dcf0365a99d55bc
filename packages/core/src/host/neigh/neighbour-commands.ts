/**
 * What `ip neigh` and `arp` do to the neighbour table through netlink (RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH).
 * Finding devices, proxy entries and texts of errors are the commands' own.
 */
import { Errno } from "../../base/errno.ts";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { NeighbourDevice } from "./environment.ts";
import type { NeighbourEntry } from "./neighbour-entry.ts";
import { NeighbourState, type NeighbourStates, VALID } from "./neighbour-state.ts";
import type { NeighbourTable } from "./neighbour-table.ts";

/** NLM_F_* of the request: `ip neigh add` sets create and exclusive, `change` replace, `replace` create and replace. */
export interface NewNeighbourFlags {
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly replace: boolean;
  /** NTF_ROUTER, NTF_EXT_LEARNED, and NTF_USE: the neighbour is asked for at once. */
  readonly router?: boolean;
  readonly externallyLearnt?: boolean;
  readonly use?: boolean;
}

/** Adds or changes an entry. ENOENT, EEXIST, EINVAL (no link address known or given), ENOBUFS (table full). */
export function newNeighbour(
  table: NeighbourTable,
  device: NeighbourDevice,
  address: Ipv4Address,
  linkAddress: MacAddress | null,
  state: NeighbourState,
  flags: NewNeighbourFlags,
): Errno {
  let entry = table.find(device, address);
  if (entry !== null && flags.exclusive) return Errno.EEXIST;
  const isNew = entry === null;
  if (entry === null) {
    if (!flags.create) return Errno.ENOENT;
    const isExempt = state === NeighbourState.permanent || flags.externallyLearnt === true;
    entry = table.findOrCreate(device, address, isExempt);
    if (entry === null) return Errno.ENOBUFS;
  }
  const strength = { override: isNew || flags.replace, admin: true };
  const errno = table.update(entry, linkAddress, state, strength, null);
  if (errno !== 0) return errno;
  entry.router = flags.router === true;
  entry.externallyLearnt = flags.externallyLearnt === true;
  if (flags.use === true) table.ask(entry);
  return 0;
}

/** Removes an entry, of whatever state; ENOENT when there is none. Packets that wait in it fail. */
export function deleteNeighbour(
  table: NeighbourTable,
  device: NeighbourDevice,
  address: Ipv4Address,
): Errno {
  const entry = table.find(device, address);
  if (entry === null) return Errno.ENOENT;
  const strength = { override: true, admin: true };
  table.update(entry, null, NeighbourState.failed, strength, null);
  table.remove(entry, null);
  return 0;
}

/** Entries without a state, which `states` cannot name by a bit of their own. */
export const STATELESS: NeighbourStates = 0x100;
/** What `ip neigh show` lists unless it is told otherwise. */
export const SHOWN_STATES: NeighbourStates = 0xff & ~NeighbourState.noArp;
/** What `ip neigh flush` deletes unless it is told otherwise. */
export const FLUSHED_STATES: NeighbourStates =
  0xff & ~(NeighbourState.permanent | NeighbourState.noArp);

export interface NeighbourFilter {
  /** null for all. */
  readonly device: NeighbourDevice | null;
  readonly network: Ipv4Address;
  /** 0 for all addresses. */
  readonly prefixLength: number;
  readonly states: NeighbourStates;
}

/** One line of `ip -s neigh`. */
export interface NeighbourListing {
  readonly device: NeighbourDevice;
  readonly address: Ipv4Address;
  readonly state: NeighbourState;
  /** null when there is none to show. */
  readonly linkAddress: MacAddress | null;
  readonly usedAt: Instant;
  readonly confirmedAt: Instant;
  readonly updatedAt: Instant;
  readonly probes: number;
  readonly router: boolean;
  readonly externallyLearnt: boolean;
}

/** What is shown of an entry; `state` is what it has, or had when it went. */
export function neighbourListing(entry: NeighbourEntry, state: NeighbourState): NeighbourListing {
  const { address, device, probes, router, externallyLearnt } = entry;
  const { usedAt, confirmedAt, updatedAt } = entry;
  const linkAddress = (state & VALID) !== 0 && device.hasLinkHeader ? entry.linkAddress : null;
  const ages = { usedAt, confirmedAt, updatedAt };
  return { device, address, state, linkAddress, ...ages, probes, router, externallyLearnt };
}

/** The entries that fit, by interface index and then in order of making. */
export function listNeighbours(
  table: NeighbourTable,
  filter: NeighbourFilter,
): readonly NeighbourListing[] {
  const rows: NeighbourListing[] = [];
  for (const entry of table.entries()) {
    const { device, address, state } = entry;
    const bit = state === NeighbourState.none ? STATELESS : state;
    if ((filter.states & bit) === 0) continue;
    if (filter.device !== null && filter.device.index !== device.index) continue;
    if (!inPrefix(address, filter.network, filter.prefixLength)) continue;
    rows.push(neighbourListing(entry, state));
  }
  return rows.sort((one, other) => one.device.index - other.device.index);
}

/** Deletes the entries that fit; how many. */
export function flushNeighbours(table: NeighbourTable, filter: NeighbourFilter): number {
  const rows = listNeighbours(table, filter);
  for (const row of rows) deleteNeighbour(table, row.device, row.address);
  return rows.length;
}
