/**
 * The network as invariants see it: which host, device, switch or cable a name of the trace stands for. Left out: network
 * namespaces beside a machine's first, whose places are "elsewhere".
 */
import {
  assert,
  type HostDevice,
  type NetworkNamespace,
  type PlaceId,
  type Simulation,
  type Switch,
} from "@lvsim/core";

export interface Place {
  readonly id: PlaceId;
  readonly name: string;
  readonly kind: "host" | "device" | "switch" | "port" | "cable" | "elsewhere";
  /** Name of the host or switch; "" for a cable. */
  readonly owner: string;
  /** Name of the device or port; "" for the whole. */
  readonly part: string;
  readonly host: NetworkNamespace | null;
  readonly bridge: Switch | null;
}

export class Scene {
  /** Names of places by number; 0 is none. */
  private readonly names: string[] = [""];
  private readonly ids = new Map<string, PlaceId>();
  private readonly places: (Place | undefined)[] = [];
  private readonly devices = new Map<PlaceId, HostDevice | undefined>();
  private found: Simulation | null = null;

  /** The network under watch; there is one from the first event on. */
  get simulation(): Simulation {
    assert(this.found !== null, "nobody said which network is under watch: call watch.follow(lab)");
    return this.found;
  }

  get isFollowing(): boolean {
    return this.found !== null;
  }

  follow(simulation: Simulation): void {
    this.found = simulation;
  }

  /** As `Trace.place`: the number of a name. */
  idOf(name: string): PlaceId {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.names.length;
      this.ids.set(name, id);
      this.names.push(name);
    }
    return id;
  }

  place(id: PlaceId): Place {
    let place = this.places[id];
    if (place === undefined) {
      place = this.describe(id, this.names[id] ?? "");
      this.places[id] = place;
    }
    return place;
  }

  /** All places seen so far. */
  seen(): readonly Place[] {
    return this.places.filter((place) => place !== undefined);
  }

  /** The device at a place; undefined when it is none of a host, or is gone. */
  device(place: Place): HostDevice | undefined {
    if (this.devices.has(place.id)) return this.devices.get(place.id);
    const found = place.host?.devices().find((device) => device.place === place.id);
    this.devices.set(place.id, found);
    return found;
  }

  /** The port of a switch at a place. */
  port(place: Place): Switch["ports"][number] | undefined {
    return place.bridge?.ports.find((port) => port.name === place.part);
  }

  /** Devices may have come and gone. */
  forgetDevices(): void {
    this.devices.clear();
  }

  private describe(id: PlaceId, name: string): Place {
    const { links, namespaces, switches } = this.simulation;
    const none = { id, name, owner: "", part: "", host: null, bridge: null };
    if (links.some((link) => link.name === name)) return { ...none, kind: "cable" };
    for (const host of namespaces) {
      const owner = host.name;
      if (name === owner) return { ...none, kind: "host", owner, host };
      if (name.startsWith(`${owner}.`))
        return { ...none, kind: "device", owner, part: name.slice(owner.length + 1), host };
    }
    for (const bridge of switches) {
      const owner = bridge.name;
      if (name === owner) return { ...none, kind: "switch", owner, bridge };
      if (name.startsWith(`${owner}:`))
        return { ...none, kind: "port", owner, part: name.slice(owner.length + 1), bridge };
    }
    return { ...none, kind: "elsewhere" };
  }
}
