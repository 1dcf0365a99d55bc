/** A route that no table holds: to a broadcast or multicast address, or straight out of a device that was named. */
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import { RouteType } from "./config.ts";
import type { Route } from "./route.ts";

export class DirectRoute implements Route {
  readonly type: RouteType;
  readonly device: number;
  readonly gateway: Ipv4Address = ANY_ADDRESS;
  readonly preferredSource: Ipv4Address = ANY_ADDRESS;
  readonly scope: number = Scope.link;
  readonly mtu = 0;
  readonly group = null;
  readonly config = null;
  private readonly deviceName: string;

  constructor(type: RouteType, device: number, deviceName: string) {
    this.type = type;
    this.device = device;
    this.deviceName = deviceName;
  }

  describe(): string {
    if (this.type === RouteType.broadcast) return `broadcast on ${this.deviceName}`;
    if (this.type === RouteType.multicast) return `multicast on ${this.deviceName}`;
    return `directly on ${this.deviceName}`;
  }
}
