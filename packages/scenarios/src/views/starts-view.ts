/** The start-up commands of each host: how many went well, what they changed, and those that failed. */
import type { LabRun, StartRun } from "../run/lab-run.ts";
import { configChanges } from "./config-changes.ts";
import { flow, hanging, widest } from "./layout.ts";
import type { Names } from "./names.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";

const HOST_MOST = 20;

/** What the commands of a host came to. */
interface Start {
  readonly hosts: readonly string[];
  readonly parts: readonly string[];
  readonly notable: readonly StartRun[];
}

export function startLines(run: LabRun, names: Names, page: Page): Line[] {
  const starts = startsOf(run, names, page);
  if (starts.length === 0) return [];
  const labels = starts.map(({ hosts }) => `  ${hostsText(hosts)}# `);
  const start = widest(page, labels, HOST_MOST) + 1;
  return [
    line(span(say(page.language, "startsHeading"), "title")),
    ...starts.flatMap(({ parts, notable }, i) => [
      ...hanging(
        page,
        span(labels[i] ?? "", "host"),
        flow(page, parts, " · ", page.columns - start),
        start,
      ),
      ...notable.flatMap((command) => failureLines(command, start, page)),
    ]),
  ];
}

/** `b, c`, or `rs01–rs03` for more than two. */
const hostsText = (hosts: readonly string[]): string =>
  hosts.length > 2 ? `${hosts[0]}–${hosts.at(-1)}` : hosts.join(", ");

/** Hosts that did anything, in order; neighbours that did the same stand together. */
function startsOf(run: LabRun, names: Names, page: Page): Start[] {
  const starts: Start[] = [];
  for (const host of run.hosts) {
    const commands = commandsOf(run, host.name);
    const changes = configChanges(host, names, page);
    if (commands.length === 0 && changes.length === 0) continue;
    const parts = [...summary(commands, page), ...changes];
    if (changes.length === 0) parts.push(say(page.language, "nothingChanged"));
    const notable = commands.filter(isNotable);
    const last = starts.at(-1);
    const alike = last !== undefined && last.parts.join() === parts.join();
    if (alike && notable.length + last.notable.length === 0)
      starts[starts.length - 1] = { ...last, hosts: [...last.hosts, host.name] };
    else starts.push({ hosts: [host.name], parts, notable });
  }
  return starts;
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
