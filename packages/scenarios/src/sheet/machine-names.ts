/** Which machine a prompt or a section is about. */
import { type Section, type SheetDocument, sectionsAround } from "./document.ts";
import { bounded, type SheetMachine } from "./sheet.ts";
import type { TypedLine } from "./typed-lines.ts";

/** Prompts of machines that nobody has named. */
const NAMELESS = new Set(["", "localhost", "localhost.localdomain", "host", "node", "server"]);
/** Where commands go that are about no machine. */
export const SCRATCH = "host";

type Role = SheetMachine["role"];

const ROLES: readonly (readonly [Role, RegExp])[] = [
  ["client", /客户端|客户机|测试机|\bclient\b|\bcip\b/i],
  [
    "real server",
    /real[\s_-]?server|真实服务器|后端|\b(?:rs|web|rip|node|nginx|apache)[\s_-]?\d*\b|web\s*服务器/i,
  ],
  [
    "director",
    /调度|负载均衡|分发器|director|balancer|\b(?:lvs|lb|dr|ds|master|backup)\d*\b|\blvs[\w-]*/i,
  ],
  ["gateway", /网关|路由器|\bgateway\b|\brouter\b|\bgw\b/i],
];

export const roleOf = (text: string): Role =>
  ROLES.find(([, pattern]) => pattern.test(text))?.[0] ?? "machine";

export class MachineNames {
  /** What prompts show that name no machine, as `qfedu.com` beside `a.qfedu.com`. */
  readonly domain: string | undefined;
  private readonly document: SheetDocument;
  /** Names by the host of a prompt. */
  private readonly byHost = new Map<string, string>();
  private readonly bySection = new Map<number, readonly string[]>();

  constructor(document: SheetDocument, typed: readonly TypedLine[]) {
    this.document = document;
    const hosts = [...new Set(typed.map(({ host }) => host))].filter((host) => !NAMELESS.has(host));
    bounded("machines", hosts.length);
    // `[root@qfedu.com ~]#` beside `[root@a.qfedu.com ~]#` names a domain
    const named = hosts.filter((host) => !hosts.some((other) => other.endsWith(`.${host}`)));
    this.domain = hosts.find((host) => !named.includes(host));
    for (const host of named) this.byHost.set(host, nameOf(host, named));
    for (const section of document.sections) this.nameSection(section, typed);
  }

  /** The hosts of prompts, and the names that they have in the lab. */
  hosts(): ReadonlyMap<string, string> {
    return this.byHost;
  }

  /** The machines that a line is typed on; several where one section is about them all. */
  of({ host, section, hint }: TypedLine): readonly string[] {
    const named = this.byHost.get(host) ?? this.hinted(hint);
    if (named !== undefined) return [named];
    const names = this.ofSection(section);
    return names.length > 0 ? names : [SCRATCH];
  }

  ofSection(section: number): readonly string[] {
    for (const { number } of sectionsAround(this.document, section)) {
      const names = this.bySection.get(number);
      if (names !== undefined) return names;
    }
    return [];
  }

  /** All names that prompts and titles give. */
  all(): readonly string[] {
    return [...new Set([...this.byHost.values(), ...[...this.bySection.values()].flat()])];
  }

  /** The machine that the sentence above a block names: `On A:`. */
  private hinted(hint: string): string | undefined {
    if (ELSEWHERE.test(hint)) return this.all().includes("client") ? "client" : undefined;
    const word = HINT.exec(hint)?.[1]?.toLowerCase();
    return word === undefined ? undefined : this.all().find((name) => name === word);
  }

  /** A section is about the one machine whose prompts it holds, else about those that its title names. */
  private nameSection(
    { number, title, level, parent }: Section,
    typed: readonly TypedLine[],
  ): void {
    const inside = typed.filter(({ section }) =>
      sectionsAround(this.document, section).some((around) => around.number === number),
    );
    const names = new Set(inside.flatMap(({ host }) => this.byHost.get(host) ?? []));
    const [only] = names;
    if (names.size === 1 && only !== undefined) {
      const isTitled = sameName(title, only) || roleOf(title) !== "machine";
      if (isTitled) this.bySection.set(number, [only]);
      return;
    }
    if (names.size > 1 || inside.length === 0 || level < 2) return;
    const isInside = this.ofSection(parent).length > 0;
    const found = titleNames(title, this.byHost.size === 0 && !isInside);
    if (found.length > 0) this.bySection.set(number, found);
  }
}

const ELSEWHERE = /之外|以外|neither|other than|another machine|其他机器|其它机器|客户端上/i;
const HINT = /(?:^|[\s,，(（])(?:on|at|在)\s*([A-Za-z][\w-]*)/i;

const sameName = (title: string, name: string): boolean =>
  title
    .toLowerCase()
    .split(/[^a-z0-9-]+/)
    .includes(name);

/** `a` of `a.qfedu.com`; the whole host where the first label names several. */
function nameOf(host: string, all: readonly string[]): string {
  const [label = ""] = host.split(".");
  const isAlone = all.filter((other) => other.split(".")[0] === label).length === 1;
  return plainName(isAlone ? label : host.replaceAll(".", "-"));
}

/** As names of a lab are: letters, digits and hyphens, a letter first. */
const plainName = (text: string): string => {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return /^[a-z]/.test(name) ? name : `m${name}`;
};

const LEAD =
  /^(?:[\d.、()（）一二三四五六七八九十]+\s*)?([A-Za-z][\w-]{0,15}(?:\s*(?:and|&|,|、|和|与|及|\/)\s*[A-Za-z][\w-]{0,15})*)\s*(?:[:：(（]|$)/i;
const TEST = /^(?:[\d.、()（）一二三四五六七八九十]+\s*)?(?:test|verif|check|测试|验证|检查|访问)/i;

/** The machines that a title like `A: load balancer`, `RS1 and RS2`, `RS1 配置` or `客户端` names. */
function titleNames(title: string, byRole: boolean): string[] {
  const plain = title.replace(/`[^`]*`/g, "").replace(/\/\S+/g, "");
  const role = roleOf(plain);
  const lead = LEAD.exec(plain)?.[1];
  if (lead !== undefined && role !== "machine")
    return lead.split(/\s*(?:\band\b|[&,、和与及/])\s*/i).map(plainName);
  // beside prompts that name machines, a title with a part in it is only a title
  if (!byRole) return [];
  if (TEST.test(plain)) return ["client"];
  if (role === "machine") return [];
  const numbers = [...plain.matchAll(/(?:server|rs|web|node|服务器)[\s_-]*(\d+)/gi)];
  if (numbers.length > 0) return numbers.map(([, number]) => `rs${number}`);
  return role === "real server" ? ["rs1", "rs2"] : [role];
}
