/**
 * The addresses of a namespace's devices as lookups need them (`inet_select_addr`, `inet_addr_onlink`). Built from immutable configuration.
 */
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { type AddressConfig, type DeviceConfig, Scope } from "../device/config.ts";

const NO_ADDRESS = 0 as Ipv4Address;

export class HostAddresses {
  private readonly devices: readonly DeviceConfig[];
  /** By interface index. */
  private readonly byIndex: (DeviceConfig | undefined)[] = [];

  constructor(devices: readonly DeviceConfig[]) {
    this.devices = devices;
    for (let i = 0; i < devices.length; i++) {
      const device = devices[i] as DeviceConfig;
      while (this.byIndex.length < device.index) this.byIndex.push(undefined);
      this.byIndex[device.index] = device;
    }
  }

  device(index: number): DeviceConfig | undefined {
    return this.byIndex[index];
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
    const device = this.byIndex[index];
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
    const device = this.byIndex[index];
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
