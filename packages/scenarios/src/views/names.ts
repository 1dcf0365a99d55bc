/** Names for the numbers of a run: hosts and devices for MAC addresses and places, short forms for addresses. */
import {
  type AddressConfig,
  BROADCAST_MAC,
  type DeviceConfig,
  formatIpv4Address,
  formatMacAddress,
  type Ipv4Address,
  isGroupMac,
  type MacAddress,
  parseIpv4Address,
  ZERO_MAC,
} from "@lvsim/core";
import { hostOfPlace } from "../run/answers.ts";
import type { LabRun } from "../run/lab-run.ts";
import type { Page } from "./styled.ts";
import { say } from "./texts.ts";

/** Where an address is configured. */
export interface AddressPlace {
  readonly host: string;
  /** Its label, as `eth0:2`. */
  readonly label: string;
}

interface Port {
  readonly host: string;
  readonly device: string;
  /** Whether the host has no other Ethernet device. */
  readonly only: boolean;
}

export class Names {
  readonly hosts: ReadonlySet<string>;
  readonly vips: readonly Ipv4Address[];
  private readonly page: Page;
  private readonly ports = new Map<MacAddress, Port>();
  private readonly places = new Map<Ipv4Address, AddressPlace[]>();
  /** The first three octets that all addresses of the lab share; null when they do not. */
  private readonly shared: number | null;

  constructor(run: LabRun, page: Page) {
    this.page = page;
    const { segments, vips } = run.definition;
    this.hosts = new Set(run.hosts.map(({ name }) => name));
    this.vips = vips.flatMap((text) => parseIpv4Address(text) ?? []);
    for (const { name, after } of run.hosts) this.learn(name, after.devices);
    const prefixes = Object.values(segments).map(({ prefix = "" }) => prefix);
    const [first = "", length] = (prefixes[0] ?? "").split("/");
    const base = parseIpv4Address(first);
    this.shared =
      prefixes.length === 1 && length === "24" && base !== undefined ? base >>> 8 : null;
  }

  /** Whether addresses are written by their last octet alone. */
  get short(): boolean {
    return this.shared !== null;
  }

  /** The host of a place of the trace; "" for a switch or a cable. */
  hostOf(place: string): string {
    return hostOfPlace(place, this.hosts);
  }

  /** The host with that MAC address; "" for none. */
  hostWith(mac: MacAddress): string {
    return this.ports.get(mac)?.host ?? "";
  }

  /** `a` or `a eth1` for a MAC address; the address itself when nobody of the lab has it. */
  mac(address: MacAddress): string {
    if (address === BROADCAST_MAC) return say(this.page.language, "everyone");
    const text = formatMacAddress(address);
    const port = this.ports.get(address);
    if (port === undefined) return isGroupMac(address) || address !== ZERO_MAC ? text : "–";
    return this.page.showMacs ? `${this.port(address)} ${text}` : this.port(address);
  }

  /** `a` or `a eth1` alone; "" for none. */
  port(address: MacAddress): string {
    const port = this.ports.get(address);
    if (port === undefined) return "";
    return port.only ? port.host : `${port.host} ${port.device}`;
  }

  /** `.200` where all addresses of the lab begin alike, else the whole address. */
  address(address: Ipv4Address): string {
    if (this.shared !== null && address >>> 8 === this.shared) return `.${address & 255}`;
    return formatIpv4Address(address);
  }

  endpoint(address: Ipv4Address, port: number): string {
    return `${this.address(address)}:${port}`;
  }

  /** Who has the address, in order of hosts. */
  ownersOf(address: Ipv4Address): readonly AddressPlace[] {
    return this.places.get(address) ?? [];
  }

  /** The host of an address that only one has; the address in text otherwise. */
  hostAt(address: Ipv4Address): string {
    const owners = this.ownersOf(address);
    return owners.length === 1 ? (owners[0]?.host ?? "") : this.address(address);
  }

  private learn(host: string, devices: readonly DeviceConfig[]): void {
    const only = devices.filter(({ kind }) => kind === "ethernet").length === 1;
    for (const { name, kind, mac, addresses } of devices) {
      if (kind === "ethernet") this.ports.set(mac, { host, device: name, only });
      for (const address of addresses) this.place(address, host, name);
    }
  }

  private place({ local, label }: AddressConfig, host: string, device: string): void {
    const place = { host, label: label === "" ? device : label };
    const known = this.places.get(local);
    if (known === undefined) this.places.set(local, [place]);
    else known.push(place);
  }
}
