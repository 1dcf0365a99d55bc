/**
 * What the network namespaces of one kernel share of their devices: the wires between the ends of veth pairs, cables of
 * devices that are on their way from one namespace to another, and who stands on a device of another namespace. A wire
 * lies as long as one of its ends is there.
 */
import { Link, type LinkEnd, PLAIN_LINK } from "../../link/link.ts";
import type { Rng } from "../../rng/rng.ts";
import type { EthernetDevice } from "./ethernet-device.ts";
import type { MacvlanDevice } from "./macvlan-device.ts";
import type { VlanDevice } from "./vlan-device.ts";

/** A device that stands on another. */
export type UpperDevice = VlanDevice | MacvlanDevice;

/** A namespace as the home of devices on which those of other namespaces stand. */
export interface GuestHouse {
  /** `upper` comes to stand on the device with index `lower`. */
  admit(upper: UpperDevice, lower: number): void;
  dismiss(upper: UpperDevice): void;
}

export class KernelDevices {
  private readonly houses: GuestHouse[] = [];
  private wires: Map<number, Link> | null = null;
  private loose: Map<number, LinkEnd> | null = null;
  private pairs = 0;

  /** The number of a namespace that has come to be. */
  enter(house: GuestHouse): number {
    return this.houses.push(house) - 1;
  }

  house(network: number): GuestHouse | undefined {
    return this.houses[network];
  }

  /** A number that no pair has had. */
  newPair(): number {
    return ++this.pairs;
  }

  /**
   * Plugs a device into the free end of the wire of its pair, or hardware into the cable that it had in another namespace;
   * `namespace` is part of the wire's name, if it is not there yet.
   */
  plug(device: EthernetDevice, pair: number, namespace: string, rng: Rng): void {
    if (device.kind === "ethernet") {
      const cable = this.loose?.get(pair);
      if (cable !== undefined) device.plug(cable);
      this.loose?.delete(pair);
      return;
    }
    this.wires ??= new Map();
    let wire = this.wires.get(pair);
    if (wire === undefined) {
      wire = new Link(`${namespace}.pair${pair}`, device.engine, device.trace, rng, PLAIN_LINK);
      this.wires.set(pair, wire);
    }
    device.plug(isFree(wire.a) ? wire.a : wire.b);
  }

  unplug(device: EthernetDevice, pair: number): void {
    const { cable } = device;
    device.unplug();
    if (device.kind === "ethernet" && cable !== null) {
      this.loose ??= new Map();
      this.loose.set(pair, cable);
      return;
    }
    const wire = this.wires?.get(pair);
    if (wire !== undefined && isFree(wire.a) && isFree(wire.b)) this.wires?.delete(pair);
  }
}

const isFree = ({ owner }: LinkEnd): boolean => owner === null;
