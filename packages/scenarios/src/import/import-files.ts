/** What a file or a folder is, and the lab that is made of it. */
import { Lab } from "../lab/lab.ts";
import { LabFileError } from "../lab-file/lab-file-error.ts";
import { labOf } from "../lab-file/read.ts";
import type { LabSource } from "../lab-file/schema.ts";
import { startCommands } from "../run/start-commands.ts";
import { bundleOf, importBundle } from "./bundle.ts";
import { importContainerlab, isContainerlab } from "./containerlab.ts";
import {
  ImportError,
  type Imported,
  type ImportFile,
  type ImportNote,
  labName,
  plainText,
} from "./imported.ts";
import { dumpLines, importDump, isDump } from "./ipvs-dump.ts";
import { importKathara, isKathara } from "./kathara.ts";
import { importKeepalived, isKeepalived, type KeepalivedRouter } from "./keepalived-file.ts";
import { importScript } from "./script-file.ts";
import { servicesOf } from "./services.ts";

const SERVICES_MAX = 12;
/** Of one file. */
const CHARACTERS_MAX = 1 << 19;

export type ImportKind =
  | "ipvsadm"
  | "keepalived"
  | "kathara"
  | "containerlab"
  | "script"
  | "bundle";

interface ImportRequest {
  /** What was asked for, as the user named it; a folder ends in a slash. */
  readonly path: string;
  /** The file itself, or all of the folder with paths relative to it. */
  readonly files: readonly ImportFile[];
  /** For one file: those beside it and below, with paths relative to its folder. */
  readonly beside: readonly ImportFile[];
}

export interface ImportResult extends Imported {
  readonly kind: ImportKind;
}

/** Throws `ImportError`. */
export function importFiles(request: ImportRequest): ImportResult {
  const [kind, { source, notes }] = read(request);
  const tried = said(() => tryStart(source, request.path));
  return { kind, source: tried.source, notes: [...notes, ...tried.notes] };
}

/** What a lab cannot be is told of as a fault of the file. */
function said<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof LabFileError)
      throw new ImportError(`no lab can be made of it: ${error.message.split("\n")[0]}`);
    throw error;
  }
}

function read({ path, files, beside }: ImportRequest): [ImportKind, Imported] {
  if (path.endsWith("/")) return readFolder(path, files);
  const [file] = files;
  if (file === undefined || file.text.trim() === "")
    throw new ImportError(`${path}: the file is empty`);
  if (file.text.length > CHARACTERS_MAX)
    throw new ImportError(`${path}: ${file.text.length} characters; at most ${CHARACTERS_MAX}`);
  const named = { path, text: file.text };
  if (file.path === "lab.conf")
    return ["kathara", importKathara(beside, path.slice(0, -"lab.conf".length))];
  if (isContainerlab(named))
    return ["containerlab", importContainerlab(named, (one) => textOf(beside, one))];
  if (/\.lab\.ya?ml$/.test(path))
    throw new ImportError(`${path} is a lab file already: lvsim run ${path}`);
  if (isKeepalived(file.text)) {
    const others = beside.filter((one) => /\.conf$/.test(one.path) && one.path !== file.path);
    return ["keepalived", importKeepalived([{ name: "director", file: named }], others)];
  }
  if (isDump(file.text)) return ["ipvsadm", importDump(named)];
  if (
    /^#!|\.sh$/.test(path) ||
    /^#!/.test(plainText(file.text)) ||
    /^\s*(?:\$\w+|ipvsadm|ifconfig|ip|route|echo|iptables|sysctl)\s/m.test(plainText(file.text))
  )
    return ["script", importScript(named)];
  throw new ImportError(
    `${path}: neither an ipvsadm -S dump, a keepalived.conf, a shell script, a lab.conf nor a .clab.yml`,
  );
}

function readFolder(path: string, files: readonly ImportFile[]): [ImportKind, Imported] {
  if (isKathara(files)) return ["kathara", importKathara(files, path)];
  const topologies = files.filter((file) => !file.path.includes("/") && isContainerlab(file));
  const [topology] = topologies;
  if (topology !== undefined)
    return [
      "containerlab",
      importContainerlab({ path: path + topology.path, text: topology.text }, (one) =>
        textOf(files, one),
      ),
    ];
  const routers = routersOf(path, files);
  if (routers.length > 0) return ["keepalived", importKeepalived(routers, [])];
  const bundle = bundleOf(files);
  if (bundle !== undefined) return ["bundle", importBundle(bundle, path)];
  throw new ImportError(
    `${path}: neither lab.conf nor a .clab.yml in it, nor folders of hosts with outputs of ip addr, ip route, sysctl -a, iptables-save, ipvsadm -Sn`,
  );
}

