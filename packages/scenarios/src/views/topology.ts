/**
 * The topology as a picture: segments as rails, hosts hanging from them with their addresses. Hosts on two segments
 * stand between them. A row that is too wide for the page becomes a list.
 */
import {
  type AddressConfig,
  type DeviceConfig,
  type Ipv4Address,
  isLoopbackAddress,
} from "@lvsim/core";
import type { HostSpec, LabDefinition } from "../lab-file/schema.ts";
import type { HostRun, LabRun } from "../run/lab-run.ts";
import { indent, padTo } from "./layout.ts";
import type { Names } from "./names.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { listOf, say } from "./texts.ts";

const MARGIN = 3;
const GAP = 3;
/** Columns from a cell's left edge to its cable. */
const CABLE = 3;
/** Columns that a rail's name and prefix take behind its last cable. */
const LABEL = 32;
const RAIL = { line: "═", tap: "╪", cable: "│" } as const;

interface Cell {
  readonly host: string;
  readonly texts: readonly string[];
  readonly width: number;
  /** Device on the rail above it and on the one below; "" for none. */
  readonly above: string;
  readonly below: string;
}

/** A cell and its left edge. */
interface Placed {
  readonly cell: Cell;
  readonly at: number;
}

export function topologyLines(run: LabRun, names: Names, page: Page): Line[] {
  const { definition } = run;
  const segments = Object.keys(definition.segments);
  const rows: Placed[][] = [];
  for (let i = 0; i <= segments.length; i++) rows.push([]);
  for (const host of run.hosts) {
    const row = rowOf(definition, host.name, segments, run);
    rows[row]?.push({ cell: cellOf(host, row, segments, definition, names, page), at: 0 });
  }
  spread(rows, page);
  const drawn = rows.filter((row) => fits(row, page)).flat();
  const right = Math.max(24, ...drawn.map(({ cell, at }) => at + cell.width + 2));
  return segments.flatMap((segment, i) => [
    ...(i === 0 ? rowLines(rows[0] ?? [], page) : []),
    railLine(segment, definition, rows[i] ?? [], rows[i + 1] ?? [], right, page),
    ...rowLines(rows[i + 1] ?? [], page),
  ]);
}

/** 0 above the first rail, then below each rail. */
function rowOf(
  { hosts }: LabDefinition,
  host: string,
  segments: readonly string[],
  run: LabRun,
): number {
  const devices = Object.values((hosts[host] as HostSpec).devices);
  const rails = devices.map(({ segment }) => segments.indexOf(segment)).sort((a, b) => a - b);
  const first = rails[0] ?? 0;
  if (rails.length > 1 || first > 0) return first + 1;
  if (segments.length > 1) return 0;
  const is = run.hosts.find(({ name }) => name === host);
  return is !== undefined && servesVip(run, is) ? 1 : 0;
}

const servesVip = ({ definition }: LabRun, { before, after }: HostRun): boolean =>
  after.ipvs.services.length > 0 ||
  definition.vips.length === 0 ||
  after.devices.flatMap(({ addresses }) => addresses).length >
    before.devices.flatMap(({ addresses }) => addresses).length;

function cellOf(
  host: HostRun,
  row: number,
  segments: readonly string[],
  definition: LabDefinition,
  names: Names,
  page: Page,
): Cell {
  const spec = definition.hosts[host.name] as HostSpec;
  const role = spec.role?.[page.language] ?? "";
  const on = (rail: number): string =>
    Object.entries(spec.devices).find(([, { segment }]) => segment === segments[rail])?.[0] ?? "";
  const texts = textsOf(host, role, names, page);
  const width = Math.max(...texts.map((text) => page.widthOf(text)), CABLE + 6);
  // in the row above the first rail a host stands on it
  const above = row === 0 ? "" : on(row - 1);
  return { host: host.name, texts, width, above, below: on(row) };
}

/** Name, role and first address, then the other addresses. */
function textsOf(host: HostRun, role: string, names: Names, page: Page): string[] {
  const { language } = page;
  const all = host.after.devices.flatMap((device) =>
    device.addresses
      .filter(({ local }) => !isLoopbackAddress(local))
      .map((address) => ({ device, address })),
  );
  const isVip = ({ address }: Owned): boolean => names.vips.includes(address.local);
  const own = all.filter((one) => !isVip(one));
  const [first] = own;
  const single = own.length === 1 && first !== undefined ? names.address(first.address.local) : "";
  const shown = role === host.name ? "" : ` ${role}`;
  // a whole address is too long to stand between name and role
  const beside = names.short && single !== "" ? ` ${single}` : "";
  return [
    `${host.name}${beside}${shown}`,
    ...(single !== "" && beside === "" ? [single] : []),
    ...all.filter(isVip).map((one) =>
      say(language, "vipOnDevice", {
        address: names.address(one.address.local),
        device: label(one),
      }),
    ),
    ...(own.length > 1 ? deviceTexts(own, names, page) : []),
  ];
}

