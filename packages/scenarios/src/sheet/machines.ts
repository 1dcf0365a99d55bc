/** The machines of a sheet with the addresses that it gives them. */
import { isWithin, networkOf } from "../draft/networks.ts";
import { addressesIn, addressesNaming, type FoundAddress, linesAbout } from "./addresses.ts";
import type { SheetDocument } from "./document.ts";
import { type MachineNames, roleOf, SCRATCH } from "./machine-names.ts";
import type { SheetDevice, SheetMachine, SheetNote, SheetStep } from "./sheet.ts";

interface Named {
  readonly name: string;
  readonly hostname: string;
  readonly steps: readonly SheetStep[];
  /** Addresses that come by command. */
  readonly configured: ReadonlySet<string>;
}

/** Machines in the order in which the sheet types on them. */
export function findMachines(
  document: SheetDocument,
  names: MachineNames,
  steps: readonly SheetStep[],
  notes: SheetNote[],
): SheetMachine[] {
  const hosts = [...names.hosts()];
  const configured = configuredByCommands(steps);
  const machines = [...new Set(steps.map(({ machine }) => machine))].map((name): SheetMachine => {
    const hostname = hosts.find(([, of]) => of === name)?.[0] ?? names.domain ?? name;
    const own = steps.filter(({ machine }) => machine === name);
    return machineOf(document, names, { name, hostname, steps: own, configured }, notes);
  });
  return withServers(machines, steps);
}

function machineOf(
  document: SheetDocument,
  names: MachineNames,
  { name, hostname, steps, configured }: Named,
  notes: SheetNote[],
): SheetMachine {
  const isAbout = (section: number): boolean => names.ofSection(section).includes(name);
  const isAlone = (section: number): boolean =>
    isAbout(section) && names.ofSection(section).length === 1;
  const titles = document.sections
    .filter(({ number }) => isAbout(number))
    .map(({ title }) => title);
  const about = name === SCRATCH ? [] : linesAbout(document, isAbout);
  const own = [name, hostname.toLowerCase()];
  const others = [...names.all(), ...OTHER_NAMES].filter((other) => !own.includes(other));
  const naming = name === SCRATCH ? [] : addressesNaming(document, own, others);
  const lines = new Set(naming.map(({ line }) => line));
  const words = [
    ...titles,
    name,
    ...document.lines.filter(({ number }) => lines.has(number)).map(({ text }) => text),
  ];
  const said = linesAbout(document, isAlone)
    .filter(({ text }) => STATES.test(text))
    .flatMap(addressesIn)
    .filter(({ text }) => !configured.has(text));
  const found = name !== SCRATCH && said.some(isOwn) ? said : naming;
  const typed = name !== SCRATCH && steps.some(typesServices);
  const role = name === SCRATCH ? "machine" : typed ? "director" : roleFrom(words);
  const devices = devicesOf(found, role === "director" || role === "gateway");
  const gateway = gatewayOf(name, devices, found, notes);
  const line = steps[0]?.line ?? 1;
  const wantsPage = role === "real server" && !steps.some(startsServer);
  const page = wantsPage
    ? pageOf(
        about.map(({ text }) => text),
        name,
      )
    : null;
  return { name, hostname, role, devices, gateway, page, line };
}

/** A line that says what address a machine has, not one that only mentions an address. */
const STATES =
  /\bip\b|地址|网卡|网关|address|\bnic\b|\beth\d|\bens\d|gateway|^\W*[\d.]+(?:\/\d+)?\W*$/i;

/** Virtual addresses that commands give to a device: they are nobody's from the start. */
function configuredByCommands(steps: readonly SheetStep[]): Set<string> {
  const texts = steps.map(textOf);
  const virtual = texts.flatMap(virtualAddressesIn);
  const isTyped = texts.some((text) => /ifconfig\s|ip\s+a\w*\s+add|virtual_ipaddress/.test(text));
  return new Set(isTyped ? virtual : []);
}

/** Names in sentences that an address may belong to as well. */
const OTHER_NAMES = [1, 2, 3, 4].flatMap((number) =>
  ["rs", "web", "node", "lb"].map((name) => `${name}${number}`),
);

/** What the machine's own title or name says counts before what lines with others say. */
function roleFrom(words: readonly string[]): SheetMachine["role"] {
  for (const text of words) {
    const role = roleOf(text);
    if (role !== "machine") return role;
  }
  return "machine";
}

const isOwn = ({ isGateway, isVirtual }: FoundAddress): boolean => !isGateway && !isVirtual;

const textOf = (step: SheetStep): string => (step.kind === "file" ? step.content : step.command);
const typesServices = (step: SheetStep): boolean =>
  /(?:ipvsadm|\$\{?ipv\w*\}?)\s+-(?:A|a|C)\b/.test(textOf(step)) &&
  !(step.kind === "command" && step.aside);
