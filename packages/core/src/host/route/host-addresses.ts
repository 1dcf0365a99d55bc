/**
 * The addresses of a namespace's devices as lookups need them (`inet_select_addr`, `inet_addr_onlink`). Built from immutable configuration.
 */
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { type AddressConfig, type DeviceConfig, Scope } from "../device/config.ts";

const NO_ADDRESS = 0 as Ipv4Address;

export class HostAddresses {
  /** In order of their indices. */
  private readonly devices: readonly DeviceConfig[];

  constructor(devices: readonly DeviceConfig[]) {
    this.devices = devices;
  }

  device(index: number): DeviceConfig | undefined {
    const { devices } = this;
    // so it is while none has gone; those with smaller indices are before it, so that it is not behind its index
    for (let i = Math.min(index, devices.length) - 1; i >= 0; i--) {
      const device = devices[i] as DeviceConfig;
      if (device.index === index) return device;
      if (device.index < index) return undefined;
    }
    return undefined;
  }

  /**
   * The source for packets out of a device (`inet_select_addr`): its first primary whose subnet holds `target` (0: any),
   * else its first primary, else any device's, lo's first; of scope `scope` or wider. 0 when there is none.
   * `routeLocalnet`: host addresses of the device count as link-wide.
   */
  select(device: number, target: Ipv4Address, scope: number, routeLocalnet: boolean): Ipv4Address {
    const own = this.selectOn(device, target, scope, routeLocalnet);
    return own === NO_ADDRESS ? this.selectElsewhere(scope) : own;
  }

  private selectOn(
    index: number,
    target: Ipv4Address,
    scope: number,
    routeLocalnet: boolean,
  ): Ipv4Address {
    const device = this.device(index);
    if (device === undefined) return NO_ADDRESS;
    const localnetScope = routeLocalnet ? Scope.link : Scope.host;
    const { addresses } = device;
    let first = NO_ADDRESS;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i] as AddressConfig;
      if (address.secondary || Math.min(address.scope, localnetScope) > scope) continue;
      if (target === 0 || inPrefix(target, address.peer, address.prefixLength))
        return address.local;
      if (first === NO_ADDRESS) first = address.local;
    }
    return first;
  }

  private selectElsewhere(scope: number): Ipv4Address {
    const { devices } = this;
    for (let d = 0; d < devices.length; d++) {
      const { addresses } = devices[d] as DeviceConfig;
      for (let i = 0; i < addresses.length; i++) {
        const address = addresses[i] as AddressConfig;
        if (!address.secondary && address.scope !== Scope.link && address.scope <= scope)
          return address.local;
      }
    }
    return NO_ADDRESS;
  }

  /** Whether `a`, and `b` too unless it is 0, lie in the subnet of one address of the device. */
  onLink(index: number, a: Ipv4Address, b: Ipv4Address): boolean {
    const device = this.device(index);
    if (device === undefined) return false;
    const { addresses } = device;
    for (let i = 0; i < addresses.length; i++) {
      const { peer, prefixLength } = addresses[i] as AddressConfig;
      if (!inPrefix(a, peer, prefixLength)) continue;
      if (b === 0 || inPrefix(b, peer, prefixLength)) return true;
    }
    return false;
  }
}
