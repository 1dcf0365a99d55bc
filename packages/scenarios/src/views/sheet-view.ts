/** A played lab sheet on a page: its machines, each step with what came of it, and what differs. */
import type { OutputLine } from "../sheet/compare.ts";
import { matters, missing, type PlayedSheet, type PlayedStep } from "../sheet/play-sheet.ts";
import { SHEET_WORDS } from "../sheet/words.ts";
import { hanging, padTo, widest, wrap } from "./layout.ts";
import { BLANK, type Line, line, type Page, type Span, span } from "./styled.ts";
import { fill } from "./texts.ts";

const INDENT = "       ";
const NAME_MAX = 16;
const OUTPUT_MAX = 12;

export interface SheetViewOptions {
  readonly seed: string;
  /** All output, also of commands of which the sheet shows none. */
  readonly verbose: boolean;
}

export function sheetLines(played: PlayedSheet, page: Page, options: SheetViewOptions): Line[] {
  return new SheetView(page, options).lines(played);
}

class SheetView {
  private readonly page: Page;
  private readonly options: SheetViewOptions;

  constructor(page: Page, options: SheetViewOptions) {
    this.page = page;
    this.options = options;
  }

  lines(played: PlayedSheet): Line[] {
    const { definition, steps } = played;
    if (steps.length === 0) return [line(span(this.say("nothing"), "bad"))];
    const { language } = this.page;
    const heading = this.say("heading", {
      title: definition.title[language],
      seed: this.options.seed,
      kernel: definition.kernel,
    });
    return [
      line(span(heading, "title")),
      BLANK,
      ...this.machines(played),
      ...this.notes(played),
      BLANK,
      ...steps.flatMap((step) => this.step(step, played)),
      BLANK,
      line(this.summary(played)),
    ];
  }

  private machines({ definition, sheet }: PlayedSheet): Line[] {
    const { page } = this;
    const { language } = page;
    const hosts = Object.entries(definition.hosts);
    const names = widest(
      page,
      hosts.map(([name]) => name),
      NAME_MAX,
    );
    const roles = hosts.map(([, { role }]) => role?.[language] ?? "");
    const roleColumns = widest(page, roles, NAME_MAX);
    return hosts.map(([name, { devices, gateway, role, hostname }], i) => {
      const addresses = Object.values(devices).flatMap(({ address }) => address ?? []);
      const own = sheet.machines.find((machine) => machine.name === name);
      const isClient = role?.en === "client";
      const isAdded = isClient || role?.en === "gateway";
      const facts = [
        addresses.join(" "),
        ...(gateway === undefined ? [] : [this.say("gateway", { gateway })]),
        ...(hostname === undefined ? [] : [hostname]),
        ...(own?.page == null ? [] : [this.say("server", { page: own.page })]),
        ...(own === undefined && isAdded ? [this.say(isClient ? "asks" : "added")] : []),
      ];
      return line(
        "  ",
        span(padTo(page, name, names + 2), "host"),
        padTo(page, roles[i] ?? "", roleColumns + 2),
        facts.join(" · "),
      );
    });
  }

  private notes({ notes }: PlayedSheet): Line[] {
    const { page } = this;
    return notes.flatMap((note) =>
      hanging(
        page,
        span(`  ! ${note.line}: `, "changed"),
        wrap(page, note[page.language], page.columns - 10),
        10,
      ),
    );
  }

  private step(played: PlayedStep, { definition }: PlayedSheet): Line[] {
    const { page } = this;
    const { step, verdict, requests, prompt } = played;
    const client = Object.entries(definition.hosts).find(([, { role }]) => role?.en === "client");
    const [first = "", ...more] = step.command.split("\n");
    const aside = prompt === "" ? `${step.machine}# ` : prompt;
    const number = String(step.line).padStart(4);
    return [
      ...(requests === 0
        ? []
        : [
            line(
              INDENT,
              span(this.say("requests", { count: requests, client: client?.[0] ?? "" }), "dim"),
            ),
          ]),
      line(
        span(`${number} `, "dim"),
        this.sign(played),
        " ",
        span(aside, "host"),
        first,
        this.outcome(played),
      ),
      ...more.map((text) => line(INDENT, span("> ", "host"), text)),
      ...this.output(played),
      ...played.reasons.flatMap((reason) =>
        hanging(
          page,
          span(`${INDENT}${this.say("because")}: `, "changed"),
          wrap(page, reason[page.language], page.columns - 16),
          16,
        ),
      ),
      ...(verdict === "wrote" && step.kind === "file" && step.other !== null
        ? [line(INDENT, span(this.say("otherVersion", { line: step.other.line }), "dim"))]
        : []),
    ];
  }

