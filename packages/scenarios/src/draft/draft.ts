/**
 * A lab in the making, from what a sheet or a configuration says: hosts with addresses. `complete` adds what nobody wrote
 * down but a network needs: a segment for each network, the gateway that hosts name, a client.
 */
import type { LabSource } from "../lab-file/schema.ts";
import { freeAddress, isWithin, networkOf } from "./networks.ts";

export interface DraftDevice {
  readonly name: string;
  readonly address: string | null;
  readonly prefixLength: number;
  /** Null: the one of its network. */
  readonly segment: string | null;
  readonly mac?: string | undefined;
}

type HostRole = "director" | "real server" | "client" | "gateway" | "machine";

export interface DraftHost {
  readonly name: string;
  readonly hostname: string;
  readonly role: HostRole;
  readonly image: "centos-7" | "debian-12";
  readonly devices: DraftDevice[];
  gateway: string | null;
  readonly files: Map<string, { readonly content: string; readonly mode: string }>;
  /** Lines that are typed before the lab begins. */
  readonly start: string[];
}

const ROLE_WORDS: Readonly<Record<HostRole, { readonly en: string; readonly zh: string } | null>> =
  {
    director: { en: "director", zh: "调度器" },
    "real server": { en: "real server", zh: "真实服务器" },
    client: { en: "client", zh: "客户端" },
    gateway: { en: "gateway", zh: "网关" },
    machine: null,
  };

/** Documentation addresses (RFC 5737): clients that come from beyond the gateway. */
const OUTSIDE = "203.0.113.0/24";
/** Where nobody gave an address. */
const FALLBACK = "192.168.10.0/24";

export class Draft {
  readonly hosts: DraftHost[] = [];
  readonly vips: string[] = [];
  /** Networks by the name of their segment. */
  private readonly segments = new Map<string, string>();

  add(name: string, parts: Partial<Omit<DraftHost, "name">> = {}): DraftHost {
    const host: DraftHost = {
      name,
      hostname: parts.hostname ?? name,
      role: parts.role ?? "machine",
      image: parts.image ?? "debian-12",
      devices: parts.devices ?? [],
      gateway: parts.gateway ?? null,
      files: parts.files ?? new Map(),
      start: parts.start ?? [],
    };
    this.hosts.push(host);
    return host;
  }

  named(name: string): DraftHost | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  owner(address: string): DraftHost | undefined {
    return this.hosts.find(({ devices }) => devices.some((device) => device.address === address));
  }

  /** Lets a host start after all others: one that looks whether they are there. */
  startLast(host: DraftHost): void {
    this.hosts.splice(this.hosts.indexOf(host), 1);
    this.hosts.push(host);
  }

  /** Every address that somebody has or is meant to have. */
  used(): Set<string> {
    const own = this.hosts.flatMap(({ devices, gateway }) => [
      ...devices.map(({ address }) => address),
      gateway,
    ]);
    return new Set([...own, ...this.vips].filter((address) => address !== null));
  }

  /** The network that most hosts without an address would be in: that of the first address. */
  mainNetwork(): string {
    for (const { devices } of this.hosts)
      for (const { address, prefixLength } of devices)
        if (address !== null && prefixLength < 31) return networkOf(address, prefixLength);
    return FALLBACK;
  }

  /** Networks of all addresses, in the order of hosts. */
  networks(): string[] {
    const all = this.hosts.flatMap(({ devices }) =>
      devices.flatMap(({ address, prefixLength }) =>
        address === null ? [] : [networkOf(address, prefixLength)],
      ),
    );
    return [...new Set(all)];
  }

  /** Gives a host a device with a free address of `network`. */
  connect(host: DraftHost, network: string): void {
    const address = freeAddress(network, this.used()) ?? null;
    const prefixLength = Number(network.split("/")[1]);
    host.devices.push({ name: `eth${host.devices.length}`, address, prefixLength, segment: null });
  }