interface Owned {
  readonly device: DeviceConfig;
  readonly address: AddressConfig;
}

const label = ({ device, address }: Owned): string =>
  address.label === "" ? device.name : address.label;

/** `192.168.100.1, .101 on eth1` for each device; what begins like the first address is cut short. */
function deviceTexts(own: readonly Owned[], names: Names, { language }: Page): string[] {
  const byDevice = new Map<string, Ipv4Address[]>();
  for (const one of own)
    byDevice.set(label(one), [...(byDevice.get(label(one)) ?? []), one.address.local]);
  return [...byDevice].map(([device, [first = 0 as Ipv4Address, ...others]]) => {
    const texts = others.map((local) =>
      local >>> 8 === first >>> 8 ? `.${local & 255}` : names.address(local),
    );
    const address = listOf(language, [names.address(first), ...texts]);
    return say(language, "onDevice", { address, device });
  });
}

/** Gives every cell its place: rows of one rail do not share a column where there is room. */
function spread(rows: Placed[][], page: Page): void {
  let from = MARGIN;
  rows.forEach((row, i) => {
    const width = row.reduce((sum, { cell }) => sum + cell.width + GAP, 0);
    const last = row.at(-1)?.cell.width ?? 0;
    const needed = Math.max(width, width - last + LABEL);
    if (from + needed > page.columns) from = i % 2 === 0 ? MARGIN : MARGIN + 2;
    let at = from;
    rows[i] = row.map(({ cell }) => {
      const placed = { cell, at };
      at += cell.width + GAP;
      return placed;
    });
    // the next row hangs clear of this one if it can
    if (row.length > 0) from = rows.length === 2 ? at : from + CABLE * 3;
  });
}

const fits = (row: readonly Placed[], page: Page): boolean =>
  row.every(({ cell, at }) => at + cell.width <= page.columns);

function rowLines(row: readonly Placed[], page: Page): Line[] {
  if (row.length === 0) return [];
  if (!fits(row, page)) return row.map(({ cell }) => listLine(cell));
  const height = Math.max(...row.map(({ cell }) => cell.texts.length));
  const lines: Line[] = [];
  if (row.some(({ cell }) => cell.above !== "")) lines.push(cables(row, "above", page));
  for (let i = 0; i < height; i++)
    lines.push(across(row, ({ cell }) => cell.texts[i] ?? "", 0, page));
  if (row.some(({ cell }) => cell.below !== "")) lines.push(cables(row, "below", page));
  return lines;
}

const cables = (row: readonly Placed[], side: "above" | "below", page: Page): Line =>
  across(row, ({ cell }) => (cell[side] === "" ? "" : `${RAIL.cable} ${cell[side]}`), CABLE, page);

function across(
  row: readonly Placed[],
  textOf: (placed: Placed) => string,
  shift: number,
  page: Page,
): Line {
  let text = "";
  for (const placed of row) {
    const part = textOf(placed);
    if (part !== "") text = padTo(page, text, placed.at + shift) + part;
  }
  return line(text);
}

function listLine({ above, below, texts }: Cell): Line {
  const devices = [above, below].filter((device) => device !== "").join(", ");
  return line(`   ├─ ${devices}  `, texts.join(" · "));
}

function railLine(
  segment: string,
  definition: LabDefinition,
  over: readonly Placed[],
  under: readonly Placed[],
  right: number,
  page: Page,
): Line {
  const prefix = definition.segments[segment]?.prefix;
  const label = prefix === undefined ? segment : `${segment} ${prefix}`;
  const room = page.columns - page.widthOf(label) - 2;
  const taps = new Set([
    ...(fits(over, page) ? over : [])
      .filter(({ cell }) => cell.below !== "")
      .map(({ at }) => at + CABLE),
    ...(fits(under, page) ? under : [])
      .filter(({ cell }) => cell.above !== "")
      .map(({ at }) => at + CABLE),
  ]);
  const most = Math.max(...taps, 0) + 2;
  const width = Math.min(right, Math.max(room, most));
  let rail = "";
  for (let i = 1; i < width; i++) rail += taps.has(i) ? RAIL.tap : RAIL.line;
  // a label that finds no room stands under the rail
  const text = ` ${rail}`;
  return page.widthOf(text) + 2 + page.widthOf(label) <= page.columns
    ? line(text, "  ", span(label, "title"))
    : line(text, indent(1), span(segment, "title"));
}