  private sign(played: PlayedStep): Span {
    if (matters(played)) return span("✗", "bad");
    switch (played.verdict) {
      case "same":
        return span("=", "good");
      case "ran":
      case "wrote":
        return span("✓", "good");
      default:
        return span("!", "changed");
    }
  }

  private outcome({ step, verdict, status, output, lines }: PlayedStep): Span {
    const parts: string[] = [];
    if (step.kind === "command" && step.aside) parts.push(this.say("aside"));
    if (verdict === "wrote" && step.kind === "file")
      parts.push(this.say("wrote", { count: lineCount(step.content) }));
    const more = lines.filter(({ where }) => where === "here").length;
    if (verdict === "same") parts.push(this.say(more === 0 ? "same" : "sameMore", { count: more }));
    else if (verdict === "differs") parts.push(this.say("differs"));
    else if (verdict === "failed") parts.push(this.say("failed", { status }));
    else if (verdict === "stopped") parts.push(this.say("stopped"));
    else if (verdict === "ran" && output !== "" && !this.options.verbose)
      parts.push(
        lineCount(output) === 1
          ? this.say("outputLine")
          : this.say("outputLines", { count: lineCount(output) }),
      );
    return span(parts.length === 0 ? "" : `   ${parts.join(" · ")}`, "dim");
  }

  private output({ verdict, lines, output, reasons }: PlayedStep): Line[] {
    const { verbose } = this.options;
    if (lines.length > 0) return this.compared(lines);
    const isAside = verdict === "ran" && reasons.length === 0;
    if (output === "" || (isAside && !verbose) || verdict === "wrote") return [];
    const all = output.trimEnd().split("\n");
    const shown = verbose ? all : all.slice(0, OUTPUT_MAX);
    return [
      ...shown.map((text) => line(INDENT, text)),
      ...(shown.length < all.length ? [line(INDENT, span("…", "dim"))] : []),
    ];
  }

  private compared(lines: readonly OutputLine[]): Line[] {
    const differs = missing(lines).length > 0;
    const isPart = lines.length > OUTPUT_MAX * 2 && !this.options.verbose;
    const sheet = this.say("sheetHas");
    return lines.flatMap(({ text, where }) => {
      if (where === "sheet") return [line(INDENT, span(`- ${text}   (${sheet})`, "bad"))];
      if (where === "both") return [line(INDENT, "  ", text)];
      if (where === "volatile")
        return [line(INDENT, "  ", text, span(`   ${this.say("volatile")}`, "dim"))];
      if (isPart && !differs) return [];
      const mark = differs ? `+ ${text}   (${this.say("hereIs")})` : `  ${text}`;
      return [line(INDENT, span(mark, differs ? "good" : "dim"))];
    });
  }

  private summary({ steps }: PlayedSheet): Span {
    const open = steps.filter(matters).length;
    const text = this.say("summary", {
      commands: steps.filter(({ step }) => step.kind === "command").length,
      files: steps.filter(({ step }) => step.kind === "file").length,
      same: steps.filter(({ verdict }) => verdict === "same").length,
      explained: steps.filter((step) => step.reasons.length > 0 && !matters(step)).length,
      open,
    });
    return span(text, open === 0 ? "good" : "bad");
  }

  private say(
    key: keyof typeof SHEET_WORDS,
    values: Readonly<Record<string, string | number>> = {},
  ): string {
    return fill(SHEET_WORDS[key][this.page.language], values);
  }
}

const lineCount = (text: string): number => text.trimEnd().split("\n").length;
