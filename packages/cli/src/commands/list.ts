/** `lvsim list`: the labs that come with it by topic, one line each. */
import { type Language, labsOf, libraryLab, TOPICS } from "@lvsim/scenarios";
import stringWidth from "string-width";
import type { Output } from "../environment.ts";

const COLUMNS = 100;

interface Row {
  readonly name: string;
  readonly title: string;
  readonly isPair: boolean;
}

export function listCommand(language: Language, { out }: Output): number {
  const topics = Object.entries(TOPICS).map(([topic, heading]) => ({
    heading: heading[language],
    rows: labsOf(topic).map((name) => rowOf(name, language)),
  }));
  const all = topics.flatMap(({ rows }) => rows);
  const nameWidth = Math.max(0, ...all.map(({ name }) => stringWidth(name))) + 2;
  for (const { heading, rows } of topics) {
    if (rows.length === 0) continue;
    out(`${heading}\n`);
    for (const { name, title, isPair } of rows) {
      const head = `  ${isPair ? "*" : " "} ${padTo(name, nameWidth)}`;
      out(`${head}${shortened(title, COLUMNS - stringWidth(head))}\n`);
    }
  }
  out(`\n${HINTS[language]}\n`);
  return 0;
}

const HINTS: Readonly<Record<Language, string>> = {
  en: "* a failure: lvsim run NAME shows it, lvsim run NAME --variant mended the same lab put right\n  a lesson: lvsim learn NAME shows its tasks, lvsim grade NAME FOLDER what a solution is worth",
  zh: "* 故障实验:lvsim run 名称 重现故障,lvsim run 名称 --variant mended 运行修复后的同一实验\n  课程:lvsim learn 名称 显示任务,lvsim grade 名称 文件夹 给答案评分",
};

function rowOf(name: string, language: Language): Row {
  const lab = libraryLab(name);
  return { name, title: lab?.title[language] ?? "", isPair: lab?.failure !== undefined };
}

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
