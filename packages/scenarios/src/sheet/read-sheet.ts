/** From the text of a lab sheet to its machines and steps. */
import { readDocument, type SheetDocument, type SheetLine } from "./document.ts";
import { MachineNames, roleOf } from "./machine-names.ts";
import { findMachines } from "./machines.ts";
import { hasProse } from "./prompt-line.ts";
import type { CommandStep, FileStep, Sheet, SheetNote, SheetStep } from "./sheet.ts";
import { editedFile, type TypedLine, typedLines } from "./typed-lines.ts";

const OTHER_VERSION = /^\s*(?:例子|示例|样例|例|参考|example|sample)\s*[:：]?\s*$/i;
const INTRODUCTION =
  /^\s*(?:.{0,12}(?:写入|添加|输入|加入|插入|修改为?|内容|如下).{0,8}|(?:add|write|put|insert|with)\b.{0,40})[:：]\s*$/i;

export function readSheet(text: string): Sheet {
  const document = readDocument(text);
  const typed = typedLines(document);
  const names = new MachineNames(document, typed);
  const steps = [
    ...typed.flatMap((line) => names.of(line).map((name) => stepOf(line, name))),
    ...asides(document, names, typed),
  ].sort((a, b) => a.line - b.line);
  const notes: SheetNote[] = [];
  const machines = findMachines(document, names, steps, notes);
  const settled = steps.map((step) => settle(step, machines));
  return {
    title: document.sections[1]?.title ?? "",
    image: imageOf(typed),
    machines: machines.filter(
      ({ name, devices }) => devices.length > 0 || settled.some(({ machine }) => machine === name),
    ),
    steps: settled,
    notes,
  };
}

function stepOf({ command, body, line }: TypedLine, machine: string): SheetStep {
  const path = editedFile(command);
  if (path === undefined)
    return {
      kind: "command",
      machine,
      line,
      command: command.trim(),
      expected: outputOf(body),
      aside: false,
    };
  return { kind: "file", machine, line, command: command.trim(), path, ...contentOf(body) };
}

/** Output that the sheet shows, without what its author adds to it. */
function outputOf(body: readonly SheetLine[]): string[] {
  const lines = body.map(({ text }) => text).filter((text) => !/^\s*#.*[\u4e00-\u9fff]/.test(text));
  const prose = lines.findIndex((text, i) => hasProse(text) && lines[i - 1]?.trim() === "");
  const own = prose === -1 ? lines : lines.slice(0, prose);
  while (own.length > 0 && own.at(-1)?.trim() === "") own.pop();
  while (own.length > 0 && own[0]?.trim() === "") own.shift();
  return own;
}

/** What belongs into a file: up to "example:", under which the same stands once more. */
function contentOf(body: readonly SheetLine[]): Pick<FileStep, "content" | "other"> {
  let from = 0;
  while (from < body.length && isAround(body[from]?.text ?? "")) from++;
  const end = body.findIndex(({ text }, i) => i > from && OTHER_VERSION.test(text));
  const own = body.slice(from, end === -1 ? body.length : end);
  while (own.length > 0 && isAround(own.at(-1)?.text ?? "")) own.pop();
  const joined = (lines: readonly SheetLine[]): string =>
    lines.map(({ text }) => `${text}\n`).join("");
  const rest = end === -1 ? [] : body.slice(end + 1);
  const [first] = rest;
  return {
    content: joined(own),
    other: first === undefined ? null : { content: joined(rest), line: first.number },
  };
}

/** Lines around a file's own: blank, "write the following:", and how vi is left. */
const isAround = (text: string): boolean =>
  text.trim() === "" || INTRODUCTION.test(text) || /^\s*:(?:wq|x)!?\s*$/.test(text);

const IN_SENTENCE =
  /(?:^|[^\w/.-])(curl\s+(?:-\S+\s+)*(?:https?:\/\/)?\d+(?:\.\d+){3}[\w./:?=&-]*)/g;

/** Requests in the midst of a sentence: they are tried aside. */
function asides(
  { lines }: SheetDocument,
  names: MachineNames,
  typed: readonly TypedLine[],
): CommandStep[] {
  const taken = new Set(typed.map(({ line }) => line));
  return lines.flatMap(({ kind, text, number, section }) => {
    if (kind !== "prose" || taken.has(number)) return [];
    return [...text.matchAll(IN_SENTENCE)].map((match): CommandStep => {
      const [, command = ""] = match;
      const sentence =
        text
          .slice(0, match.index)
          .split(/[。;；]/)
          .at(-1) ?? "";
      const role = roleOf(sentence);
      const machine = role === "machine" ? (names.ofSection(section)[0] ?? "client") : role;
      return { kind: "command", machine, line: number, command, expected: [], aside: true };
    });
  });
}

/** The machine that a sentence means by its part: the director, a client. */
function settle<Step extends SheetStep>(step: Step, machines: Sheet["machines"]): Step {
  if (step.kind !== "command" || !step.aside) return step;
  if (machines.some(({ name, devices }) => name === step.machine && devices.length > 0))
    return step;
  const meant = machines.find(({ role, devices }) => role === step.machine && devices.length > 0);
  return { ...step, machine: meant?.name ?? "client" };
}

/** Whose prompts and programs they are. */
function imageOf(typed: readonly TypedLine[]): Sheet["image"] {
  const text = typed.map(({ command }) => command).join("\n");
  if (/\b(?:yum|dnf|firewalld|setenforce|network-scripts)\b/.test(text)) return "centos-7";
  if (/\bapt(?:-get)?\b/.test(text)) return "debian-12";
  return typed.some(({ style }) => style === "brackets") ? "centos-7" : "debian-12";
}
