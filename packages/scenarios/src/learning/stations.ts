/**
 * A packet's way as a list of stations that can be held against another run's: points of netfilter, IPVS's choice, cables,
 * sockets, ends. Ports, frame numbers and instants are left out, and whichever server IPVS chose is called by one name, since
 * servers of a service may take each other's place.
 */
import {
  type DropReason,
  type FrameHeader,
  type FrameIndex,
  formatIpv4Address,
  type HookPoint,
  type Ipv4Address,
  type MacAddress,
  type TraceEvent,
} from "@lvsim/core";
import { hostOfPlace } from "../run/answers.ts";
import type { LabRun } from "../run/lab-run.ts";

interface Base {
  readonly host: string;
  readonly frame: number;
  readonly index: number;
}
export type Station =
  | (Base & { readonly kind: "point"; readonly point: HookPoint })
  | (Base & { readonly kind: "scheduled"; readonly server: string; readonly method: number })
  | (Base & {
      readonly kind: "sent";
      readonly device: string;
      /** The host that the frame is for; "" for an address that nobody has. */
      readonly to: string;
      readonly header: FrameHeader;
    })
  | (Base & { readonly kind: "delivered"; readonly protocol: number })
  | (Base & { readonly kind: "dropped"; readonly reason: DropReason; readonly why: string });

/** Who has which addresses in a run. */
export class Owners {
  readonly hosts: ReadonlySet<string>;
  private readonly macs = new Map<MacAddress, string>();
  private readonly addresses = new Map<number, string>();

  constructor({ hosts }: Pick<LabRun, "hosts">) {
    this.hosts = new Set(hosts.map(({ name }) => name));
    for (const { name, before, after } of hosts) {
      for (const { kind, mac } of [...before.devices, ...after.devices])
        if (kind === "ethernet") this.macs.set(mac, name);
      // what a machine booted with is its own; an address that came later may be on several
      for (const { addresses } of before.devices)
        for (const { local } of addresses) this.addresses.set(local, name);
    }
  }

  /** "" for nobody. */
  ofMac(mac: MacAddress): string {
    return this.macs.get(mac) ?? "";
  }

  /** The machine that booted with the address; the address in text for none. */
  ofAddress(address: number): string {
    return this.addresses.get(address) ?? formatIpv4Address(address as Ipv4Address);
  }
}

/** The stations of some frames, those of one packet on its way, in order. */
export function stationsOf(
  frames: FrameIndex,
  ids: ReadonlySet<number>,
  owners: Owners,
): Station[] {
  const events = [...ids].flatMap((frame) => [...frames.story(frame)]);
  return events
    .sort((a, b) => a.index - b.index)
    .flatMap((event) => stationOf(event, owners) ?? []);
}

function stationOf(event: TraceEvent, owners: Owners): Station | null {
  if (event.kind === "changed") return null;
  const host = hostOfPlace(event.place, owners.hosts);
  if (host === "") return null;
  const { frame, index } = event;
  const base = { host, frame, index };
  switch (event.kind) {
    case "verdict":
      return event.decider === null
        ? { ...base, kind: "point", point: event.hook as HookPoint }
        : null;
    case "scheduled":
      return {
        ...base,
        kind: "scheduled",
        server: owners.ofAddress(event.server),
        method: event.forwardingMethod,
      };
    case "sent": {
      const { header } = event;
      const device = event.place.slice(event.place.lastIndexOf(".") + 1);
      return { ...base, kind: "sent", device, to: owners.ofMac(header.destinationMac), header };
    }
    case "delivered":
      return { ...base, kind: "delivered", protocol: event.header.protocol };
    case "dropped":
      // who merely heard a flooded frame is no station
      return event.reason === "other-host"
        ? null
        : { ...base, kind: "dropped", reason: event.reason, why: event.decider?.describe() ?? "" };
    default:
      return null;
  }
}

/** A packet's way in one run. */
export interface Way {
  readonly stations: readonly Station[];
  /** The server that IPVS chose for the request; "" where it chose none. */
  readonly server: string;
  readonly owners: Owners;
}

/** Where two ways part: the number of the first station that is another one; -1 where they are the same. */
export function partingOf(expected: Way, actual: Way): number {
  const ways = [expected, actual].map(({ stations, server, owners }) =>
    stations.map((station) => essence(station, server, owners)),
  );
  const length = Math.max(expected.stations.length, actual.stations.length);
  for (let i = 0; i < length; i++) if (ways[0]?.[i] !== ways[1]?.[i]) return i;
  return -1;
}

/** The server that IPVS chose for a request; "" for none. */
export const chosenServer = (stations: readonly Station[]): string =>
  stations.find((station) => station.kind === "scheduled")?.server ?? "";

const CHOSEN = "*";

/** What must be the same, as a text. */
function essence(station: Station, server: string, owners: Owners): string {
  const named = (name: string): string => (name === server ? CHOSEN : name);
  const parts: (string | number)[] = [station.kind, named(station.host)];
  switch (station.kind) {
    case "point":
      parts.push(station.point);
      break;
    case "scheduled":
      parts.push(station.method);
      break;
    case "sent":
      parts.push(named(station.to), named(owners.ofAddress(station.header.source)));
      parts.push(named(owners.ofAddress(station.header.destination)), station.header.protocol);
      break;
    case "delivered":
      parts.push(station.protocol);
      break;
    case "dropped":
      parts.push(station.reason);
  }
  return parts.join(" ");
}
