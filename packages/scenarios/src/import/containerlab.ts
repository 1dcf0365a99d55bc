/**
 * A containerlab topology (`.clab.yml`): nodes of kind linux and bridge, links, exec, binds, sysctls. Left out: the management
 * network, images, every other kind.
 */
import { Draft, type DraftHost } from "../draft/draft.ts";
import { LabFileError } from "../lab-file/lab-file-error.ts";
import { readYaml, type YamlText } from "../lab-file/yaml-text.ts";
import {
  ImportError,
  type Imported,
  type ImportFile,
  labName,
  Notes,
  plainText,
} from "./imported.ts";

type Mapping = Readonly<Record<string, unknown>>;

const LINUX = new Set(["linux", "ext-container"]);
const BRIDGES = new Set(["bridge", "ovs-bridge"]);
/** Keys of a node that change nothing here. */
const HARMLESS = new Set([
  "kind",
  "image",
  "exec",
  "binds",
  "sysctls",
  "group",
  "labels",
  "ports",
  "memory",
  "cpu",
  "mgmt-ipv4",
  "mgmt-ipv6",
  "env",
  "cmd",
  "entrypoint",
  "network-mode",
  "restart-policy",
  "stages",
  "user",
  "license",
  "position",
  "type",
]);

const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

export const isContainerlab = ({ path, text }: ImportFile): boolean =>
  /\.clab\.ya?ml$/.test(path) || (/\.ya?ml$/.test(path) && /^topology:\s*$/m.test(plainText(text)));

/** `find` gives a file beside the topology, by the path that it names. */
export function importContainerlab(
  file: ImportFile,
  find: (path: string) => string | undefined,
): Imported {
  try {
    return new ClabTopology(file, find).read();
  } catch (error) {
    if (error instanceof LabFileError) throw new ImportError(error.message);
    throw error;
  }
}

class ClabTopology {
  private readonly path: string;
  private readonly yaml: YamlText;
  private readonly find: (path: string) => string | undefined;
  private readonly draft = new Draft();
  private readonly notes = new Notes();
  private readonly hosts = new Map<string, DraftHost>();
  /** Segments by the bridge that they are. */
  private readonly bridges = new Map<string, string>();
  private readonly left = new Set<string>();
  private links = 0;

  constructor({ path, text }: ImportFile, find: (path: string) => string | undefined) {
    this.path = path;
    this.yaml = readYaml(plainText(text), path);
    this.find = find;
  }

  read(): Imported {
    const { value } = this.yaml;
    const topology = isMapping(value) ? value.topology : undefined;
    if (!isMapping(value) || !isMapping(topology) || !isMapping(topology.nodes))
      throw new ImportError(`${this.path}:1:1: a containerlab file has topology: nodes:`);
    for (const [name, node] of Object.entries(topology.nodes)) this.addNode(name, node, topology);
    const links = Array.isArray(topology.links) ? topology.links : [];
    links.forEach((link, i) => {
      this.addLink(link, i);
    });
    if (this.hosts.size === 0)
      throw new ImportError(`${this.path}: no node of kind linux; other kinds are not simulated`);
    const name = typeof value.name === "string" ? value.name : "containerlab";
    const source = this.draft.source({
      title: { en: name, zh: name },
      about: { en: "Made from a containerlab topology.", zh: "由 containerlab 拓扑生成。" },
    });
    return { source, notes: this.notes.all };
  }

  private addNode(name: string, node: unknown, topology: Mapping): void {
    const at = ["topology", "nodes", name];
    const own = isMapping(node) ? node : {};
    const defaults = isMapping(topology.defaults) ? topology.defaults : {};
    const group = part(topology.groups, own.group ?? defaults.group);
    const kind = String(own.kind ?? group.kind ?? defaults.kind ?? "");
    const all = { ...defaults, ...part(topology.kinds, kind), ...group, ...own };
    if (BRIDGES.has(kind)) {
      this.bridges.set(
        name,
        labName(name, (taken) => [...this.bridges.values()].includes(taken)),
      );
      return;
    }
    if (!LINUX.has(kind)) {
      this.left.add(name);
      this.note(
        at,
        `${name}: kind "${kind}" is not simulated; linux and bridge are`,
        `${name}:不支持 kind "${kind}",只支持 linux 和 bridge`,
      );
      return;
    }
    const host = this.draft.add(
      labName(name, (taken) => this.draft.named(taken) !== undefined),
      { hostname: name },
    );
    this.hosts.set(name, host);
    if (isMapping(all.sysctls))
      for (const [key, value] of Object.entries(all.sysctls))
        host.start.push(`sysctl -q -w ${key}=${String(value)}`);
    for (const bind of texts(all.binds)) this.addBind(host, bind, at);
    host.start.push(...texts(all.exec));
    if (isMapping(all.env))
      host.start.unshift(
        ...Object.entries(all.env).map(([key, value]) => `export ${key}='${String(value)}'`),
      );
    for (const key of Object.keys(all))
      if (!HARMLESS.has(key))
        this.note([...at, key], `${name}: ${key} is not carried over`, `${name}:${key} 未被采用`);
  }

  private addBind(host: DraftHost, bind: string, at: readonly string[]): void {
    const [from = "", to = ""] = bind.split(":");
    const text = this.find(from.replace("__clabNodeName__", host.hostname));
    if (text === undefined || !to.startsWith("/"))
      this.note([...at, "binds"], `${from} is not here`, `没有 ${from}`);
    else host.files.set(to, { content: plainText(text), mode: /\.sh$/.test(to) ? "755" : "644" });
  }

  private addLink(link: unknown, index: number): void {
    const at = ["topology", "links", index];
    const ends = isMapping(link) && Array.isArray(link.endpoints) ? link.endpoints.map(endOf) : [];
    const [a, b] = ends;
    if (ends.length !== 2 || a == null || b == null) {
      this.note(
        at,
        'a link has two endpoints, as ["a:eth1", "b:eth1"]',
        '链路需要两个端点,如 ["a:eth1", "b:eth1"]',
      );
      return;
    }
    const segment = this.bridges.get(a.node) ?? this.bridges.get(b.node) ?? `link-${++this.links}`;
    for (const { node, device } of [a, b]) {
      if (this.bridges.has(node) || this.left.has(node)) continue;
      const host = this.hosts.get(node);
      if (host === undefined)
        this.note(
          at,
          `${node} is no node of this topology: ${node === "host" || node === "mgmt-net" ? "the host's own network is not made" : "the end hangs free"}`,
          `${node} 不是此拓扑中的节点`,
        );
      else if (!/^[a-z][a-z0-9]*\d$/.test(device))
        this.note(
          at,
          `${node}: a device is called eth1 or the like, not ${device}`,
          `${node}:设备名应为 eth1 之类,而不是 ${device}`,
        );
      else host.devices.push({ name: device, address: null, prefixLength: 24, segment });
    }
  }

  private note(at: readonly PropertyKey[], en: string, zh: string): void {
    const line = Number(this.yaml.locate(at).place.split(":")[0]);
    this.notes.add(this.path, line, en, zh);
  }
}

const part = (value: unknown, key: unknown): Mapping => {
  const found =
    isMapping(value) && typeof key === "string" && Object.hasOwn(value, key)
      ? value[key]
      : undefined;
  return isMapping(found) ? found : {};
};

function endOf(end: unknown): { node: string; device: string } | null {
  if (isMapping(end)) return { node: String(end.node ?? ""), device: String(end.interface ?? "") };
  const [node = "", device = ""] = typeof end === "string" ? end.split(":") : [];
  return node === "" || device === "" ? null : { node, device };
}
