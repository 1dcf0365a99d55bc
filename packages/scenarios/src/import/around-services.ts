/**
 * The network around virtual services: real servers that a file only names become machines with web servers, the director gets
 * devices to reach them, and a client asks. What each forwarding method needs of real servers is set up on those made here.
 */
import type { Draft, DraftHost } from "../draft/draft.ts";
import { freeAddress, isWithin, networkOf } from "../draft/networks.ts";
import type { LabSource } from "../lab-file/schema.ts";
import type { ImportedService, Method } from "./services.ts";

export interface AroundOptions {
  readonly director: DraftHost;
  readonly services: readonly ImportedService[];
  /** Addresses that the file itself gives to the director. */
  readonly ownAddresses: ReadonlySet<string>;
  /** Names of the director's devices, in order. */
  readonly deviceNames: readonly string[];
  /** What each real server that is made runs instead of what its method needs. */
  readonly serverStart?: readonly string[];
  readonly serverImage?: DraftHost["image"];
}

type Traffic = NonNullable<LabSource["traffic"]>;

const LENGTH = 24;
const REQUESTS_MAX = 8;
const SERVICES_MAX = 12;
const SERVERS_MAX = 200;

/** Completes the draft; the requests that its client sends. */
export function completeAround(draft: Draft, options: AroundOptions): Traffic {
  const around = new Around(draft, options);
  around.addServers();
  around.connectDirector();
  around.addVips();
  const outside = around.needsOutside();
  around.setGateways(outside);
  draft.addGateway(outside);
  around.routeVips();
  around.configureServers();
  const client = draft.addClient(outside);
  return around.traffic(client.name);
}

/** A real server by its host, and how requests come to it. */
interface Role {
  readonly host: DraftHost;
  readonly isMade: boolean;
  readonly methods: Set<Method>;
  readonly vips: Set<string>;
  readonly ports: Set<number>;
}

class Around {
  private readonly draft: Draft;
  private readonly options: AroundOptions;
  private readonly roles = new Map<string, Role>();

  constructor(draft: Draft, options: AroundOptions) {
    this.draft = draft;
    this.options = options;
    for (const { vip } of options.services)
      if (vip !== null && !draft.vips.includes(vip)) draft.vips.push(vip);
  }

  addServers(): void {
    const { options } = this;
    for (const { vip, port, servers } of options.services)
      for (const server of servers) {
        const role = this.roleOf(server.address);
        if (role === null) continue;
        role.methods.add(server.method);
        if (vip !== null) role.vips.add(vip);
        const rewritten = server.method === "masquerading" || server.method === "full-nat";
        role.ports.add((rewritten ? server.port : port) || port || 80);
      }
    for (const { host, isMade } of this.roles.values())
      if (isMade) host.start.push(...(options.serverStart ?? []));
  }

  /** Devices of the director in each network that it must reach by itself. */
  connectDirector(): void {
    const { draft, options } = this;
    const { director } = options;
    const networks = [...this.roles.values()].flatMap(({ host, methods }) =>
      methods.size === 1 && methods.has("tunnelling") ? [] : this.networksOf(host),
    );
    const all =
      networks.length > 0
        ? networks
        : [...this.roles.values()].flatMap(({ host }) => this.networksOf(host)).slice(0, 1);
    for (const network of new Set(all)) if (!this.isConnected(network)) this.connect(network);
    if (director.devices.length === 0)
      this.connect(networkOf(draft.vips[0] ?? "", LENGTH) || draft.mainNetwork());
  }

  /** The VIPs as addresses of the director, where the file does not give them itself. */
  addVips(): void {
    const { draft, options } = this;
    const { director, ownAddresses } = options;
    for (const vip of draft.vips) {
      if (ownAddresses.has(vip) || draft.owner(vip) === director) continue;
      const near = director.devices.find(
        ({ address, prefixLength }) =>
          address !== null && isWithin(vip, networkOf(address, prefixLength)),
      );
      if (near === undefined && this.isMasqueraded(vip)) {
        const name = this.nextDevice();
        director.devices.push({ name, address: vip, prefixLength: LENGTH, segment: null });
      } else
        director.start.push(
          `ip addr add ${vip}/32 dev ${(near ?? director.devices[0])?.name ?? "eth0"}`,
        );
    }
  }

