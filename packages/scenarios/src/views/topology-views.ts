/** The topology as a Mermaid graph and as SVG: segments as rails, hosts as boxes with cables to theirs. */
import { isLoopbackAddress } from "@lvsim/core";
import type { HostRun, LabRun } from "../run/lab-run.ts";
import type { Names } from "./names.ts";
import type { Page } from "./styled.ts";
import { colourOf, LINE, picture, shape, straight, text, widthOf } from "./svg.ts";
import { say } from "./texts.ts";

interface Box {
  readonly host: string;
  readonly texts: readonly string[];
  /** Segments that it has a cable on, by number. */
  readonly segments: readonly { readonly segment: number; readonly device: string }[];
}

function boxesOf(run: LabRun, names: Names, page: Page): Box[] {
  const segments = Object.keys(run.definition.segments);
  return run.hosts.map((host) => {
    const spec = run.definition.hosts[host.name];
    const role = spec?.role?.[page.language] ?? "";
    return {
      host: host.name,
      texts: [
        role === "" || role === host.name ? host.name : `${host.name} ${role}`,
        ...addressTexts(host, names, page),
      ],
      segments: Object.entries(spec?.devices ?? {}).map(([device, { segment }]) => ({
        segment: segments.indexOf(segment),
        device,
      })),
    };
  });
}

const addressTexts = ({ after }: HostRun, names: Names, { language }: Page): string[] =>
  after.devices.flatMap((device) =>
    device.addresses
      .filter(({ local }) => !isLoopbackAddress(local))
      .map(({ local, label }) => {
        const key = names.vips.includes(local) ? "vipOnDevice" : "onDevice";
        return say(language, key, {
          address: names.address(local),
          device: label === "" ? device.name : label,
        });
      }),
  );

const segmentText = (run: LabRun, name: string): string =>
  `${name} ${run.definition.segments[name]?.prefix ?? ""}`.trim();

export function topologyMermaid(run: LabRun, names: Names, page: Page): string {
  const segments = Object.keys(run.definition.segments);
  const boxes = boxesOf(run, names, page);
  const quoted = (words: string): string => words.replaceAll('"', "#quot;");
  return [
    "graph TD",
    ...segments.map((name, i) => `    s${i}(["${quoted(segmentText(run, name))}"])`),
    ...boxes.map(({ texts }, i) => `    h${i}["${texts.map(quoted).join("<br/>")}"]`),
    ...boxes.flatMap((box, i) =>
      box.segments.map(({ segment, device }) => `    s${segment} ---|${device}| h${i}`),
    ),
    "",
  ].join("\n");
}

const MARGIN = 20;
const CABLE = 44;

/** Hosts hang below their first rail; those with cables to further rails are tied to them too. */
export function topologySvg(run: LabRun, names: Names, page: Page): string {
  const segments = Object.keys(run.definition.segments);
  const boxes = boxesOf(run, names, page);
  const row = ({ segments: own }: Box): number =>
    Math.min(...own.map(({ segment }) => segment), segments.length - 1);
  const heights = segments.map((_name, i) =>
    Math.max(
      0,
      ...boxes.filter((box) => row(box) === i).map(({ texts }) => texts.length * LINE + 14),
    ),
  );
  const railAt = segments.map(
    (_name, i) =>
      40 + heights.slice(0, i).reduce((sum, height) => sum + height + 2 * CABLE + 20, 0),
  );
  const widths = boxes.map(({ texts }) => 20 + Math.max(...texts.map((one) => widthOf(page, one))));
  const placed: {
    readonly box: Box;
    readonly x: number;
    readonly y: number;
    readonly width: number;
  }[] = [];
  const next = segments.map(() => MARGIN);
  boxes.forEach((box, i) => {
    const at = row(box);
    const width = widths[i] ?? 0;
    // a box on two rails must not cross those of the rail below
    const x = box.segments.length > 1 ? Math.max(...next) : (next[at] ?? MARGIN);
    placed.push({ box, x, y: (railAt[at] ?? 0) + CABLE, width });
    next[at] = x + width + MARGIN;
  });
  const right = Math.max(...placed.map(({ x, width }) => x + width)) + MARGIN;
  const rails = segments.flatMap((name, i) => {
    const y = railAt[i] ?? 0;
    return [
      straight(MARGIN, y, right, y, { stroke: colourOf(i), "stroke-width": 4 }),
      text(MARGIN, y - 8, segmentText(run, name), { fill: colourOf(i), "font-weight": "bold" }),
    ];
  });
  const hosts = placed.flatMap(({ box, x, y, width }) => {
    const height = box.texts.length * LINE + 10;
    return [
      ...box.segments.flatMap(({ segment, device }, i) => {
        const rail = railAt[segment] ?? 0;
        const at = x + 24 + i * 36;
        const end = rail < y ? y : y + height;
        return [
          straight(at, rail, at, end, { stroke: colourOf(segment) }),
          text(at + 4, rail < y ? end - 6 : end + 14, device, { fill: "#718096", "font-size": 10 }),
        ];
      }),
      shape("rect", { x, y, width, height, rx: 4, fill: "#f7fafc", stroke: "#4a5568" }),
      ...box.texts.map((words, i) =>
        text(x + 10, y + LINE * (i + 1) - 2, words, i === 0 ? { "font-weight": "bold" } : {}),
      ),
    ];
  });
  const bottom = Math.max(...placed.map(({ box, y }) => y + box.texts.length * LINE)) + CABLE;
  const title = run.definition.title[page.language];
  return picture(right + MARGIN, Math.max(bottom, ...railAt) + MARGIN, title, [...rails, ...hosts]);
}
