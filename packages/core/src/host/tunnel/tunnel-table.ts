/**
 * Which device takes a tunnel packet (`ip_tunnel_lookup`): the one with both ends, then the one with the other end,
 * then the one with our end, then the one with the key alone, and last the fallback device. One that is bound to the
 * device by which the packet came goes before all that are not, as in the kernel. Only devices that are up count.
 */
import { GreFlag } from "../../packet/gre-header.ts";
import { type Ipv4Address, isMulticastAddress } from "../../packet/ipv4-address.ts";
import { keysMatch } from "../device/tunnel-parameters.ts";
import type { TunnelDevice } from "./tunnel-device.ts";

const NONE: readonly TunnelDevice[] = [];

export class TunnelTable {
  /** Devices by their other end; 0 for none and for groups. The newest first, as the kernel's chains have it. */
  private readonly byRemote = new Map<Ipv4Address, TunnelDevice[]>();
  private fallback: TunnelDevice | null = null;

  constructor(devices: readonly TunnelDevice[]) {
    for (const device of devices) {
      const { remote, fallback } = device.parameters;
      if (fallback) this.fallback = device;
      const key = isMulticastAddress(remote) ? (0 as Ipv4Address) : remote;
      const bucket = this.byRemote.get(key);
      if (bucket === undefined) this.byRemote.set(key, [device]);
      else bucket.unshift(device);
    }
  }

  /**
   * The device for a packet from `remote` to `local` that came by the interface `link`, with these `GreFlag` bits and
   * this key. `keyed`: tunnels of this kind have keys at all. Null when there is none.
   */
  find(
    link: number,
    remote: Ipv4Address,
    local: Ipv4Address,
    flags: number,
    key: number,
    keyed: boolean,
  ): TunnelDevice | null {
    const exact = remote === 0 ? NONE : (this.byRemote.get(remote) ?? NONE);
    let candidate: TunnelDevice | null = null;
    for (let pass = 0; pass < 4; pass++) {
      const bucket = pass < 2 ? exact : (this.byRemote.get(0 as Ipv4Address) ?? NONE);
      for (let i = 0; i < bucket.length; i++) {
        const device = bucket[i] as TunnelDevice;
        if (!device.up || !takes(pass, device, local, flags, key, keyed)) continue;
        if (device.parameters.link === link) return device;
        // of devices with both ends the kernel keeps the last
        if (pass === 0 || candidate === null) candidate = device;
      }
    }
    if (candidate !== null) return candidate;
    const { fallback } = this;
    return fallback?.up ? fallback : null;
  }
}

/** Whether a device of the right bucket is one that this pass looks for. */
function takes(
  pass: number,
  { parameters }: TunnelDevice,
  local: Ipv4Address,
  flags: number,
  key: number,
  keyed: boolean,
): boolean {
  switch (pass) {
    case 0:
      return parameters.local === local && keysMatch(parameters, flags, key);
    case 1:
      return parameters.local === 0 && keysMatch(parameters, flags, key);
    case 2: {
      const ours = parameters.local === local && parameters.remote === 0;
      const group = parameters.remote === local && isMulticastAddress(local);
      return (ours || group) && keysMatch(parameters, flags, key);
    }
    default: {
      const wanted = (flags & GreFlag.key) === 0 ? 0 : key;
      if (keyed && parameters.inputKey !== wanted) return false;
      return parameters.local === 0 && parameters.remote === 0;
    }
  }
}
