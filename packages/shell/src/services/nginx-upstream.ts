/**
 * nginx's groups of servers (`upstream`) and how one is chosen: by turns with weights (the smooth way: who has waited longest
 * for its share), by the client's network (`ip_hash`: three octets of its address), or by a key (`hash $cookie_name`).
 * Left out: backup, down, max_fails and their pauses, keepalive, consistent hashing.
 */
import { type Ipv4Address, parseIpv4Address } from "@lvsim/core";
import { encodeUtf8 } from "../text/utf8.ts";
import { NginxConfigError } from "./nginx-config-error.ts";

export interface UpstreamServer {
  readonly address: Ipv4Address;
  readonly port: number;
  readonly weight: number;
}

/** A directive as far as this file reads it. */
interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[] | null;
}

type Choice =
  | { readonly by: "turns" }
  | { readonly by: "network" }
  /** The key is text with variables. */
  | { readonly by: "key"; readonly key: string };

export class Upstream {
  readonly servers: readonly UpstreamServer[];
  readonly choice: Choice;
  private readonly current: number[];

  constructor(servers: readonly UpstreamServer[], choice: Choice) {
    this.servers = servers;
    this.choice = choice;
    this.current = servers.map(() => 0);
  }

  /** Of an address or name outside any `upstream`. */
  static single(host: string): Upstream {
    return new Upstream([serverOf([host])], { by: "turns" });
  }

  /** The server for a request, none of those in `tried`; undefined when all were tried. */
  pick(
    tried: ReadonlySet<UpstreamServer>,
    client: Ipv4Address,
    key: string,
  ): UpstreamServer | undefined {
    if (tried.size === this.servers.length) return undefined;
    // the kept choice only for the first try; then whoever is left, by turns
    if (tried.size === 0 && this.choice.by === "network") return this.weighted(networkHash(client));
    if (tried.size === 0 && this.choice.by === "key")
      return this.weighted((crc32(encodeUtf8(key)) >>> 16) & 0x7fff);
    return this.next(tried);
  }

  private weighted(hash: number): UpstreamServer | undefined {
    let left = hash % this.servers.reduce((sum, { weight }) => sum + weight, 0);
    for (const server of this.servers) {
      left -= server.weight;
      if (left < 0) return server;
    }
    return undefined;
  }

  private next(tried: ReadonlySet<UpstreamServer>): UpstreamServer | undefined {
    let best = -1;
    let total = 0;
    this.servers.forEach((server, i) => {
      if (tried.has(server)) return;
      total += server.weight;
      this.current[i] = (this.current[i] ?? 0) + server.weight;
      if (best < 0 || (this.current[i] ?? 0) > (this.current[best] ?? 0)) best = i;
    });
    if (best >= 0) this.current[best] = (this.current[best] ?? 0) - total;
    return this.servers[best];
  }
}

/** All `upstream` blocks of `http`, by name. */
export function upstreamsOf(http: readonly Directive[]): ReadonlyMap<string, Upstream> {
  const found = new Map<string, Upstream>();
  for (const { words, block } of http) {
    if (words[0] !== "upstream" || block === null) continue;
    const servers = block
      .filter((directive) => directive.words[0] === "server")
      .map((directive) => serverOf(directive.words.slice(1)));
    const name = words[1] ?? "";
    if (servers.length === 0)
      throw new NginxConfigError(`no servers are inside upstream in upstream "${name}"`);
    found.set(name, new Upstream(servers, choiceOf(block)));
  }
  return found;
}

function choiceOf(block: readonly Directive[]): Choice {
  for (const { words } of block) {
    if (words[0] === "ip_hash") return { by: "network" };
    if (words[0] === "hash") return { by: "key", key: words[1] ?? "" };
  }
  return { by: "turns" };
}

function serverOf([host = "", ...options]: readonly string[]): UpstreamServer {
  const [name = "", port = "80"] = host.split(":");
  const address = parseIpv4Address(name);
  if (address === undefined) throw new NginxConfigError(`host not found in upstream "${host}"`);
  const weight = options.find((option) => option.startsWith("weight="))?.slice(7) ?? "1";
  return { address, port: Number(port), weight: Number(weight) };
}

function networkHash(client: Ipv4Address): number {
  let hash = 89;
  for (const shift of [24, 16, 8]) hash = (hash * 113 + ((client >>> shift) & 255)) % 6271;
  return hash;
}

/** CRC-32 of IEEE 802.3, bit by bit: keys are short. */
function crc32(octets: Uint8Array): number {
  let crc = -1;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