  /** Whether clients must come from beyond a gateway: answers would take a short cut, or the VIP is in no network. */
  needsOutside(): boolean {
    return [...this.roles.values()].some(({ host, methods, vips }) =>
      [...vips].some((vip) => {
        const isNear = this.networksOf(host).some((network) => isWithin(vip, network));
        return methods.has("masquerading") ? isNear : !isNear;
      }),
    );
  }

  setGateways(outside: boolean): void {
    const { director } = this.options;
    for (const { host, isMade, methods } of this.roles.values()) {
      if (!isMade || host.gateway !== null) continue;
      const [network = ""] = this.networksOf(host);
      host.gateway = methods.has("masquerading")
        ? this.innerAddress(network)
        : outside
          ? this.gatewayIn(network)
          : null;
    }
    if (outside) this.withoutRedirects();
    if (!outside || director.gateway !== null) return;
    const [first] = director.devices;
    if (first?.address != null)
      director.gateway = this.gatewayIn(networkOf(first.address, first.prefixLength));
  }

  /** A director that masquerades within one network would tell its servers of the short cut past it. */
  private withoutRedirects(): void {
    const { director } = this.options;
    if (![...this.roles.values()].some(({ methods }) => methods.has("masquerading"))) return;
    const names = ["all", ...director.devices.map(({ name }) => name)];
    director.start.push(
      `sysctl -q -w ${names.map((name) => `net.ipv4.conf.${name}.send_redirects=0`).join(" ")}`,
    );
  }

  /** The gateway knows the way to VIPs that are in no network of theirs. */
  routeVips(): void {
    const { draft, options } = this;
    const gateway = draft.hosts.find(({ role }) => role === "gateway");
    if (gateway === undefined) return;
    const near = this.networksOf(gateway);
    const director = options.director.devices.find(
      ({ address }) => address !== null && near.some((network) => isWithin(address, network)),
    )?.address;
    if (director === undefined) return;
    for (const vip of draft.vips)
      if (!this.networksOf(gateway).some((network) => isWithin(vip, network)))
        gateway.start.push(`ip route add ${vip}/32 via ${director}`);
  }

  configureServers(): void {
    for (const { host, isMade, methods, vips, ports } of this.roles.values()) {
      if (isMade && (this.options.serverStart ?? []).length === 0)
        host.start.push(...ownVips(methods, [...vips]));
      serve(host, [...ports]);
    }
  }

  traffic(client: string): Traffic {
    const asked = this.options.services.filter(
      ({ vip, protocol, servers }) => vip !== null && protocol === "tcp" && servers.length > 0,
    );
    return asked.slice(0, SERVICES_MAX).map(({ vip, port, servers }) => ({
      from: client,
      run: `curl -sS -m 5 http://${vip}${port === 80 || port === 0 ? "" : `:${port}`}/`,
      times: Math.min(2 * servers.length, REQUESTS_MAX),
    }));
  }

  private roleOf(address: string): Role | null {
    const known = this.roles.get(address);
    if (known !== undefined) return known;
    const { draft, options } = this;
    const isLocal =
      address.startsWith("127.") ||
      draft.vips.includes(address) ||
      options.ownAddresses.has(address);
    if (isLocal || this.roles.size >= SERVERS_MAX) {
      if (isLocal) serve(options.director, [80]);
      return null;
    }
    const owner = draft.owner(address);
    const isMade = owner === undefined;
    const host = owner ?? this.makeServer(address);
    const role = {
      host,
      isMade,
      methods: new Set<Method>(),
      vips: new Set<string>(),
      ports: new Set<number>(),
    };
    this.roles.set(address, role);
    return role;
  }