/** A keepalived.conf for each router: one in each folder, or files beside each other; none where there is more. */
function routersOf(path: string, files: readonly ImportFile[]): KeepalivedRouter[] {
  const found = files.filter(({ text }) => isKeepalived(text));
  const isAlone = files.every((file) => found.includes(file) || bundleOf([file]) === undefined);
  if (!isAlone) return [];
  const names: string[] = [];
  return found.map((file) => {
    const [folder = "", inside] = file.path.split("/");
    const own =
      inside === undefined
        ? folder.replace(/\.[^.]*$/, "").replace(/^keepalived[-_.]?/, "")
        : folder;
    const name = labName(own === "" ? "director" : own, (taken) => names.includes(taken));
    names.push(name);
    return { name, file: { path: path + file.path, text: file.text } };
  });
}

const textOf = (files: readonly ImportFile[], path: string): string | undefined =>
  files.find((file) => file.path === path.replace(/^\.\//, ""))?.text;

/** Runs every host's start-up commands once; those that fail are marked in the lab, as it says it knows of them. */
function tryStart(source: LabSource, path: string): { source: LabSource; notes: ImportNote[] } {
  const definition = labOf(source);
  const lab = Lab.build(definition, { seed: "1", limits: { eventsMax: 2_000_000 } });
  const notes: ImportNote[] = [];
  const hosts = Object.entries(source.hosts).map(([name, host]) => {
    const settings: string[] = [];
    const lines = startCommands(host.start ?? "").map(({ text, fails }) => {
      const { status, stdout, stderr } = lab.exec(name, [...settings, text].join("\n"));
      if (/^export \w+=/.test(text)) settings.push(text);
      if (status === 0) return text;
      const [said = ""] = (stderr === "" ? stdout : stderr).trim().split("\n");
      if (!fails)
        notes.push({
          path,
          line: 0,
          en: `${name}# ${text.split("\n")[0]}: ${said === "" ? `exit status ${status}` : said}`,
          zh: `${name}# ${text.split("\n")[0]}:${said === "" ? `退出状态 ${status}` : said}`,
        });
      return `${text} # fails`;
    });
    return [name, lines.length === 0 ? host : { ...host, start: `${lines.join("\n")}\n` }] as const;
  });
  const asked = (source.traffic ?? []).length > 0 ? {} : askedOf(lab, Object.keys(source.hosts));
  return { source: { ...source, hosts: Object.fromEntries(hosts), ...asked }, notes };
}

/** Requests for the services that start-up scripts added, from a host that is neither director nor real server. */
function askedOf(lab: Lab, hosts: readonly string[]): Pick<LabSource, "traffic" | "vips"> {
  const tables = hosts.map(
    (host) => lab.exec(host, "command -v ipvsadm > /dev/null && ipvsadm -Sn").stdout,
  );
  const services = tables.flatMap((table) => servicesOf(dumpLines(table), (address) => address));
  const named = services.filter(
    ({ vip, protocol, servers }) => vip !== null && protocol === "tcp" && servers.length > 0,
  );
  const taken = new Set(named.flatMap(({ servers }) => servers.map(({ address }) => address)));
  const free = hosts.filter((host, i) => {
    const addresses = lab.exec(host, "hostname -I").stdout.trim().split(/\s+/);
    return (
      tables[i] === "" && addresses[0] !== "" && !addresses.some((address) => taken.has(address))
    );
  });
  const from = free.find((host) => /client|user|pc|^c\d*$/.test(host)) ?? free[0];
  if (from === undefined || named.length === 0) return {};
  return {
    vips: [...new Set(named.flatMap(({ vip }) => vip ?? []))],
    traffic: named.slice(0, SERVICES_MAX).map(({ vip, port, servers }) => ({
      from,
      run: `curl -sS -m 5 http://${vip}${port === 80 ? "" : `:${port}`}/`,
      times: Math.min(2 * servers.length, 8),
    })),
  };
}
