/** The lab that a sheet describes: its machines, a web server where it wants one, and who asks. */
import { Draft } from "../draft/draft.ts";
import { freeAddress, isWithin, networkOf } from "../draft/networks.ts";
import { ownVips } from "../import/around-services.ts";
import type { Method } from "../import/services.ts";
import type { LabSource } from "../lab-file/schema.ts";
import { SCRATCH } from "./machine-names.ts";
import { virtualAddressesIn } from "./machines.ts";
import type { Sheet, SheetMachine, SheetNote } from "./sheet.ts";

export interface SheetLab {
  readonly source: LabSource;
  /** Who sends the requests that the sheet only speaks of. */
  readonly client: string;
  readonly vips: readonly string[];
  readonly notes: readonly SheetNote[];
}

const INSTALL = {
  "centos-7": ["setenforce 0", "yum -y -q install nginx"],
  "debian-12": ["apt-get -qq install -y nginx"],
} as const;
const PAGES = {
  "centos-7": "/usr/share/nginx/html/index.html",
  "debian-12": "/usr/share/nginx/html/index.html",
} as const;

export function labOfSheet(sheet: Sheet): SheetLab {
  const draft = new Draft();
  const notes: SheetNote[] = [];
  for (const step of sheet.steps) {
    if (step.machine === SCRATCH) continue;
    if (step.kind === "command" && step.aside) continue;
    const text = step.kind === "file" ? step.content : step.command;
    for (const vip of virtualAddressesIn(text)) if (!draft.vips.includes(vip)) draft.vips.push(vip);
  }
  for (const machine of sheet.machines) addMachine(draft, machine, sheet);
  for (const { name, role } of sheet.machines)
    if (role === "real server" && !sheet.steps.some(({ machine }) => machine === name))
      draft.named(name)?.start.unshift(...ownVips(new Set([methodOf(sheet)]), draft.vips));
  for (const { name } of sheet.machines) {
    const host = draft.named(name);
    if (host === undefined || host.devices.length > 0) continue;
    const network = draft.mainNetwork();
    const address = freeAddress(network, draft.used());
    draft.connect(host, network);
    if (name === SCRATCH) continue;
    notes.push({
      line: sheet.machines.find((one) => one.name === name)?.line ?? 1,
      en: `${name}: the sheet gives no address; it has ${address} here`,
      zh: `${name}:文档没有给出地址,此处使用 ${address}`,
    });
  }
  shareGateway(draft);
  draft.addGateway(false);
  const asked = draft.hosts.find(({ role }) => role === "client") ?? draft.addClient(false);
  const usesFullNat = sheet.steps.some((step) =>
    /ipvsadm\s.*-[aA].*\s-b\b/.test(step.kind === "file" ? step.content : step.command),
  );
  const title = sheet.title === "" ? "Lab sheet" : sheet.title;
  const source = draft.source(
    {
      title: { en: title, zh: title },
      about: { en: "The machines of a lab sheet.", zh: "实验文档中的各台机器。" },
    },
    usesFullNat ? { ipvsadm: "fullnat" } : {},
  );
  return { source, client: asked.name, vips: draft.vips, notes };
}

/** How the sheet's director forwards: what real servers that it has no steps for need depends on it. */
function methodOf({ steps }: Sheet): Method {
  const text = steps.map((step) => (step.kind === "file" ? step.content : step.command)).join("\n");
  const [, letter = "g"] = /-a\s.*-r\s.*\s-([gimb])\b/.exec(text) ?? [];
  return { g: "direct routing", i: "tunnelling", m: "masquerading", b: "full-nat" }[
    letter
  ] as Method;
}

function addMachine(draft: Draft, machine: SheetMachine, sheet: Sheet): void {
  const { image } = sheet;
  const { name, hostname, role, devices, gateway, page } = machine;
  const free = devices.filter(({ address }) => draft.owner(address) === undefined);
  draft.add(name, {
    hostname,
    role,
    image,
    gateway,
    devices: free.map((device, i) => ({ ...device, name: `eth${i}`, segment: null })),
    start: [...installs(image, name, sheet), ...(page === null ? [] : serverOf(image, page))],
  });
}

/** Packages by the commands that need them. */
const NEEDED: readonly (readonly [string, RegExp])[] = [
  ["ipvsadm", /\bipvsadm\b/],
  ["net-tools", /\b(?:ifconfig|route|netstat|arp)\s/],
  ["keepalived", /\bkeepalived\b/],
  ["nginx", /\bnginx\b/],
  ["httpd", /\bhttpd\b/],
];

/** What a machine's commands need and the sheet installs nowhere on it: its author had it. */
function installs(image: Sheet["image"], name: string, { steps }: Sheet): string[] {
  if (image !== "centos-7") return [];
  const text = steps
    .filter(({ machine }) => machine === name)
    .map((step) => (step.kind === "file" ? step.content : step.command))
    .join("\n");
  const missing = NEEDED.filter(
    ([of, pattern]) => pattern.test(text) && !new RegExp(`\\binstall\\b.*\\b${of}\\b`).test(text),
  ).map(([of]) => of);
  return missing.length === 0 ? [] : ["setenforce 0", `yum -y -q install ${missing.join(" ")}`];
}

const serverOf = (image: Sheet["image"], page: string): string[] => [
  ...INSTALL[image],
  `echo '${page.replaceAll("'", "'\\''")}' > ${PAGES[image]}`,
  "systemctl start nginx",
];

/** Machines that name no gateway take the one that another machine of their network names. */
function shareGateway(draft: Draft): void {
  for (const host of draft.hosts) {
    if (host.gateway !== null || host.role === "client") continue;
    for (const { address, prefixLength } of host.devices) {
      if (address === null) continue;
      const network = networkOf(address, prefixLength);
      host.gateway ??=
        draft.hosts.find(
          ({ gateway }) => gateway !== null && gateway !== address && isWithin(gateway, network),
        )?.gateway ?? null;
    }
  }
}
