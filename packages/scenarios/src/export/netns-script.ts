/**
 * A lab as a bash script that builds it in network namespaces of a real kernel, plays it and records what happened, in
 * the form that `lvsim compare` reads (recording.ts). The script's own functions are in netns/prelude.sh; nothing of it
 * touches the network of the machine on which it runs. Real time passes: a request every minute takes a minute.
 *
 * Left out: a file system of its own for a machine whose /usr or /var is mounted apart, and the packages of the image: the programs
 * are those of the machine on which the script runs.
 */
import { readFileSync } from "node:fs";
import { inPrefix, parseIpv4Address } from "@lvsim/core";
import { Lab } from "../lab/lab.ts";
import type { HostSpec, LabDefinition } from "../lab-file/schema.ts";
import { isSetting, startCommands } from "../run/start-commands.ts";
import { checkLine } from "./check-lines.ts";
import { devicesOf } from "./devices.ts";
import { needLines, netemWords } from "./needs.ts";
import { command, numbered, quoted } from "./shell-words.ts";
import { TABLES } from "./table-commands.ts";

/** Said of a lab that no mainline kernel can play; null for one that it can. */
export const whyNoScript = ({ ipvsadm }: LabDefinition): string | null =>
  ipvsadm === "mainline" ? null : `no mainline kernel has ${ipvsadm.toUpperCase()}'s IPVS`;

const textOf = (file: string): string =>
  readFileSync(new URL(`../../netns/${file}`, import.meta.url), "utf8");

/** `argument` is what names the lab to lvsim once more, as `dr --variant mended`. */
export function netnsScript(name: string, argument: string, lab: LabDefinition): string {
  return [
    "#!/bin/bash",
    ...`${lab.title.en}\n${lab.about.en}`.split("\n").map((text) => `# ${text}`),
    `# Made by: lvsim export netns ${argument}`,
    "# Builds this lab in network namespaces of this machine's kernel, plays it, checks it and records it. Run as root:",
    "#   bash SCRIPT [FOLDER]",
    `LAB=${quoted(name)}`,
    `LAB_ARGUMENT=${quoted(argument)}`,
    "",
    textOf("prelude.sh").trimEnd(),
    "",
    `STAND_INS=${quoted(textOf("stand-ins.sh"))}`,
    "",
    ...heading("What this lab needs"),
    'if [ "${LVSIM_INSIDE:-}" != yes ]; then',
    ...needLines(lab).map((line) => `  ${line}`),
    "  enough",
    '  enter "$@"',
    "fi",
    "inside",
    "",
    ...topologyLines(lab),
    ...startLines(lab),
    ...trafficLines(lab),
    ...endLines(lab),
    "finish",
    "",
  ].join("\n");
}

const heading = (text: string): string[] => [`# --- ${text}`];

const STAND_INS = [
  "systemctl",
  "service",
  "setenforce",
  "getenforce",
  "yum",
  "dnf",
  "apt",
  "apt-get",
  "firewall-cmd",
  "ifup",
  "ifdown",
];

function topologyLines(lab: LabDefinition): string[] {
  const segments = Object.keys(lab.segments);
  const images = new Map<string, string[]>();
  const machines = Object.entries(lab.hosts).flatMap(([host, spec]) => {
    const image = spec.image ?? lab.image;
    const function_ = `files_of_${image.replaceAll("-", "_")}`;
    if (!images.has(image)) images.set(image, imageFunction(function_, image, lab, host));
    return [
      command("machine", host, spec.hostname ?? host),
      command(function_, host),
      ...Object.entries(spec.files).map(([path, { mode, content }]) =>
        command("give", host, path, mode, content),
      ),
    ];
  });
  const cables = devicesOf(lab).map(({ host, device, mac, segment }) => {
    const spec = lab.segments[segment];
    const netem = spec === undefined ? [] : netemWords(spec);
    return command("cable", host, device, mac, segments.indexOf(segment), ...netem);
  });
  return [
    ...heading("Files that a machine has as it boots"),
    ...[...images.values()].flat(),
    "",
    ...heading("Machines"),
    ...machines,
    "",
    ...heading("Switches and cables"),
    ...segments.map((segment, i) => `${command("switch", i)} # ${segment}`),
    ...cables,
    ...Object.entries(lab.hosts).flatMap(([host, spec]) => bootLines(lab, host, spec)),
    "",
  ];
}

/** Where a machine's web server and its pages lie. */
const WEB_FILES = "/etc/nginx /usr/share/nginx/html";

