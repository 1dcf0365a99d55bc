import type { MacAddress } from "../packet/mac-address.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import { CableDevice } from "./cable-device.ts";
import type { PortVlan } from "./port-vlan.ts";

/** One port of a switch (a bridge's `brif`). */
export class SwitchPort extends CableDevice {
  /** Its place in the order of adding, from 0. */
  readonly index: number;
  /** null: the port takes and gives frames of all VLANs as they are. */
  vlan: PortVlan | null = null;

  constructor(name: string, mac: MacAddress, index: number, engine: Engine, trace: Trace | null) {
    super(name, mac, engine, trace);
    this.index = index;
  }

  /** Whether a frame of `vlan` may leave here. */
  forwards(vlan: number): boolean {
    return this.up && this.carrier && (this.vlan === null || this.vlan.has(vlan));
  }
}
