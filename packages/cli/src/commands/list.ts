/** `lvsim list`: the labs that come with it, one line each. */
import { type Language, labNames, libraryLab } from "@lvsim/scenarios";
import stringWidth from "string-width";
import type { Output } from "../environment.ts";

const COLUMNS = 100;

export function listCommand(language: Language, { out }: Output): number {
  const rows = labNames().flatMap((name) => {
    const lab = libraryLab(name);
    return lab === undefined
      ? []
      : [{ name, title: lab.title[language], about: lab.about[language] }];
  });
  const nameWidth = widest(rows.map(({ name }) => name)) + 2;
  const titleWidth = widest(rows.map(({ title }) => title)) + 2;
  for (const { name, title, about } of rows) {
    const head = padTo(name, nameWidth) + padTo(title, titleWidth);
    out(`${head}${shortened(about, COLUMNS - stringWidth(head))}\n`);
  }
  return 0;
}

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map((text) => stringWidth(text)));
const padTo = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - stringWidth(text)));

/** As much of `text` as fits. */
function shortened(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (stringWidth(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