  /** The gateway that hosts name and nobody is; `outside` gives it a second leg, so that clients come from there. */
  addGateway(outside: boolean): void {
    const wanted = new Map<string, number>();
    for (const { gateway, devices } of this.hosts) {
      if (gateway === null || this.owner(gateway) !== undefined) continue;
      const device = devices.find(
        ({ address, prefixLength }) =>
          address !== null && isWithin(gateway, networkOf(address, prefixLength)),
      );
      if (device !== undefined) wanted.set(gateway, device.prefixLength);
    }
    if (wanted.size === 0 && !outside) return;
    const gw = this.add(this.named("gw") === undefined ? "gw" : "gw1", { role: "gateway" });
    for (const [address, prefixLength] of wanted)
      gw.devices.push({ name: `eth${gw.devices.length}`, address, prefixLength, segment: null });
    if (wanted.size === 0) this.connect(gw, this.mainNetwork());
    if (outside) this.connect(gw, OUTSIDE);
    if (gw.devices.length > 1) gw.start.push("sysctl -q -w net.ipv4.ip_forward=1");
  }

  /** A client in the network of the first VIP, or beyond the gateway; with a route where the VIP is in no network. */
  addClient(outside: boolean): DraftHost {
    const [vip] = this.vips;
    const network = this.networks().find((one) => vip !== undefined && isWithin(vip, one));
    const client = this.add(this.named("client") === undefined ? "client" : "client1", {
      role: "client",
    });
    if (outside) {
      this.connect(client, OUTSIDE);
      client.gateway =
        this.hosts.find(({ role }) => role === "gateway")?.devices.at(-1)?.address ?? null;
      return client;
    }
    const home = network ?? this.mainNetwork();
    this.connect(client, home);
    const router = this.hosts.find(({ role }) => role === "gateway");
    const near = router?.devices.find(({ address }) => address !== null && isWithin(address, home));
    client.gateway = near?.address ?? null;
    const director = this.hosts
      .find(({ role }) => role === "director")
      ?.devices.find(({ address }) => address !== null && isWithin(address, home));
    if (vip !== undefined && network === undefined && director?.address != null)
      client.start.push(`ip route add ${vip}/32 via ${director.address}`);
    return client;
  }

  /** The lab as its file has it. */
  source(words: Pick<LabSource, "title" | "about">, more: Partial<LabSource> = {}): LabSource {
    const hosts = this.hosts.map((host) => [host.name, this.hostSource(host)] as const);
    const segments = [...this.segments].map(
      ([name, prefix]) => [name, prefix === "" ? {} : { prefix }] as const,
    );
    return {
      format: 1,
      ...words,
      segments: Object.fromEntries(segments),
      ...(this.vips.length === 0 ? {} : { vips: this.vips.slice() }),
      hosts: Object.fromEntries(hosts),
      ...more,
    };
  }

  private hostSource(host: DraftHost): LabSource["hosts"][string] {
    const { name, hostname, role, image, devices, gateway, files, start } = host;
    const words = ROLE_WORDS[role];
    const usable = gateway !== null && this.isNear(host, gateway);
    return {
      ...(words === null ? {} : { role: words }),
      ...(image === "debian-12" ? {} : { image }),
      ...(hostname === name ? {} : { hostname }),
      devices: Object.fromEntries(
        devices.map((device) => [device.name, this.deviceSource(device)] as const),
      ),
      ...(usable && gateway !== null ? { gateway } : {}),
      ...(files.size === 0 ? {} : { files: Object.fromEntries(files) }),
      ...(start.length === 0 ? {} : { start: `${start.join("\n")}\n` }),
    };
  }

  private isNear({ devices }: DraftHost, gateway: string): boolean {
    return devices.some(
      ({ address, prefixLength }) =>
        address !== null && isWithin(gateway, networkOf(address, prefixLength)),
    );
  }

  private deviceSource({ address, prefixLength, segment, mac }: DraftDevice): {
    segment: string;
    address?: string;
    mac?: string;
  } {
    const network = address === null ? "" : networkOf(address, prefixLength);
    const where = segment ?? this.segmentOf(network);
    if (!this.segments.has(where)) this.segments.set(where, "");
    return {
      segment: where,
      ...(address === null ? {} : { address: `${address}/${prefixLength}` }),
      ...(mac === undefined ? {} : { mac }),
    };
  }

  private segmentOf(network: string): string {
    for (const [name, prefix] of this.segments) if (prefix === network) return name;
    const name =
      network === OUTSIDE
        ? "outside"
        : this.segments.size === 0
          ? "lan"
          : `lan${this.segments.size + 1}`;
    this.segments.set(name, network);
    return name;
  }
}