/** What the simulated machine has there, so that the real one serves the same. */
function imageFunction(name: string, image: string, lab: LabDefinition, host: string): string[] {
  const plain = Lab.build({ ...lab, hosts: pick(lab, host) }, { seed: "1" });
  const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
  const run = (text: string): string => plain.exec(host, text).stdout;
  // CentOS has a web server when it is installed
  run("command -v nginx || yum -y install nginx");
  const shell = run("readlink -f $(command -v sh)").includes("bash") ? "/bin/bash" : "/bin/sh";
  const files = lines(run(`find ${WEB_FILES} -type f`));
  const links = lines(run(`find ${WEB_FILES} /var/www -type l`));
  return [
    `${name}() {`,
    '  within "$1" rm -rf /etc/nginx/conf.d /etc/nginx/sites-enabled /etc/nginx/modules-enabled /usr/share/nginx/html',
    '  within "$1" mkdir -p /etc/nginx/conf.d /etc/nginx/sites-enabled /usr/share/nginx/html',
    ...files.map((path) => {
      // accounts of the web server are a distribution's own
      const content = run(`cat ${path}`).replace(/^user .*;$/m, "user root;");
      return `  give "$1" ${command(path, "644", content)}`;
    }),
    ...links.map((path) => `  link "$1" ${command(run(`readlink ${path}`).trim(), path)}`),
    '  give "$1" /usr/local/lvsim/stand-in 755 "$STAND_INS"',
    `  give "$1" /usr/local/lvsim/image 644 ${image}`,
    `  for tool in ${STAND_INS.join(" ")}; do`,
    '    link "$1" stand-in "/usr/local/lvsim/$tool"',
    "  done",
    `  link "$1" ${shell} /usr/local/lvsim/sh`,
    "}",
  ];
}

/** The machine as its image makes it, without anything that the lab puts in it. */
const pick = (lab: LabDefinition, host: string): Readonly<Record<string, HostSpec>> => {
  const spec = lab.hosts[host] as HostSpec;
  return { [host]: { ...spec, files: {}, devices: {}, gateway: undefined } as HostSpec };
};

/** Addresses and default gateway; what `ifup` does once more. */
function bootLines(lab: LabDefinition, host: string, { gateway }: HostSpec): string[] {
  return devicesOf(lab)
    .filter((one) => one.host === host && one.address !== "")
    .flatMap(({ device, address }) => {
      const lines = [`ip addr add ${address} brd + dev ${device}`];
      if (gateway !== undefined && isBeside(gateway, address))
        lines.push(`ip route replace default via ${gateway} dev ${device}`);
      const path = `/usr/local/lvsim/boot-${device}`;
      return [
        command("give", host, path, "644", `${lines.join("\n")}\n`),
        command("on", host, `. ${path}`),
      ];
    });
}

/** Whether an address is in the subnet of another, which stands with its prefix length. */
function isBeside(address: string, other: string): boolean {
  const [base = "", length = ""] = other.split("/");
  const [first, second] = [parseIpv4Address(address), parseIpv4Address(base)];
  return first !== undefined && second !== undefined && inPrefix(first, second, Number(length));
}

function startLines(lab: LabDefinition): string[] {
  let count = 0;
  const starts = Object.entries(lab.hosts).flatMap(([host, { start }]) => {
    const settings: string[] = [];
    return startCommands(start).map(({ text, fails }) => {
      const words = [
        numbered(count++),
        host,
        fails ? "fails" : "ok",
        [...settings, text].join("\n"),
      ];
      if (isSetting(text)) settings.push(text);
      return command("start", ...words);
    });
  });
  return [
    ...heading("Captures"),
    ...devicesOf(lab).map(({ host, device }) => command("sniff", host, device)),
    "",
    ...heading("Start-up commands"),
    ...starts,
    "",
  ];
}

function trafficLines({ faults, traffic }: LabDefinition): string[] {
  let count = 0;
  return [
    ...heading("Traffic"),
    ...faults.map(({ at, on, run }) => command("fault", on, at / 1e9, run)),
    ...traffic.flatMap(({ from, run, times, every }) =>
      Array.from({ length: times }, (_unused, i) =>
        command("request", numbered(count++), from, Math.round((i * every) / 1e6), run),
      ),
    ),
    "sleep 1",
    "",
  ];
}

function endLines(lab: LabDefinition): string[] {
  const checks = lab.validate.map((check, i) => checkLine(lab, check, i));
  const of = (when: "running" | "recorded"): string[] =>
    checks.filter((check) => check.when === when).map(({ line }) => line);
  return [
    ...heading("Tables"),
    ...Object.keys(lab.hosts).flatMap((host) =>
      TABLES.map((one) => command("table", host, one.file, one.command)),
    ),
    "",
    ...heading("Checks"),
    ...of("running"),
    "stop_sniffing",
    ...of("recorded"),
    "",
  ];
}
