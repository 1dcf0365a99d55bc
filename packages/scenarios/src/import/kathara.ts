/**
 * A Kathará lab (kathara-lab.conf(5)): lab.conf with collision domains, NAME.startup scripts, folders that are copied into
 * machines. Left out: images, resources, bridges to the host, ports, IPv6.
 */
import { Draft, type DraftHost } from "../draft/draft.ts";
import {
  ImportError,
  type Imported,
  type ImportFile,
  labName,
  linesOf,
  Notes,
  plainText,
} from "./imported.ts";

const META = /^\s*LAB_(NAME|DESCRIPTION|VERSION|AUTHOR|EMAIL|WEB)\s*=\s*["']?(.*?)["']?\s*$/;
const ENTRY = /^\s*([\w.-]+)\[\s*([\w-]+)\s*\]\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s#]*))\s*(?:#.*)?$/;
/** Options that change nothing here. */
const HARMLESS = new Set(["image", "mem", "cpus", "shell", "num_terms", "ulimit", "term", "test"]);
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

export const isKathara = (files: readonly ImportFile[]): boolean =>
  files.some(({ path }) => path === "lab.conf");

/** `files` are all of the lab's folder, their paths relative to it; `folder` is what messages put before them. */
export function importKathara(files: readonly ImportFile[], folder: string): Imported {
  const lab = new KatharaLab(files, folder);
  return lab.read();
}

class KatharaLab {
  private readonly files: readonly ImportFile[];
  private readonly folder: string;
  private readonly draft = new Draft();
  private readonly notes = new Notes();
  /** Hosts by the name that the lab gives them. */
  private readonly hosts = new Map<string, DraftHost>();
  private readonly domains = new Map<string, string>();
  private title = "";

  constructor(files: readonly ImportFile[], folder: string) {
    this.files = files;
    this.folder = folder;
  }

  read(): Imported {
    const conf = this.files.find(({ path }) => path === "lab.conf");
    const lines = linesOf(conf?.text ?? "");
    lines.forEach((line, i) => {
      this.readLine(line, i + 1);
    });
    for (const { path } of this.files) {
      const name = /^([\w.-]+)\.startup$/.exec(path)?.[1];
      if (name !== undefined && name !== "shared") this.host(name);
    }
    if (this.hosts.size === 0)
      throw new ImportError(`${this.folder}lab.conf: no machine in it; a line is like pc1[0]="A"`);
    for (const [name, host] of this.hosts) this.prepare(name, host);
    const title = this.title === "" ? "A Kathará lab" : this.title;
    const source = this.draft.source({
      title: { en: title, zh: title },
      about: {
        en: "Made from lab.conf and its start-up files.",
        zh: "由 lab.conf 及其启动脚本生成。",
      },
    });
    return { source, notes: this.notes.all };
  }

  private readLine(line: string, number: number): void {
    if (/^\s*(?:#.*)?$/.test(line)) return;
    const meta = META.exec(line);
    if (meta !== null) {
      if (meta[1] === "NAME" || (meta[1] === "DESCRIPTION" && this.title === ""))
        this.title = meta[2] ?? "";
      return;
    }
    const [, name = "", key = "", quoted, single, bare] = ENTRY.exec(line) ?? [];
    if (name === "") {
      this.note(
        "lab.conf",
        number,
        `not understood: ${line.trim().slice(0, 60)}`,
        `无法理解:${line.trim().slice(0, 60)}`,
      );
      return;
    }
    const value = quoted ?? single ?? bare ?? "";
    const host = this.host(name);
    if (/^\d+$/.test(key)) this.connect(host, Number(key), value, number);
    else if (key === "sysctl") host.start.push(`sysctl -q -w ${value}`);
    else if (key === "exec") host.start.push(value);
    else if (!HARMLESS.has(key))
      this.note(
        "lab.conf",
        number,
        `${name}[${key}] is not carried over`,
        `${name}[${key}] 未被采用`,
      );
  }

  private connect(host: DraftHost, index: number, value: string, number: number): void {
    const [domain = "", mac = ""] = value.split("/");
    if (domain === "") {
      this.note("lab.conf", number, "an interface without a collision domain", "接口没有冲突域");
      return;
    }
    const segment =
      this.domains.get(domain) ??
      labName(domain, (name) => [...this.domains.values()].includes(name));
    this.domains.set(domain, segment);
    const device = { name: `eth${index}`, address: null, prefixLength: 24, segment };
    host.devices.push(MAC.test(mac) ? { ...device, mac } : device);
  }

  private host(name: string): DraftHost {
    const known = this.hosts.get(name);
    if (known !== undefined) return known;
    const host = this.draft.add(
      labName(name, (taken) => this.draft.named(taken) !== undefined),
      { hostname: name },
    );
    this.hosts.set(name, host);
    return host;
  }

  /** Files of the machine's own folder, then its start-up scripts. */
  private prepare(name: string, host: DraftHost): void {
    host.devices.sort((a, b) => Number(a.name.slice(3)) - Number(b.name.slice(3)));
    for (const { path, text } of this.files) {
      const inside = path.startsWith(`${name}/`)
        ? path.slice(name.length)
        : path.startsWith("shared/")
          ? `/${path}`
          : null;
      if (inside !== null)
        host.files.set(inside, {
          content: plainText(text),
          mode: /\.sh$/.test(path) ? "755" : "644",
        });
    }
    for (const script of ["shared.startup", `${name}.startup`]) {
      const file = this.files.find(({ path }) => path === script);
      if (file === undefined) continue;
      host.files.set(`/hostlab/${script}`, { content: plainText(file.text), mode: "755" });
      host.start.push(`bash /hostlab/${script}`);
    }
  }

  private note(path: string, line: number, en: string, zh: string): void {
    this.notes.add(`${this.folder}${path}`, line, en, zh);
  }
}
