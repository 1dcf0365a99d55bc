/** keepalived.conf: a director that runs keepalived with it, the servers that it names, and a client. */
import { type KeepalivedFacts, type KeepalivedService, keepalivedFacts } from "@lvsim/shell";
import { Draft, type DraftHost } from "../draft/draft.ts";
import { freeAddress, isWithin, networkOf } from "../draft/networks.ts";
import { completeAround } from "./around-services.ts";
import { ImportError, type Imported, type ImportFile, Notes, plainText } from "./imported.ts";
import type { ImportedService, Method } from "./services.ts";

const BLOCK =
  /^\s*(?:global_defs|vrrp_instance|vrrp_sync_group|vrrp_script|virtual_server(?:_group)?)\b/m;
const FOLDER = "/etc/keepalived/";

export const isKeepalived = (text: string): boolean =>
  BLOCK.test(plainText(text)) && /[{]/.test(text);

const METHODS: Readonly<Record<string, Method>> = {
  masquerading: "masquerading",
  "direct-routing": "direct routing",
  tunnelling: "tunnelling",
  fullnat: "full-nat",
  "full-nat": "full-nat",
};

/** A machine with its keepalived.conf. */
export interface KeepalivedRouter {
  /** Its name in the lab. */
  readonly name: string;
  readonly file: ImportFile;
}

interface ReadRouter extends KeepalivedRouter {
  readonly facts: KeepalivedFacts;
  readonly host: DraftHost;
}

/** Several routers watch each other; `others` are files that they may include. */
export function importKeepalived(
  routers: readonly KeepalivedRouter[],
  others: readonly ImportFile[],
): Imported {
  const notes = new Notes();
  const draft = new Draft();
  const read = routers.map((router) => readRouter(draft, router, others, notes));
  const [first] = read;
  if (first === undefined) throw new ImportError("no keepalived.conf");
  const { path } = first.file;
  const taken = addressesOf(read);
  for (const { host, facts } of read) connect(host, facts, taken);
  const own = new Set(read.flatMap(({ facts }) => facts.addresses.map(({ address }) => address)));
  tellStrays(first, own, notes);
  const services = first.facts.services.map(serviceOf);
  for (const address of own)
    if (!draft.vips.includes(address) && services.some(({ vip }) => vip === address))
      draft.vips.push(address);
  const traffic = completeAround(draft, {
    director: first.host,
    services,
    ownAddresses: own,
    deviceNames: first.facts.devices,
  });
  for (const { host } of read) start(draft, host, first.host);
  first.host.start.push("sleep 10");
  tellPeers(draft, first, notes);
  const full = services.some(({ servers }) => servers.some(({ method }) => method === "full-nat"));
  const source = draft.source(
    {
      title: { en: `keepalived as in ${path}`, zh: `${path} 中的 keepalived` },
      about: { en: "Made from a keepalived.conf.", zh: "由 keepalived.conf 生成。" },
    },
    { traffic, ...(full ? { ipvsadm: "fullnat" as const } : {}) },
  );
  return { source, notes: notes.all };
}

function readRouter(
  draft: Draft,
  { name, file }: KeepalivedRouter,
  others: readonly ImportFile[],
  notes: Notes,
): ReadRouter {
  const { path } = file;
  const inMachine = `${FOLDER}keepalived.conf`;
  const files = new Map([[inMachine, plainText(file.text)]]);
  for (const other of others)
    files.set(FOLDER + other.path.split("/").at(-1), plainText(other.text));
  const facts = keepalivedFacts(files, inMachine);
  if (facts.services.length === 0 && facts.addresses.length === 0)
    throw new ImportError(
      `${path}: neither a virtual_server with an address nor a virtual_ipaddress in it`,
    );
  tellComplaints(facts, path, notes);
  const host = draft.add(name, { role: "director" });
  for (const [place, content] of files) host.files.set(place, { content, mode: "644" });
  addScripts(host, facts, path, notes);
  return { name, file, facts, host };
}

/** Every address that a file speaks of. */
function addressesOf(routers: readonly ReadRouter[]): Set<string> {
  return new Set(
    routers.flatMap(({ facts }) => [
      ...facts.services.flatMap(({ address, servers }) => [
        address ?? "",
        ...servers.map((server) => server.address),
      ]),
      ...facts.addresses.map(({ address }) => address),
      ...facts.sources,
      ...facts.peers,
    ]),
  );
}

function tellStrays({ facts, file }: ReadRouter, own: ReadonlySet<string>, notes: Notes): void {
  for (const { address, line } of facts.services)
    if (address !== null && !own.has(address))
      notes.add(
        file.path,
        line,
        `${address} is in no virtual_ipaddress: the lab gives it to the director`,
        `${address} 不在任何 virtual_ipaddress 中:由实验配置到调度器上`,
      );
}

function tellPeers(draft: Draft, { facts, file }: ReadRouter, notes: Notes): void {
  const missing = facts.peers.filter((peer) => draft.owner(peer) === undefined);
  if (missing.length === 0) return;
  notes.add(
    file.path,
    0,
    `VRRP peers ${missing.join(", ")} are not made`,
    `没有建立 VRRP 对端 ${missing.join("、")}`,
  );
}

/** Routers start when all servers are there; each has what the first one has. */
function start(draft: Draft, host: DraftHost, first: DraftHost): void {
  draft.startLast(host);
  for (const { name, address, prefixLength } of first.devices) {
    if (address === null || host.devices.some((device) => device.name === name)) continue;
    const free = freeAddress(networkOf(address, prefixLength), draft.used()) ?? null;
    host.devices.push({ name, address: free, prefixLength, segment: null });
  }
  host.gateway ??= first.gateway;
  host.start.push("sysctl -q -w net.ipv4.ip_forward=1", "systemctl start keepalived");
}

function serviceOf({ address, port, protocol, servers }: KeepalivedService): ImportedService {
  return {
    vip: address,
    port,
    protocol: protocol === 17 ? "udp" : protocol === 132 ? "sctp" : "tcp",
    servers: servers.map((server) => ({
      address: server.address,
      port: server.port,
      method: METHODS[server.forwarding ?? ""] ?? "masquerading",
    })),
  };
}

/** Devices of instances, each in the network of its virtual addresses. */
function connect(director: DraftHost, facts: KeepalivedFacts, taken: Set<string>): void {
  for (const device of facts.devices) {
    const first = facts.addresses.find((one) => one.device === device);
    if (first === undefined) continue;
    const length = first.prefixLength < 31 ? first.prefixLength : 24;
    const network = networkOf(first.address, length);
    if (director.devices.some(({ address }) => address !== null && isWithin(address, network)))
      continue;
    const source = facts.sources.find((address) => isWithin(address, network));
    const own = new Set([...taken, network.replace(/\.\d+\/.*$/, ".1")]);
    const address = source ?? freeAddress(network, own) ?? null;
    taken.add(address ?? "");
    director.devices.push({ name: device, address, prefixLength: length, segment: null });
  }
}

/** `(Line 12) Unknown keyword 'x'` and its like, with the line in front. */
function tellComplaints({ complaints }: KeepalivedFacts, path: string, notes: Notes): void {
  for (const text of complaints) {
    const [, line = "0", said = text] = /^\((?:.*?: )?Line (\d+)\)\s*(.*)$/s.exec(text) ?? [];
    notes.add(path, Number(line), `keepalived: ${said}`, `keepalived:${said}`);
  }
}

/** Scripts that the file names are elsewhere: the lab has ones that succeed. */
function addScripts(
  director: DraftHost,
  { scripts }: KeepalivedFacts,
  path: string,
  notes: Notes,
): void {
  for (const { path: script, line } of scripts) {
    if (
      !script.startsWith("/") ||
      director.files.has(script) ||
      /^\/(?:usr\/)?s?bin\//.test(script)
    )
      continue;
    director.files.set(script, { content: "#!/bin/sh\nexit 0\n", mode: "755" });
    notes.add(
      path,
      line,
      `${script} is not here: the lab has a script that succeeds in its place`,
      `没有 ${script}:实验中以一个总是成功的脚本代替`,
    );
  }
}
