/** Pictures as SVG text: elements with escaped attributes, text in a fixed pitch so that widths are known. */
import type { Page } from "./styled.ts";

/** Pixels of one column of text, and of a line. */
const COLUMN = 7.5;
export const LINE = 18;
/** Colours that are told apart without colour too: by order, and each with a label beside it. */
const COLOURS = ["#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b83280", "#4a5568", "#975a16"];

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] ?? "#4a5568";

export const escapeXml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

type Attributes = Readonly<Record<string, string | number>>;

const attributesOf = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");

/** An element without content. */
export const shape = (name: string, attributes: Attributes): string =>
  `<${name}${attributesOf(attributes)}/>`;

export const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  `<text${attributesOf({ x, y, ...attributes })}>${escapeXml(words)}</text>`;

export const straight = (
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Attributes = {},
): string => shape("line", { x1, y1, x2, y2, stroke: "#4a5568", ...attributes });

/** An arrow from left to right or from right to left at one height. */
export function arrow(from: number, to: number, y: number, colour: string): string {
  const back = to > from ? -6 : 6;
  const points = `${to},${y} ${to + back},${y - 4} ${to + back},${y + 4}`;
  return straight(from, y, to, y, { stroke: colour }) + shape("polygon", { points, fill: colour });
}

/** Pixels that a text takes; a Chinese character takes two columns. */
export const widthOf = (page: Page, words: string): number =>
  Math.ceil(page.widthOf(words) * COLUMN);

/** A whole picture; `title` is what a screen reader says of it. */
export function picture(
  width: number,
  height: number,
  title: string,
  parts: readonly string[],
): string {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const attributes = attributesOf({
    xmlns: "http://www.w3.org/2000/svg",
    ...size,
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: "img",
    "font-family": "ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace",
    "font-size": 12,
  });
  const background = shape("rect", { ...size, fill: "#ffffff" });
  return [
    `<svg${attributes}>`,
    `<title>${escapeXml(title)}</title>`,
    background,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
