/** Styled lines as text for a terminal, or as plain text. */
import { type Line, type Tone, textOf } from "@lvsim/scenarios";
import picocolors from "picocolors";

type Painter = (text: string) => string;

/** How a line is turned into text. */
export function painter(colour: boolean): (line: Line) => string {
  if (!colour) return textOf;
  const { bold, dim, cyan, green, red, yellow, magenta } = picocolors.createColors(true);
  const tones: Readonly<Record<Tone, Painter>> = {
    plain: (text) => text,
    title: bold,
    dim,
    host: cyan,
    changed: yellow,
    good: green,
    bad: red,
    sheet: magenta,
  };
  return (line) => line.map(({ text, tone }) => tones[tone](text)).join("");
}