const startsServer = (step: SheetStep): boolean =>
  /(?:systemctl\s+(?:re)?start|service)\s+(?:nginx|httpd|apache2)|^(?:nginx|httpd)\b|http\.server/.test(
    textOf(step),
  );

/** A VIP in a table of a director beside its own address is an address of another of its devices. */
function devicesOf(found: readonly FoundAddress[], mayOwnVirtual: boolean): SheetDevice[] {
  const own = found.filter((one) => isOwn(one) && one.prefixLength < 32);
  const virtual = found.filter(
    ({ text, isVirtual, prefixLength }) =>
      isVirtual && prefixLength < 32 && own.every((one) => !near(text, one)),
  );
  const all = own.length > 0 && mayOwnVirtual ? [...virtual, ...own] : own;
  const devices: SheetDevice[] = [];
  for (const { text: address, prefixLength } of all) {
    // a second address in a network that is there is somebody else's, or comes by command
    const isNew = devices.every(
      (one) => !near(address, { text: one.address, prefixLength: one.prefixLength }),
    );
    if (isNew) devices.push({ address, prefixLength });
  }
  return devices;
}

const near = (
  address: string,
  { text, prefixLength }: Pick<FoundAddress, "text" | "prefixLength">,
): boolean => isWithin(address, networkOf(text, prefixLength));

/** The gateway, if the machine can reach it; one that it cannot is noted, and Linux would refuse it. */
function gatewayOf(
  name: string,
  devices: readonly SheetDevice[],
  found: readonly FoundAddress[],
  notes: SheetNote[],
): string | null {
  let gateway: string | null = null;
  for (const { text, isGateway, line } of found) {
    if (!isGateway) continue;
    if (
      devices.some(({ address, prefixLength }) => isWithin(text, networkOf(address, prefixLength)))
    )
      gateway ??= text;
    else if (devices.length > 0)
      notes.push({
        line,
        en: `${name}: gateway ${text} is in none of its networks; Linux refuses it ("Network is unreachable")`,
        zh: `${name}:网关 ${text} 不在它的任何网段内,Linux 会拒绝("Network is unreachable")`,
      });
  }
  return gateway;
}

const PAGE =
  /(?:写入|内容为?|显示|echo)\s*[,，:：]?\s*["“]?((?:real\s*server|rs|web|server)[\s_-]*\d+)/i;

/** What the sheet says stands on its page, else its name. */
function pageOf(texts: readonly string[], name: string): string {
  for (const text of texts) {
    const page = PAGE.exec(text)?.[1];
    if (page !== undefined) return page.trim();
  }
  return name;
}

/** A director's real servers that no prompt names become machines of their own. */
function withServers(machines: SheetMachine[], steps: readonly SheetStep[]): SheetMachine[] {
  const directors = new Set(
    machines.filter(({ role }) => role === "director").map(({ name }) => name),
  );
  const taken = new Set(machines.flatMap(({ devices }) => devices.map(({ address }) => address)));
  const all = machines.slice();
  for (const step of steps) {
    if (!directors.has(step.machine) || (step.kind === "command" && step.aside)) continue;
    for (const address of serversIn(textOf(step))) {
      if (taken.has(address)) continue;
      taken.add(address);
      const bare = all.find(({ role, devices }) => role === "real server" && devices.length === 0);
      const devices = [{ address, prefixLength: 24 }];
      if (bare !== undefined) all[all.indexOf(bare)] = { ...bare, devices };
      else {
        const name = freeName(all.map((one) => one.name));
        const common = { role: "real server", devices, gateway: null, page: name } as const;
        all.push({ name, hostname: name, line: step.line, ...common });
      }
    }
  }
  return all;
}

const freeName = (names: readonly string[]): string => {
  for (let i = 1; ; i++) if (!names.includes(`rs${i}`)) return `rs${i}`;
};

/** Addresses behind `-r` of an `ipvsadm -a`, with the variables of the same text put in. */
function serversIn(text: string): string[] {
  return matchesIn(text, /-a\b.*?(?:-r|--real-server)\s*(\d+(?:\.\d+){3})/g);
}

/** Addresses of virtual services that a text adds. */
export function virtualAddressesIn(text: string): string[] {
  return matchesIn(
    text,
    /(?:-A|--add-service)\b.*?(?:-t|-u|--tcp-service|--udp-service)\s*(\d+(?:\.\d+){3})/g,
  );
}

function matchesIn(text: string, pattern: RegExp): string[] {
  const variables = new Map(
    [...text.matchAll(/^\s*(?:export\s+)?(\w+)=["']?([\w./:]+)/gm)].map(
      ([, name = "", value = ""]) => [name, value] as const,
    ),
  );
  const plain = text.replace(
    /\$\{?(\w+)\}?/g,
    (whole, name: string) => variables.get(name) ?? whole,
  );
  return [...plain.matchAll(pattern)].map(([, address = ""]) => address);
}
