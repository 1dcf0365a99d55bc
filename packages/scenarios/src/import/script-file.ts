/**
 * A shell script for a director or a real server. It is run once aside, and what it did is the base of the lab: a table of virtual
 * services makes the machine a director, VIPs on lo or tunl0 make it a real server. With `case "$1"` it is told `start`.
 */
import { Draft, type DraftHost } from "../draft/draft.ts";
import { Lab } from "../lab/lab.ts";
import { labOf } from "../lab-file/read.ts";
import { completeAround } from "./around-services.ts";
import { ImportError, type Imported, type ImportFile, Notes, plainText } from "./imported.ts";
import { dumpLines } from "./ipvs-dump.ts";
import { type ImportedService, servicesOf } from "./services.ts";

const DEVICE = /\b((?:eth|ens|eno|enp\d+s|em|bond|team)\d+)(?=$|[\s:;"'/)}])/g;
const PLACE = "/usr/local/sbin/";

interface Tried {
  readonly dump: string;
  /** VIPs on lo or tunl0. */
  readonly quiet: readonly string[];
  /** Addresses that the script gave to other devices. */
  readonly addresses: readonly string[];
  readonly output: string;
  readonly status: number;
}

export function importScript({ path, text }: ImportFile): Imported {
  const script = plainText(text);
  const notes = new Notes();
  const name = PLACE + (path.split("/").at(-1) ?? "script.sh").replace(/[^\w.-]/g, "_");
  const isCentos = /\b(?:ifup|ifdown|ifcfg|yum|chkconfig|\/etc\/init\.d\/functions)\b/.test(script);
  const image = isCentos ? "centos-7" : "debian-12";
  const devices = [...new Set([...script.matchAll(DEVICE)].map(([, device = ""]) => device))];
  const shell = /^#!\s*\S*\/(?:sh|dash)\b/.test(script) ? "sh" : "bash";
  const command = `${shell} ${name}${/case\s+"?\$\{?1\b/.test(script) ? " start" : ""}`;
  const tried = tryScript(script, name, command, image, devices[0] ?? "eth0");
  const services = servicesOf(dumpLines(tried.dump), (host) => host);
  tellErrors(tried, name, path, notes);
  if (services.length === 0 && tried.quiet.length === 0)
    throw new ImportError(
      `${path}: run on a machine of its own it adds no virtual service, and no VIP on lo or tunl0${firstError(tried)}`,
    );
  const draft = new Draft();
  const prepare = isCentos ? ["setenforce 0", "yum -y -q install ipvsadm net-tools"] : [];
  const place = (host: DraftHost): void => {
    host.files.set(name, { content: script, mode: "755" });
  };
  const isDirector = services.length > 0;
  const director = draft.add("director", {
    role: "director",
    image: isDirector ? image : "debian-12",
  });
  const all = isDirector ? services : guessed(tried.quiet);
  if (!isDirector)
    notes.add(
      path,
      0,
      "a script for real servers: director and servers around it are made here",
      "真实服务器脚本:调度器与服务器由实验生成",
    );
  const traffic = completeAround(draft, {
    director,
    services: all,
    ownAddresses: new Set(isDirector ? tried.addresses : []),
    deviceNames: isDirector ? devices : [],
    ...(isDirector
      ? {}
      : {
          serverImage: image,
          serverStart: [...prepare, tried.status === 0 ? command : `${command} # fails`],
        }),
  });
  const failing = tried.status === 0 ? "" : " # fails";
  if (isDirector) {
    place(director);
    director.start.unshift(...prepare);
    director.start.push(`${command}${failing}`);
  } else {
    for (const host of draft.hosts) if (host.role === "real server") place(host);
    director.start.push(...commandsFor(all));
  }
  const source = draft.source(
    {
      title: { en: `The script ${path}`, zh: `脚本 ${path}` },
      about: { en: "Made from a shell script.", zh: "由 shell 脚本生成。" },
    },
    { traffic },
  );
  return { source, notes: notes.all };
}

/** Runs it on a lab of one machine. */
function tryScript(
  script: string,
  name: string,
  command: string,
  image: "centos-7" | "debian-12",
  device: string,
): Tried {
  const definition = labOf({
    format: 1,
    title: { en: "a script", zh: "脚本" },
    about: { en: "a script", zh: "脚本" },
    segments: { lan: {} },
    hosts: {
      host: {
        image,
        devices: { [device]: { segment: "lan", address: "192.0.2.10/24" } },
        gateway: "192.0.2.1",
        files: { [name]: { content: script, mode: "755" } },
      },
    },
  });
  const lab = Lab.build(definition, { seed: "1", limits: { eventsMax: 500_000 } });
  if (image === "centos-7")
    lab.exec("host", "setenforce 0; yum -y -q install ipvsadm net-tools nginx keepalived");
  const { status, stdout, stderr } = lab.exec("host", `timeout 60 ${command}`);
  const dump = lab.exec("host", "ipvsadm -Sn").stdout;
  const shown = lab.exec("host", "ip -4 -o addr").stdout;
  const rows = [...shown.matchAll(/^\d+: (\S+)\s+inet (\S+?)\/\d+/gm)].map(
    ([, of = "", address = ""]) => ({ of, address }),
  );
  const own = rows.filter(({ address }) => !address.startsWith("127.") && address !== "192.0.2.10");
  return {
    dump,
    quiet: own.filter(({ of }) => /^(?:lo|tunl0|dummy)/.test(of)).map(({ address }) => address),
    addresses: own
      .filter(({ of }) => !/^(?:lo|tunl0|dummy)/.test(of))
      .map(({ address }) => address),
    output: `${stdout}${stderr}`,
    status,
  };
}

/** Lines of a script that a shell or a program complained of. */
function tellErrors({ output, status }: Tried, name: string, path: string, notes: Notes): void {
  for (const line of output.split("\n")) {
    // bash says `line 5`, dash `5`
    const [, number = "", said = ""] = line.startsWith(`${name}: `)
      ? (/^(?:line )?(\d+): (.*)$/.exec(line.slice(name.length + 2)) ?? [])
      : [];
    if (said !== "" && !said.startsWith("`")) notes.add(path, Number(number), said, said);
  }
  if (status !== 0)
    notes.add(path, 0, `it ends with exit status ${status}`, `脚本以退出状态 ${status} 结束`);
}

const firstError = ({ output }: Tried): string => {
  const [line = ""] = output.split("\n").filter((one) => one !== "");
  return line === "" ? "" : ` (${line.slice(0, 120)})`;
};

/** Two real servers for each VIP that a real server's script sets up. */
function guessed(vips: readonly string[]): ImportedService[] {
  return vips.map((vip) => {
    const base = vip.slice(0, vip.lastIndexOf("."));
    const last = Number(vip.slice(base.length + 1));
    const servers = [11, 12].map((number) => ({
      address: `${base}.${number === last ? number + 10 : number}`,
      port: 80,
      method: "direct routing" as const,
    }));
    return { vip, port: 80, protocol: "tcp", servers };
  });
}

const commandsFor = (services: readonly ImportedService[]): string[] =>
  services.flatMap(({ vip, port, servers }) => [
    `ipvsadm -A -t ${vip}:${port} -s rr`,
    ...servers.map(({ address }) => `ipvsadm -a -t ${vip}:${port} -r ${address}:${port} -g`),
  ]);
