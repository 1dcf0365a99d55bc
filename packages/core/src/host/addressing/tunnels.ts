/**
 * Tunnel devices as `ip tunnel` and `ip link … type ipip | gre` change them (`ip_tunnel_newlink`, `ip_tunnel_ctl`):
 * no two of a kind have the same ends and key, and the MTU follows from the way to the other end.
 */
import { Errno } from "../../base/errno.ts";
import { greHeaderLength } from "../../packet/gre-header.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IPV4_HEADER_LENGTH } from "../../packet/lengths.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { DeviceConfig } from "../device/config.ts";
import {
  IP_MTU_MAX,
  keysMatch,
  type TunnelParameters,
  tunnelHeaderLength,
} from "../device/tunnel-parameters.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { type DeviceDraft, draftOf } from "./edit-devices.ts";
import { addLink } from "./links.ts";

export type TunnelKind = "ipip" | "gre";

/** How the namespace routes packets of its own; its router will do. */
export interface TunnelRouting {
  output(
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
  ): { readonly device: number } | null;
}

export interface TunnelSpec {
  readonly name: string;
  readonly kind: TunnelKind;
  readonly parameters: TunnelParameters;
  /** 0: what the way to the other end leaves. */
  readonly mtu: number;
  /** 0 takes the number after the greatest one in use. */
  readonly index: number;
}

/** Octets of a packet where no route says more (ETH_DATA_LEN). */
const MTU_DEFAULT = 1500;
/** The least MTU of a tunnel (IPV4_MIN_MTU). */
const MTU_MIN = 68;
const ROUTED_TOS = 0x1e;

const tunnelOf = ({ details }: DeviceConfig): TunnelParameters | null =>
  details?.kind === "tunnel" ? details : null;

/** The device of a kind with these ends, key and link (`ip_tunnel_find`). */
export function findTunnel(
  draft: NamespaceDraft,
  kind: TunnelKind,
  wanted: TunnelParameters,
): DeviceDraft | undefined {
  return draft.devices.find((device) => {
    const tunnel = tunnelOf(device);
    if (device.kind !== kind || tunnel === null) return false;
    const { local, remote, link } = tunnel;
    return (
      local === wanted.local &&
      remote === wanted.remote &&
      link === wanted.link &&
      keysMatch(tunnel, wanted.inputFlags, wanted.inputKey)
    );
  });
}

/** Makes a tunnel device, down. EEXIST: the name or the ends are taken; else as `addLink`. */
export function addTunnel(
  draft: NamespaceDraft,
  { name, kind, parameters, mtu, index }: TunnelSpec,
  routing: TunnelRouting,
): Errno {
  if (findTunnel(draft, kind, parameters) !== undefined) return Errno.EEXIST;
  const max = IP_MTU_MAX - IPV4_HEADER_LENGTH - tunnelHeaderLength(kind, parameters);
  const chosen =
    mtu === 0 ? guessMtu(draft, kind, parameters, routing) : Math.min(Math.max(mtu, MTU_MIN), max);
  const made = { name, kind, mac: ZERO_MAC, mtu: chosen, noArp: true, index, details: parameters };
  return addLink(draft, made);
}

/**
 * Gives a tunnel device other parameters. EEXIST: another device has them; EINVAL: it would get or lose a fixed other
 * end, or it came with its module and these ends are nobody's.
 */
export function changeTunnel(
  draft: NamespaceDraft,
  index: number,
  parameters: TunnelParameters,
  routing: TunnelRouting,
): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  const tunnel = tunnelOf(device);
  const kind = device.kind === "gre" ? "gre" : "ipip";
  if (tunnel === null) return Errno.EOPNOTSUPP;
  const owner = findTunnel(draft, kind, parameters);
  if (owner === undefined && tunnel.fallback) return Errno.ENOENT;
  if (owner !== undefined && owner.index !== index) return Errno.EEXIST;
  if ((tunnel.remote === 0) !== (parameters.remote === 0)) return Errno.EINVAL;
  device.details = { ...parameters, fallback: tunnel.fallback };
  if (tunnel.link !== parameters.link) device.mtu = guessMtu(draft, kind, parameters, routing);
  else {
    // of GRE's own header only, as ipgre_link_update counts
    const grown = ownHeader(kind, parameters) - ownHeader(kind, tunnel);
    if (grown !== 0) device.mtu = Math.max(device.mtu - grown, MTU_MIN);
  }
  return 0;
}

const ownHeader = (kind: TunnelKind, { outputFlags }: TunnelParameters): number =>
  kind === "gre" ? greHeaderLength(outputFlags) : 0;

/** `ip_tunnel_bind_dev`: the MTU of the device by which outer packets leave, less their headers. */
function guessMtu(
  draft: NamespaceDraft,
  kind: TunnelKind,
  parameters: TunnelParameters,
  routing: TunnelRouting,
): number {
  const { remote, local, link, tos } = parameters;
  const route = remote === 0 ? null : routing.output(remote, local, link, 0, tos & ROUTED_TOS);
  const below = draftOf(draft, route?.device ?? link);
  const mtu = Math.min(below?.mtu ?? MTU_DEFAULT, IP_MTU_MAX);
  return Math.max(mtu - IPV4_HEADER_LENGTH - tunnelHeaderLength(kind, parameters), MTU_MIN);
}