  private makeServer(address: string): DraftHost {
    const { draft } = this;
    let number = 1;
    while (draft.named(`rs${number}`) !== undefined) number++;
    // the prefix length that somebody else has in that network
    const prefixLength =
      draft.hosts
        .flatMap(({ devices }) => devices)
        .find(
          (device) =>
            device.address !== null &&
            device.prefixLength < 31 &&
            isWithin(address, networkOf(device.address, device.prefixLength)),
        )?.prefixLength ?? LENGTH;
    return draft.add(`rs${number}`, {
      role: "real server",
      image: this.options.serverImage ?? "debian-12",
      devices: [{ name: "eth0", address, prefixLength, segment: null }],
    });
  }

  private networksOf(host: DraftHost): string[] {
    return host.devices.flatMap(({ address, prefixLength }) =>
      address === null ? [] : [networkOf(address, prefixLength)],
    );
  }

  private isConnected(network: string): boolean {
    return this.networksOf(this.options.director).includes(network);
  }

  private nextDevice(): string {
    const { director, deviceNames } = this.options;
    const names = director.devices.map(({ name }) => name);
    const given = deviceNames.find((name) => !names.includes(name));
    if (given !== undefined) return given;
    for (let i = 0; ; i++) if (!names.includes(`eth${i}`)) return `eth${i}`;
  }

  private connect(network: string): void {
    const used = this.draft.used();
    for (const address of this.options.ownAddresses) used.add(address);
    const { director } = this.options;
    // .1 is left to the gateway
    const [base = ""] = network.split("/");
    used.add(base.replace(/\.\d+$/, ".1"));
    const address = freeAddress(network, used) ?? null;
    const prefixLength = Number(network.split("/")[1]);
    director.devices.push({ name: this.nextDevice(), address, prefixLength, segment: null });
  }

  private isMasqueraded(vip: string): boolean {
    return this.options.services.some(
      (service) =>
        service.vip === vip && service.servers.some(({ method }) => method === "masquerading"),
    );
  }

  /** The director as real servers of masquerading know it: by an address of the file's own there, else by its device's. */
  private innerAddress(network: string): string | null {
    const { director, ownAddresses } = this.options;
    const own = [...ownAddresses].find(
      (address) => isWithin(address, network) && !this.draft.vips.includes(address),
    );
    return (
      own ??
      director.devices.find(({ address }) => address !== null && isWithin(address, network))
        ?.address ??
      null
    );
  }

  /** The gateway of a network: the one that somebody names there, else a free address. */
  private gatewayIn(network: string): string | null {
    const named = this.draft.hosts.find(
      ({ gateway }) =>
        gateway !== null && isWithin(gateway, network) && this.draft.owner(gateway) === undefined,
    );
    return named?.gateway ?? freeAddress(network, this.draft.used()) ?? null;
  }
}

const QUIET = [
  "sysctl -q -w net.ipv4.conf.all.arp_ignore=1",
  "sysctl -q -w net.ipv4.conf.all.arp_announce=2",
];

/** What a real server needs to take requests for a VIP. */
export function ownVips(methods: ReadonlySet<Method>, vips: readonly string[]): string[] {
  const tunnel = [
    "modprobe ipip",
    ...vips.map((vip) => `ip addr add ${vip}/32 dev tunl0`),
    "ip link set tunl0 up",
    "sysctl -q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0",
  ];
  if (methods.has("tunnelling")) return [...QUIET, ...tunnel];
  if (methods.has("direct routing"))
    return [...QUIET, ...vips.map((vip) => `ip addr add ${vip}/32 dev lo`)];
  return [];
}

/** A web server that says its name on every port. */
function serve(host: DraftHost, ports: readonly number[]): void {
  const page = `${host.name}\n`;
  if (host.files.has("/usr/share/nginx/html/index.html")) return;
  host.files.set("/usr/share/nginx/html/index.html", { content: page, mode: "644" });
  const others = ports.filter((port) => port !== 80 && port > 0 && port < 65_536);
  if (others.length > 0) {
    const servers = others.map(
      (port) => `server { listen ${port}; location / { return 200 "${host.name}\\n"; } }\n`,
    );
    host.files.set("/etc/nginx/conf.d/ports.conf", { content: servers.join(""), mode: "644" });
  }
  if (host.image === "centos-7") host.start.push("yum -y -q install nginx");
  host.start.push("systemctl start nginx");
}
