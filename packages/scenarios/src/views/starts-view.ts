/** The start-up commands of each host: how many went well, what they changed, and those that failed. */
import type { LabRun, StartRun } from "../run/lab-run.ts";
import { configChanges } from "./config-changes.ts";
import { flow, hanging, widest } from "./layout.ts";
import type { Names } from "./names.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";

const HOST_MOST = 20;

export function startLines(run: LabRun, names: Names, page: Page): Line[] {
  const { language } = page;
  const busy = run.hosts.filter(
    (host) => commandsOf(run, host.name).length > 0 || configChanges(host, names, page).length > 0,
  );
  if (busy.length === 0) return [];
  const labels = busy.map(({ name }) => `  ${name}# `);
  const start = widest(page, labels, HOST_MOST) + 1;
  return [
    line(span(say(language, "startsHeading"), "title")),
    ...busy.flatMap((host, i) => {
      const commands = commandsOf(run, host.name);
      const changes = configChanges(host, names, page);
      const parts = [...summary(commands, page), ...changes];
      if (changes.length === 0) parts.push(say(language, "nothingChanged"));
      const texts = flow(page, parts, " · ", page.columns - start);
      return [
        ...hanging(page, span(labels[i] ?? "", "host"), texts, start),
        ...commands.filter(isNotable).flatMap((command) => failureLines(command, start, page)),
      ];
    }),
  ];
}

const commandsOf = (run: LabRun, host: string): StartRun[] =>
  run.starts.filter((start) => start.host === host);

const isNotable = ({ asExpected, status }: StartRun): boolean => !asExpected || status !== 0;

function summary(commands: readonly StartRun[], page: Page): string[] {
  if (commands.length === 0) return [];
  const count = commands.length;
  if (count === 1 && commands[0]?.asExpected === true) return [say(page.language, "commandOk")];
  const failed = commands.filter(({ asExpected }) => !asExpected).length;
  return [
    failed === 0
      ? say(page.language, "commandsOk", { count })
      : say(page.language, "commandsFailed", { failed, count }),
  ];
}

function failureLines(
  { command, status, stderr, stdout, asExpected }: StartRun,
  start: number,
  page: Page,
): Line[] {
  const { language } = page;
  const message = (stderr.trim() === "" ? stdout : stderr).trim().split("\n")[0] ?? "";
  const outcome = say(language, "commandStatus", { status, message });
  const text = asExpected ? `${outcome} (${say(language, "commandFails")})` : `✗ ${outcome}`;
  const tone = asExpected ? "dim" : "bad";
  return [
    line(" ".repeat(start), span(`${asExpected ? "" : "✗ "}${command}`, tone)),
    line(" ".repeat(start + 4), span(asExpected ? text : outcome, tone)),
  ];
}
